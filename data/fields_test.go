package data

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// pairs is a set of five rows with an image, a row of numbers beside it, a
// mask and a class for each of two positions.
func pairs(t *testing.T) Source {
	t.Helper()
	spec := Spec{
		Name: "pairs", Input: []int{2, 1, 1}, Task: MultiLabel, Targets: []string{"red", "round"},
		More: []Field{
			{Name: "place", Shape: []int{3}, Names: []string{"lat", "lon", "height"}},
			{Name: "mask", Shape: []int{2}},
			{Name: "tags", Kind: Class, Role: TargetRole, Shape: []int{2}, Names: []string{"noun", "verb"}},
		},
	}
	values := map[string][]float32{X: nil, Y: nil, "place": nil, "mask": nil, "tags": nil}
	for i := range 5 {
		f := float32(i)
		values[X] = append(values[X], f, -f)
		values[Y] = append(values[Y], float32(i%2), 1)
		values["place"] = append(values["place"], f, f+0.25, f+0.5)
		values["mask"] = append(values["mask"], 1, float32(i%2))
		values["tags"] = append(values["tags"], float32(i%2), -1)
	}
	s, err := FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFields follows every field through a view, shuffled batches and a last
// short one.
func TestFields(t *testing.T) {
	s := Subset(Subset(pairs(t), []int{4, 3, 2, 1, 0}), []int{0, 1, 3, 4})
	want := []int{4, 3, 1, 0}
	order := []int{2, 0, 1, 3}
	met := 0
	for b, err := range Batches(context.Background(), s, BatchConfig{Size: 3, Order: order}) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			r := want[order[met]]
			met++
			f := float32(r)
			for name, values := range map[string][]float32{
				X: {f, -f}, Y: {float32(r % 2), 1}, "place": {f, f + 0.25, f + 0.5}, "mask": {1, float32(r % 2)}, "tags": {float32(r % 2), -1},
			} {
				if got := b.Field(name)[i*len(values) : (i+1)*len(values)]; !slices.Equal(got, values) {
					t.Errorf("row %d, %s is %v, want %v", r, name, got, values)
				}
			}
		}
		if b.Field("none") != nil || len(b.Field("place")) != 3*len(b.Rows) {
			t.Errorf("a field that there is not, or %d values of %d rows", len(b.Field("place")), len(b.Rows))
		}
	}
	if met != 4 {
		t.Errorf("%d rows", met)
	}
	var names []string
	for _, f := range s.Spec().Fields() {
		names = append(names, f.Name)
	}
	if want := []string{X, Y, "place", "mask", "tags"}; !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
}

// TestSpecJSON: a Spec with fields comes back, and one without has no word of
// them.
func TestSpecJSON(t *testing.T) {
	spec := pairs(t).Spec()
	text, err := json.Marshal(spec)
	var again Spec
	if err := errors.Join(err, json.Unmarshal(text, &again)); err != nil || !reflect.DeepEqual(again, spec) {
		t.Errorf("%s\nis %+v: %v", text, again, err)
	}
	text, err = json.Marshal(Digits().Spec())
	if err != nil || strings.Contains(string(text), "More") {
		t.Errorf("%s, %v", text, err)
	}
	if err := json.Unmarshal([]byte(`{"More":[{"Name":"a","Kind":"klass"}]}`), &again); err == nil || !strings.Contains(err.Error(), "klass") {
		t.Error(err)
	}
}

func TestFieldErrors(t *testing.T) {
	base := func() (Spec, map[string][]float32) {
		return Spec{Input: []int{1}, Task: Regression, Targets: []string{"y"}, More: []Field{{Name: "m", Kind: Class, Names: []string{"a", "b"}}}},
			map[string][]float32{X: {1, 2}, Y: {3, 4}, "m": {0, 1}}
	}
	for _, tt := range []struct {
		name   string
		change func(s *Spec, v map[string][]float32)
		says   string
	}{
		{"rows", func(_ *Spec, v map[string][]float32) { v["m"] = v["m"][:1] }, `"m" has 1 values for 2 rows`},
		{"part of a row", func(s *Spec, v map[string][]float32) { s.Input = []int{3} }, "no rows of 3"},
		{"unknown", func(_ *Spec, v map[string][]float32) { v["n"] = nil }, `no field "n"`},
		{"class", func(_ *Spec, v map[string][]float32) { v["m"][1] = 2 }, `row 1, field "m", value 0 is 2`},
		{"NaN", func(_ *Spec, v map[string][]float32) { v[Y][0] = float32(math.NaN()) }, `field "y", value 0 is NaN`},
		{"two", func(s *Spec, _ map[string][]float32) { s.More = append(s.More, s.More[0]) }, `two fields are called "m"`},
		{"x again", func(s *Spec, _ map[string][]float32) { s.More[0].Name = X }, "Input and Task"},
		{"no name", func(s *Spec, _ map[string][]float32) { s.More[0].Name = "" }, "has no name"},
		{"no classes", func(s *Spec, _ map[string][]float32) { s.More[0].Names = nil }, "names of its classes"},
		{"shape", func(s *Spec, _ map[string][]float32) { s.More[0].Shape = []int{1 << 30, 1 << 30} }, "no row has the shape"},
		{"nothing", func(_ *Spec, v map[string][]float32) { clear(v); v[X] = nil }, "empty"},
	} {
		spec, values := base()
		tt.change(&spec, values)
		if _, err := FromFields(spec, values); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}
