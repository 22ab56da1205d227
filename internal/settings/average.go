package settings

import (
	"fmt"
	"strconv"
	"strings"

	"descent/internal/suggest"
	"descent/train"
)

// parseAverage reads which average of the weights becomes the model.
func parseAverage(text string) (train.Average, error) {
	const want = "none, ema:0.999 for an exponential average of that decay, or swa:0.75 for the mean of epochs after that part of them"
	if text == "none" {
		return train.Average{}, nil
	}
	name, value, _ := strings.Cut(text, ":")
	if name != "ema" && name != "swa" {
		return train.Average{}, fmt.Errorf("%w; want %s", suggest.Unknown("average", name, []string{"none", "ema", "swa"}), want)
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || !(v > 0 && v < 1) {
		return train.Average{}, fmt.Errorf("%q: %q must be a number between 0 and 1; want %s", text, value, want)
	}
	if name == "ema" {
		return train.EMA(v), nil
	}
	return train.SWA(v), nil
}
