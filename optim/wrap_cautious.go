package optim

import "descent/graph"

// Cautious leaves out what moves against the gradient of the moment, and makes
// up for it in length:
//
//	φ = 1 where u·g > 0, else 0     u the direction of Rule
//	u ← u·φ/max(mean φ, 10⁻³) + λθ
//
// The mean is over one parameter. λ is the weight decay that is part of Rule,
// which is not masked, as in the authors' AdamW; that of [LAMB] and [LARS] is
// inside of their norms and is. Hyperparameters are those of Rule, its name on
// the command is "cautious-adam" for Adam.
//
// Source: Liang et al., "Cautious Optimizers: Improving Training with One Line
// of Code", 2024, arXiv:2411.16085, algorithm 1; the least mean is that of the
// authors' program.
type Cautious struct {
	Rule Rule `json:"rule"`
}

func (o Cautious) Name() string         { return wrappedName(cautious, o.Rule) }
func (o Cautious) DefaultRate() float64 { return innerRate(o.Rule) }
func (o Cautious) Validate() error      { return validateInner("Cautious", o.Rule) }
func (o Cautious) inner() Rule          { return o.Rule }
func (Cautious) around(inner Rule) Rule { return Cautious{inner} }

func (o Cautious) Update(p *Param) graph.Tensor { return alone(o, p) }

// UpdateAll implements [JointRule].
func (o Cautious) UpdateAll(params []*Param) []graph.Tensor {
	lambda := ownDecay(o.Rule)
	apart := make([]bool, len(params)) // what decays outside of the mask
	for i, p := range params {
		apart[i] = p.Decays && lambda != 0 && decoupled(o.Rule)
		p.Decays = p.Decays && !apart[i]
	}
	us := directions(o.Rule, params)
	for i, p := range params {
		p.Decays = p.Decays || apart[i]
		if us[i].Valid() {
			us[i] = o.masked(p, us[i])
		}
		if apart[i] && us[i].Valid() {
			us[i] = p.decayed(us[i], lambda)
		}
	}
	return us
}

// masked is u·φ/max(mean φ, 10⁻³).
func (o Cautious) masked(p *Param, u graph.Tensor) graph.Tensor {
	// The product of signs, as that of small numbers would vanish.
	zero := u.Const(0)
	mask := zero.Less(u.Sign().Mul(p.Grad.Sign()))
	share := mask.Sum().Div(mask.Const(float64(mask.Type().Size()))).Max(p.Hyper("least share", 1e-3))
	return u.Mul(mask).Div(share)
}
