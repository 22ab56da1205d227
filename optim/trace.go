package optim

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/internal/plan"
)

// Entries of the scalar table that the owner of the loop sets before each
// update.
const (
	RateScalar = "rate" // η
	ClipScalar = "clip" // the factor of the gradient, [Clip.Factor]; exists only where Clip.Norm is set
)

// Config is a rule and what surrounds it:
//
//	g ← Clip(g)
//	u ← Rule(g) + λθ             λ = WeightDecay, on weights
//	θ ← θ - η·u
//	θ ← sign(θ)·max(|θ| - ηκ, 0)  κ = ProxL1, on weights
//
// 0 turns a line off.
//
// WeightDecay is decoupled from the rule and multiplied by η, as in [AdamW],
// for any rule. For gradient descent it equals the penalty ½λΣw²; for
// adaptive rules it does not.
//
// ProxL1 is the proximal step of the penalty κΣ|w|. Unlike the gradient of
// that penalty it makes weights exactly 0. It is taken with the rate itself,
// also for adaptive rules, which scale their steps element by element.
//
// Source of the proximal step: Parikh and Boyd, "Proximal Algorithms",
// Foundations and Trends in Optimization 1, 2014, sections 4.2 and 6.5.2.
type Config struct {
	Rule        Rule
	Clip        Clip
	WeightDecay float64
	ProxL1      float64
}

// Validate returns an error that names what is wrong and what would be right.
func (c Config) Validate() error {
	if c.Rule == nil {
		return errors.New("optim.Config: Rule is nil; optim.NewAdam() is a good start")
	}
	for _, err := range []error{
		c.Rule.Validate(),
		c.Clip.Validate(),
		notNegative("Config.WeightDecay", c.WeightDecay),
		notNegative("Config.ProxL1", c.ProxL1),
	} {
		if err != nil {
			return err
		}
	}
	if _, ok := bare(c.Rule).(Mover); ok && c.ProxL1 != 0 {
		return fmt.Errorf("optim.Config: %s does not evaluate the weights that it trains, so that no proximal step makes them 0; set ProxL1 to 0", c.Rule.Name())
	}
	if own := ownDecay(c.Rule); own != 0 && c.WeightDecay != 0 {
		return fmt.Errorf("optim.Config: weights would decay twice, by %s's own weight_decay = %v and by WeightDecay = %v; set one of them to 0", c.Rule.Name(), own, c.WeightDecay)
	}
	return nil
}

// Step is a traced update of all parameters.
type Step struct {
	NormSquared graph.Tensor  // Σg² over all parameters after the clip by value, of shape []; the clip factor is decided from it
	Updates     []plan.Update // of all parameters and their state
	State       []StateVar    // slot by slot, in the order of the parameters
	Hosts       []Host        // to be run after each update
}

// Trace writes the update of params into g. They must have distinct names and
// gradients of their own shapes; they are not changed. The error is the
// configuration's or the graph's.
func Trace(g *graph.Graph, cfg Config, params []*Param) (*Step, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := checkParams(g, params); err != nil {
		return nil, err
	}
	step := &Step{}
	own := make([]*Param, len(params))
	shared := (&Param{Value: params[0].Value, rule: cfg.Rule.Name()}).all()
	for i, p := range params {
		own[i] = &Param{
			Name: p.Name, Value: p.Value, Grad: cfg.Clip.byValue(p.Grad), Decays: p.Decays, Hidden: p.Hidden,
			rule: cfg.Rule.Name(), shared: shared,
		}
		// A product, not Square: that node a rule may have too, and one value
		// for both would be kept in memory from here to the update.
		square := own[i].Grad.Mul(own[i].Grad).Sum()
		if i == 0 {
			step.NormSquared = square
		} else {
			step.NormSquared = step.NormSquared.Add(square)
		}
	}
	if cfg.Clip.Norm != 0 {
		for _, p := range own {
			p.Grad = p.Grad.Mul(g.Scalar(ClipScalar, nil))
		}
	}
	for i, u := range directions(cfg.Rule, own) {
		leave := g.Enter(own[i].Name)
		next := cfg.update(g, own[i], u)
		leave()
		step.Updates = append(append(step.Updates, own[i].updates()...), plan.Update{Variable: own[i].Value, Value: next})
		step.Hosts = append(step.Hosts, own[i].hosts...)
	}
	step.Updates = append(step.Updates, shared.updates()...)
	step.State = append(states(own), states([]*Param{shared})...)
	if err := g.Err(); err != nil {
		return nil, err
	}
	return step, nil
}

// update returns the next value of a parameter whose rule says u.
func (c Config) update(g *graph.Graph, p *Param, u graph.Tensor) graph.Tensor {
	if !u.Valid() || u.Type() != p.Value.Type() {
		p.fail("Update", fmt.Errorf("the direction is %v, not a tensor of the parameter's shape %v", u, p.Value.Type()))
		return p.Value
	}
	hyper := func(name string, v float64) graph.Tensor {
		return g.Scalar(name, func(int) float64 { return v }).BroadcastTo(p.Value.Type())
	}
	if p.Decays && c.WeightDecay != 0 {
		u = u.Add(p.Value.Mul(hyper("weight_decay", c.WeightDecay)))
	}
	step := u.Mul(p.Rate())
	if m, ok := bare(c.Rule).(Mover); ok {
		return m.Move(p, step)
	}
	next := p.Value.Sub(step)
	if p.Decays && c.ProxL1 != 0 {
		next = shrink(next, hyper("prox_l1", c.ProxL1).Mul(p.Rate()))
	}
	return next
}

// updates are those of the slots that have been set.
func (p *Param) updates() (list []plan.Update) {
	for _, s := range p.slots {
		if s.next.Valid() {
			list = append(list, plan.Update{Variable: s.value, Value: s.next})
		}
	}
	return list
}

// shrink moves x towards 0 by k and stops there: sign(x)·max(|x| - k, 0), in
// the form whose zeros are all +0.
func shrink(x, k graph.Tensor) graph.Tensor {
	zero := x.Const(0)
	return x.Sub(k).Max(zero).Add(x.Add(k).Min(zero))
}

func checkParams(g *graph.Graph, params []*Param) error {
	if err := g.Err(); err != nil {
		return err
	}
	if len(params) == 0 {
		return errors.New("optim: there are no parameters to update")
	}
	seen := map[string]bool{}
	for _, p := range params {
		switch {
		case p == nil || p.Name == "":
			return errors.New("optim: a parameter has no name")
		case seen[p.Name]:
			return fmt.Errorf("optim: two parameters are called %q", p.Name)
		case !p.Value.Valid() || !p.Grad.Valid():
			return fmt.Errorf("optim: parameter %q has no value or no gradient", p.Name)
		case p.Value.Graph() != g || p.Grad.Graph() != g:
			return fmt.Errorf("optim: parameter %q belongs to another graph", p.Name)
		case p.Value.Type() != p.Grad.Type():
			return fmt.Errorf("optim: parameter %q has shape %v and a gradient of shape %v", p.Name, p.Value.Type(), p.Grad.Type())
		}
		seen[p.Name] = true
	}
	return nil
}
