// Package explain says what a model of tables goes by: which columns matter, how
// its prediction depends on each, why it predicts what it does for a row, where it
// is wrong, and whether new rows are like those that it was trained on.
//
//	e, err := explain.New(m, explain.Config{Seed: 1})
//	rows, err := e.Read(ctx, test)
//	importance, err := e.Importance(ctx, rows)
//	curve, err := e.Dependence(ctx, rows, 0)
//	reasons, err := e.Row(ctx, x, background)
//	words, err := e.Words(ctx, x, 2, "a text")
//	slices, err := e.Slices(ctx, rows)
//
// All of it asks the model for predictions and knows nothing of its layers. The
// unit is a column of the table: what it became, such as the levels of a category
// or a number and its indicator, changes together. Results are the same bits
// whatever the number of workers.
package explain

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"descent/data"
	"descent/internal/rng"
	"descent/metric"
	"descent/model"
)

// Config says how much is computed. The zero value is the defaults.
type Config struct {
	Seed    uint64 // of all that is drawn
	Rows    int    // of a set that are read, at most; more are sampled, fewer of very wide ones. 0: 10,000
	Repeats int    // shuffles of each column; 0: 5
	Samples int    // orders of the columns for the reasons of a row, in pairs; 0: 1,000
	Points  int    // of a curve; 0: 40
	Words   int    // of a text that are left out one by one, at most; of longer ones stretches are. 0: 500
	Workers int    // goroutines; 0: all cores. They do not change the results.
}

// filled is the configuration with its defaults.
func (c Config) filled() (Config, error) {
	for _, of := range []struct {
		name        string
		n           *int
		usual, most int
	}{
		{"rows", &c.Rows, 10_000, 1 << 30}, {"repeats", &c.Repeats, 5, 10_000}, {"samples", &c.Samples, 1000, 10_000_000},
		{"points", &c.Points, 40, 10_000}, {"words", &c.Words, 500, 100_000}, {"workers", &c.Workers, runtime.GOMAXPROCS(0), 1 << 16},
	} {
		if *of.n < 0 || *of.n > of.most {
			return c, fmt.Errorf("explain: %d %s; want 1 to %d, or 0 for the default, %d", *of.n, of.name, of.most, of.usual)
		}
		if *of.n == 0 {
			*of.n = of.usual
		}
	}
	return c, nil
}

// Explainer asks a model what it goes by. It is safe for concurrent use.
type Explainer struct {
	model   *model.Model
	columns []Column
	of      metric.Spec // what is predicted
	cfg     Config
}

// New returns an explainer of a model whose samples are rows of a table, or flat
// samples of numbers made by a program, whose values then count as columns. Of
// several goals it explains the first.
func New(m *model.Model, cfg Config) (*Explainer, error) {
	if m == nil {
		return nil, errors.New("explain: there is no model")
	}
	cfg, err := cfg.filled()
	if err != nil {
		return nil, err
	}
	spec := m.Spec()
	if err := Suits(spec); err != nil {
		return nil, err
	}
	columns, err := columnsOf(spec)
	if err != nil {
		return nil, err
	}
	goal := m.Objective()[0]
	of, err := model.MetricSpec(spec, goal)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if goal.Target != data.Y || goal.Mask != "" {
		return nil, fmt.Errorf("explain: the model's first goal, %s, is of field %q; predictions of the target of a row are explained", goal.Name, goal.Target)
	}
	return &Explainer{m, columns, of, cfg}, nil
}

// Columns returns the columns that the model reads, in order.
func (e *Explainer) Columns() []Column { return slices.Clone(e.columns) }

// Outputs returns the names of what is predicted: the classes, whose probabilities
// are explained, likewise the labels, or the targets, in their own units.
func (e *Explainer) Outputs() []string { return slices.Clone(e.of.Names) }

// Find returns the place of the column of a name.
func (e *Explainer) Find(name string) (int, error) { return find(e.columns, name) }

// each runs tasks 0 to n-1 on the workers and returns the error of the first that
// has one.
func (e *Explainer) each(ctx context.Context, n int, task func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var group sync.WaitGroup
	for range min(e.cfg.Workers, n) {
		group.Go(func() {
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = task(i)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// draws are those of a purpose, such as the shuffles of a column.
func (e *Explainer) draws(purpose string, draw int) rng.Key {
	return rng.Key{Seed: e.cfg.Seed, Stream: rng.Stream("explain." + purpose), Draw: uint32(draw)}
}

// chunk is how many rows are predicted at once.
const chunk = 256

// predict returns the predictions of n samples, [n, outputs], that fill writes.
func (e *Explainer) predict(ctx context.Context, n int, fill func(i int, x []float32)) ([]float64, error) {
	size := e.model.Spec().Size()
	x := make([]float32, min(n, chunk)*size)
	out := make([]float64, 0, n*len(e.of.Names))
	for from := 0; from < n; from += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows := min(chunk, n-from)
		for i := range rows {
			fill(from+i, x[i*size:(i+1)*size])
		}
		var err error
		if out, err = e.model.AppendPredict(out, x[:rows*size]); err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
	}
	return out, nil
}
