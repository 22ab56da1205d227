package settings

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/optim"
)

// RuleText names the update rule and its hyperparameters, in the rule's order.
func (s *Settings) RuleText() string {
	o := s.Optimizer
	text := o.Name.Value
	if rule, err := optim.ByName(text); err == nil {
		for _, key := range optim.Keys(rule) {
			if row, err := Find(section + key); err == nil && o.Has(key) {
				text += fmt.Sprintf(" %s=%s", key, row.Text(s))
			}
			if key == "eps" && o.EpsPlacement.Given {
				text += " eps_placement=" + o.EpsPlacement.Value
			}
		}
	}
	return text
}

// InWords lists the settings that a line of the start names and that are not
// as they are by default, or off.
func (s *Settings) InWords(line Line) (list []string) {
	original := Default()
	for _, row := range table {
		if row.start == line {
			list = append(list, row.inWords(s, &original)...)
		}
	}
	return list
}

func (row Setting) inWords(s, original *Settings) []string {
	text := row.Text(s)
	if text == row.Text(original) || slices.Contains([]string{"", "0", "none"}, text) {
		return nil
	}
	return []string{strings.ReplaceAll(row.key, "_", " ") + " " + text}
}

// Objective says what the loss of training and validation measures: losses of
// the same objective can be compared. bce is cross-entropy of two classes.
func (s *Settings) Objective() string {
	name := s.Loss.Value
	if name == "bce" && s.ClassWeights == "none" {
		name = "cross-entropy"
	}
	if s.ClassWeights != "none" {
		name += ", class weights " + s.ClassWeights
	}
	if s.LabelSmoothing > 0 {
		name += ", label smoothing " + human.Float(s.LabelSmoothing)
	}
	return name
}

// LossName is what the loss of training and validation is called.
func (s *Settings) LossName() string {
	return runs.LossName(s.ClassWeights != "none", s.LabelSmoothing > 0)
}
