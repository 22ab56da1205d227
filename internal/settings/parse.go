package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"descent/data"
	"descent/nn/initial"
	"descent/train"
)

// parseInit reads an initializer; nil lets each layer choose. The name of a
// family alone is its commonest member.
func parseInit(text string) (initial.Initializer, error) {
	if text == "auto" {
		return nil, nil
	}
	for _, family := range []string{"xavier-uniform", "he-normal", "lecun-normal"} {
		if name, _, _ := strings.Cut(family, "-"); text == name {
			text = family
		}
	}
	return initial.Parse(text)
}

// parseBatch reads a number of rows, or train.All.
func parseBatch(text string) (int, error) {
	if text == "all" {
		return train.All, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q: want a number of rows, 1 or more, or all", text)
	}
	return n, nil
}

// sharedMicroBatch is the micro-batch that ranks of a group share out.
const sharedMicroBatch = "shared"

// parseMicroBatch reads the rows of a micro-batch of a batch, or shared.
func parseMicroBatch(batch int) func(text string) (int, error) {
	return func(text string) (int, error) {
		if text == sharedMicroBatch {
			return train.SharedMicroBatch(batch), nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return 0, fmt.Errorf("%q: want a number of rows, 1 or more, or %s", text, sharedMicroBatch)
		}
		return n, nil
	}
}

// inTime begins a split that is cut by the times of rows, and inSteps one of so many
// steps of a series.
const (
	inTime  = "time"
	inSteps = "steps"
)

// parseSplit reads a/b/c, in percent or as fractions, which may stand behind time and
// a colon; auto and time are the zero value.
func parseSplit(text string) (data.SplitConfig, error) {
	var cfg data.SplitConfig
	text = strings.TrimPrefix(text, inTime+":")
	if text == "auto" || text == inTime {
		return cfg, nil
	}
	if counts, ok := strings.CutPrefix(text, inSteps+":"); ok {
		return parseSteps(counts)
	}
	parts := strings.Split(text, "/")
	wrong := fmt.Errorf("%q: want training/validation/test in percent, such as 70/10/20, or time:70/10/20", text)
	if len(parts) != 3 {
		return cfg, wrong
	}
	var f [3]float64
	sum := 0.0
	for i, part := range parts {
		v, err := ParseFloat(strings.TrimSpace(part))
		if err != nil || v < 0 {
			return cfg, wrong
		}
		f[i] = v
		sum += v
	}
	scale := 1.0
	if sum > 1.5 {
		scale = 100
	}
	if math.Abs(sum-scale) > 1e-6*scale {
		return cfg, fmt.Errorf("%q adds up to %v; it must be 100", text, sum)
	}
	cfg.Train, cfg.Validation, cfg.Test = f[0]/scale, f[1]/scale, f[2]/scale
	if cfg.Train == 0 {
		return cfg, fmt.Errorf("%q leaves no rows to train on", text)
	}
	return cfg, nil
}

// parseSteps reads a/b/c, steps of a series.
func parseSteps(text string) (cfg data.SplitConfig, err error) {
	parts := strings.Split(text, "/")
	for i, part := range parts {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if len(parts) != 3 || err != nil || n < 0 || n > math.MaxInt32 || i == 0 && n == 0 {
			return cfg, fmt.Errorf("%q: want steps of training/validation/test, such as steps:8640/2880/2880", text)
		}
		cfg.Steps[i] = n
	}
	return cfg, nil
}

// parseTimeout reads a time, or off, which is negative.
func parseTimeout(text string) (time.Duration, error) {
	if text == "off" {
		return -1, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no time; want one such as 90s or 10m, or off", text)
	}
	return d, nil
}

// ParseBudget reads a time, or off, which is 0.
func ParseBudget(text string) (time.Duration, error) {
	d, err := parseTimeout(text)
	return max(0, d), err
}
