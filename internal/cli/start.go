package cli

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
)

// startText says what is about to happen.
func (r *run) startText() string {
	s := &r.settings
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	what := fmt.Sprintf("%d classes", len(r.spec.Classes))
	if r.spec.Task == data.Regression {
		what = plural(len(r.spec.Targets), "target")
	}
	line("data", "%s: samples of %s, %s", s.Data, shape(r.spec.Input), what)
	if e := r.spec.Encoder; e != nil {
		b.WriteString(indent(clip(e.String(), 40), "          "))
	}
	line("split", "%s training rows, %s validation, %s test (%s)", thousands(float64(r.parts.Train.Len())),
		thousands(float64(r.parts.Validation.Len())), thousands(float64(r.parts.Test.Len())), r.splitText())
	line("network", "%s", r.networkText())
	if s.Augment != "none" {
		line("augment", "%s", s.Augment)
	}
	line("objective", "%s", r.objectiveText())
	line("rule", "%s, rate %s, schedule %s%s%s", r.ruleText(), formatFloat(s.LearningRate.value), s.Schedule, r.warmupText(), r.averageText())
	if text := r.aroundText(); text != "" {
		line("around", "%s", text)
	}
	line("run", "%s of %s of %s rows, seed %d, %s", plural(s.Epochs.value, "epoch"), plural(r.steps, "update"), s.Batch.value, s.Seed, r.keepsText())
	line("folder", "%s", r.folder.path)
	if n := r.trainer.Updates(); n > 0 {
		line("resumed", "after %s", plural(n, "update"))
	}
	for _, note := range r.notes {
		line("note", "%s", note)
	}
	return b.String()
}

func (r *run) networkText() string {
	s := &r.settings
	text := s.Model.value
	if !s.isImageModel() {
		text += " " + s.Activation
	}
	text += ", " + plural(r.trainer.Parameters(), "parameter")
	if len(s.Freeze) > 0 {
		text += " to train, frozen " + formatList(s.Freeze)
	}
	return text
}

// keepsText says which model will be kept.
func (r *run) keepsText() string {
	switch s := &r.settings; {
	case r.validated():
		return "best by validation " + s.Monitor
	case s.Patience > 0:
		return "no validation part: best by training loss"
	}
	return "no validation part: the last model is kept"
}

func (r *run) averageText() string {
	if r.settings.Average == "none" {
		return ""
	}
	return ", average " + r.settings.Average
}

func (r *run) splitText() string {
	s := &r.settings
	var parts []string
	if s.Split != "auto" {
		parts = append(parts, s.Split)
	}
	if _, own := r.source.(*data.Parted); own && s.Test == "" {
		parts = append(parts, "the set's own test part")
	} else if s.Split == "auto" && s.Test == "" && s.Validation == "" {
		parts = append(parts, "70/10/20")
	}
	if s.Validation != "" {
		parts = append(parts, "validation "+s.Validation)
	}
	if s.Test != "" {
		parts = append(parts, "test "+s.Test)
	}
	return strings.Join(append(parts, fmt.Sprintf("split seed %d", s.SplitSeed)), ", ")
}

func (r *run) ruleText() string {
	text := r.settings.Optimizer.Name.value
	for _, row := range table {
		key, ok := strings.CutPrefix(row.key, "optimizer.")
		if value := row.text(&r.settings); ok && key != "name" && value != "auto" {
			text += fmt.Sprintf(" %s=%s", key, value)
		}
	}
	return text
}

func (r *run) warmupText() string {
	if r.settings.Warmup == "0" {
		return ""
	}
	return " after a warm-up of " + r.settings.Warmup
}

// objectiveText names the loss and what is beside it, where it is not zero.
func (r *run) objectiveText() string {
	text := r.settings.Loss.value
	return strings.Join(append([]string{text}, r.given("label_smoothing", "class_weights", "l1", "l2", "prox_l1", "weight_decay", "dropout", "clip_value", "clip_norm")...), ", ")
}

// aroundText names what else is around the update rule.
func (r *run) aroundText() string {
	return strings.Join(r.given("clip_adaptive", "clip_param", "gradient_noise", "weight_decay_kind", "max_norm", "sam", "lookahead", "groups", "schedules"), ", ")
}

// given lists those of the settings that are not off.
func (r *run) given(keys ...string) (list []string) {
	for _, key := range keys {
		row, err := find(key)
		if value := row.text(&r.settings); err == nil && !slices.Contains([]string{"", "0", "none", "decoupled"}, value) {
			list = append(list, strings.ReplaceAll(key, "_", " ")+" "+value)
		}
	}
	return list
}

// clip keeps the first lines of a text.
func clip(text string, most int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("... and %d lines more, which \"descent inspect\" shows", len(lines)-most+1))
	}
	return strings.Join(lines, "\n")
}
