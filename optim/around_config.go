package optim

import (
	"errors"
	"fmt"

	"descent/schedule"
)

// Config is a rule and what surrounds it, in this order:
//
//	g ← Clip(g)                      each element, unit and parameter, then all together
//	g ← g + N(0, σₜ²)                Noise
//	g ← g + λθ                       WeightDecay of the kind CoupledL2, on weights
//	u ← Rule(g)
//	u ← u + λₜθ                      WeightDecay of the other kinds, on weights
//	θ ← θ - η·u
//	θ ← sign(θ)·max(|θ| - ηκ, 0)     κ = ProxL1, on weights
//	θ ← θ·min(1, MaxNorm/‖θ‖)        of each unit of weights
//	s ← s + α(θ - s), θ ← s          Lookahead, each k updates
//
// 0 turns a line off. Before the first line, penalties of the loss are in g, and
// package train may have taken g at other weights (its Config.SAM) or added it up
// over parts of a batch; behind the last it may average θ. [Centralized] and
// [Cautious] are part of the rule.
//
// A unit is what computes one output: all elements of the
// same last index, a column of a dense weight [in, out] or a channel of a
// kernel [h, w, in, out]; what has one axis or none is one unit.
//
// Groups treat some parameters in another way.
//
// ProxL1 is the proximal step of the penalty κΣ|w|. Unlike the gradient of
// that penalty it makes weights exactly 0. It is taken with the rate itself,
// also for adaptive rules, which scale their steps element by element.
//
// Source of the proximal step: Parikh and Boyd, "Proximal Algorithms",
// Foundations and Trends in Optimization 1, 2014, sections 4.2 and 6.5.2. Of
// the limit on norms: Srivastava et al., "Dropout", JMLR 15, 2014, section 5.1.
type Config struct {
	Rule        Rule
	Clip        Clip
	Noise       Noise
	WeightDecay float64
	DecayKind   DecayKind // Decoupled if not given
	ProxL1      float64
	MaxNorm     float64
	Lookahead   Lookahead
	Groups      []Group // the first that matches a parameter holds for it

	// Schedules are factors of hyperparameters, by their names in [Keys], such
	// as "momentum" or "beta1", and of "weight_decay" and "prox_l1": v·s(t-1) at
	// update t = 1, 2, ... They hold for every group.
	Schedules map[string]schedule.Schedule

	// PeakRate is η₀, the rate that a schedule is a factor of. The kinds
	// Independent and Corrected of weight decay need it, others do not.
	PeakRate float64

	// Name tells updates of one graph apart, such as those of two networks: it
	// stands before the names of the scalars, and of state that parameters share,
	// as in "critic/rate". It may be empty where there is one.
	Name string
}

// scoped is a name of this update.
func (c Config) scoped(name string) string {
	if c.Name == "" {
		return name
	}
	return c.Name + "/" + name
}

// Validate returns an error that names what is wrong and what would be right.
func (c Config) Validate() error {
	if c.Rule == nil {
		return errors.New("optim.Config: Rule is nil; optim.NewAdam() is a good start")
	}
	for _, err := range []error{
		c.Rule.Validate(),
		c.Clip.Validate(),
		c.Noise.Validate(),
		notNegative("Config.WeightDecay", c.WeightDecay),
		c.DecayKind.Validate(),
		notNegative("Config.ProxL1", c.ProxL1),
		notNegative("Config.MaxNorm", c.MaxNorm),
		notNegative("Config.PeakRate", c.PeakRate),
		c.Lookahead.Validate(),
	} {
		if err != nil {
			return err
		}
	}
	for i, g := range c.Groups {
		if err := g.Validate(); err != nil {
			return fmt.Errorf("%s: %w", g.describe(i), err)
		}
	}
	_, err := c.treatments()
	return err
}
