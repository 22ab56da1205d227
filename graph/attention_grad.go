package graph

import (
	"descent/internal/kernel"
	attend "descent/internal/kernel/attention"
)

// attentionGrad is the gradient of [Tensor.Attention] with respect to operand of: 0,
// 1 or 2. Its operands are those of attention, then dy. One kernel makes all three.
type attentionGrad struct {
	attention
	of int
}

func (attentionGrad) Name() string { return "AttentionGrad" }

func (a attentionGrad) Infer(in ...Type) (Type, error) { return in[a.of], nil }

func (a attention) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	dx := make([]Tensor, len(x))
	for i := range 3 {
		dx[i] = attentionGrad{a, i}.apply(x, dy)
	}
	return dx
}

func (a attentionGrad) apply(x []Tensor, dy Tensor) Tensor {
	return x[0].apply(a, append(x[1:len(x):len(x)], dy)...)
}

// Eval64 goes query by query, as that of attention.
func (a attentionGrad) Eval64(e *Eval) {
	clear(e.Out)
	q, k, v, dys := e.In[0], e.In[1], e.In[2], e.In[len(e.In)-1]
	scale := Const{a.scale}.value64()
	a.each64(e, func(r row64) {
		dy, dp, mean := r.ofResult(dys), make([]float64, len(r.p)), 0.0
		for j, p := range r.p {
			for c, v := range r.ofValue(v, j) {
				dp[j] += dy[c] * v * r.factor[j]
				if a.of == 2 {
					r.ofValue(e.Out, j)[c] += p * r.factor[j] * dy[c]
				}
			}
			mean += p * dp[j]
		}
		for j, p := range r.p {
			ds := p * (dp[j] - mean) * scale
			for c := range r.d {
				switch a.of {
				case 0:
					r.ofQuery(e.Out)[c] += ds * r.ofKey(k, j)[c]
				case 1:
					r.ofKey(e.Out, j)[c] += ds * r.ofQuery(q)[c]
				}
			}
		}
	})
}

// MultiplyAdds is a score again and the gradient of its weight, which the gradient of
// queries is counted with, and the own product of each result.
func (a attentionGrad) MultiplyAdds(_ Type, in ...Type) int {
	s := a.shape(in)
	return s.Heads * []int{2*s.Key + s.Value, s.Key, s.Value}[a.of] * a.pairs(s)
}

// Kernel implements lowering.Producer.
func (a attentionGrad) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &attend.Backward{Shape: a.shape(in)}
}

// Results implements lowering.Joint.
func (a attentionGrad) Results() []Op {
	return []Op{attentionGrad{a.attention, 0}, attentionGrad{a.attention, 1}, attentionGrad{a.attention, 2}}
}

// plain differentiates attention written out.
func (a attentionGrad) plain(in ...Tensor) Tensor { return a.written(operands(in)) }

// written is the gradient of operand a.of where the last of x is that of the result.
func (a attentionGrad) written(x []Tensor) Tensor {
	n := len(x) - 1
	return Gradient(a.attention.plain(x[:n]...).Mul(x[n]).Sum(), x[a.of])[0]
}

// Grad differentiates attention written out, twice.
func (a attentionGrad) Grad(_, ddx Tensor, in ...Tensor) []Tensor {
	x, n := operands(in), len(in)-1
	second := Gradient(a.written(x).Mul(ddx).Sum(), x[0], x[1], x[2], x[n])
	out := make([]Tensor, len(in))
	copy(out, second[:3])
	out[n] = second[3]
	return out
}

// operand stands for an operand while what is computed of it is differentiated: its
// number, that of the node, tells it from all others, so that neither another operand
// nor what else is made of the same tensor takes part.
type operand struct{ number int }

// operands returns what stands for each of in.
func operands(in []Tensor) []Tensor {
	x := make([]Tensor, len(in))
	for i := range in {
		x[i] = in[i].apply(operand{len(in[i].n.graph.nodes)})
	}
	return x
}

func (operand) Name() string                            { return "Operand" }
func (operand) Infer(in ...Type) (Type, error)          { return in[0], nil }
func (operand) Eval64(e *Eval)                          { copy(e.Out, e.In[0]) }
func (operand) Grad(_, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy} }
func (operand) View()                                   {}
