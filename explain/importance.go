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
// far the cost would lie elsewhere on other rows and shuffles. A row that is left out
// is so as one that takes a value and as one that gives it. Columns whose values
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
	costs := make([][]jackknifed, len(sets)*e.cfg.Repeats) // of each score
	err = e.each(ctx, len(costs), func(i int) error {
		from := e.shuffled(rows, sets[i/e.cfg.Repeats], i%e.cfg.Repeats)
		worse, err := e.measure(ctx, rows, e.taking(rows, sets[i/e.cfg.Repeats], from))
		if err != nil {
			return err
		}
		for s := range scores {
			c, err := scores[s].cost(base, worse, bases[s].all, group, from)
			if err != nil {
				return err
			}
			costs[i] = append(costs[i], c)
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
			effect.Costs = append(effect.Costs, meanCost(costs[i*e.cfg.Repeats:(i+1)*e.cfg.Repeats], s))
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

// shuffled returns the row that each row takes columns from. The permutation of a
// repeat depends on the first of the columns alone.
func (e *Explainer) shuffled(rows *Rows, columns []int, repeat int) []int {
	from := make([]int, rows.Len())
	for i := range from {
		from[i] = i
	}
	e.draws("shuffle "+e.columns[columns[0]].Name, repeat).Shuffle(from)
	return from
}

// taking returns what gives each row the columns of another.
func (e *Explainer) taking(rows *Rows, columns, from []int) func(i int, x []float32) {
	return func(i int, x []float32) {
		for _, c := range columns {
			e.columns[c].put(x, rows.Row(from[i]))
		}
	}
}

// cost is by how much the score of shuffled rows is worse than that of the rows, also
// without each group of them. A row that is left out is so in both of its parts: the
// one that takes, and the one that is taken from; both scores are of the same rows.
func (s score) cost(base, worse *measured, all float64, group, from []int) (c jackknifed, err error) {
	sign := 1.0
	if s.higher {
		sign = -1
	}
	shuffled, err := s.of(worse, func(int) bool { return true })
	if err != nil {
		return c, err
	}
	c.all = sign * (shuffled - all)
	for g := range min(groups, len(group)) {
		stays := func(i int) bool { return group[i] != g && group[from[i]] != g }
		before, err := s.of(base, stays)
		if err != nil {
			return c, err
		}
		after, err := s.of(worse, stays)
		if err != nil {
			return c, err
		}
		c.without = append(c.without, sign*(after-before))
	}
	return c, nil
}

// meanCost is the mean of the costs of score s over the repeats.
func meanCost(repeats [][]jackknifed, s int) (c Cost) {
	n := float64(len(repeats))
	mean := jackknifed{without: make([]float64, len(repeats[0][s].without))}
	for _, r := range repeats {
		c.Repeats = append(c.Repeats, r[s].all)
		mean.all += r[s].all / n
		for g, v := range r[s].without {
			mean.without[g] += v / n
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
