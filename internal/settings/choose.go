package settings

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"descent/data"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/usage"
	"descent/tabular"
	"descent/train"
)

// Where a table has few rows, networks that are simpler than that of package tabular
// may be as good or better. They are tried, which takes seconds: each is trained on
// four fifths of the training rows and measured on the rest, five times, and the
// simplest is taken that is as good as the best, within the standard error of their
// difference over the folds. From some hundred rows on once is enough, and takes as
// long: the best is taken. Below some dozens of rows scores say nothing.
const (
	triedBelow = 5000 // training rows
	onceFrom   = 1000
	triedFrom  = 50  // and as many of each class as there are folds, in the mean
	tabmFrom   = 500 // for a network whose members share weights, which is the slowest
	folds      = 5
)

// ofTables are the networks that a table may get, the simplest first.
var ofTables = []string{"linear", modelDefault, tableModel, tabmModel}

// tried returns those that few rows decide between: one whose members share weights was
// seen to be better only where numbers are predicted.
func (j *Job) tried() []string {
	if j.Spec.Task == data.Regression && j.Parts.Train.Len() >= tabmFrom {
		return ofTables
	}
	return ofTables[:3]
}

// chooseModel returns the network for rows of a table, and why it is that.
func (j *Job) chooseModel() (name, why string, err error) {
	n := j.Parts.Train.Len()
	_, onlyText := tabular.HasText(j.Spec)
	switch {
	case j.Settings.InitFrom != "":
		return j.fittingModel()
	case n >= triedBelow || onlyText: // for which networks are the same
		return tableModel, "", nil
	case n < triedFrom || n < folds*len(j.Spec.Classes):
		return modelDefault, "", nil
	}
	if err := j.buildable(); err != nil {
		return "", "", err
	}
	cut, told, err := j.heldBack()
	if err != nil {
		return "", "", err
	}
	often, which := human.Plural(len(cut), "time"), "the simplest that is as good as the best within the noise"
	if len(cut) == 1 {
		often, which = "once", "the best"
	}
	scores, err := j.scores(cut)
	if err != nil {
		return "", "", err
	}
	var text []string
	tried := j.tried()
	for i, model := range tried {
		text = append(text, model+" "+scoreText(mean(scores[i])))
	}
	best := 0
	for i, list := range scores {
		if mean(list) > mean(scores[best]) {
			best = i
		}
	}
	at := simplest(scores, best)
	metric, err := runs.MainScore(j.Spec, nil)
	why = fmt.Sprintf("model %s: of %d networks, each trained %s "+told+": %s", tried[at], len(tried), often, which, metric, strings.Join(text, ", "))
	return tried[at], why, err
}

// buildable returns what is wrong with the settings whichever network is taken, before
// any is trained.
func (j *Job) buildable() error {
	var found error
	for i, model := range j.tried() {
		s := j.Settings
		s.Model = Given(model)
		_, err := j.With(s)
		if err == nil || i > 0 && err.Error() != found.Error() {
			return nil // it is of one network
		}
		found = err
	}
	return found
}

// fittingModel returns the network that the weights to start from are of.
func (j *Job) fittingModel() (name, why string, err error) {
	models := slices.Clone(ofTables)
	slices.Reverse(models)
	for _, model := range models {
		k, err := j.trying(model, j.Parts)
		if err != nil {
			return "", "", err
		}
		if trainer, err := train.New(k.Net, k.Spec, k.Config); err == nil {
			trainer.Close()
			return model, fmt.Sprintf("model %s: the weights of %s fit it", model, j.Settings.InitFrom), nil
		}
	}
	return "", "", usage.Errorf("init_from: the weights of %s fit none of %s on this data; give --model as it was trained, which \"descent inspect\" shows", j.Settings.InitFrom, human.And(models))
}

// simplest returns the first network whose score is that of the best, or is not lower
// by more than the standard error of the difference.
func simplest(scores [][]float64, best int) int {
	n := float64(len(scores[best]))
	for i, list := range scores {
		lost, squares := mean(scores[best])-mean(list), 0.0
		for fold, v := range list {
			d := scores[best][fold] - v - lost
			squares += float64(d * d)
		}
		if n > 1 && lost <= math.Sqrt(squares/(n-1)/n) {
			return i
		}
	}
	return best
}

// scoreText is a mean score, of which one of training that diverged is -∞.
func scoreText(v float64) string {
	if math.IsInf(v, -1) {
		return "diverged"
	}
	return fmt.Sprintf("%.4g", v)
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// heldBack returns the parts that networks are compared on: as Train and Test, with no
// Validation. They are the folds of a bag; else the validation part, where rows belong
// together or come one after the other; else folds of the training part. told says
// what a network is trained and measured on.
func (j *Job) heldBack() (cut []data.Parts, told string, err error) {
	cut, told = j.Folds, "on all folds but one of the training rows, %s; %s on that"
	switch s := &j.Settings; {
	case cut != nil:
	case (s.Group != "" || s.Time != "") && j.Parts.Validation.Len() > 0:
		cut, told = []data.Parts{j.Parts}, "on the training rows, %s; %s on the validation rows"
	default:
		told = "on four fifths of the training rows, %s; %s on the rest"
		cut, err = data.Folds(j.Parts.Train, data.FoldConfig{K: folds, SplitConfig: data.SplitConfig{Seed: s.SplitSeed}})
	}
	text, _ := tabular.HasText(j.Spec) // of which each network takes several times as long
	if (j.Parts.Train.Len() >= onceFrom || text) && len(cut) > 0 {
		cut = cut[len(cut)-1:] // in time the one with most rows
	}
	held := make([]data.Parts, len(cut))
	for i, p := range cut {
		held[i] = data.Parts{Train: p.Train, Validation: data.Subset(p.Train, nil), Test: p.Validation}
	}
	return held, told, err
}

// scores returns what each network scores on each fold that it was not trained on. They
// are trained side by side, which changes seconds only.
func (j *Job) scores(cut []data.Parts) ([][]float64, error) {
	tried := j.tried()
	n := len(tried) * len(cut)
	side, workers := j.Settings.Share(n)
	scores := make([][]float64, len(tried))
	for i := range scores {
		scores[i] = make([]float64, len(cut))
	}
	var mu sync.Mutex
	done := 0
	tell := func() {
		if j.tell != nil {
			j.tell(fmt.Sprintf("choosing among %s: %d of %d trained", human.And(tried), done, n))
		}
	}
	tell()
	err := search.Each(context.Background(), n, side, func(ctx context.Context, i int) error {
		model, fold := len(tried)-1-i/len(cut), i%len(cut) // the slowest first
		k, err := j.trying(tried[model], cut[fold])
		if err == nil {
			k.Config.Workers = workers
			scores[model][fold], err = k.trial(ctx)
		}
		switch {
		case errors.Is(err, train.ErrDiverged):
			scores[model][fold] = math.Inf(-1) // which no other score is below
		case err != nil:
			return fmt.Errorf("model %s, of which it is to be found whether it suits the data: %w; name a model to try none", tried[model], err)
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		tell()
		return nil
	})
	return scores, err
}

// trying returns the job of a network on some of the rows.
func (j *Job) trying(model string, parts data.Parts) (*Job, error) {
	k := &Job{Settings: j.Settings, Source: j.Source, Parts: parts, Spec: j.Spec}
	k.Settings.Model = Given(model)
	k.Settings.Monitor = Given("loss")
	k.Settings.undecide()
	k.Settings.alone()
	if err := k.decide(); err != nil {
		return nil, err
	}
	return k, k.build()
}

// trial trains the job and returns the main score of its test part.
func (j *Job) trial(ctx context.Context) (float64, error) {
	name, err := runs.MainScore(j.Spec, nil)
	if err != nil {
		return 0, err
	}
	trainer, err := train.New(j.Net, j.Spec, j.Config)
	if err != nil {
		return 0, err
	}
	defer trainer.Close()
	m, err := trainer.Fit(ctx, j.Parts.Train, nil)
	if err != nil {
		return 0, err
	}
	report, err := m.Evaluate(ctx, j.Parts.Test)
	return report.Score(name), err
}
