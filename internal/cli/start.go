package cli

import (
	"fmt"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/settings"
	"descent/train"
)

// startText says what is about to happen.
func (r *run) startText() string {
	s := &r.Settings
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-9s %s\n", name, human.Line(fmt.Sprintf(format, args...)))
	}
	what := fmt.Sprintf("%d classes", len(r.Spec.Classes))
	if r.Spec.Encoder.OfText() {
		what = "what follows each"
	}
	switch r.Spec.Task {
	case data.Regression:
		what = human.Plural(len(r.Spec.Targets), "target")
	case data.MultiLabel:
		what = human.Plural(len(r.Spec.Targets), "label")
	}
	line("data", "%s: samples of %s, %s", s.Data, inputText(r.Spec), what)
	if e := r.Spec.Encoder; e != nil {
		b.WriteString(human.Indent(clip(e.String(), 40), "          "))
	}
	rows := func(part data.Source) string { return human.Thousands(float64(part.Len())) }
	if r.Folds == nil {
		line("split", "%s training rows, %s validation, %s test (%s)", rows(r.Parts.Train), rows(r.Parts.Validation), rows(r.Parts.Test), r.splitText())
	} else {
		last := r.Folds[len(r.Folds)-1]
		line("split", "%s training rows, %s test (%s)", human.Thousands(float64(last.Train.Len()+last.Validation.Len())), rows(r.Parts.Test), r.splitText())
		how := "all but one of %s and validated on that"
		if s.Time != "" {
			how = "what came before one of %s and validated on that, with weight by its rows"
		}
		line("bag", "%s, each trained on "+how, human.Plural(len(r.Folds), "network"), human.Plural(s.Folds.Or(s.Bag), "fold"))
	}
	if s.Best {
		line("best", "%s, seed %d", budgetText(s), s.Train.Seed)
		r.ranksLine(line)
		line("folder", "%s", r.folder.Path)
		if r.resumed != "" {
			line("resumed", "%s", r.resumed)
		}
		b.WriteString(r.notesText())
		return b.String()
	}
	line("network", "%s", r.networkText())
	for _, text := range r.Encodings() {
		b.WriteString(human.Indent(human.Line(text), "          "))
	}
	if s.Augment != "none" {
		line("augment", "%s", s.Augment)
	}
	line("objective", "%s", r.objectiveText())
	rule := []string{s.RuleText(), "rate " + human.Float(s.LearningRate.Value), "schedule " + s.Schedule.Value + r.warmupText()}
	line("rule", "%s", strings.Join(append(rule, s.InWords(settings.LineRule)...), ", "))
	if around := s.InWords(settings.LineAround); len(around) > 0 {
		line("around", "%s", strings.Join(around, ", "))
	}
	epochs := human.Plural(s.Epochs.Value, "epoch")
	if most := s.Train.MaxUpdates; most > 0 {
		epochs = human.Plural(most, "update") + ", " + epochs
	}
	line("run", "%s of %s of %s rows%s, seed %d, %s", epochs, human.Plural(r.Steps, "update"), s.Batch.Value, r.partsText(), s.Train.Seed, strings.Join(append([]string{r.keepsText()}, s.InWords(settings.LineRun)...), ", "))
	r.ranksLine(line)
	line("folder", "%s", r.folder.Path)
	if r.resumed != "" {
		line("resumed", "%s", r.resumed)
	}
	if n := r.trainer.Updates(); n > 0 {
		line("resumed", "after %s", human.Plural(n, "update"))
	}
	b.WriteString(r.notesText())
	return b.String()
}

// notesText is what to know of the data and the settings, a line each.
func (r *run) notesText() string {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "%-9s %s\n", "note", human.Line(note))
	}
	return b.String()
}

// partsText says what a batch is divided into.
func (r *run) partsText() string {
	if c := r.Config; c.BatchSize > c.MicroBatch || c.BatchSize == train.All && r.Parts.Train.Len() > c.MicroBatch {
		return fmt.Sprintf(" in micro-batches of %d", c.MicroBatch)
	}
	return ""
}

// ranksLine says how many train together.
func (r *run) ranksLine(line func(name, format string, args ...any)) {
	switch {
	case r.crew != nil && r.Settings.Best: // of which each candidate has a batch of its own
		line("ranks", "%d", r.crew.Size())
	case r.crew != nil && r.Config.Reduce == train.Fast:
		line("ranks", "%d; they add gradients up fast, so that another number of ranks makes a model with other last bits", r.crew.Size())
	case r.crew != nil:
		line("ranks", "%d; without them descent train --micro-batch %s makes the same model", r.crew.Size(), r.Settings.MicroBatch.Value)
	}
}

// inputText says what shapes a sample has.
func inputText(spec data.Spec) string {
	text := human.Shape(spec.Input)
	for _, f := range spec.More {
		if f.Role == data.TargetRole {
			continue
		}
		text += fmt.Sprintf(" and a %s of %s", f.Name, human.Shape(f.Shape))
	}
	return text
}

func (r *run) networkText() string {
	s := &r.Settings
	text := s.Model.Value
	if !s.IsImageModel() && r.Spec.Horizon == 0 && !r.Spec.Encoder.OfText() && s.Model.Value != "linear" {
		text += " " + s.Activation.Value
	}
	text += ", " + human.Plural(r.trainer.Parameters(), "parameter")
	if freeze := s.Train.Freeze; len(freeze) > 0 {
		text += " to train, frozen " + settings.FormatList(freeze)
	}
	return strings.Join(append([]string{text}, s.InWords(settings.LineNetwork)...), ", ")
}

// keepsText says which model will be kept.
func (r *run) keepsText() string {
	switch s := &r.Settings; {
	case r.validated():
		switch r.Config.Kept {
		case train.Last:
			return "the last epoch"
		case train.BestLater:
			return "best by validation " + r.monitorText() + ", the later of equals"
		}
		return "best by validation " + r.monitorText()
	case s.Train.Patience > 0:
		return "no validation part: best by training " + s.LossName()
	}
	return "no validation part: the last model is kept"
}

// monitorText names the monitored score as what it is.
func (r *run) monitorText() string {
	name := r.Settings.Monitor.Value
	if name == "loss" {
		name = r.Settings.LossName()
	}
	return name
}

func (r *run) splitText() string {
	s := &r.Settings
	var parts []string
	if s.Split != "auto" {
		parts = append(parts, s.Split)
	}
	if _, own := r.Source.(*data.Parted); own && s.Test == "" {
		parts = append(parts, "the set's own test part")
	} else if s.Split == "auto" && s.Test == "" && s.Validation == "" {
		parts = append(parts, choose(r.Spec.Encoder.OfText(), "90/10/0", choose(s.Bag > 0, "80/0/20", "70/10/20")))
	}
	switch {
	case s.Group != "":
		parts = append(parts, fmt.Sprintf("whole groups by %q", s.Group))
	case s.Time != "":
		parts = append(parts, fmt.Sprintf("in time by %q", s.Time))
	}
	if s.Validation != "" {
		parts = append(parts, "validation "+s.Validation)
	}
	if s.Test != "" {
		parts = append(parts, "test "+s.Test)
	}
	return strings.Join(append(parts, fmt.Sprintf("split seed %d", s.SplitSeed)), ", ")
}

func (r *run) warmupText() string {
	if r.Settings.Warmup.Value == "0" {
		return ""
	}
	return " after a warm-up of " + r.Settings.Warmup.Value
}

// objectiveText names the loss and what is beside it, where it is not zero.
func (r *run) objectiveText() string {
	return strings.Join(append([]string{r.Settings.Loss.Value}, r.Settings.InWords(settings.LineObjective)...), ", ")
}

// clip keeps the first lines of a text.
func clip(text string, most int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("... and %d lines more, which \"descent inspect\" shows", len(lines)-most+1))
	}
	return strings.Join(lines, "\n")
}
