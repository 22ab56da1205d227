package optim

import (
	"errors"
	"fmt"

	"descent/graph"
)

// Entries of the scalar table that the owner of the loop sets before each
// update; see [Traced] for an update that has a name.
const (
	RateScalar = "rate" // η
	ClipScalar = "clip" // the factor of the gradient, [Clip.Factor]; exists only where Clip.Norm is set
)

// Traced is a traced update of all parameters.
type Traced struct {
	NormSquared graph.Tensor   // Σg² over all parameters after all limits but the last, of shape []; the clip factor is decided from it
	Rate, Clip  string         // what the entries [RateScalar] and [ClipScalar] are called
	Updates     []graph.Update // of all parameters and their state
	State       []StateVar     // slot by slot, in the order of the parameters
	Hosts       []Host         // to be run after each update
	Singles     []Single       // the same, parameter by parameter
	Common      []graph.Update // and of the state that parameters share
}

// Single is what an update does to one parameter.
type Single struct {
	Name    string
	Square  graph.Tensor   // Σg² after all limits but the last; [Traced.NormSquared] adds them up in the order of the parameters
	Updates []graph.Update // of the parameter and its state
	State   []StateVar
	Hosts   []Host
}

// Trace writes the update of params into g. They must have distinct names and
// gradients of their own shapes; they are not changed. The error is the
// configuration's or the graph's.
func Trace(g *graph.Graph, cfg Config, params []*Param) (*Traced, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := checkParams(g, params); err != nil {
		return nil, err
	}
	groups, err := cfg.treatments()
	if err != nil {
		return nil, err
	}
	of, err := cfg.assign(params)
	if err != nil {
		return nil, err
	}
	step, own := &Traced{Rate: cfg.scoped(RateScalar), Clip: cfg.scoped(ClipScalar)}, []*member{}
	for i, p := range params {
		if how := groups[of[i]+1]; !how.freeze {
			m := cfg.member(p, how)
			if step.NormSquared.Valid() {
				step.NormSquared = step.NormSquared.Add(m.square)
			} else {
				step.NormSquared = m.square
			}
			own = append(own, m)
		}
	}
	for _, m := range own {
		cfg.condition(m)
	}
	for _, how := range groups {
		how.direct(own)
	}
	var list []*Param
	for _, m := range own {
		leave := g.Enter(m.Name)
		next := cfg.move(m)
		leave()
		one := Single{Name: m.Name, Square: m.square, Updates: append(m.updates(), graph.Update{Variable: m.Value, Value: next}), State: states([]*Param{m.Param}), Hosts: m.hosts}
		step.Updates, step.Hosts = append(step.Updates, one.Updates...), append(step.Hosts, one.Hosts...)
		step.Singles, list = append(step.Singles, one), append(list, m.Param)
	}
	step.State = states(list)
	for _, how := range groups {
		if how.shared != nil {
			step.Common = append(step.Common, how.shared.updates()...)
			step.State = append(step.State, states([]*Param{how.shared})...)
		}
	}
	step.Updates = append(step.Updates, step.Common...)
	if err := g.Err(); err != nil {
		return nil, err
	}
	return step, nil
}

// member is a parameter on its way through an update.
type member struct {
	*Param
	how    *treatment
	weight bool         // Decays as the caller gave it
	square graph.Tensor // Σg²
	u      graph.Tensor
}

// member returns p with a gradient that is limited by itself.
func (c Config) member(p *Param, how *treatment) *member {
	if how.with.shared == nil {
		how.with.shared = (&Param{Value: p.Value, rule: how.with.group + how.rule.Name()}).all()
	}
	m := &member{how: how, weight: p.Decays, Param: &Param{
		Name: p.Name, Value: p.Value, Decays: p.Decays || how.decays, Hidden: p.Hidden,
		group: how.group, named: c.scoped(RateScalar), rule: how.with.group + how.rule.Name(), lambda: how.lambda, shared: how.with.shared,
		scheduled: how.scheduled, schedules: how.schedules,
	}}
	m.Grad, m.square = c.Clip.limited(m.Param, p.Grad, how.adaptive)
	if m.rate = m.Rate(); how.rate != 1 {
		m.rate = m.rate.Mul(m.setting("rate factor", how.rate))
	}
	return m
}

// condition does what is left to do to the gradient before the rule sees it.
func (c Config) condition(m *member) {
	defer m.Value.Graph().Enter(m.Name)()
	if c.Clip.Norm != 0 {
		m.Grad = m.Grad.Mul(m.Value.Graph().Scalar(c.scoped(ClipScalar), nil))
	}
	m.Grad = c.Noise.added(m.Param, c.scoped("noise"))
	if c.DecayKind == CoupledL2 {
		m.Grad = c.decayed(m, m.Grad)
	}
}

// direct asks the rule for the directions of all its parameters.
func (t *treatment) direct(own []*member) {
	var params []*Param
	var members []*member
	for _, m := range own {
		if m.how.with == t {
			params, members = append(params, m.Param), append(members, m)
		}
	}
	if len(params) > 0 {
		for i, u := range directions(t.rule, params) {
			members[i].u = u
		}
	}
}

// move returns the next value of the parameter.
func (c Config) move(m *member) graph.Tensor {
	u := m.u
	if !u.Valid() || u.Type() != m.Value.Type() {
		m.fail("Update", fmt.Errorf("the direction is %v, not a tensor of the parameter's shape %v", u, m.Value.Type()))
		return m.Value
	}
	if c.DecayKind != CoupledL2 {
		u = c.decayed(m, u)
	}
	step := u.Mul(m.rate)
	if to, ok := bare(m.how.rule).(IterateRule); ok {
		return to.Move(m.Param, step)
	}
	next := m.Value.Sub(step)
	if m.weight && c.ProxL1 != 0 {
		next = shrink(next, m.setting(proxL1, c.ProxL1).BroadcastTo(next.Type()).Mul(m.rate))
	}
	if m.weight && c.MaxNorm != 0 {
		next = atMost(next, m.setting("max norm", c.MaxNorm))
	}
	return c.Lookahead.led(m.Param, next)
}

// updates are those of the slots that have been set.
func (p *Param) updates() (list []graph.Update) {
	for _, s := range p.slots {
		if s.next.Valid() {
			list = append(list, graph.Update{Variable: s.value, Value: s.next})
		}
	}
	return list
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
