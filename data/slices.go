package data

import (
	"fmt"
	"strconv"
)

// memory is a set in plain Go slices.
type memory struct {
	spec Spec
	x, y [][]float32 // y is nil for classes
	z    []int       // nil for targets
}

// FromClasses returns samples of classes: labels[i], in [0, len(names)), is
// the class of x[i]. Without names, classes are named by their numbers and
// end at the greatest label.
//
// The samples are taken as they are: they are neither copied nor
// standardized. NaN and infinity are refused.
func FromClasses(x [][]float32, labels []int, names []string) (Source, error) {
	if err := checkSamples("x", x); err != nil {
		return nil, err
	}
	if len(labels) != len(x) {
		return nil, fmt.Errorf("data: %d samples but %d labels; each sample needs one", len(x), len(labels))
	}
	if names == nil {
		names = numbered(maxLabel(labels) + 1)
	}
	for i, label := range labels {
		if label < 0 || label >= len(names) {
			return nil, fmt.Errorf("data: row %d has label %d; with %d classes, labels are 0 to %d", i, label, len(names), len(names)-1)
		}
	}
	spec := Spec{Name: "slices", Input: []int{len(x[0])}, Task: Classification, Classes: names, Targets: []string{"class"}}
	return &memory{spec: spec, x: x, z: labels}, nil
}

// FromTargets returns samples of regression: y[i] holds the targets of x[i].
//
// Samples and targets are taken as they are: they are neither copied nor
// standardized. NaN and infinity are refused.
func FromTargets(x, y [][]float32) (Source, error) {
	if err := checkSamples("x", x); err != nil {
		return nil, err
	}
	if len(y) != len(x) {
		return nil, fmt.Errorf("data: %d samples but %d rows of targets; each sample needs one", len(x), len(y))
	}
	if err := checkSamples("y", y); err != nil {
		return nil, err
	}
	targets := []string{"y"}
	if len(y[0]) > 1 {
		targets = numbered(len(y[0]))
		for i := range targets {
			targets[i] = "y" + targets[i]
		}
	}
	spec := Spec{Name: "slices", Input: []int{len(x[0])}, Task: Regression, Targets: targets}
	return &memory{spec: spec, x: x, y: y}, nil
}

func checkSamples(name string, x [][]float32) error {
	if len(x) == 0 {
		return fmt.Errorf("data: %s: %w", name, errEmpty)
	}
	if len(x[0]) == 0 {
		return fmt.Errorf("data: %s[0] holds no values", name)
	}
	for i, row := range x {
		if len(row) != len(x[0]) {
			return fmt.Errorf("data: %s[%d] holds %d values and %s[0] holds %d; all rows must be equally long", name, i, len(row), name, len(x[0]))
		}
		for j, v := range row {
			if v-v != 0 {
				return fmt.Errorf("data: %s[%d][%d] is %v; values must be finite", name, i, j, v)
			}
		}
	}
	return nil
}

func (s *memory) Spec() Spec   { return s.spec }
func (s *memory) Len() int     { return len(s.x) }
func (s *memory) vetted() bool { return true }

func (s *memory) Read(rows []int, x, y []float32) error {
	size, targetSize := len(s.x[0]), s.spec.TargetSize()
	if err := checkRead(len(s.x), size, targetSize, rows, x, y); err != nil {
		return err
	}
	for i, r := range rows {
		copy(x[i*size:], s.x[r])
		switch {
		case y == nil:
		case s.y == nil:
			y[i] = float32(s.z[r])
		default:
			copy(y[i*targetSize:], s.y[r])
		}
	}
	return nil
}

func (s *memory) labels() []int32 {
	if s.z == nil {
		return nil
	}
	labels := make([]int32, len(s.z))
	for i, label := range s.z {
		labels[i] = int32(label)
	}
	return labels
}

func maxLabel(labels []int) int {
	most := 0
	for _, label := range labels {
		most = max(most, label)
	}
	return most
}

// numbered returns the names "0", "1", ... of n classes.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}
