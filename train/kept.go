package train

import (
	"errors"
	"fmt"
)

// Kept says the model of which epoch is the result.
type Kept uint8

const (
	// Best is the epoch with the best monitored score, of equal ones the first;
	// without a validation set it is Last, unless patience looks for the best.
	Best Kept = iota

	// BestLater is the same, of equal ones the last.
	BestLater

	// Last is the last epoch, whatever its score: where few rows validate, the best
	// of many scores is the luckiest.
	Last
)

var keptNames = []string{"best", "best-later", "last"}

// ParseKept reads best, best-later or last.
func ParseKept(text string) (Kept, error) {
	return named[Kept]("epoch to keep", text, keptNames)
}

func (k Kept) String() string {
	if int(k) < len(keptNames) {
		return keptNames[k]
	}
	return fmt.Sprintf("Kept(%d)", k)
}

func (k Kept) validate(patience int) error {
	switch {
	case k > Last:
		return fmt.Errorf("%v is no epoch to keep; there are Best, BestLater and Last", k)
	case k == Last && patience > 0:
		return errors.New("patience waits for a better epoch, and the last is kept; set one of them")
	}
	return nil
}

// takes reports whether the model of an epoch is to be kept instead of the best so far.
func (k Kept) takes(score, best float64, higher bool, delta float64) bool {
	return k == Last || better(score, best, higher, delta) || k == BestLater && score == best
}
