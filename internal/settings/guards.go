package settings

import (
	"fmt"
	"time"

	"descent/train"
)

// guards sets what keeps a run from being lost.
func (j *Job) guards() (err error) {
	s, c := &j.Settings, &j.Config
	if c.OnNonfinite, err = train.ParseNonfinite(s.OnNonfinite); err != nil {
		return err
	}
	if c.Checkpoints.Every, err = train.ParseInterval(s.CheckpointEvery); err != nil {
		return err
	}
	c.Checkpoints.Keep = s.CheckpointKeep
	c.StallTimeout, err = parseTimeout(s.StallTimeout)
	return err
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
