package train

import (
	"fmt"
	"maps"

	"descent/nn"
	"descent/schedule"
)

// ofRule are the schedules of what surrounds the layers: all but those of numbers that
// layers have.
func (c Config) ofRule() map[string]schedule.Schedule {
	if _, ok := c.Schedules[nn.DropoutRate]; !ok {
		return c.Schedules
	}
	of := maps.Clone(c.Schedules)
	delete(of, nn.DropoutRate)
	return of
}

// follow returns what numbers of layers follow: the factor of update t = 1, 2, ...
func (c Config) follow() map[string]func(t int) float64 {
	s, ok := c.Schedules[nn.DropoutRate]
	if !ok {
		return nil
	}
	return map[string]func(int) float64{nn.DropoutRate: func(t int) float64 { return s.At(t - 1) }}
}

// checkFollow returns what is wrong with the schedules of layers.
func (c Config) checkFollow() error {
	s, ok := c.Schedules[nn.DropoutRate]
	if !ok {
		return nil
	}
	if s == nil {
		return fmt.Errorf("Config.Schedules: that of %s is nil", nn.DropoutRate)
	}
	if _, watched := schedule.Watched(s); watched {
		return fmt.Errorf("Config.Schedules: %s cannot follow a plateau, which drives the learning rate alone", nn.DropoutRate)
	}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("Config.Schedules: %s: %w", nn.DropoutRate, err)
	}
	return nil
}
