package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"descent/graph"
	"descent/internal/canonical"
	"descent/internal/suggest"
)

// Ensemble averages what its members make of one input:
//
//	Values   y = Σ wᵢ·yᵢ
//	Classes  y = log Σ wᵢ·softmax(yᵢ), over the last axis
//	Labels   y = logit Σ wᵢ·sigmoid(yᵢ), of each number
//
//	x [n, ...] → y like what each member gives
//
// So a loss and what decodes outputs see what they see of one network: the
// softmax of y is the mean of the members' probabilities, and the sigmoid of y
// that of theirs. Both are computed from logarithms, so that no finite output
// overflows and none rounds to a probability of 0 or 1.
//
// The weights of member i are under "0.", "1.", ... A member of weight 0 keeps its
// place and is not computed.
type Ensemble struct {
	Members []Layer
	Weights []float64 // at least 0, with a sum above 0, by which they are divided; none: all are equal
	Of      Averaging // what the members give
}

// Averaging says what the numbers are that an [Ensemble] averages. The zero value
// is [Values].
type Averaging uint8

const (
	Values  Averaging = iota // numbers, averaged as they are
	Classes                  // logits of one class of several: probabilities are averaged
	Labels                   // logits that are each yes or no: probabilities are averaged
)

var averagingNames = []string{"values", "classes", "labels"}

// Forward implements [Layer].
func (e Ensemble) Forward(c *Context, x graph.Tensor) graph.Tensor {
	weights, err := e.weights()
	if err != nil {
		return c.fail("Ensemble", err, x.Type())
	}
	var ys []graph.Tensor
	var used []float64
	first := graph.Tensor{}
	for i, member := range e.Members {
		y := c.Call(strconv.Itoa(i), member, x)
		if c.graph.Err() != nil {
			return c.none()
		}
		if i == 0 {
			first = y
		}
		if y.Type() != first.Type() {
			return c.fail("Ensemble", fmt.Errorf("member 0 gives %v and member %d %v; they must give the same", first.Type(), i, y.Type()), x.Type())
		}
		if weights[i] > 0 {
			ys, used = append(ys, y), append(used, weights[i])
		}
	}
	switch e.Of {
	case Classes:
		return meanClass(ys, used)
	case Labels:
		return meanLabel(ys, used)
	}
	return meanValue(ys, used)
}

// weights returns those of the members, with a sum of 1.
func (e Ensemble) weights() ([]float64, error) {
	n := len(e.Members)
	switch {
	case n == 0:
		return nil, errors.New("has no members")
	case int(e.Of) >= len(averagingNames):
		return nil, fmt.Errorf("there is no %v; use nn.Values, nn.Classes or nn.Labels", e.Of)
	case len(e.Weights) == 0:
		return slices.Repeat([]float64{1 / float64(n)}, n), nil
	case len(e.Weights) != n:
		return nil, fmt.Errorf("%d weights of %d members; want one for each, or none", len(e.Weights), n)
	}
	sum := 0.0
	for i, w := range e.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("the weight of member %d is %v; want a number of at least 0", i, w)
		}
		sum += w
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("the weights add up to %v; want a sum above 0", sum)
	}
	weights := make([]float64, n)
	for i, w := range e.Weights {
		weights[i] = w / sum
	}
	return weights, nil
}

func meanValue(ys []graph.Tensor, weights []float64) graph.Tensor {
	y := ys[0].Scale(weights[0])
	for i := 1; i < len(ys); i++ {
		y = y.Add(ys[i].Scale(weights[i]))
	}
	return y
}

func meanClass(ys []graph.Tensor, weights []float64) graph.Tensor {
	logs := make([]graph.Tensor, len(ys))
	for i, y := range ys {
		logs[i] = y.LogSoftmax()
	}
	return logMean(logs, weights)
}

// meanLabel is log p - log (1-p), each from logarithms: both keep their digits
// where p is near 0 or 1.
func meanLabel(ys []graph.Tensor, weights []float64) graph.Tensor {
	yes, no := make([]graph.Tensor, len(ys)), make([]graph.Tensor, len(ys))
	for i, y := range ys {
		yes[i] = Softplus.Apply(y.Neg()).Neg()
		no[i] = Softplus.Apply(y).Neg()
	}
	return logMean(yes, weights).Sub(logMean(no, weights))
}

// logMean returns log Σ wᵢ·exp(xᵢ). The largest of xᵢ + log wᵢ is subtracted
// first, which leaves the gradient as it is.
func logMean(xs []graph.Tensor, weights []float64) graph.Tensor {
	logs := make([]graph.Tensor, len(xs))
	var top, sum graph.Tensor
	for i, x := range xs {
		if logs[i] = x.AddScalar(canonical.Log(weights[i])); i == 0 {
			top = logs[i]
		} else {
			top = top.Max(logs[i])
		}
	}
	top = top.StopGradient()
	for i, l := range logs {
		if p := l.Sub(top).Exp(); i == 0 {
			sum = p
		} else {
			sum = sum.Add(p)
		}
	}
	return top.Add(sum.Log())
}

// String returns "values", "classes" or "labels".
func (a Averaging) String() string {
	if int(a) < len(averagingNames) {
		return averagingNames[a]
	}
	return fmt.Sprintf("Averaging(%d)", uint8(a))
}

// MarshalText writes the name.
func (a Averaging) MarshalText() ([]byte, error) {
	if int(a) >= len(averagingNames) {
		return nil, fmt.Errorf("nn: there is no %v", a)
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads the name.
func (a *Averaging) UnmarshalText(text []byte) error {
	i := slices.Index(averagingNames, string(text))
	if i < 0 {
		return fmt.Errorf("nn: %w", suggest.Unknown("averaging", string(text), averagingNames))
	}
	*a = Averaging(i)
	return nil
}
