package settings

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"descent/optim"
)

// Groups are parameters that are treated in another way, the first that matches.
// On the command line they are one text, as in
// "*.bias:weight_decay=0.01;5.*:optimizer=sgd,lr_factor=10;1.*:freeze", in files a
// list, where the text is allowed, too:
//
//	groups:
//	  - {pattern: "*.bias", weight_decay: 0.01}
//	  - {pattern: "5.*", optimizer: sgd, lr_factor: 10}
type Groups []group

type group struct {
	pattern string
	fields  []pair // what holds for the parameters
}

var errGroup = errors.New("patterns of names and what holds for them, as in *.bias:weight_decay=0.01")

func (g *Groups) set(text string) error {
	var groups Groups
	for _, part := range parts(text) {
		pattern, rest, colon := strings.Cut(part, ":")
		one := group{pattern: strings.TrimSpace(pattern)}
		if one.pattern == "" || !colon {
			return errGroup
		}
		for field := range strings.SplitSeq(rest, ",") {
			key, value, equals := strings.Cut(field, "=")
			if !equals {
				value = "true"
			}
			one.fields = append(one.fields, pair{strings.TrimSpace(key), strings.TrimSpace(value)})
		}
		groups = append(groups, one)
	}
	*g = groups
	return nil
}

func (g *Groups) text() string {
	var list []string
	for _, one := range *g {
		var fields []string
		for _, f := range one.fields {
			fields = append(fields, f.key+"="+f.value)
		}
		list = append(list, one.pattern+":"+strings.Join(fields, ","))
	}
	return strings.Join(list, ";")
}

func (g *Groups) read(r *yamlReader, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return r.errorf(n, "groups are a list, one as in - {pattern: \"*.bias\", weight_decay: 0.01}")
	}
	var groups Groups
	for _, item := range n.Content {
		pairs, err := r.pairs(item, "a group")
		if err != nil {
			return err
		}
		var one group
		for _, p := range pairs {
			if p.key == "pattern" {
				one.pattern = p.value
			} else {
				one.fields = append(one.fields, p)
			}
		}
		if one.pattern == "" {
			return r.errorf(item, "the group has no pattern, such as \"*.bias\"")
		}
		groups = append(groups, one)
	}
	*g = groups
	return nil
}

func (g *Groups) yaml() string {
	var b strings.Builder
	for _, one := range *g {
		b.WriteString("\n  - {pattern: " + scalarText(one.pattern))
		for _, f := range one.fields {
			b.WriteString(", " + scalarText(f.key) + ": " + scalarText(f.value))
		}
		b.WriteString("}")
	}
	if len(*g) == 0 {
		return " []"
	}
	return b.String()
}

// build makes them what package optim has them as. base is the rule of a group
// that names none; nil where that is wrong, which has been told of.
func (g Groups) build(base optim.Rule) ([]optim.Group, error) {
	if base == nil {
		return nil, nil
	}
	var groups []optim.Group
	for _, one := range g {
		built, err := one.build(base)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.pattern, err)
		}
		groups = append(groups, built)
	}
	return groups, nil
}

func (one group) build(base optim.Rule) (optim.Group, error) {
	g := optim.Group{Match: one.pattern}
	if err := twice(one.fields); err != nil {
		return g, err
	}
	for _, f := range one.fields { // whose hyperparameters are those that follow
		if f.key != "optimizer" {
			continue
		}
		var err error
		if g.Rule, err = optim.ByName(f.value); err != nil {
			return g, err
		}
	}
	for _, f := range one.fields {
		if err := f.into(&g, base); err != nil {
			return g, err
		}
	}
	return g, g.Validate()
}

// into puts a field into a group that has its rule: lr_factor, weight_decay,
// clip_adaptive, freeze, or a hyperparameter of the rule.
func (p pair) into(g *optim.Group, base optim.Rule) (err error) {
	switch p.key {
	case "optimizer":
	case "freeze":
		g.Freeze, err = parseBool(p.value)
	case "lr_factor":
		g.RateFactor, err = ParseFloat(p.value)
		if err == nil && g.RateFactor <= 0 {
			err = fmt.Errorf("a positive number; freeze leaves parameters as they are")
		}
	case "weight_decay":
		g.WeightDecay, err = pointer(p.value)
	case "clip_adaptive":
		g.Adaptive, err = pointer(p.value)
	default:
		if g.Rule == nil {
			g.Rule = base
		}
		var v float64
		if v, err = hyperValue(p.value); err != nil {
			break
		}
		if g.Rule, err = optim.With(g.Rule, p.key, v); err != nil {
			return fmt.Errorf("%w; a group also takes optimizer, lr_factor, weight_decay, clip_adaptive and freeze", err)
		}
	}
	if err != nil {
		return fmt.Errorf("%s is %q; want %w", p.key, p.value, err)
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
