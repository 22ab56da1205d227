package train

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Interval says how often something is done: every so many updates, epochs, or
// so much time, at most one of them. The zero value means as often as costs at
// most a hundredth of the time.
type Interval struct {
	Updates int
	Epochs  int
	Time    time.Duration
}

// ParseInterval reads an interval: 500 (updates), 2e (epochs), 10m (time, with
// the units of [time.ParseDuration]), or auto, the zero Interval.
func ParseInterval(text string) (Interval, error) {
	var i Interval
	var err error
	epochs, isEpochs := strings.CutSuffix(text, "e")
	switch {
	case text == "auto":
		return i, nil
	case isEpochs:
		i.Epochs, err = strconv.Atoi(epochs)
	default:
		if i.Updates, err = strconv.Atoi(text); err != nil {
			i.Time, err = time.ParseDuration(text)
		}
	}
	if err != nil || i.Updates+i.Epochs <= 0 && i.Time <= 0 {
		return Interval{}, fmt.Errorf("%q is no interval; want 500 (updates), 2e (epochs), 10m (time), or auto", text)
	}
	return i, nil
}

// String returns what ParseInterval reads.
func (i Interval) String() string {
	switch {
	case i.Updates > 0:
		return strconv.Itoa(i.Updates)
	case i.Epochs > 0:
		return strconv.Itoa(i.Epochs) + "e"
	case i.Time > 0:
		return i.Time.String()
	}
	return "auto"
}

// Validate returns what is wrong with the fields, if anything is.
func (i Interval) Validate() error {
	given := 0
	for _, v := range []int64{int64(i.Updates), int64(i.Epochs), int64(i.Time)} {
		if v < 0 {
			return fmt.Errorf("interval %+v: none of its fields may be negative", i)
		}
		if v > 0 {
			given++
		}
	}
	if given > 1 {
		return fmt.Errorf("interval %+v: it is counted in updates, epochs or time, not in more than one of them", i)
	}
	return nil
}
