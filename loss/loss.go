// Package loss holds what training makes small: losses of a network's outputs
// and penalties on its weights.
//
//	l := loss.CrossEntropy{LabelSmoothing: 0.1}
//	mean := l.PerSample(z, y).Mean()
//
// A loss takes the network's plain outputs, before any softmax or sigmoid,
// which it contains in a form that does not overflow.
package loss

import (
	"errors"
	"fmt"
	"strings"

	"descent/graph"
	"descent/internal/suggest"
)

// Loss compares outputs with targets. The loss of a batch is the mean over
// its rows, so that the gradients of micro-batches add up.
type Loss interface {
	// PerSample returns the loss of each row, of shape [n], for outputs
	// z [n, k] and y: labels [n] of type Index, or targets [n, k].
	PerSample(z, y graph.Tensor) graph.Tensor

	// Predict returns what z means: probabilities [n, classes] or predicted
	// targets [n, k].
	Predict(z graph.Tensor) graph.Tensor

	// Validate returns what is wrong with the fields, if anything is.
	Validate() error

	// Name is the loss as written on the command line, as in "cross-entropy".
	Name() string
}

// ByName returns the loss of that name with its usual parameters:
// "cross-entropy", "bce", "mse", "mae", "huber", "quantile", "poisson" or "ordinal".
func ByName(name string) (Loss, error) {
	known := []Loss{CrossEntropy{}, BinaryCrossEntropy{}, MSE{}, MAE{}, Huber{Delta: 1}, Quantile{Levels: []float64{0.1, 0.5, 0.9}}, Poisson{}, Ordinal{}}
	var names []string
	for _, l := range known {
		if l.Name() == name {
			return l, nil
		}
		names = append(names, l.Name())
	}
	return nil, fmt.Errorf("loss: %w", suggest.Unknown("loss", name, names))
}

// Parse is [ByName] of a name that may have parameters behind a colon: the levels
// of quantiles, as in "quantile:0.05,0.5,0.95".
func Parse(text string) (Loss, error) {
	name, rest, more := strings.Cut(text, ":")
	l, err := ByName(name)
	switch _, levels := l.(Quantile); {
	case err != nil || !more:
		return l, err
	case levels:
		return parseLevels(rest)
	}
	return nil, fmt.Errorf("loss: %s takes nothing after its name", name)
}

// Wide is a loss that takes another number of outputs than there are classes or
// targets.
type Wide interface {
	Loss

	// Outputs is how many a network has for so many of them.
	Outputs(of int) int
}

// Outputs is how many outputs a network has for so many classes or targets.
func Outputs(l Loss, of int) int {
	if w, ok := l.(Wide); ok {
		return w.Outputs(of)
	}
	return of
}

// Plain returns l as a measure of predictions: without what only training is
// meant to feel, class weights and label smoothing. For classes that is the
// mean of -log of the probability of the true class, as scikit-learn's
// log_loss. Other losses measure as they train, and are returned as they are.
func Plain(l Loss) Loss {
	switch l.(type) {
	case CrossEntropy:
		return CrossEntropy{}
	case BinaryCrossEntropy:
		return BinaryCrossEntropy{}
	}
	return l
}

// Weighted reports whether [Plain] is another loss than l.
func Weighted(l Loss) bool {
	switch l := l.(type) {
	case CrossEntropy:
		return l.LabelSmoothing != 0 || l.ClassWeights != nil
	case BinaryCrossEntropy:
		return l.PosWeight != 0 && l.PosWeight != 1
	}
	return false
}

// Func makes a loss of a function from outputs and targets to the loss of
// each row [n]; its prediction is z itself.
//
//	loss.Func(func(z, y graph.Tensor) graph.Tensor { return z.Sub(y).Square().Mean(1) })
type Func func(z, y graph.Tensor) graph.Tensor

// PerSample implements [Loss].
func (f Func) PerSample(z, y graph.Tensor) graph.Tensor {
	if !z.Valid() || !y.Valid() {
		return z
	}
	if err := f.Validate(); err != nil {
		return fail(z, f, err, y)
	}
	l := f(z, y)
	if !l.Valid() {
		return fail(z, f, errors.New("the function returned no tensor"), y)
	}
	if t, n := l.Type(), z.Dim(0); t.Rank() != 1 || t.Dim(0) != n {
		return fail(z, f, fmt.Errorf("the function returned shape %v; want the loss of each row, [%d]: Mean(1) or Sum(1) folds the columns", t, n), y)
	}
	return l
}

// Predict implements [Loss].
func (Func) Predict(z graph.Tensor) graph.Tensor { return z }

// Validate implements [Loss].
func (f Func) Validate() error {
	if f == nil {
		return errors.New("loss: the function is nil")
	}
	return nil
}

// Name implements [Loss].
func (Func) Name() string { return "func" }

// fail records err in z's graph and returns a tensor on which further calls
// do nothing.
func fail(z graph.Tensor, l Loss, err error, y graph.Tensor) graph.Tensor {
	g := z.Graph()
	g.Fail(l.Name(), err, z.Type(), y.Type())
	return g.Const(0)
}

// matched checks z [n, k] and returns y with its shape: y has it, or is [n]
// while k is 1. ok is false if l's fields or the shapes are wrong, which is
// then the graph's error.
func matched(l Loss, z, y graph.Tensor) (_ graph.Tensor, ok bool) {
	if !z.Valid() || !y.Valid() {
		return z, false
	}
	if err := l.Validate(); err != nil {
		return fail(z, l, err, y), false
	}
	zt, yt := z.Type(), y.Type()
	if zt.Rank() != 2 {
		return fail(z, l, errors.New("the network's output must be [rows, outputs]; end it with nn.Dense"), y), false
	}
	n, k := zt.Dim(0), zt.Dim(1)
	if yt.Rank() == 1 && yt.Dim(0) == n && k == 1 || yt.Rank() == 2 && yt.Dim(0) == n && yt.Dim(1) == k {
		return y.Reshape(n, k), true
	}
	if k == 1 {
		return fail(z, l, fmt.Errorf("targets must be [%d] or [%d 1], one for each row", n, n), y), false
	}
	if yt.Rank() == 1 {
		return fail(z, l, fmt.Errorf("the network has %d outputs for one target a row; give its last layer 1 unit", k), y), false
	}
	return fail(z, l, fmt.Errorf("targets must be [%d %d], one for each output", n, k), y), false
}
