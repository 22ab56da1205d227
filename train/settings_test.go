package train

import (
	"math"
	"reflect"
	"testing"

	"descent/data"
)

// TestSameSettings: settings are compared by value, not by how they are written.
func TestSameSettings(t *testing.T) {
	type inner struct {
		Rates []float64
		Names map[string]int
		Scale float64
	}
	type outer struct {
		A inner
		B []string
		C float64
	}
	say := func(v any) []setting { return []setting{{"X", words(reflect.ValueOf(&v).Elem(), 0)}} }
	zero := math.Copysign(0, -1)
	for _, row := range []struct {
		a, b any
		same bool
	}{
		{outer{C: 0.10}, outer{C: 1e-1}, true},
		{outer{B: []string{}, C: 1}, outer{C: 1}, true},
		{outer{A: inner{Rates: []float64{}, Names: map[string]int{}, Scale: 2}}, outer{A: inner{Scale: 2}}, true},
		{outer{A: inner{Rates: []float64{zero, 1}}}, outer{A: inner{Rates: []float64{0, 1}}}, true},
		{map[string]int{"a": 1, "b": 2}, map[string]int{"b": 2, "a": 1}, true},
		{zero, 0.0, true},
		{&outer{C: 1}, outer{C: 1}, true},
		{outer{C: 1}, outer{C: -1}, false},
		{outer{B: []string{""}}, outer{}, false},
		{[]float64{-0.5}, []float64{0.5}, false},
		{[]int{-10}, []int{10}, false},
	} {
		if err := sameSettings(say(row.a), say(row.b)); (err == nil) != row.same {
			t.Errorf("%#v and %#v: %v", row.a, row.b, err)
		}
	}
}

// TestRenamedTypes: words of before are compared by the names of today.
func TestRenamedTypes(t *testing.T) {
	for _, row := range []struct {
		saved string
		have  any
	}{
		{"data.Augment{Crop: 4, Flip: true}", data.Augment{Crop: 4, Flip: true}},
		{"data.Augment{}", data.Augment{}},
	} {
		have := []setting{{"X", words(reflect.ValueOf(row.have), 0)}}
		if err := sameSettings([]setting{{"X", row.saved}}, have); err != nil {
			t.Error(err)
		}
	}
}
