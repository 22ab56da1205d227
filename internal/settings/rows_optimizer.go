package settings

import (
	"slices"
	"strings"

	"descent/internal/human"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// ruleRows are the update rule and its rate.
var ruleRows = []Setting{
	{key: "optimizer.name", flag: "optimizer", def: "auto", basic: true, listed: true, ofRule: true,
		usage: strings.Join(optim.Names(), ", ") + "; " + wrapUsage + "; auto: adam; adamw with beta2 0.95 for table, 0.99 for text; momentum if --momentum is given",
		at:    func(s *Settings) any { return &s.Optimizer.Name }, start: Told,
		fill: func(f filling) (err error) {
			f.into.Optimizer, err = f.Rule()
			return err
		}},
	{key: "learning_rate", flag: "lr", def: "auto", basic: true, listed: true, ofRule: true,
		usage: rateUsage(),
		at:    func(s *Settings) any { return &s.LearningRate }, start: Told,
		check: must(func(v float64) bool { return v > 0 && v <= train.MaxRate }, "more than 0 and at most "+human.Float(train.MaxRate)),
		fill: func(f filling) error {
			f.into.LearningRate = f.LearningRate.Value
			return nil
		}},
}

// hyperRows are the hyperparameters of rules, all that optim has: a flag, a key
// and a line of the start for each. Those of the default rule come first.
func hyperRows() []Setting {
	list := optim.Hyperparameters()
	first := optim.Keys(optim.NewAdam())
	place := func(h optim.Hyperparameter) int {
		if i := slices.Index(first, h.Key); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(list, func(a, b optim.Hyperparameter) int { return place(a) - place(b) })
	var rows []Setting
	for _, h := range list {
		if elsewhere(h.Key) {
			continue
		}
		rows = append(rows, Setting{
			key: section + h.Key, usage: hyperUsage(h), def: "auto", ofRule: true,
			at:    func(s *Settings) any { return hyper{&s.Optimizer, h.Key, h.Switch} },
			check: anything, // by the rule, with all others
			start: Told,
		})
	}
	return append(rows, Setting{
		key: section + "eps_placement", def: "auto", ofRule: true,
		usage: "ε inside or outside of the root, a choice of " + human.And(placers()) + "; auto: inside for rmsprop, outside for others",
		at:    func(s *Settings) any { return &s.Optimizer.EpsPlacement }, check: anything, start: Told,
	})
}

// aroundRows surround the rule.
var aroundRows = []Setting{
	{key: "weight_decay", def: "auto", ofRule: true,
		usage: decayUsage(),
		at:    func(s *Settings) any { return &s.WeightDecay }, check: positive, start: LineObjective,
		fill: func(f filling) error {
			if f.into.Optimizer != nil && !decays(f.into.Optimizer) {
				f.into.WeightDecay = f.WeightDecay.Value
			}
			return nil
		}},
	{key: "weight_decay_kind", def: "decoupled",
		usage: "what λ of weight decay means: " + strings.Join(optim.DecayKinds(), ", ") + "; l2 adds λ·w to the gradient, independent leaves the rate out and corrected squares it (over η₀), cautious decays what the step does not move away from 0",
		start: LineAround,
		fill:  reads(optim.ParseDecayKind, func(c *train.Config) *optim.DecayKind { return &c.DecayKind })},
	{key: "prox_l1",
		usage: "λ of a proximal L1 step after each update, which gives exact zeros",
		at:    func(s *Settings) any { return &s.Train.ProxL1 }, check: positive, start: LineObjective},
	{key: "max_norm",
		usage: "limit of the norm of the weights into each unit, after each update; 0: none",
		at:    func(s *Settings) any { return &s.Train.MaxNorm }, check: positive, start: LineAround},
	{key: "clip_value",
		usage: "limit of each element of the gradient; 0: none",
		at:    func(s *Settings) any { return &s.Train.Clip.Value }, check: positive, start: LineObjective},
	{key: "clip_adaptive",
		usage: "limit of the norm of each unit's gradient, as a share of the norm of its weights (AGC), such as 0.01; 0: none",
		at:    func(s *Settings) any { return &s.Train.Clip.Adaptive }, check: positive, start: LineAround},
	{key: "clip_param",
		usage: "limit of the norm of each parameter's gradient; 0: none",
		at:    func(s *Settings) any { return &s.Train.Clip.Param }, check: positive, start: LineAround},
	{key: "clip_norm", def: "auto", before: "0",
		usage: "limit of the norm of the whole gradient; 0: none; auto: 0, 1 for gpt",
		at:    func(s *Settings) any { return &s.ClipNorm }, check: positive, start: LineObjective,
		fill: func(f filling) error {
			f.into.Clip.Norm = f.ClipNorm.Value
			return nil
		}},
	{key: "gradient_noise", def: "none",
		usage: "variance of normal noise that is added to the gradient, and how fast it falls, as in 0.01:0.55; or none",
		start: LineAround,
		fill:  reads(parseNoise, func(c *train.Config) *optim.Noise { return &c.Noise })},
	{key: "sam",
		usage: "ρ of sharpness-aware minimization, such as 0.05, which takes two gradients an update; 0: off",
		at:    func(s *Settings) any { return &s.Train.SAM }, check: positive, start: LineAround},
	{key: "lookahead", def: "none",
		usage: "updates between two moves of slow weights, which become the model, and how far they move, as in 6:0.5; or none",
		start: LineAround,
		fill:  reads(parseLookahead, func(c *train.Config) *optim.Lookahead { return &c.Lookahead })},
	{key: "groups",
		usage: "parameters that are treated in another way, by pattern, as in \"*.bias:weight_decay=0.01;5.*:optimizer=sgd,lr_factor=10\"; a group takes optimizer and its hyperparameters, lr_factor, weight_decay, clip_adaptive, freeze; the first that matches holds",
		at:    func(s *Settings) any { return &s.Groups }, start: LineAround,
		fill: func(f filling) (err error) {
			f.into.Groups, err = f.Groups.build(f.into.Optimizer)
			return err
		}},
}

// scheduleRows are what changes while a run goes on.
var scheduleRows = []Setting{
	{key: "schedule", def: "auto",
		usage: scheduleUsage(),
		at:    func(s *Settings) any { return &s.Schedule }, start: Told,
		fill: func(f filling) (err error) {
			f.into.Schedule, err = schedule.Parse(f.Schedule.Or("cosine"), f.units)
			return err
		}},
	{key: "schedules",
		usage: "how hyperparameters and dropout change, as factors like --schedule, as in \"momentum=dip;weight_decay=cosine\"; dip goes with onecycle, from 1 down to 0.85/0.95 and back; for table, dropout and weight_decay follow flat-cosine unless it is given",
		at:    func(s *Settings) any { return &s.Schedules }, start: LineAround,
		fill: func(f filling) (err error) {
			f.into.Schedules, err = f.Schedules.build(f.units)
			return err
		}},
	{key: "warmup", def: "auto", before: "0",
		usage: "updates, or with e epochs, in which the rate rises before the schedule begins; auto: 0, for gpt 100, but at most a tenth of all",
		at:    func(s *Settings) any { return &s.Warmup }, start: Told,
		fill: func(f filling) (err error) {
			f.into.Schedule, err = f.warmed()
			return err
		}},
	{key: "average", def: "none",
		usage: "of the weights, to be the model: none, ema:0.999 (decay), or swa:0.75 (of epochs after that part of them)",
		start: LineRule,
		fill:  reads(parseAverage, func(c *train.Config) *train.Average { return &c.Average })},
}
