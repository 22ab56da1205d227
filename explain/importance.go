package explain

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Importance says how much worse a model becomes without what a column says.
type Importance struct {
	Rows    int      `json:"rows"`
	Repeats int      `json:"repeats"`
	Scores  []Scored `json:"scores"`  // of the rows as they are; the loss first, then the main score
	Columns []Effect `json:"columns"` // by the loss, the one that matters most first
	Alike   []Effect `json:"alike"`   // columns that nearly say the same, shuffled together
}

// Scored is a score of the rows as they are.
type Scored struct {
	Name   string   `json:"name"` // as package metric has it; of one target of several "target.r2"
	Higher bool     `json:"higher_is_better"`
	Value  Interval `json:"value"`
}

// Effect is what shuffling a column, or several together, costs in each of the
// scores: by how much the loss rises, or a score that is better when higher falls.
type Effect struct {
	Columns []string `json:"columns"`
	Alike   float64  `json:"alike,omitempty"` // of several: how strongly they go together, 0 to 1
	Costs   []Cost   `json:"costs"`           // in the order of the scores
}

// Cost is by how much a score becomes worse.
type Cost struct {
	Interval
	Repeats []float64 `json:"repeats"` // of each shuffle
}

// costText has the interval and the repeats beside each other.
type costText struct {
	intervalText
	Repeats []*float64 `json:"repeats"`
}

// Importance measures the permutation importance of each column: how much worse
// the model is on rows whose column is shuffled between them,
//
//	cost = mean over repeats of s(rows shuffled) - s(rows)    for a loss s; -cost for a score
//
// The intervals of 95 % are of the jackknife over ten groups of rows: they say how
// far the cost would lie elsewhere on other rows and shuffles. Columns whose values
// are nearly a function of each other share what they say, so that each looks
// less important than it is; they are also shuffled together.
//
// Source: Breiman, "Random forests", Machine Learning 45, 2001; Fisher, Rudin and
// Dominici, arXiv:1801.01489, for any model. Equal to scikit-learn's
// permutation_importance on the same shuffles.
func (e *Explainer) Importance(ctx context.Context, rows *Rows) (*Importance, error) {
	n := rows.Len()
	if n < 2 {
		return nil, fmt.Errorf("explain: %d row; shuffling a column takes 2 or more", n)
	}
	base, err := e.measure(ctx, rows, nil)
	if err != nil {
		return nil, err
	}
	scores, group := e.scores(), e.grouped(n)
	of := &Importance{Rows: n, Repeats: e.cfg.Repeats}
	bases := make([]jackknifed, len(scores))
	for s := range scores {
		if bases[s], err = scores[s].jackknife(base, group); err != nil {
			return nil, err
		}
		of.Scores = append(of.Scores, Scored{scores[s].name, scores[s].higher, bases[s].interval()})
	}
	sets, strength := e.columnSets(rows)
	worse := make([][]jackknifed, len(sets)*e.cfg.Repeats) // of each score
	err = e.each(ctx, len(worse), func(i int) error {
		m, err := e.measure(ctx, rows, e.shuffle(rows, sets[i/e.cfg.Repeats], i%e.cfg.Repeats))
		if err != nil {
			return err
		}
		for _, s := range scores {
			j, err := s.jackknife(m, group)
			if err != nil {
				return err
			}
			worse[i] = append(worse[i], j)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, set := range sets {
		effect := Effect{Alike: strength[i]}
		for _, c := range set {
			effect.Columns = append(effect.Columns, e.columns[c].Name)
		}
		for s := range scores {
			effect.Costs = append(effect.Costs, costOf(scores[s], bases[s], worse[i*e.cfg.Repeats:(i+1)*e.cfg.Repeats], s))
		}
		if len(set) > 1 {
			of.Alike = append(of.Alike, effect)
		} else {
			of.Columns = append(of.Columns, effect)
		}
	}
	for _, list := range [][]Effect{of.Columns, of.Alike} {
		slices.SortStableFunc(list, func(a, b Effect) int { return cmp.Compare(b.Costs[0].Mean, a.Costs[0].Mean) })
	}
	return of, nil
}

// Validate returns an error if an importance cannot be one, as when its file was
// changed by hand.
func (im *Importance) Validate() error {
	if im == nil || len(im.Scores) == 0 {
		return errors.New("explain: an importance of no score")
	}
	for _, e := range append(slices.Clone(im.Columns), im.Alike...) {
		if len(e.Columns) == 0 || len(e.Costs) != len(im.Scores) {
			return fmt.Errorf("explain: columns %q have %d costs of %d scores", e.Columns, len(e.Costs), len(im.Scores))
		}
	}
	return nil
}

// columnSets lists what is shuffled: each column, then columns that go together.
func (e *Explainer) columnSets(rows *Rows) (sets [][]int, strength []float64) {
	for c := range e.columns {
		sets, strength = append(sets, []int{c}), append(strength, 0)
	}
	for _, a := range alike(e.columns, rows) {
		sets, strength = append(sets, a.columns), append(strength, a.least)
	}
	return sets, strength
}

// shuffle returns what gives each row the columns of another, by a permutation. The
// permutation of a repeat depends on the first of the columns alone.
func (e *Explainer) shuffle(rows *Rows, columns []int, repeat int) func(i int, x []float32) {
	from := make([]int, rows.Len())
	for i := range from {
		from[i] = i
	}
	e.draws("shuffle "+e.columns[columns[0]].Name, repeat).Shuffle(from)
	return func(i int, x []float32) {
		for _, c := range columns {
			e.columns[c].put(x, rows.Row(from[i]))
		}
	}
}

// costOf is by how much score s became worse, over the repeats.
func costOf(of score, base jackknifed, repeats [][]jackknifed, s int) Cost {
	sign := 1.0
	if of.higher {
		sign = -1
	}
	mean := jackknifed{without: make([]float64, len(base.without))}
	var c Cost
	for _, r := range repeats {
		cost := sign * (r[s].all - base.all)
		c.Repeats = append(c.Repeats, cost)
		mean.all += cost / float64(len(repeats))
		for g := range mean.without {
			mean.without[g] += sign * (r[s].without[g] - base.without[g]) / float64(len(repeats))
		}
	}
	c.Interval = mean.interval()
	return c
}

// MarshalJSON implements [json.Marshaler].
func (c Cost) MarshalJSON() ([]byte, error) {
	t := costText{intervalText: intervalText{finite(c.Mean), finite(c.Low), finite(c.High)}}
	for _, v := range c.Repeats {
		t.Repeats = append(t.Repeats, finite(v))
	}
	return json.Marshal(t)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (c *Cost) UnmarshalJSON(text []byte) error {
	var t costText
	if err := json.Unmarshal(text, &t); err != nil {
		return err
	}
	c.Interval = Interval{there(t.Mean), there(t.Low), there(t.High)}
	for _, v := range t.Repeats {
		c.Repeats = append(c.Repeats, there(v))
	}
	return nil
}
