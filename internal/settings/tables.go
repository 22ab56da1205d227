package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/nn"
	"descent/optim"
	"descent/tabular"
	"descent/train"
)

// decide gives every setting that is left open its value, by the data.
func (j *Job) decide() error {
	s := &j.Settings
	j.decideSeries()
	if j.ofText() {
		if err := j.fillText(); err != nil {
			return err
		}
	}
	if !s.Model.Given && IsONNX(s.InitFrom) {
		s.Model = Given(onnxModel + ":" + s.InitFrom)
	}
	if !s.Model.Given && tabular.IsTable(j.Spec) {
		name, why, err := j.chooseModel()
		if err != nil {
			return err
		}
		if s.Model = Given(name); why != "" {
			j.Notes = append(j.Notes, why)
		}
	}
	if s.Best && j.Parts.Train.Len() < onceFrom && tabular.IsTable(j.Spec) {
		// Few rows that say which epoch is the best cannot rank candidates, too: those
		// that vary most would win by luck.
		s.keepLast()
	}
	switch {
	case s.IsTableModel():
		if err := j.fillTable(); err != nil {
			return err
		}
	case s.attends():
		s.fillAttention(j.Parts.Train.Len())
	case s.Model.Value == "linear" && (tabular.IsTable(j.Spec) || j.Spec.Horizon > 0):
		s.fillLinear()
	case j.Spec.Horizon > 0:
		s.fillForecaster(j.Parts.Train.Len())
	}
	s.fill(j.Spec, j.Parts.Train.Len())
	return nil
}

// A linear model of a table starts at zero: it has no units that must differ, and at a
// smaller rate would still be on its way at the end. What keeps it from learning few rows
// by heart is a penalty, and its last epoch is kept: where few rows validate, the best of
// many is the luckiest.
const (
	linearRate    = 0.01
	linearPenalty = 0.003
)

// fillLinear gives a linear model what is left open: its rate and start if both are.
func (s *Settings) fillLinear() {
	s.L2 = Given(s.L2.Or(linearPenalty))
	s.keepLast()
	if s.Init == "auto" && !s.LearningRate.Given && !s.Optimizer.chosen() {
		s.Init, s.LearningRate = "zeros", Given(linearRate)
	}
}

// attends reports whether the network attends to texts in a table.
func (s *Settings) attends() bool {
	m, err := parseModel(s.Model.Or("linear"))
	return err == nil && m.attends > 0
}

// fillAttention gives a network that attends to texts what is left open, for n training
// rows: a larger rate and fewer epochs than others, since its vectors learn rows by heart.
func (s *Settings) fillAttention(n int) {
	if !s.LearningRate.Given && !s.Optimizer.chosen() {
		s.LearningRate = Given(attentionRate)
	}
	if s.Train.MaxUpdates == 0 {
		s.Epochs = Given(s.Epochs.Or(step(n, 40, byRows{1000, 20}, byRows{5000, 5})))
	}
}

// attentionRate was better than 0.001 on an inner fold (bench/TEXT.md).
const attentionRate = 0.003

// keepLast has the last epoch kept, unless something else is asked for.
func (s *Settings) keepLast() {
	if !s.Kept.Given && s.Train.Patience == 0 {
		s.Kept = Given(train.Last.String())
	}
}

// IsTableModel reports whether s names a network that encodes the numbers of a table.
func (s *Settings) IsTableModel() bool {
	m, err := parseModel(s.Model.Or("linear"))
	return err == nil && m.table
}

// Table returns what was measured of the training rows, once.
func (j *Job) Table() (*tabular.Table, error) {
	if j.table != nil {
		return j.table, nil
	}
	if !tabular.IsTable(j.Spec) {
		return nil, fmt.Errorf("model: %s takes rows of a table, and the samples of %s are %s; use %s", j.Settings.Model.Value, j.Settings.Data, human.Shape(j.Spec.Input), modelDefault)
	}
	var err error
	j.table, err = tabular.Measure(j.Parts.Train)
	return j.table, err
}

// fillTable gives settings that are left open the values of package tabular. Those of
// the rule are for the rule that it has; another keeps its own.
func (j *Job) fillTable() error {
	t, err := j.Table()
	if err != nil {
		return err
	}
	s, r := &j.Settings, j.Settings.recipeOf(t)
	own := r.Optimizer.Name()
	if !s.Optimizer.chosen() {
		s.Optimizer.Name = Given(own)
	}
	if s.Optimizer.Name.Value == own {
		for _, h := range s.Optimizer.of(r.Optimizer) {
			if v, _ := optim.Value(r.Optimizer, h.key); !s.Optimizer.Has(h.key) && !h.onOrOff {
				if err := h.set(human.Float(v)); err != nil {
					return err
				}
			}
		}
		s.LearningRate, s.WeightDecay = Given(s.LearningRate.Or(r.LearningRate)), Given(s.WeightDecay.Or(r.WeightDecay))
	}
	s.Activation = Given(s.Activation.Or(r.Activation.String()))
	if s.Optimizer.Name.Value != optim.NewLBFGS().Name() { // which takes the loss of all rows, as it is
		s.Dropout = Given(s.Dropout.Or(r.Dropout))
		s.Schedule = Given(s.Schedule.Or(r.Schedule))
		s.Batch = Given(s.Batch.Or(strconv.Itoa(r.Batch)))
	}
	if r.Smoothing > 0 && s.Loss.Or("cross-entropy") == "cross-entropy" {
		s.LabelSmoothing = Given(s.LabelSmoothing.Or(r.Smoothing))
	}
	s.Epochs, s.Kept = Given(s.Epochs.Or(r.Epochs)), Given(s.Kept.Or(train.BestLater.String()))
	if len(s.Schedules) == 0 {
		r.Dropout, r.WeightDecay = s.Dropout.Value, s.WeightDecay.Value
		for _, name := range r.Falling() {
			s.Schedules = append(s.Schedules, pair{name, r.Fall})
		}
	}
	return nil
}

// recipeOf is that of package tabular for the network that the settings name.
func (s *Settings) recipeOf(t *tabular.Table) tabular.Recipe {
	m, err := parseModel(s.Model.Value)
	r := t.Recipe()
	if err == nil && m.members > 0 {
		r = t.TabM(m.members)
	}
	switch {
	case err == nil && m.networks != 0:
		r.Networks = m.networks
	case s.Best: // which averages candidates
		r.Networks = 1
	case s.Bag > 0 && t.Rows >= 10000: // where seconds count
		r.Networks = min(r.Networks, 2)
	}
	if err == nil && m.hidden != nil {
		r.Hidden = m.hidden
	}
	return r
}

// recipe is that of the settings, which are decided.
func (j *Job) recipe() (*tabular.Table, tabular.Recipe, error) {
	t, err := j.Table()
	if err != nil {
		return nil, tabular.Recipe{}, err
	}
	s, r := &j.Settings, j.Settings.recipeOf(t)
	r.Optimizer, err = s.Rule()
	r.LearningRate, r.WeightDecay, r.Dropout, r.Epochs = s.LearningRate.Value, s.WeightDecay.Value, s.Dropout.Value, s.Epochs.Value
	if batch, err := parseBatch(s.Batch.Value); err == nil && batch > 0 {
		r.Batch = batch
	}
	return t, r, err
}

// tableNetwork builds the network of package tabular.
func (j *Job) tableNetwork(outputs int, activation nn.Activation) error {
	t, r, err := j.recipe()
	if err != nil {
		return err
	}
	r.Outputs, r.Activation = outputs, activation
	j.Net, err = t.Network(r)
	return err
}

// tableGroups adds the groups of package tabular behind those that were asked for.
func (j *Job) tableGroups() error {
	text, _ := tabular.HasText(j.Spec)
	if !j.Settings.IsTableModel() && !text || j.Settings.attends() {
		return nil
	}
	t, r, err := j.recipe()
	if err != nil {
		return err
	}
	groups := t.Groups(r)
	if !j.Settings.IsTableModel() {
		groups = t.TextGroups(r.LearningRate, j.Steps*r.Epochs)
	}
	for _, g := range groups {
		if !slices.ContainsFunc(j.Config.Groups, func(have optim.Group) bool { return have.Match == g.Match }) {
			j.Config.Groups = append(j.Config.Groups, g)
		}
	}
	return nil
}

// Encodings says how the network encodes the columns of a table, and which parameters
// have rates of their own, in words; none if it does neither.
func (j *Job) Encodings() []string {
	words := tabular.Words(j.Spec, j.Net)
	var rates []string
	for _, g := range j.Config.Groups[len(j.Settings.Groups):] { // those of package tabular
		rates = append(rates, fmt.Sprintf("%s ×%.3g", g.Match, g.RateFactor))
	}
	if len(rates) > 0 {
		words = append(words, "rates beside that of weights over 256 units: "+strings.Join(rates, ", "))
	}
	return words
}
