package metric

import (
	"fmt"
	"slices"
	"sync"

	"descent/internal/suggest"
)

// own are the metrics that Register added.
var own struct {
	sync.RWMutex
	list []Metric
}

// Register makes a metric known by its name, to settings, reports and saved
// runs alike. Call it before anything asks for the name, as in an init
// function.
//
// An error says what the metric lacks, or that the name is taken.
func Register(m Metric) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if _, found, _ := member(m.Name); found {
		return fmt.Errorf("metric: the name %s is that of a built-in family; want another", m.Name)
	}
	own.Lock()
	defer own.Unlock()
	switch {
	case m.Name == Loss.Name || named(builtin, m.Name) >= 0:
		return fmt.Errorf("metric: the name %s is that of a built-in metric; want another", m.Name)
	case named(own.list, m.Name) >= 0:
		return fmt.Errorf("metric: %s is already registered; want another name", m.Name)
	}
	own.list = append(own.list, m)
	return nil
}

// All returns the metrics of the package in the order in which reports show
// them, then those registered, and at the end [Loss]. Of a family such as top5
// there is one.
func All() []Metric {
	own.RLock()
	defer own.RUnlock()
	return append(slices.Concat(builtin, own.list), Loss)
}

// Names returns the names of [All].
func Names() []string {
	var names []string
	for _, m := range All() {
		names = append(names, m.Name)
	}
	return names
}

// For returns those of [All] that fit, without [Loss].
func For(s Spec) []Metric {
	return slices.DeleteFunc(All(), func(m Metric) bool { return m.New == nil || m.Fits(s) != nil })
}

// ByName returns the metric of that name, which may be one of a family: top3
// or quantile0.25. The error for another suggests the nearest name.
func ByName(name string) (Metric, error) {
	all := All()
	if i := named(all, name); i >= 0 {
		return all[i], nil
	}
	if m, found, err := member(name); found {
		return m, err
	}
	return Metric{}, fmt.Errorf("metric: %w", suggest.Unknown("metric", name, Names()))
}

// HigherIsBetter says whether a larger value of the named metric is better.
func HigherIsBetter(name string) bool {
	m, _ := ByName(name)
	return m.Higher
}
