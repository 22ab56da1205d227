package train

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/model"
)

// padded is a set whose rows are not known to be sequences: all are as long as the longest.
type padded struct{ data.FieldReader }

// bitsOf writes the numbers of a report with every bit, and its worst rows.
func bitsOf(r model.Report) string {
	text := fmt.Sprintln(r.Rows, math.Float64bits(r.Loss), math.Float64bits(r.Plain))
	for _, name := range r.Scores() {
		text += fmt.Sprintln(name, math.Float64bits(r.Score(name)))
	}
	for _, s := range r.Worst {
		text += fmt.Sprintln(s.Row, math.Float64bits(s.Loss))
	}
	return text
}

// TestMeasureByLength: sequences that are measured and predicted beside others of their
// length give what they do when all are as long as the longest, to the bit and in their
// order, alone and by a group.
func TestMeasureByLength(t *testing.T) {
	// Lines of 0 to 24 letters.
	all := linesOf(t, 6200, func(i int) string { return strings.Repeat("abcdefghb", 3)[i%3:][:(i*i*7+i)%25] }).Train
	if n := all.Len(); n < 4200 {
		t.Fatalf("%d rows, which are no more than a window", n)
	}
	for _, source := range []data.Source{all, data.Subset(all, []int{4, 4000, 7, 7, 9}), data.Subset(all, []int{25})} {
		lengths := data.Lengths(source)
		for name, net := range sequenceNetworks(source.Spec()) {
			m := trainer(t, net, source.Spec(), Config{Seed: 3}).Model()
			long := padded{source.(data.FieldReader)}
			want, err := m.Evaluate(t.Context(), long)
			if err != nil {
				t.Fatal(err)
			}
			same := func(who string, m *model.Model) {
				got, err := m.Evaluate(t.Context(), source)
				if err != nil {
					t.Error(err)
					return
				}
				if got, want := bitsOf(got), bitsOf(want); got != want {
					t.Errorf("%s of %d rows, %s:\n%s\npadded:\n%s", name, len(lengths), who, got, want)
				}
				if !reflect.DeepEqual(got.Classification, want.Classification) {
					t.Errorf("%s, %s: other classes are measured", name, who)
				}
			}
			same("alone", m)
			for _, n := range []int{2, 3} {
				var group sync.WaitGroup
				for rank, g := range dist.Local(n) {
					group.Go(func() { same(fmt.Sprintf("rank %d of %d", rank, n), m.In(g)) })
				}
				group.Wait()
			}
			var samples []model.Sample
			for s, err := range m.Samples(t.Context(), long) {
				if err != nil {
					t.Fatal(err)
				}
				s.Prediction = slices.Clone(s.Prediction)
				samples = append(samples, s)
			}
			row, wide := 0, len(source.Spec().More[0].Names)
			for s, err := range m.Samples(t.Context(), source) {
				if err != nil {
					t.Fatal(err)
				}
				of := samples[row]
				if s.Row != row || s.Loss != of.Loss || len(s.Prediction) != wide*lengths[row] || !slices.Equal(s.Prediction, of.Prediction[:len(s.Prediction)]) {
					t.Fatalf("%s: row %d is row %d with loss %v and %d values, want %v", name, row, s.Row, s.Loss, len(s.Prediction), of.Loss)
				}
				row++
			}
			row = 0
			for values, err := range m.Predictions(t.Context(), source) {
				if err != nil {
					t.Fatal(err)
				}
				if of := samples[row].Prediction; len(values) != wide*lengths[row] || !slices.Equal(values, of[:len(values)]) {
					t.Fatalf("%s: the prediction of row %d differs", name, row)
				}
				row++
			}
			if row != source.Len() {
				t.Errorf("%s: %d predictions of %d rows", name, row, source.Len())
			}
		}
	}
}
