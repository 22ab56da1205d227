package data

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"descent/data/internal/parse"
	"descent/internal/rng"
)

// Bounds of the search for columns that give the target away.
const (
	leakRows   = 20_000   // that are looked at
	leakValues = 4 << 20  // of all their features
	leakWork   = 10 << 20 // rows times columns times targets
	leastRows  = 60       // below which a coincidence is too likely
	leakR2     = 0.995    // of numbers, on rows that were not fitted
	leakSkill  = 0.98     // of classes: the part of the commonest class's errors that the column avoids
)

// noteLeaks notes columns of a table each of which predicts a target almost perfectly
// alone. One half of some training rows says what target goes with a value, the other
// measures that: of a number the values between which it lies, of a category its level.
func (p *Parts) noteLeaks(seed uint64) error {
	e := p.Train.Spec().Encoder
	if e == nil || e.Kind != tableKind || len(e.inputNames()) < 2 {
		return nil
	}
	width, targets := e.width(), p.Train.Spec().TargetSize()
	n := min(p.Train.Len(), leakRows, leakValues/width, leakWork/(len(e.inputNames())*targets))
	if n < leastRows {
		return nil
	}
	rows := natural(p.Train.Len())
	rng.Key{Seed: seed, Stream: rng.Stream("leaks")}.Shuffle(rows)
	rows = rows[:n]
	x, y := make([]float32, n*width), make([]float32, n*targets)
	if err := p.Train.Read(rows, x, y); err != nil {
		return err
	}
	at := 0
	for i := range e.Columns {
		c := &e.Columns[i]
		if w := c.width(); w > 0 {
			if c.Kind == parse.TextKind { // which no one value stands for
				at += w
				continue
			}
			if text := c.tells(e, valuesOf(c, x[at:], width, n), y, targets); text != "" {
				p.Notes = append(p.Notes, fmt.Sprintf("column %q %s: is it what is to be predicted, or known only afterwards? --drop %q leaves it out", c.Name, text, c.Name))
			}
			at += w
		}
	}
	return nil
}

// valuesOf returns one value a row of a column whose features stand at x, width apart:
// its number, or that of its level.
func valuesOf(c *Column, x []float32, width, n int) []float32 {
	values := make([]float32, n)
	for row := range values {
		cell := x[row*width:]
		switch {
		case c.Kind == parse.CategoryKind:
			values[row] = -1
			for slot, v := range cell[:c.width()] {
				if v != 0 {
					values[row] = float32(slot)
				}
			}
		case c.Missing && cell[c.width()-1] != 0:
			values[row] = float32(math.Inf(-1))
		default:
			values[row] = cell[0]
		}
	}
	return values
}

// tells says how well values predict one of the targets in y; nothing if not almost
// perfectly.
func (c *Column) tells(e *Encoder, values, y []float32, targets int) string {
	for k := range targets {
		target := make([]float32, len(values))
		for row := range target {
			target[row] = y[row*targets+k]
		}
		g := newGuesser(values, target, c.Kind == parse.CategoryKind)
		switch {
		case e.Task == Regression:
			if r2 := g.r2(); r2 >= leakR2 {
				return fmt.Sprintf("alone predicts the target %q (R² %.4f on rows it was not fitted on)", e.Targets[k].Name, min(r2, 0.9999))
			}
		default:
			if right, commonest := g.accuracy(); 1-right <= (1-leakSkill)*(1-commonest) && commonest < 1 {
				return fmt.Sprintf("alone predicts the target %q (right in %.2f %% of rows it was not fitted on; the commonest answer is in %.2f %%)",
					e.Targets[k].Name, 100*right, 100*commonest)
			}
		}
	}
	return ""
}

// guesser predicts a target from one value, by the rows of the first half.
type guesser struct {
	known          []float32 // values, each once, in order
	means          []float64 // of the target, at each
	commonest      []float32 // target at each
	values, target []float32 // of the other half
	exact          bool      // a value that is not known says nothing
	all            struct{ mean, commonest float64 }
}

func newGuesser(values, target []float32, exact bool) *guesser {
	half := len(values) / 2
	g := &guesser{values: values[half:], target: target[half:], exact: exact}
	order := natural(half)
	sort.SliceStable(order, func(i, j int) bool { return values[order[i]] < values[order[j]] })
	for from := 0; from < half; {
		to := from
		var of []float32
		for to < half && values[order[to]] == values[order[from]] {
			of = append(of, target[order[to]])
			to++
		}
		mean, most := middle(of)
		g.known, g.means, g.commonest = append(g.known, values[order[from]]), append(g.means, mean), append(g.commonest, most)
		from = to
	}
	mean, most := middle(slices.Clone(target[:half]))
	g.all.mean, g.all.commonest = mean, float64(most)
	return g
}

// middle returns the mean of values, and the least of those that are commonest. Their
// order is lost.
func middle(values []float32) (mean float64, commonest float32) {
	slices.Sort(values)
	most, run := 0, 0
	for i, v := range values {
		mean += float64(v)
		if run++; i > 0 && values[i-1] != v {
			run = 1
		}
		if run > most {
			most, commonest = run, v
		}
	}
	return mean / float64(len(values)), commonest
}

// between returns the known values around v, and how far it is from the first to the
// second.
func (g *guesser) between(v float32) (low, high int, share float64, known bool) {
	at, found := slices.BinarySearch(g.known, v)
	switch {
	case found:
		return at, at, 0, true
	case g.exact:
		return 0, 0, 0, false
	case at == 0:
		return 0, 0, 0, true
	case at == len(g.known):
		return at - 1, at - 1, 0, true
	}
	share = float64(v-g.known[at-1]) / float64(g.known[at]-g.known[at-1])
	if share-share != 0 { // next to a missing value
		share = 1
	}
	return at - 1, at, share, true
}

// r2 is the part of the variance of the other half that is predicted.
func (g *guesser) r2() float64 {
	mean, _ := middle(slices.Clone(g.target))
	var left, spread float64
	for i, v := range g.values {
		guess := g.all.mean
		if low, high, share, known := g.between(v); known {
			guess = float64(g.means[low]*(1-share)) + float64(g.means[high]*share)
		}
		y := float64(g.target[i])
		left += float64((y - guess) * (y - guess))
		spread += float64((y - mean) * (y - mean))
	}
	if spread == 0 {
		return 0
	}
	return 1 - left/spread
}

// accuracy is the part of the other half whose class is predicted, by the value and by
// the commonest class.
func (g *guesser) accuracy() (right, commonest float64) {
	for i, v := range g.values {
		guess := float32(g.all.commonest)
		if low, high, share, known := g.between(v); known {
			guess = g.commonest[low]
			if share > 0.5 {
				guess = g.commonest[high]
			}
		}
		if guess == g.target[i] {
			right++
		}
		if float32(g.all.commonest) == g.target[i] {
			commonest++
		}
	}
	n := float64(len(g.values))
	return right / n, commonest / n
}
