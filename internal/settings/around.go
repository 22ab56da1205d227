package settings

import (
	"fmt"
	"strconv"
	"strings"

	"descent/optim"
)

// parseNoise reads the variance of noise and, after a colon, how fast it falls.
func parseNoise(text string) (optim.Noise, error) {
	if text == "none" {
		return optim.Noise{}, nil
	}
	first, second, colon := strings.Cut(text, ":")
	eta, err := ParseFloat(first)
	n := optim.NewNoise(eta)
	if err == nil && colon {
		n.Gamma, err = ParseFloat(second)
	}
	if err != nil || eta <= 0 || n.Validate() != nil {
		return n, fmt.Errorf("%q; want none, or its first variance as in 0.01, with how fast it falls as in 0.01:0.55", text)
	}
	return n, nil
}

// parseLookahead reads k and, after a colon, α.
func parseLookahead(text string) (optim.Lookahead, error) {
	if text == "none" {
		return optim.Lookahead{}, nil
	}
	first, second, colon := strings.Cut(text, ":")
	l := optim.NewLookahead()
	var err error
	if l.Every, err = strconv.Atoi(first); err == nil && colon {
		l.Alpha, err = ParseFloat(second)
	}
	if err != nil || l.Every < 1 || l.Validate() != nil {
		return l, fmt.Errorf("%q; want none, or updates between two moves of the slow weights as in 6, with how far they move as in 6:0.5", text)
	}
	return l, nil
}
