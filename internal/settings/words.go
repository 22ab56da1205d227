package settings

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/optim"
)

// RuleText names the update rule and its hyperparameters, in the rule's order,
// but for switches that stand as they do by default.
func (s *Settings) RuleText() string {
	text := s.Optimizer.Name.Value
	rule, err := optim.ByName(text)
	if err != nil {
		return text
	}
	for _, h := range s.Optimizer.of(rule) {
		usual, _ := optim.Value(rule, h.key)
		if value, given := s.Optimizer.hyper[h.key]; given && !(h.onOrOff && value == usual) {
			text += fmt.Sprintf(" %s=%s", h.key, h.text())
		}
		if h.key == "eps" && s.Optimizer.EpsPlacement.Given {
			text += " eps_placement=" + s.Optimizer.EpsPlacement.Value
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
	if s.LabelSmoothing.Value > 0 {
		name += ", label smoothing " + human.Float(s.LabelSmoothing.Value)
	}
	return name
}

// LossName is what the loss of training and validation is called.
func (s *Settings) LossName() string {
	return runs.LossName(s.ClassWeights != "none", s.LabelSmoothing.Value > 0)
}
