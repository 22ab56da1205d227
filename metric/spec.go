package metric

import (
	"errors"
	"fmt"
	"slices"
)

// Kind is what is predicted, and what the rows of an [Accumulator] are.
type Kind int

const (
	// Classes: one of several. A prediction holds the probability of each
	// class, a target one number, that of the class.
	Classes Kind = iota

	// Numbers: real values. A prediction and a target hold one value for each
	// name, in its own unit.
	Numbers

	// Labels: any of several, each yes or no. A prediction holds the
	// probability of each label, a target 1 or 0 for each.
	Labels
)

// String returns "classes", "numbers" or "labels".
func (k Kind) String() string { return [...]string{"classes", "numbers", "labels"}[k] }

// Spec describes what is predicted.
type Spec struct {
	Kind  Kind
	Names []string // of the classes, the values or the labels

	// Scales are, of values that are a forecast, by how much each differs from what it
	// was a season before, which [Metric] mase divides by; nil where nothing is known.
	Scales []float64

	// Tokens says that the classes are tokens of a text, of which one says little.
	Tokens bool
}

// String returns "3 classes".
func (s Spec) String() string {
	text := fmt.Sprintf("%d %v", len(s.Names), s.Kind)
	if n := len(text); len(s.Names) == 1 && s.Kind == Classes {
		return text[:n-2]
	} else if len(s.Names) == 1 {
		return text[:n-1]
	}
	return text
}

// Width is how many values a target has: 1 for classes, otherwise one for each
// name. A prediction has one for each name.
func (s Spec) Width() int {
	if s.Kind == Classes {
		return 1
	}
	return len(s.Names)
}

// valid returns an error if nothing can be measured.
func (s Spec) valid() error {
	switch {
	case s.Kind < Classes || s.Kind > Labels:
		return fmt.Errorf("metric: kind %d; want Classes, Numbers or Labels", int(s.Kind))
	case s.Kind == Classes && len(s.Names) < 2:
		return fmt.Errorf("metric: %v; want at least 2", s)
	case len(s.Names) == 0:
		return fmt.Errorf("metric: %v; want at least 1", s)
	case s.Scales != nil && (s.Kind != Numbers || len(s.Scales) != len(s.Names)):
		return fmt.Errorf("metric: %d scales of %v; want one for each number", len(s.Scales), s)
	}
	return nil
}

// OnClasses is [Metric.Fits] of a metric of classes.
func OnClasses(s Spec) error { return only(s.Kind == Classes, "is of classes") }

// OnTwoClasses is [Metric.Fits] of a metric of two classes.
func OnTwoClasses(s Spec) error { return only(s.two(), "is of two classes") }

// OnNumbers is [Metric.Fits] of a metric of real values.
func OnNumbers(s Spec) error { return only(s.Kind == Numbers, "is of numbers") }

// OnLabels is [Metric.Fits] of a metric of labels, each yes or no.
func OnLabels(s Spec) error { return only(s.Kind == Labels, "is of labels") }

func onClassesOrLabels(s Spec) error { return only(s.Kind != Numbers, "is of classes or labels") }

func onTwoClassesOrLabels(s Spec) error {
	return only(s.two() || s.Kind == Labels, "is of two classes or of labels")
}

func (s Spec) two() bool { return s.Kind == Classes && len(s.Names) == 2 }

func only(fits bool, what string) error {
	if fits {
		return nil
	}
	return errors.New(what)
}

// OnForecasts is [Metric.Fits] of a metric of a forecast.
func OnForecasts(s Spec) error { return only(s.Scales != nil, "is of a forecast") }

func (s Spec) clone() Spec {
	s.Names, s.Scales = slices.Clone(s.Names), slices.Clone(s.Scales)
	return s
}
