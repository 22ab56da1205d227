package data

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestSlices(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	good := [][]float32{{1, 2}, {3, 4}}
	for _, test := range []struct {
		name string
		make func() (Source, error)
		want string
	}{
		{"classes", func() (Source, error) { return FromClasses(good, []int{0, 1}, nil) }, ""},
		{"named", func() (Source, error) { return FromClasses(good, []int{0, 0}, []string{"a", "b"}) }, ""},
		{"targets", func() (Source, error) { return FromTargets(good, good) }, ""},
		{"empty", func() (Source, error) { return FromClasses(nil, nil, nil) }, "the set is empty"},
		{"no values", func() (Source, error) { return FromTargets([][]float32{{}}, good[:1]) }, "x[0] holds no values"},
		{"counts", func() (Source, error) { return FromClasses(good, []int{0}, nil) }, "2 samples but 1 labels"},
		{"target counts", func() (Source, error) { return FromTargets(good, good[:1]) }, "2 samples but 1 rows of targets"},
		{"label", func() (Source, error) { return FromClasses(good, []int{0, 2}, []string{"a", "b"}) }, "row 1 has label 2; with 2 classes, labels are 0 to 1"},
		{"negative label", func() (Source, error) { return FromClasses(good, []int{0, -1}, nil) }, "row 1 has label -1"},
		{"ragged", func() (Source, error) { return FromTargets([][]float32{{1, 2}, {3}}, good) }, "x[1] holds 1 values and x[0] holds 2"},
		{"ragged targets", func() (Source, error) { return FromTargets(good, [][]float32{{1, 2}, {3}}) }, "y[1] holds 1 values"},
		{"NaN", func() (Source, error) { return FromTargets([][]float32{{1, 2}, {3, nan}}, good) }, "x[1][1] is NaN"},
		{"infinity", func() (Source, error) { return FromTargets(good, [][]float32{{1, 2}, {inf, 1}}) }, "y[1][0] is +Inf"},
	} {
		_, err := test.make()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestViews(t *testing.T) {
	s, err := FromTargets([][]float32{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}, [][]float32{{0}, {1}, {2}})
	if err != nil {
		t.Fatal(err)
	}
	square, err := Reshape(s, 2, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	view := Subset(Subset(square, []int{2, 0, 1}), []int{0, 2})
	x, y := readAll(t, view)
	if !reflect.DeepEqual(x, []float32{8, 9, 10, 11, 4, 5, 6, 7}) || !reflect.DeepEqual(y, []float32{2, 1}) {
		t.Errorf("x %v, y %v", x, y)
	}
	if got := view.Spec(); !reflect.DeepEqual(got.Input, []int{2, 2, 1}) || got.Size() != 4 {
		t.Errorf("spec %+v", got)
	}
	for name, read := range map[string]func() error{
		"no row 3":         func() error { return s.Read([]int{3}, x, y) },
		"no row -1":        func() error { return s.Read([]int{-1}, x, y) },
		"no row 2; the":    func() error { return view.Read([]int{2}, x, y) },
		"x holds 3":        func() error { return s.Read([]int{0}, x[:3], y) },
		"y holds 1":        func() error { return s.Read([]int{0, 1}, x, y[:1]) },
		"no row 7; the":    func() error { return Subset(s, []int{7}).Read([]int{0}, x, y) },
		"no row 8; the":    func() error { return Subset(Subset(s, []int{0}), []int{8}).Read([]int{0}, x, y) },
		"the sizes must":   func() error { _, err := Reshape(s, 3); return err },
		"has the shape":    func() error { _, err := Reshape(s, -2, -2); return err },
		"after Split":      func() error { _, err := Reshape(Digits(), 64); return err },
		"can be counted":   func() error { _, err := ClassCounts(s); return err },
		"no task \"clas\"": func() error { _, err := ParseTask("clas"); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

func TestHash(t *testing.T) {
	hash := func(s Source) string {
		h, err := Hash(s)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	a := hash(numbers(t, 300))
	same := Subset(numbers(t, 301), natural(300))
	if b := hash(same); b != a {
		t.Errorf("equal rows hash to %s and %s", a, b)
	}
	if b := hash(Subset(numbers(t, 301), Order(300, 1, 0))); b == a {
		t.Error("the order does not change the hash")
	}
	if hash(&Parted{numbers(t, 9), numbers(t, 2)}) == hash(&Parted{numbers(t, 9), numbers(t, 3)}) {
		t.Error("the test part does not change the hash")
	}
	if len(a) != 64 {
		t.Errorf("%q is no SHA-256", a)
	}
}
