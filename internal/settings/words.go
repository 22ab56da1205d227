package settings

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/runs"
)

// RuleText names the update rule and its hyperparameters.
func (s *Settings) RuleText() string {
	text := s.Optimizer.Name.Value
	for _, row := range table {
		key, ok := strings.CutPrefix(row.key, "optimizer.")
		if value := row.Text(s); ok && key != "name" && value != "auto" {
			text += fmt.Sprintf(" %s=%s", key, value)
		}
	}
	return text
}

// InWords lists those of the settings that are not off.
func (s *Settings) InWords(keys ...string) (list []string) {
	for _, key := range keys {
		row, err := Find(key)
		if value := row.Text(s); err == nil && !slices.Contains([]string{"", "0", "none", "decoupled"}, value) {
			list = append(list, strings.ReplaceAll(key, "_", " ")+" "+value)
		}
	}
	return list
}

// Objective says what the loss of training and validation measures: losses of
// the same objective can be compared. bce is cross-entropy of two classes.
func (s *Settings) Objective() string {
	name := s.Loss.Value
	if name == "bce" && s.ClassWeights == "none" {
		name = "cross-entropy"
	}
	return strings.Join(append([]string{name}, s.InWords("class_weights", "label_smoothing")...), ", ")
}

// LossName is what the loss of training and validation is called.
func (s *Settings) LossName() string {
	return runs.LossName(s.ClassWeights != "none", s.LabelSmoothing > 0)
}
