package data

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestPositions: batches of lines are no longer than their longest line takes, and what
// they hold is what longer ones hold before the padding.
func TestPositions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for range 200 {
		text.WriteString(strings.Repeat("ab", 20)[:1+r.IntN(19)] + "\n")
	}
	p, err := Split(textOf(t, text.String(), TextConfig{Lines: true}), SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	every := make([]int, 0, 90)
	for row := 0; row < p.Train.Len(); row += 2 {
		every = append(every, row)
	}
	for _, source := range []Source{p.Train, Subset(p.Train, every)} {
		lengths, most := Lengths(source), source.Spec().Size()
		if len(lengths) != source.Len() || slices.Max(lengths) != most {
			t.Fatalf("%d lengths up to %d, want %d up to %d", len(lengths), slices.Max(lengths), source.Len(), most)
		}
		order := OrderByLength(Order(source.Len(), 5, 1), lengths, 7)
		rows := slices.Clone(order)
		if slices.Sort(rows); !slices.Equal(rows, natural(source.Len())) {
			t.Fatalf("rows %v", rows)
		}
		allowed := []int{4, 6, 8, 12, 16, most}
		cfg := BatchConfig{Size: 7, Order: order, Positions: allowed}
		var short []Batch
		padded, values := 0, func(b Batch, field string) []float32 { return slices.Clone(b.Field(field)) }
		for b, err := range Batches(context.Background(), source, cfg) {
			if err != nil {
				t.Fatal(err)
			}
			longest := 0
			for _, row := range b.Rows {
				longest = max(longest, lengths[row])
			}
			if at, ok := slices.BinarySearch(allowed, b.Positions); !ok || longest > b.Positions || at > 0 && longest <= allowed[at-1] {
				t.Fatalf("batch %d of lines up to %d has %d positions", b.Index, longest, b.Positions)
			}
			for _, row := range b.Rows {
				padded += b.Positions - lengths[row]
			}
			kept := Batch{Rows: slices.Clone(b.Rows), X: values(b, X), Positions: b.Positions}
			kept.Set(NextField, values(b, NextField))
			kept.Set(WeightField, values(b, WeightField))
			short = append(short, kept)
		}
		if mean := float64(padded) / float64(source.Len()); mean > 3 {
			t.Errorf("%v positions of padding a line", mean)
		}
		cfg.Positions = nil
		for b, err := range Batches(context.Background(), source, cfg) {
			if err != nil {
				t.Fatal(err)
			}
			s := short[b.Index]
			if b.Positions != 0 || !slices.Equal(b.Rows, s.Rows) || !slices.Equal(b.Field(WeightField), s.Field(WeightField)) {
				t.Fatalf("batch %d: rows %v, %d positions", b.Index, b.Rows, b.Positions)
			}
			for _, field := range []string{X, NextField} {
				for i := range b.Rows {
					all, some := b.Field(field)[i*most:(i+1)*most], s.Field(field)[i*s.Positions:(i+1)*s.Positions]
					if !slices.Equal(all[:s.Positions], some) || slices.ContainsFunc(all[s.Positions:], func(v float32) bool { return v != -1 }) {
						t.Fatalf("batch %d, row %d: %v, and padded %v", b.Index, b.Rows[i], some, all)
					}
				}
			}
		}
	}
	if Lengths(Digits()) != nil {
		t.Error("images have lengths")
	}
}
