package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/engine"
	"descent/internal/canonical"
	"descent/loss"
	"descent/nn"
)

// Calibration is the temperature that suits some rows; see [Model.Calibrate].
type Calibration struct {
	Temperature   float64 // T, by which outputs are divided, to four digits
	Before, After float64 // the mean loss of a row, without T and with it
	Noise         float64 // standard error of Before - After
	Rows          int
}

// Helps reports whether the temperature lowers the loss by more than noise: by
// more than one standard error, which is about the likelihood ratio test at 5 %,
// as T was chosen on the same rows.
func (c Calibration) Helps() bool { return c.Before-c.After > c.Noise }

// Calibrate finds the temperature T by which the outputs for classes or labels are
// divided best, on rows that the model was not trained on: that which makes
//
//	L(T) = -(1/n) Σᵢ log softmax(z(i)/T)_y(i) + (ln T)²/(2nσ²),  σ = ln 2
//
// least. The sum is the log loss, without class weights and label smoothing; of yes
// or no the two logits are z and 0. The other term counts as much as a row or two: T
// hardly leaves the range of 1/4 to 4 unless many rows say so, since a few that are all
// right are no proof of certainty. [Model.WithTemperature] returns the calibrated
// model.
//
// An error says why outputs are no logits of classes or labels. Of many rows the
// first are taken, as many as have 2²⁵ logits.
//
// Source: Guo et al., ICML 2017, arXiv:1706.04599, §4.2, without the second term.
func (m *Model) Calibrate(ctx context.Context, source data.Source) (Calibration, error) {
	if err := m.calibratable(); err != nil {
		return Calibration{}, fmt.Errorf("model: calibrate: %w", err)
	}
	if source == nil || source.Len() == 0 {
		return Calibration{}, errors.New("model: there are no rows to calibrate on")
	}
	if err := m.net.Fits(source.Spec()); err != nil {
		return Calibration{}, fmt.Errorf("model: %w", err)
	}
	a, err := m.answers(ctx, source)
	if err != nil {
		return Calibration{}, err
	}
	return a.calibration(m.Temperature()), nil
}

// calibration is the temperature of logits that were divided by one already.
func (a *answers) calibration(divided float64) Calibration {
	c := Calibration{Rows: len(a.truth) / a.perRow}
	t := a.best(divided) / divided // of the outputs without one
	c.Temperature, _ = strconv.ParseFloat(strconv.FormatFloat(1/t, 'g', 4, 64), 64)
	c.Before, c.After, c.Noise = a.compare(divided / c.Temperature)
	return c
}

// calibratable returns an error unless the outputs are logits of one goal of
// classes or labels.
func (m *Model) calibratable() error {
	o := m.net.Objective
	switch g := o[0]; {
	case len(o) > 1:
		return fmt.Errorf("the model has %d goals; a temperature is of one", len(o))
	case g.Task == data.Regression:
		return errors.New("the model predicts numbers; a temperature is of the probabilities of classes and labels")
	case g.Target != data.Y || g.Mask != "" || g.Output != "":
		return fmt.Errorf("goal %q is not of the network's result and y", g.Name)
	default:
		return Temperate(g.Loss)
	}
}

// Temperate returns an error unless a loss takes logits, which a temperature divides
// without another answer.
func Temperate(l loss.Loss) error {
	switch l.(type) {
	case loss.CrossEntropy, loss.BinaryCrossEntropy:
		return nil
	}
	return fmt.Errorf("loss %s takes no logits, which a temperature divides", l.Name())
}

// answers are logits and what was right: of each row one answer of several
// classes, or one for each label.
type answers struct {
	z      []float32 // [answers, wide]; of yes or no one, whose other is 0
	truth  []int
	wide   int
	perRow int
	weight []float64 // of each row, with the mean 1; nil: all 1
}

// mostLogits bounds the memory that calibration takes.
const mostLogits = 1 << 25

// answers gathers the logits of the rows of source.
func (m *Model) answers(ctx context.Context, source data.Source) (*answers, error) {
	e := engine.New(m.workers)
	defer e.Close()
	p := newPredictor(m, e)
	a := &answers{perRow: 1}
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most}) {
		if err != nil {
			return nil, err
		}
		out, err := p.outputs(len(batch.Rows), &batch)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		z := out[0]
		if a.wide = len(z) / len(batch.Rows); m.net.Objective[0].Task == data.MultiLabel {
			a.perRow, a.wide = a.wide, 1
		}
		a.z = append(a.z, z...)
		for _, y := range batch.Y {
			a.truth = append(a.truth, int(y))
		}
		for _, w := range batch.Field(m.net.Objective[0].Rows) {
			a.weight = append(a.weight, float64(w))
		}
		if len(a.z) >= mostLogits {
			break
		}
	}
	if i := slices.IndexFunc(a.z, func(v float32) bool { return v-v != 0 }); i >= 0 {
		return nil, fmt.Errorf("model: row %d: an output is %v; there is no temperature for it", i/(a.wide*a.perRow), a.z[i])
	}
	return a, a.balance()
}

// balance gives the weights the mean 1.
func (a *answers) balance() error {
	sum := 0.0
	for _, w := range a.weight {
		sum += w
	}
	if a.weight != nil && !(sum > 0) {
		return errors.New("model: the weights of all rows are 0: there is nothing to calibrate on")
	}
	for i := range a.weight {
		a.weight[i] *= float64(len(a.weight)) / sum
	}
	return nil
}

// of is the weight of an answer.
func (a *answers) of(answer int) float64 {
	if a.weight == nil {
		return 1
	}
	return a.weight[answer/a.perRow]
}

// at returns the loss of answer i whose logits are multiplied by t, and its first
// two derivatives by t. Powers are of 2, as in temperatures of before.
func (a *answers) at(i int, t float64) (l, d, dd float64) {
	z := a.z[i*a.wide : (i+1)*a.wide]
	var pair [2]float32
	if a.wide == 1 {
		pair[1] = z[0]
		z = pair[:]
	}
	top := float64(t * float64(slices.Max(z)))
	var sum, mean, square float64
	for _, v := range z {
		v := float64(v)
		p := canonical.Exp2((float64(t*v) - top) * math.Log2E)
		sum, mean, square = sum+p, mean+float64(p*v), square+float64(p*v*v)
	}
	mean, square = mean/sum, square/sum
	right := float64(z[a.truth[i]])
	return canonical.Log(sum) + top - float64(t*right), mean - right, square - float64(mean*mean)
}

// best returns by what to multiply logits that were divided by divided, so that L is
// least: by Newton's method for the logarithm u, between bounds that close in.
func (a *answers) best(divided float64) float64 {
	const strength = 1 / (math.Ln2 * math.Ln2) // 1/σ²
	known := canonical.Log(divided)
	low, high, u := known-canonical.Log(64), known+canonical.Log(64), 0.0
	for range 60 {
		t := canonical.Exp2(u * math.Log2E)
		var d, dd float64
		for i := range a.truth {
			_, di, ddi := a.at(i, t)
			w := a.of(i)
			d, dd = d+float64(w*di), dd+float64(w*ddi)
		}
		d, dd = d/float64(a.perRow), dd/float64(a.perRow)
		slope, bend := float64(t*d)+float64((u-known)*strength), float64(t*d)+float64(t*t*dd)+strength
		if slope > 0 {
			high = u
		} else {
			low = u
		}
		next := u - slope/bend
		if !(bend > 0 && next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-u) <= 1e-7 {
			return canonical.Exp2(next * math.Log2E)
		}
		u = next
	}
	return canonical.Exp2(u * math.Log2E)
}

// compare returns the mean loss of a row with its logits as they are and multiplied
// by t, and the standard error of the difference.
func (a *answers) compare(t float64) (before, after, noise float64) {
	n := len(a.truth) / a.perRow
	var sum, squares float64
	for row := range n {
		var fell float64
		for k := range a.perRow {
			was, _, _ := a.at(row*a.perRow+k, 1)
			is, _, _ := a.at(row*a.perRow+k, t)
			share := a.of(row*a.perRow+k) / float64(a.perRow)
			before, after, fell = before+float64(share*was), after+float64(share*is), fell+float64(share*(was-is))
		}
		sum, squares = sum+fell, squares+float64(fell*fell)
	}
	size := float64(n)
	variance := max(0, squares/size-float64((sum/size)*(sum/size)))
	return before / size, after / size, math.Sqrt(variance / max(1, size-1))
}

// Temperature is the T of the [nn.Temperature] behind the last layer; 1 if there is
// none.
func (m *Model) Temperature() float64 {
	if s, ok := m.net.Layer.(nn.Sequential); ok && len(s) > 0 {
		if last, ok := s[len(s)-1].(nn.Temperature); ok {
			return last.T
		}
	}
	return 1
}

// WithTemperature returns the model, with the same weights, as one whose outputs
// are divided by t, by a layer [nn.Temperature] behind the last; what stood there
// before no longer does. The weights of an [nn.Sequential] keep their names.
func (m *Model) WithTemperature(t float64) (*Model, error) {
	layers, listed := m.net.Layer.(nn.Sequential)
	switch {
	case !listed:
		layers = nn.Sequential{m.net.Layer}
	case m.hasTemperature():
		layers = layers[:len(layers)-1]
	}
	c := m.clone()
	c.net.Narrow, c.narrow = nil, nil
	c.net.Layer = append(slices.Clip(layers), nn.Temperature{T: t})
	err := c.declare(func(declared []engine.Variable) (*engine.Store, error) {
		if listed {
			return m.Store().Select(declared...)
		}
		return renamed(m.Store(), declared)
	})
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return c, nil
}

// renamed returns the weights of a layer that now stands first in a list: its number
// and its kind are before their names.
func renamed(weights *engine.Store, declared []engine.Variable) (*engine.Store, error) {
	values := map[string][]float32{}
	for _, d := range declared {
		if parts := strings.SplitN(d.Name, ".", 3); len(parts) == 3 {
			values[d.Name] = weights.Value(parts[2])
		}
	}
	return engine.StoreOf(values, declared...)
}

func (m *Model) hasTemperature() bool {
	s, ok := m.net.Layer.(nn.Sequential)
	if !ok || len(s) == 0 {
		return false
	}
	_, ok = s[len(s)-1].(nn.Temperature)
	return ok
}
