package settings

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"descent/schedule"
)

// Schedules are how hyperparameters change. On the command line they are one text,
// as in "momentum=dip;beta2=cosine:floor=0.9", in files a mapping, where the text
// is allowed, too:
//
//	schedules: {momentum: dip}
type Schedules []pair

func (s *Schedules) set(text string) error {
	var list Schedules
	for _, part := range parts(text) {
		key, spec, ok := strings.Cut(part, "=")
		p := pair{strings.TrimSpace(key), strings.TrimSpace(spec)}
		if !ok || p.key == "" {
			return errors.New("names of hyperparameters and their schedules, as in momentum=dip")
		}
		list = append(list, p)
	}
	*s = list
	return nil
}

func (s *Schedules) text() string {
	var list []string
	for _, p := range *s {
		list = append(list, p.key+"="+p.value)
	}
	return strings.Join(list, ";")
}

func (s *Schedules) read(r *yamlReader, n *yaml.Node) error {
	pairs, err := r.pairs(n, "schedules")
	*s = pairs
	return err
}

func (s *Schedules) yaml() string {
	var b strings.Builder
	for _, p := range *s {
		b.WriteString("\n  " + scalarText(p.key) + ": " + scalarText(p.value))
	}
	if len(*s) == 0 {
		return " {}"
	}
	return b.String()
}

// build makes them what the trainer takes. u are the units of a run.
func (s Schedules) build(u schedule.Units) (map[string]schedule.Schedule, error) {
	if len(s) == 0 {
		return nil, nil
	}
	if err := twice(s); err != nil {
		return nil, err
	}
	schedules := map[string]schedule.Schedule{}
	for _, p := range s {
		var err error
		if schedules[p.key], err = schedule.Parse(p.value, u); err != nil {
			return nil, fmt.Errorf("%s: %w", p.key, err)
		}
	}
	return schedules, nil
}
