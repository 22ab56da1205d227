package search

import (
	"fmt"
	"math"
	"strconv"

	"descent/internal/canonical"
	"descent/internal/rng"
)

// Range is what a setting may be: one of Choices, or a number from Low to High.
type Range struct {
	Name    string   `json:"name"`
	Choices []string `json:"choices,omitempty"`
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Log     bool     `json:"log,omitempty"`    // uniform in the logarithm
	Whole   bool     `json:"whole,omitempty"`  // whole numbers, both ends included
	Points  int      `json:"points,omitempty"` // in a grid; 0: a range of numbers is none
}

// Validate returns what is wrong with the range, if anything is.
func (r Range) Validate() error {
	switch {
	case len(r.Choices) > 0:
		return nil
	case !(r.Low < r.High) || math.IsInf(r.High-r.Low, 0):
		return fmt.Errorf("%s from %v to %v: the second must be larger", r.Name, r.Low, r.High)
	case r.Log && r.Low <= 0:
		return fmt.Errorf("%s from %v to %v: a logarithmic range begins above 0", r.Name, r.Low, r.High)
	case r.Whole && (r.Low != math.Trunc(r.Low) || r.High != math.Trunc(r.High) || math.Abs(r.Low) > 1<<53 || math.Abs(r.High) > 1<<53):
		return fmt.Errorf("%s from %v to %v: want whole numbers", r.Name, r.Low, r.High)
	case r.Points < 0 || r.Points == 1:
		return fmt.Errorf("%s: a grid of %d points; want 2 or more", r.Name, r.Points)
	}
	return nil
}

// at returns the value at the share u of the range, in [0, 1], as text.
// Fractions are rounded to four digits, so that they can be typed.
func (r Range) at(u float64) string {
	low, high := r.Low, r.High
	if r.Whole {
		low, high = low-0.5, high+0.5
		if r.Log {
			low = max(low, r.Low/2)
		}
	}
	v := low + float64(u*(high-low))
	if r.Log {
		v = canonical.Exp(canonical.Log(low) + float64(u*(canonical.Log(high)-canonical.Log(low))))
	}
	if r.Whole {
		return strconv.FormatFloat(min(max(math.Round(v), r.Low), r.High), 'f', -1, 64)
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // it has just been formatted
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Examples returns values of the range: all choices, or some numbers.
func (r Range) Examples() []string {
	if len(r.Choices) > 0 {
		return r.Choices
	}
	return []string{r.at(0), r.at(0.37), r.at(1)}
}

// draw returns a value by a number that is uniform in (0, 1).
func (r Range) draw(u float64) string {
	if n := len(r.Choices); n > 0 {
		return r.Choices[min(int(u*float64(n)), n-1)]
	}
	return r.at(u)
}

// grid returns the values of the range in a grid.
func (r Range) grid() []string {
	if len(r.Choices) > 0 {
		return r.Choices
	}
	var values []string
	for i := range r.Points {
		v := r.at(float64(i) / float64(r.Points-1))
		if n := len(values); n == 0 || values[n-1] != v {
			values = append(values, v)
		}
	}
	return values
}

// Space is settings with what each may be.
type Space []Range

// Sample returns values, one for each range, of trial i: a function of the
// seed, the names and i alone.
func (s Space) Sample(seed uint64, i int) []string {
	values := make([]string, len(s))
	for j, r := range s {
		key := rng.Key{Seed: seed, Stream: rng.Stream("search/" + r.Name), Draw: uint32(i)}
		values[j] = r.draw(key.Float64(0))
	}
	return values
}

// Grid returns every combination of values, the last setting varying fastest.
// It fails where there are more than most, or a range has no points.
func (s Space) Grid(most int) ([][]string, error) {
	all := [][]string{nil}
	for _, r := range s {
		values := r.grid()
		if len(values) == 0 {
			return nil, fmt.Errorf("%s: a grid needs points, as in {log: [0.001, 0.1], points: 5}, or a list of values", r.Name)
		}
		if len(all)*len(values) > most {
			return nil, fmt.Errorf("the grid has more than %d combinations; search at random, or leave values out", most)
		}
		var next [][]string
		for _, head := range all {
			for _, v := range values {
				next = append(next, append(append([]string(nil), head...), v))
			}
		}
		all = next
	}
	return all, nil
}
