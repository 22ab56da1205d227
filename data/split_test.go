package data

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// classes returns a set with the given number of rows of each class; row i
// holds i.
func classes(t *testing.T, counts ...int) Source {
	t.Helper()
	var labels []int
	var x [][]float32
	for class, n := range counts {
		for range n {
			labels = append(labels, class)
			x = append(x, []float32{float32(len(x))})
		}
	}
	s, err := FromClasses(x, labels, numbered(len(counts)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func numbers(t *testing.T, n int) Source {
	t.Helper()
	x, y := make([][]float32, n), make([][]float32, n)
	for i := range x {
		x[i], y[i] = []float32{float32(i)}, []float32{float32(i * i)}
	}
	s, err := FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sizes(p Parts) [3]int { return [3]int{p.Train.Len(), p.Validation.Len(), p.Test.Len()} }

func TestSplitSizes(t *testing.T) {
	for _, test := range []struct {
		name string
		set  Source
		cfg  SplitConfig
		want [3]int
	}{
		{"defaults", numbers(t, 100), SplitConfig{}, [3]int{70, 10, 20}},
		{"rest", numbers(t, 100), SplitConfig{Validation: 0.25, Test: 0.25}, [3]int{50, 25, 25}},
		{"no test", numbers(t, 100), SplitConfig{Train: 0.9, Validation: 0.1}, [3]int{90, 10, 0}},
		{"only validation", numbers(t, 100), SplitConfig{Validation: 0.1}, [3]int{90, 10, 0}},
		{"three rows", numbers(t, 3), SplitConfig{}, [3]int{1, 1, 1}},
		{"stratified", classes(t, 50, 30, 20), SplitConfig{}, [3]int{70, 10, 20}},
		{"many small classes", classes(t, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3), SplitConfig{}, [3]int{21, 3, 6}},
		{"own test", numbers(t, 100), SplitConfig{TestSet: numbers(t, 7)}, [3]int{90, 10, 7}},
		{"own validation", numbers(t, 100), SplitConfig{ValidationSet: numbers(t, 7)}, [3]int{80, 7, 20}},
		{"both", numbers(t, 100), SplitConfig{ValidationSet: numbers(t, 7), TestSet: numbers(t, 8)}, [3]int{100, 7, 8}},
		{"with a test part", &Parted{numbers(t, 100), numbers(t, 9)}, SplitConfig{}, [3]int{90, 10, 9}},
		{"with a small one", &Parted{numbers(t, 4), numbers(t, 9)}, SplitConfig{}, [3]int{3, 1, 9}},
		{"with a large one", &Parted{numbers(t, 60000), numbers(t, 9)}, SplitConfig{}, [3]int{55000, 5000, 9}},
		{"test part, fraction", &Parted{numbers(t, 100), numbers(t, 9)}, SplitConfig{Validation: 0.3}, [3]int{70, 30, 9}},
		{"test part, validation", &Parted{numbers(t, 100), numbers(t, 9)}, SplitConfig{ValidationSet: numbers(t, 8)}, [3]int{100, 8, 9}},
	} {
		p, err := Split(test.set, test.cfg)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := sizes(p); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	unlike, _ := FromClasses([][]float32{{1, 2}, {3, 4}}, []int{0, 1}, nil)
	for _, test := range []struct {
		name string
		set  Source
		cfg  SplitConfig
		want string
	}{
		{"nothing", nil, SplitConfig{}, "no set"},
		{"empty", Subset(numbers(t, 3), nil), SplitConfig{}, "empty"},
		{"sum", numbers(t, 9), SplitConfig{Train: 0.5, Test: 0.1}, "must add up to 1"},
		{"negative", numbers(t, 9), SplitConfig{Test: -0.1}, "the test fraction is -0.1"},
		{"no training", numbers(t, 9), SplitConfig{Validation: 0.5, Test: 0.5}, "training needs some"},
		{"one row", numbers(t, 1), SplitConfig{}, "of 1 rows none is left for the validation part"},
		{"two tests", numbers(t, 9), SplitConfig{TestSet: numbers(t, 2), Test: 0.2}, "both a set of its own and a fraction"},
		{"third test", &Parted{numbers(t, 9), numbers(t, 2)}, SplitConfig{Test: 0.2}, "has its own test part"},
		{"other samples", numbers(t, 9), SplitConfig{TestSet: unlike}, "test set slices has samples of 2; those of training are 1"},
		{"other task", numbers(t, 9), SplitConfig{ValidationSet: classes(t, 2, 2)}, "validation set slices is for classification"},
		{"other classes", classes(t, 5, 5), SplitConfig{TestSet: classes(t, 2, 2, 2)}, "has the classes"},
		{"empty test", numbers(t, 9), SplitConfig{TestSet: Subset(numbers(t, 3), nil)}, "empty"},
		{"row that cannot be read", Subset(numbers(t, 3), []int{0, 1, 9}), SplitConfig{}, "no row 9"},
	} {
		if _, err := Split(test.set, test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// Each row stands in one part, equal seeds give equal parts, and each class is
// in proportion to a row.
func TestSplitIsAPartition(t *testing.T) {
	counts := []int{1, 2, 3, 10, 55, 129}
	s := classes(t, counts...)
	for seed := range uint64(20) {
		p, err := Split(s, SplitConfig{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Split(s, SplitConfig{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p, again) {
			t.Errorf("seed %d gives two splits", seed)
		}
		if sizes(p) != [3]int{140, 20, 40} {
			t.Errorf("seed %d: sizes %v", seed, sizes(p))
		}
		seen := make([]bool, s.Len())
		for _, part := range []Source{p.Train, p.Validation, p.Test} {
			x, _ := readAll(t, part)
			for _, v := range x {
				if seen[int(v)] {
					t.Errorf("seed %d: row %v stands in two parts", seed, v)
				}
				seen[int(v)] = true
			}
		}
		for row, there := range seen {
			if !there {
				t.Errorf("seed %d: row %d is in no part", seed, row)
			}
		}
		for i, c := range p.Counts {
			n := float64(counts[i])
			if c.Train < 1 || float64(c.Test) > 0.2*n+1 || float64(c.Test) < 0.2*n-1 || float64(c.Validation) > 0.1*n+1 || float64(c.Validation) < 0.1*n-1 {
				t.Errorf("seed %d: class %s of %v: %+v", seed, c.Class, n, c)
			}
		}
		if !strings.Contains(p.String(), `note: class "0" has a single row`) {
			t.Errorf("seed %d: the class seen once is not noted:\n%s", seed, p)
		}
	}
	a, _ := Split(s, SplitConfig{Seed: 1})
	b, _ := Split(s, SplitConfig{Seed: 2})
	if reflect.DeepEqual(a.Test, b.Test) {
		t.Error("two seeds give one split")
	}
}

func TestSplitNotesRowsOnBothSides(t *testing.T) {
	x, y := [][]float32{{1, 0}, {2, 0}, {3, 0}}, [][]float32{{1}, {2}, {3}}
	s, _ := FromTargets(x, y)
	negative := [][]float32{{1, float32(math.Copysign(0, -1))}, {2, 0}, {9, 0}}
	test, _ := FromTargets(negative, [][]float32{{1}, {7}, {3}})
	p, err := Split(s, SplitConfig{ValidationSet: s, TestSet: test})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"3 of 3 validation rows also stand in training, so results on them flatter",
		"1 of 3 test rows also stand in training, so results on them flatter",
	}
	if !reflect.DeepEqual(p.Notes, want) {
		t.Errorf("notes %q", p.Notes)
	}
}

// The statistics come from the training part alone.
func TestSplitFitsOnTraining(t *testing.T) {
	text := "a,late,y\n"
	for i := range 100 {
		text += fmt.Sprintf("%d,1,%d\n", i*i%101, i%2)
	}
	text += "50,2,1\n"
	table, err := readTable(text, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	raw := Subset(table, natural(100)) // the column late is constant here
	p, err := Split(raw, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], `"late" is left out: it is constant in the training part (1)`) {
		t.Errorf("notes %q", p.Notes)
	}
	x, _ := readAll(t, p.Train)
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(x))
	if mean := sum / n; mean > 1e-6 || mean < -1e-6 || squares/n > 1+1e-6 || squares/n < 1-1e-6 {
		t.Errorf("training part has mean %v and square %v", mean, squares/n)
	}
	other, err := readTable("y,late,a\n0,2,7\n1,1,8\n", CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = Split(raw, SplitConfig{TestSet: other}); err != nil || p.Test.Spec().Encoder != p.Train.Spec().Encoder {
		t.Errorf("the test set is not encoded as training is: %v", err)
	}
	odd, err := readTable("y,late,a\n0,2,7\n5,1,8\n", CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Split(raw, SplitConfig{TestSet: odd}); err == nil || !strings.Contains(err.Error(), `t.csv, line 3, column "y": "5" is no class`) {
		t.Errorf("unknown class in the test set: %v", err)
	}
}

// own is a user's source.
type own struct {
	spec Spec
	n    int
	read func(rows []int, x, y []float32) error
}

func (s own) Spec() Spec                            { return s.spec }
func (s own) Len() int                              { return s.n }
func (s own) Read(rows []int, x, y []float32) error { return s.read(rows, x, y) }

func TestOwnSource(t *testing.T) {
	spec := Spec{Name: "mine", Input: []int{1}, Task: Classification, Classes: []string{"a", "b"}}
	value := func(v, class float32) func([]int, []float32, []float32) error {
		return func(rows []int, x, y []float32) error {
			for i, r := range rows {
				x[i], y[i] = float32(r), float32(r%2)
				if r == 7 {
					x[i], y[i] = v, class
				}
			}
			return nil
		}
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, test := range []struct {
		name string
		s    own
		want string
	}{
		{"good", own{spec, 20, value(7, 1)}, ""},
		{"NaN", own{spec, 20, value(nan, 1)}, "row 7, value 0 is NaN"},
		{"infinity", own{spec, 20, value(inf, 1)}, "row 7, value 0 is +Inf"},
		{"class", own{spec, 20, value(1, 2)}, "row 7 is of class 2; classes are 0 to 1"},
		{"half a class", own{spec, 20, value(1, 0.5)}, "row 7 is of class 0.5"},
		{"error", own{spec, 20, func([]int, []float32, []float32) error { return errors.New("disk gone") }}, "disk gone"},
		{"panic", own{spec, 20, func([]int, []float32, []float32) error { panic("oh") }}, "Read of data.own panicked: oh"},
		{"no shape", own{Spec{Task: Classification, Classes: []string{"a"}}, 20, nil}, "shape of a sample is empty"},
		{"bad shape", own{Spec{Input: []int{0}}, 20, nil}, "no sample has the shape [0]"},
		{"no classes", own{Spec{Input: []int{1}, Task: Classification}, 20, nil}, "names of its classes"},
		{"no task", own{Spec{Input: []int{1}}, 20, nil}, "neither classification nor regression"},
		{"no target", own{Spec{Input: []int{1}, Task: Regression, Targets: []string{"y"}, Unlabeled: true}, 20, nil}, "no target"},
	} {
		_, err := Split(test.s, SplitConfig{})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestSplitNotesValidationAsTest(t *testing.T) {
	set := func(text string) Source {
		s, err := readTable(text, CSVConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	held := "a,y\n1.5,u\n2.5,v\n"
	parts, err := Split(set("a,y\n1,u\n2,v\n3,u\n4,v\n"), SplitConfig{ValidationSet: set(held), TestSet: set(held)})
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(parts.Notes, "\n"); !strings.Contains(notes, "all 2 test rows also stand in validation") {
		t.Errorf("notes %q", notes)
	}
}
