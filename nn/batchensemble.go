package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// BatchEnsemble is a [Dense] for k members of an ensemble, which share its weight
// and differ in factors of what goes in and comes out, and in the bias:
//
//	yᵢ = activation(out[i] ⊙ (in[i] ⊙ xᵢ)·W + bias[i])
//
//	x [n, k, in] → y [n, k, Units], or x [n, in], which all members see
//	params: weight [in, Units], in [k, in], out [k, Units], bias [k, Units]
//
// The factors start at 1 unless In says otherwise, and do not decay. Members of
// one start stay equal: in the first layer In has to make them differ.
//
// Source: Wen, Tran and Ba, "BatchEnsemble: An Alternative Approach to Efficient
// Ensemble and Lifelong Learning", ICLR 2020, arXiv:2002.06715.
type BatchEnsemble struct {
	Units      int // outputs of each member, at least 1
	Members    int // k; may be 0 where x has the axis
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation and Scaling
	In         initial.Initializer // of in; nil: ones
	Scaling    Scaling
}

// TabM returns the network of that name for rows of numbers: k = members networks
// in one, each with hidden layers of the given sizes, which share weights as
// [BatchEnsemble] has it, and with an output layer of its own. The prediction is
// the mean that of says, and the loss the mean of the k losses, see [MemberMean].
//
// Factors of the first layer start at ±1, other ones at 1.
//
// Source: Gorishniy, Kotelnikov and Babenko, "TabM: Advancing Tabular Deep Learning
// with Parameter-Efficient Ensembling", ICLR 2025, arXiv:2410.24210. Biases start at
// zero here, and factors do not decay.
func TabM(members int, hidden []int, outputs int, act Activation, dropout float64, of Averaging) Sequential {
	s := Sequential{Flatten{}}
	for i, units := range hidden {
		l := BatchEnsemble{Units: units, Members: members, Activation: act}
		if i == 0 {
			l.In = initial.Signs{}
		}
		s = append(s, l)
		if dropout != 0 {
			s = append(s, Dropout{Rate: dropout})
		}
	}
	return append(s, DenseEach{Units: outputs}, MemberMean{Of: of})
}

// Forward implements [Layer].
func (b BatchEnsemble) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	k := b.Members
	if t.Rank() == 3 && k == 0 {
		k = t.Dim(1)
	}
	switch {
	case b.Units < 1:
		return c.fail("BatchEnsemble", fmt.Errorf("%d units; want at least 1", b.Units), t)
	case t.Rank() != 2 && t.Rank() != 3:
		return c.fail("BatchEnsemble", errors.New("takes [n, features] or [n, members, features]"), t)
	case k < 1:
		return c.fail("BatchEnsemble", fmt.Errorf("%d members; want at least 1", k), t)
	case t.Rank() == 3 && t.Dim(1) != k:
		return c.fail("BatchEnsemble", fmt.Errorf("has %d members; there are %d", k, t.Dim(1)), t)
	}
	in := t.Dim(-1)
	init, factor, err := b.Scaling.start(b.Init, b.Activation, in)
	if err != nil {
		return c.fail("BatchEnsemble", err, t)
	}
	first := b.In
	if first == nil {
		first = initial.Ones{}
	}
	w := c.Param("weight", init, in, b.Units)
	x = x.Reshape(t.Dim(0), -1, in).Mul(c.norm("in", first, k, in))
	y := x.Einsum("nki,iu->nku", w).Mul(c.norm("out", initial.Ones{}, k, b.Units))
	if b.Scaling != Standard {
		y = y.Scale(factor)
	}
	return b.Activation.Apply(y.Add(c.Bias("bias", k, b.Units)))
}

// MemberMean is the mean of what the members of a [BatchEnsemble] give, as of an
// [Ensemble]: of values, or of probabilities as logits.
//
//	x [n, k, ...] → y [n, ...]
//
// Where it is the last layer, the loss of a row in training is the mean of the
// members' losses, not that of their mean: each of them has to be right by itself,
// or they would only make up for each other. Validation and predictions are those
// of the mean.
type MemberMean struct {
	Of Averaging
}

// Forward implements [Layer].
func (m MemberMean) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case t.Rank() != 3:
		return c.fail("MemberMean", errors.New("takes [n, members, outputs]"), t)
	case int(m.Of) >= len(averagingNames):
		return c.fail("MemberMean", fmt.Errorf("there is no %v; use nn.Values, nn.Classes or nn.Labels", m.Of), t)
	}
	y := m.Of.over(x)
	if c.graph.Err() == nil {
		c.setMembers(y, x)
	}
	return y
}

// over returns the mean over axis 1, all of which have one weight.
func (a Averaging) over(x graph.Tensor) graph.Tensor {
	switch a {
	case Classes:
		return logMeanOver(x.LogSoftmax())
	case Labels:
		return logMeanOver(Softplus.Apply(x.Neg()).Neg()).Sub(logMeanOver(Softplus.Apply(x).Neg()))
	}
	return x.Mean(1)
}

// logMeanOver is log of the mean of exp(x) over axis 1.
func logMeanOver(x graph.Tensor) graph.Tensor {
	top := x.MaxOverKeep(1).StopGradient()
	return x.Sub(top).Exp().MeanKeep(1).Log().Add(top).Sum(1)
}

// setMembers remembers that y is the mean of each.
func (c *Context) setMembers(y, each graph.Tensor) {
	if c.members == nil {
		c.members = map[graph.Tensor]graph.Tensor{}
	}
	c.members[y] = each
}

// Members returns what members [n, k, ...] gave of which y is the mean by a
// [MemberMean], none if it is not.
func (c *Context) Members(y graph.Tensor) graph.Tensor { return c.members[y] }
