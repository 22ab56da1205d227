package train

import (
	"errors"
	"fmt"

	"descent/data"
	"descent/graph"
	"descent/internal/network"
	"descent/nn"
)

// alone returns why net cannot train on a single row, nil if it can.
func alone(net nn.Layer, spec data.Spec) error {
	g := graph.New()
	c := nn.NewContext(g, true)
	c.ProvideFields(1, network.Inputs(spec)...)
	net.Forward(c, g.Input(data.X, graph.Shape(append([]int{1}, spec.Input...)...)))
	var at *graph.ShapeError
	if err := g.Err(); errors.As(err, &at) && errors.Is(err, nn.ErrOneValue) {
		return fmt.Errorf("layer %s cannot train on one: %w", at.Path, nn.ErrOneValue)
	}
	return nil // other faults show with any number of rows
}

// cut says how n rows fall into parts of size rows: how many there are, and how
// many rows the last one has. A single row that is left over joins the part
// before it if the network cannot train on it alone.
func (t *Trainer) cut(n, size int) (parts, last int) { return cut(n, size, t.least) }

func cut(n, size, least int) (parts, last int) {
	parts, last = n/size, size
	switch left := n % size; {
	case left == 0:
	case left < least && parts > 0:
		last += left
	default:
		parts, last = parts+1, left
	}
	return parts, last
}

// Updates returns how many updates an epoch of n rows takes when net is trained
// by c: one a batch. The last batch has the rows that are left over; but a
// single one joins the batch before it if net cannot train on it alone, as a
// batch normalization of single values cannot. An error says why there is no
// batch that net can train on.
func (c Config) Updates(net nn.Layer, spec data.Spec, n int) (int, error) {
	size := c.withDefaults(spec).BatchSize
	if size == All || size > n {
		size = n
	}
	if n < 1 {
		return 0, fmt.Errorf("train: the training set is empty")
	}
	parts, _ := cut(n, size, 1)
	if err := alone(net, spec); err != nil {
		parts, _ = cut(n, size, leastRows)
		return parts, tooFew(n, size, err)
	}
	return parts, nil
}

// tooFew returns an error if updates of size rows out of n are of a single one,
// on which the network cannot train because of cause.
func tooFew(n, size int, cause error) error {
	switch {
	case n == 1:
		return fmt.Errorf("train: the training set has a single row, and %w", cause)
	case size == 1:
		return fmt.Errorf("train: batches have a single row, and %w; take 2 rows a batch or more", cause)
	}
	return nil
}

// leastRows is what a batch has at least for a network that cannot train on a
// single row.
const leastRows = 2
