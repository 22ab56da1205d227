package settings

import (
	"fmt"
	"strconv"
	"strings"

	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// surround fills in what is around the update rule. u are the units of its
// schedules.
func (s *Settings) surround(c *train.Config, u schedule.Units) (err error) {
	c.Clip = optim.Clip{Value: s.ClipValue, Adaptive: s.ClipAdaptive, Param: s.ClipParam, Norm: s.ClipNorm}
	c.ProxL1, c.MaxNorm, c.SAM = s.ProxL1, s.MaxNorm, s.SAM
	if !decays(c.Optimizer) {
		c.WeightDecay = s.WeightDecay.Value
	}
	if c.DecayKind, err = optim.ParseDecayKind(s.WeightDecayKind); err != nil {
		return fmt.Errorf("weight_decay_kind: %w", err)
	}
	if c.Noise, err = parseNoise(s.GradientNoise); err != nil {
		return err
	}
	if c.Lookahead, err = parseLookahead(s.Lookahead); err != nil {
		return err
	}
	if c.Groups, err = parseGroups(s.Groups, c.Optimizer); err != nil {
		return err
	}
	c.Schedules, err = parseSchedules(s.Schedules, u)
	return err
}

// parseNoise reads the variance of noise and, after a colon, how fast it falls.
func parseNoise(text string) (optim.Noise, error) {
	if text == "none" {
		return optim.Noise{}, nil
	}
	first, second, colon := strings.Cut(text, ":")
	eta, err := ParseFloat(first)
	n := optim.NewNoise(eta)
	if err == nil && colon {
		n.Gamma, err = ParseFloat(second)
	}
	if err != nil || eta <= 0 || n.Validate() != nil {
		return n, fmt.Errorf("gradient_noise is %q; want none, or its first variance as in 0.01, with how fast it falls as in 0.01:0.55", text)
	}
	return n, nil
}

// parseLookahead reads k and, after a colon, α.
func parseLookahead(text string) (optim.Lookahead, error) {
	if text == "none" {
		return optim.Lookahead{}, nil
	}
	first, second, colon := strings.Cut(text, ":")
	l := optim.NewLookahead()
	var err error
	if l.Every, err = strconv.Atoi(first); err == nil && colon {
		l.Alpha, err = ParseFloat(second)
	}
	if err != nil || l.Every < 1 || l.Validate() != nil {
		return l, fmt.Errorf("lookahead is %q; want none, or updates between two moves of the slow weights as in 6, with how far they move as in 6:0.5", text)
	}
	return l, nil
}

// parseSchedules reads schedules of hyperparameters, as in
// "momentum=dip;beta2=cosine:floor=0.9".
func parseSchedules(text string, u schedule.Units) (map[string]schedule.Schedule, error) {
	schedules := map[string]schedule.Schedule{}
	for _, part := range parts(text) {
		key, spec, ok := strings.Cut(part, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return nil, fmt.Errorf("schedules: %q: want the name of a hyperparameter and its schedule, as in momentum=dip", part)
		}
		if _, twice := schedules[key]; twice {
			return nil, fmt.Errorf("schedules: %s stands twice", key)
		}
		var err error
		if schedules[key], err = schedule.Parse(spec, u); err != nil {
			return nil, fmt.Errorf("schedules: %s: %w", key, err)
		}
	}
	return schedules, nil
}

// parseGroups reads groups of parameters, as in
// "*.bias:weight_decay=0.01;5.*:optimizer=sgd,lr_factor=10;1.*:freeze". base is
// the rule of a group that names none.
func parseGroups(text string, base optim.Rule) ([]optim.Group, error) {
	var groups []optim.Group
	for _, part := range parts(text) {
		pattern, rest, colon := strings.Cut(part, ":")
		g := optim.Group{Match: strings.TrimSpace(pattern)}
		if g.Match == "" || !colon {
			return nil, fmt.Errorf("groups: %q: want a pattern of names and what holds for them, as in *.bias:weight_decay=0.01", part)
		}
		if err := readGroup(&g, rest, base); err != nil {
			return nil, fmt.Errorf("groups: %s: %w", g.Match, err)
		}
		if err := g.Validate(); err != nil {
			return nil, fmt.Errorf("groups: %s: %w", g.Match, err)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// readGroup reads what holds for a group: optimizer, lr_factor, weight_decay,
// clip_adaptive, freeze, and hyperparameters of its rule.
func readGroup(g *optim.Group, text string, base optim.Rule) error {
	values := map[string]string{}
	var order []string
	for field := range strings.SplitSeq(text, ",") {
		key, value, equals := strings.Cut(field, "=")
		if key = strings.TrimSpace(key); !equals {
			value = "true"
		}
		if _, twice := values[key]; twice {
			return fmt.Errorf("%s stands twice", key)
		}
		values[key] = strings.TrimSpace(value)
		order = append(order, key)
	}
	if name, ok := values["optimizer"]; ok {
		rule, err := optim.ByName(name)
		if err != nil {
			return err
		}
		g.Rule = rule
	}
	for _, key := range order {
		value := values[key]
		var err error
		switch key {
		case "optimizer":
		case "freeze":
			g.Freeze, err = parseBool(value)
		case "lr_factor":
			g.RateFactor, err = ParseFloat(value)
			if err == nil && g.RateFactor <= 0 {
				err = fmt.Errorf("a positive number; freeze leaves parameters as they are")
			}
		case "weight_decay":
			g.WeightDecay, err = pointer(value)
		case "clip_adaptive":
			g.Adaptive, err = pointer(value)
		default:
			if g.Rule == nil {
				g.Rule = base
			}
			v, wrong := hyperValue(value)
			if wrong != nil {
				err = wrong
				break
			}
			if g.Rule, err = optim.With(g.Rule, key, v); err != nil {
				return fmt.Errorf("%w; a group also takes optimizer, lr_factor, weight_decay, clip_adaptive and freeze", err)
			}
		}
		if err != nil {
			return fmt.Errorf("%s is %q; want %w", key, value, err)
		}
	}
	return nil
}

func pointer(text string) (*float64, error) {
	v, err := ParseFloat(text)
	return &v, err
}

// hyperValue reads a number, or a switch as 1 or 0.
func hyperValue(text string) (float64, error) {
	switch text {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	return ParseFloat(text)
}

// parts splits text at its semicolons.
func parts(text string) (list []string) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
