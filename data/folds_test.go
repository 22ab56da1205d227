package data

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// foldCases are what scikit-learn cuts; see testdata/folds.py.
type foldCases struct {
	Classes []struct {
		Counts []int
		K      int
		Folds  [][]int
	}
	Numbers []struct {
		N, K  int
		Sizes []int
	}
	Groups []struct {
		Groups []int
		K      int
		Sizes  []int
	}
	Time []struct {
		N, K       int
		Train      []int
		Validation [][2]int
	}
}

func readFoldCases(t *testing.T) (c foldCases) {
	t.Helper()
	text, err := os.ReadFile("testdata/folds.json")
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func folds(t *testing.T, s Source, cfg FoldConfig) []Parts {
	t.Helper()
	all, err := Folds(s, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// disjoint checks that each training row is in one fold alone, and trained on in all
// others.
func disjoint(t *testing.T, all []Parts, k int) {
	t.Helper()
	for at := 0; at < len(all); at += k {
		seen := map[int]int{}
		n := all[at].Train.Len() + all[at].Validation.Len()
		for _, p := range all[at : at+k] {
			both := append(Origin(p.Train), Origin(p.Validation)...)
			slices.Sort(both)
			if len(both) != n || len(slices.Compact(both)) != n {
				t.Errorf("a fold of %d and %d rows has %d different ones of %d", p.Train.Len(), p.Validation.Len(), len(slices.Compact(both)), n)
			}
			for _, row := range Origin(p.Validation) {
				seen[row]++
			}
			for _, row := range Origin(p.Test) {
				if slices.Contains(both, row) {
					t.Errorf("row %d of the test part is in a fold", row)
				}
			}
		}
		if len(seen) != n {
			t.Errorf("%d rows are validated, want %d", len(seen), n)
		}
		for row, times := range seen {
			if times != 1 {
				t.Errorf("row %d is in %d folds", row, times)
			}
		}
	}
}

func TestFoldsOfClassesAsScikitLearn(t *testing.T) {
	for _, c := range readFoldCases(t).Classes {
		all := folds(t, classes(t, c.Counts...), FoldConfig{K: c.K, Repeats: 2})
		disjoint(t, all, c.K)
		for i, p := range all {
			for k, want := range c.Folds[i%c.K] {
				if got := p.Counts[k].Validation; got != want {
					t.Errorf("%v in %d folds: fold %d has %d rows of class %d, want %d", c.Counts, c.K, i, got, k, want)
				}
			}
		}
	}
}

func TestFoldsOfNumbersAsScikitLearn(t *testing.T) {
	for _, c := range readFoldCases(t).Numbers {
		all := folds(t, numbers(t, c.N), FoldConfig{K: c.K})
		disjoint(t, all, c.K)
		for i, p := range all {
			if got := p.Validation.Len(); got != c.Sizes[i] {
				t.Errorf("%d rows in %d folds: fold %d has %d, want %d", c.N, c.K, i, got, c.Sizes[i])
			}
		}
	}
}

func TestFoldsOfGroupsAsScikitLearn(t *testing.T) {
	for _, c := range readFoldCases(t).Groups {
		var groups []int
		for g, n := range c.Groups {
			groups = append(groups, slices.Repeat([]int{100 - g}, n)...)
		}
		for seed := range uint64(5) {
			all := folds(t, numbers(t, len(groups)), FoldConfig{K: c.K, SplitConfig: SplitConfig{Groups: groups, Seed: seed}})
			disjoint(t, all, c.K)
			var sizes []int
			for _, p := range all {
				sizes = append(sizes, p.Validation.Len())
				whole(t, groups, p)
			}
			if slices.Sort(sizes); !slices.Equal(sizes, c.Sizes) {
				t.Errorf("groups of %v in %d folds: sizes %v, want %v", c.Groups, c.K, sizes, c.Sizes)
			}
		}
	}
}

// whole checks that no group stands in two parts.
func whole(t *testing.T, groups []int, p Parts) {
	t.Helper()
	in := map[int]int{}
	for part, s := range []Source{p.Train, p.Validation, p.Test} {
		for _, row := range Origin(s) {
			if was, met := in[groups[row]]; met && was != part {
				t.Fatalf("group %d stands in parts %d and %d", groups[row], was, part)
			}
			in[groups[row]] = part
		}
	}
}

func TestFoldsInTimeAsScikitLearn(t *testing.T) {
	for _, c := range readFoldCases(t).Time {
		times := make([]float64, c.N)
		place := rand.New(rand.NewPCG(1, 2)).Perm(c.N) // row i is at place[i]
		row := make([]int, c.N)
		for i, at := range place {
			times[i], row[at] = float64(at)/3, i
		}
		all := folds(t, numbers(t, c.N), FoldConfig{K: c.K, SplitConfig: SplitConfig{Times: times}})
		for i, p := range all {
			train, v := Origin(p.Train), Origin(p.Validation)
			want := c.Validation[i]
			if !slices.Equal(train, row[:c.Train[i]]) || !slices.Equal(v, row[want[0]:want[1]+1]) {
				t.Errorf("%d rows in %d folds: fold %d is trained on %v and validated on %v; want the first %d, and %v", c.N, c.K, i, train, v, c.Train[i], want)
			}
		}
	}
}

// TestGroupsAreBalanced checks that groups of one class each are dealt so that each
// fold and part has its share of classes, with the sizes of the parts.
func TestGroupsAreBalanced(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var labels, groups []int
	var x [][]float32
	for g := range 300 {
		class := 0
		if g%5 == 0 {
			class = 1
		}
		for range 1 + random.IntN(9) {
			labels, groups, x = append(labels, class), append(groups, g), append(x, []float32{float32(len(x))})
		}
	}
	s, err := FromClasses(x, labels, nil)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, of int, want float64) {
		t.Helper()
		if share := float64(got) / float64(of); share < want-0.012 || share > want+0.012 {
			t.Errorf("%s: %d of %d is %.3f, want about %.3f", what, got, of, share, want)
		}
	}
	p, err := Split(s, SplitConfig{Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	whole(t, groups, p)
	for k, c := range p.Counts {
		n := c.Train + c.Validation + c.Test
		near(fmt.Sprint("training, class ", k), c.Train, n, .7)
		near(fmt.Sprint("validation, class ", k), c.Validation, n, .1)
		near(fmt.Sprint("test, class ", k), c.Test, n, .2)
	}
	for i, p := range folds(t, s, FoldConfig{K: 4, SplitConfig: SplitConfig{Groups: groups, Test: .2}}) {
		whole(t, groups, p)
		for k, c := range p.Counts {
			near(fmt.Sprintf("fold %d, class %d", i, k), c.Validation, c.Train+c.Validation, .25)
		}
	}
}

func TestSplitInTime(t *testing.T) {
	times := []float64{5, 1, 2, 2, 2, 9, 7, 3, 4, 8}
	p, err := Split(numbers(t, 10), SplitConfig{Train: .5, Validation: .2, Test: .3, Times: times})
	if err != nil {
		t.Fatal(err)
	}
	// In order 1 2 2 2 3 | 4 5 | 7 8 9.
	if got := fmt.Sprint(Origin(p.Train), Origin(p.Validation), Origin(p.Test)); got != "[1 2 3 4 7] [8 0] [6 9 5]" {
		t.Error(got)
	}
	p, err = Split(numbers(t, 10), SplitConfig{Train: .3, Test: .7, Times: times})
	if err != nil { // equal times stay together
		t.Fatal(err)
	}
	if got := fmt.Sprint(Origin(p.Train), p.Validation.Len(), Origin(p.Test)); got != "[1 2 3 4] 0 [7 8 0 6 9 5]" {
		t.Error(got)
	}
	if p, err = Split(numbers(t, 10), SplitConfig{Train: .7, Validation: .3, Times: times}); err != nil || p.Test.Len() != 0 || p.Validation.Len() != 3 {
		t.Error(p, err)
	}
}

const visits = `patient,day,dose,town,outcome
a,2020-01-05,1,x,1.5
b,2020-01-03,2,y,2.5
a,2020-01-04,3,x,2
c,2020-01-01,4,y,3
c,2020-01-02,3,x,1
,2020-01-06,5,y,4
b,2020-01-07,2,x,2
d,2020-01-08,1,y,3.5
d,2020-01-09,2,x,5
e,2020-01-10,4,y,6
e,2020-01-11,5,y,2
f,2020-01-12,1,x,1
`

func visitsTable(t *testing.T, cfg CSVConfig) *Table {
	t.Helper()
	cfg.Targets = []string{"outcome"}
	table, err := ReadCSV(strings.NewReader(visits), "visits.csv", cfg)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestColumnsThatSplit(t *testing.T) {
	groups := []int{0, 1, 0, 2, 2, 9, 1, 3, 3, 4, 4, 5}
	for _, cfg := range []CSVConfig{{}, {Drop: []string{"patient", "day"}}} {
		table := visitsTable(t, cfg)
		all := folds(t, table, FoldConfig{K: 3, SplitConfig: SplitConfig{Group: "patient", Test: .2}})
		disjoint(t, all, 3)
		for _, p := range all {
			whole(t, groups, p)
		}
		if has := strings.Contains(table.String(), "patient  category"); has != (cfg.Drop == nil) {
			t.Errorf("the table itself:\n%s", table)
		}
		for _, c := range all[0].Train.Spec().Encoder.Columns {
			if c.Name == "patient" && c.Kind != "dropped" {
				t.Errorf("the group is an input: %v", c)
			}
		}
		notes := strings.Join(all[0].Notes, "\n")
		if !strings.Contains(notes, `1 row without a value in "patient": each is a group of its own`) {
			t.Error(notes)
		}
		if has := strings.Contains(notes, `column "patient" is left out: it says which rows belong together`); has != (cfg.Drop == nil) {
			t.Error(notes)
		}
		p, err := Split(table, SplitConfig{Time: "day", Train: .5, Validation: .25, Test: .25})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(Origin(p.Train), Origin(p.Validation), Origin(p.Test)); got != "[3 4 1 2 0 5] [6 7 8] [9 10 11]" {
			t.Error(got)
		}
	}
	kept := folds(t, visitsTable(t, CSVConfig{Keep: []string{"patient"}}), FoldConfig{K: 2, SplitConfig: SplitConfig{Group: "patient"}})
	if !slices.ContainsFunc(kept[0].Train.Spec().Encoder.Columns, func(c Column) bool { return c.Name == "patient" && c.Kind == "category" }) {
		t.Error("a group that was asked to be kept is no input")
	}
}

// Two days are too few to make a column one of dates by itself, and enough to split by.
func TestSplitByFewDates(t *testing.T) {
	text := "day,a,y\n"
	for i := range 10 {
		text += fmt.Sprintf("%d.02.2024,%d,%d.5\n", 1+(i+1)%2, i*i%7, i)
	}
	table, err := ReadCSV(strings.NewReader(text), "days.csv", CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Split(table, SplitConfig{Time: "day", Train: .5, Test: .5})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(Origin(p.Train), Origin(p.Test)); got != "[1 3 5 7 9] [0 2 4 6 8]" {
		t.Error(got)
	}
	one := strings.ReplaceAll(text, "2.02.2024", "1.02.2024")
	if table, err = ReadCSV(strings.NewReader(one), "day.csv", CSVConfig{Targets: []string{"y"}}); err != nil {
		t.Fatal(err)
	}
	if _, err = Split(table, SplitConfig{Time: "day", Train: .5, Test: .5}); err == nil || !strings.Contains(err.Error(), "of 10 rows of 1 time none is left for the") {
		t.Error(err)
	}
}

func TestOneEncodingOfFolds(t *testing.T) {
	all := folds(t, visitsTable(t, CSVConfig{}), FoldConfig{K: 3, Repeats: 2, SplitConfig: SplitConfig{Test: .25}})
	for _, p := range all {
		if p.Train.Spec().Encoder != all[0].Train.Spec().Encoder {
			t.Fatal("folds have encoders of their own")
		}
	}
	both, err := Union(all[0].Train, all[0].Validation)
	if err != nil {
		t.Fatal(err)
	}
	e, err := visitsTable(t, CSVConfig{}).Fit(Origin(both))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := all[0].Train.Spec().Encoder.String(), e.String(); got != want {
		t.Errorf("the encoder is\n%swant that of all training rows,\n%s", got, want)
	}
	if fmt.Sprint(Origin(all[0].Validation)) == fmt.Sprint(Origin(all[3].Validation)) {
		t.Error("repeats cut alike")
	}
	again := folds(t, visitsTable(t, CSVConfig{}), FoldConfig{K: 3, Repeats: 2, SplitConfig: SplitConfig{Test: .25}})
	for i := range all {
		if fmt.Sprint(Origin(all[i].Validation)) != fmt.Sprint(Origin(again[i].Validation)) {
			t.Error("the same seed cuts otherwise")
		}
	}
}

func TestFoldsAreRefused(t *testing.T) {
	table := visitsTable(t, CSVConfig{})
	for _, test := range []struct {
		set  Source
		cfg  FoldConfig
		want string
	}{
		{nil, FoldConfig{}, "there is no set to split"},
		{numbers(t, 9), FoldConfig{K: 1}, "1 folds; there are 2 or more"},
		{numbers(t, 9), FoldConfig{K: 10}, "9 training rows are too few for 10 folds"},
		{numbers(t, 9), FoldConfig{Repeats: -1}, "5 folds repeated -1 times"},
		{numbers(t, 9), FoldConfig{SplitConfig: SplitConfig{Validation: .1}}, "folds have no validation part beside them"},
		{numbers(t, 9), FoldConfig{SplitConfig: SplitConfig{Test: 1}}, "training needs some"},
		{numbers(t, 9), FoldConfig{SplitConfig: SplitConfig{Groups: []int{1}}}, "slices has 9 rows, and there are groups or times for 1"},
		{numbers(t, 3), FoldConfig{K: 3, SplitConfig: SplitConfig{Groups: []int{1, 1, 2}}}, "the training rows are of 2 groups, too few for 3 folds"},
		{numbers(t, 4), FoldConfig{K: 2, SplitConfig: SplitConfig{Times: []float64{1, 1, 1, 1}}}, "too few for 2 folds in time, where rows of one time stand in one"},
		{numbers(t, 4), FoldConfig{K: 2, Repeats: 2, SplitConfig: SplitConfig{Times: []float64{1, 2, 3, 4}}}, "folds in time are the same each time"},
		{numbers(t, 9), FoldConfig{SplitConfig: SplitConfig{Group: "a"}}, `slices is no table, so that it has no column "a" to split by`},
		{table, FoldConfig{SplitConfig: SplitConfig{Group: "patiant"}}, `has no column "patiant" to split by; did you mean "patient"?`},
		{table, FoldConfig{SplitConfig: SplitConfig{Group: "outcome"}}, `column "outcome" is the target`},
		{table, FoldConfig{SplitConfig: SplitConfig{Time: "town"}}, `column "town" holds neither numbers nor dates`},
		{table, FoldConfig{SplitConfig: SplitConfig{Time: "day", Group: "patient"}}, "both by groups and in time"},
	} {
		_, err := Folds(test.set, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v\nwant %s", err, test.want)
		}
	}
}

func TestFoldNotes(t *testing.T) {
	x := [][]float32{{1}, {1}, {1}, {1}, {2}, {3}, {4}, {5}, {6}, {7}}
	s, err := FromClasses(x, []int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(folds(t, s, FoldConfig{K: 5})[4].Notes, "\n")
	for _, want := range []string{`class "yes" has 2 rows for 5 folds; not every fold measures it`, "4 of 10 training rows stand in several folds"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%s\nwant %s", notes, want)
		}
	}
}
