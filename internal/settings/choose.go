package settings

import (
	"context"
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/internal/runs"
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
	triedFrom  = 50 // and as many of each class as there are folds, in the mean
	folds      = 5
)

// tried are the networks that few rows decide between, the simplest first.
var tried = []string{"linear", modelDefault, tableModel}

// chooseModel returns the network for rows of a table, and why it is that.
func (j *Job) chooseModel() (name, why string, err error) {
	n := j.Parts.Train.Len()
	switch {
	case n >= triedBelow:
		return tableModel, "", nil
	case n < triedFrom || n < folds*len(j.Spec.Classes):
		return modelDefault, "", nil
	}
	cut, err := j.folds()
	if err != nil {
		return "", "", err
	}
	often, which := "five times", "the simplest that is as good as the best within the noise"
	if n >= onceFrom {
		cut, often, which = cut[:1], "once", "the best"
	}
	var scores [][]float64 // of each network, by fold
	var text []string
	for _, model := range tried {
		list, err := j.score(model, cut)
		if err != nil {
			return "", "", fmt.Errorf("model %s, of which it is to be found whether it suits the data: %w; name a model to try none", model, err)
		}
		scores = append(scores, list)
		text = append(text, fmt.Sprintf("%s %.4g", model, mean(list)))
	}
	best := 0
	for i, list := range scores {
		if mean(list) > mean(scores[best]) {
			best = i
		}
	}
	at := simplest(scores, best)
	metric, err := runs.MainScore(j.Spec, nil)
	why = fmt.Sprintf("model %s: of %d networks, each trained %s on four fifths of the training rows, %s; %s on the rest: %s",
		tried[at], len(tried), often, which, metric, strings.Join(text, ", "))
	return tried[at], why, err
}

// simplest returns the first network whose score is that of the best, or is not lower
// by more than the standard error of the difference.
func simplest(scores [][]float64, best int) int {
	n := float64(len(scores[best]))
	for i, list := range scores {
		lost, squares := mean(scores[best])-mean(list), 0.0
		for fold, v := range list {
			d := scores[best][fold] - v - lost
			squares += d * d
		}
		if n > 1 && lost <= math.Sqrt(squares/(n-1)/n) {
			return i
		}
	}
	return best
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// folds cuts the training rows, each class evenly.
func (j *Job) folds() ([]data.Parts, error) {
	n, width := j.Parts.Train.Len(), j.Spec.TargetSize()
	rows := data.Order(n, j.Settings.SplitSeed, 0)
	if j.Spec.Task == data.Classification {
		x, y := make([]float32, n*j.Spec.Size()), make([]float32, n*width)
		if err := j.Parts.Train.Read(rows, x, y); err != nil {
			return nil, err
		}
		var sorted []int
		for class := range j.Spec.Classes {
			for i, row := range rows {
				if int(y[i]) == class {
					sorted = append(sorted, row)
				}
			}
		}
		rows = sorted
	}
	var cut []data.Parts
	for fold := range folds {
		var training, rest []int
		for i, row := range rows {
			if i%folds == fold {
				rest = append(rest, row)
			} else {
				training = append(training, row)
			}
		}
		cut = append(cut, data.Parts{
			Train: data.Subset(j.Parts.Train, training), Validation: data.Subset(j.Parts.Train, nil), Test: data.Subset(j.Parts.Train, rest),
		})
	}
	return cut, nil
}

// score returns what a network scores on each fold that it was not trained on.
func (j *Job) score(model string, cut []data.Parts) ([]float64, error) {
	var list []float64
	for _, parts := range cut {
		k := &Job{Settings: j.Settings, Source: j.Source, Parts: parts, Spec: j.Spec}
		k.Settings.Model = Given(model)
		k.Settings.Monitor = Given("loss")
		k.Settings.undecide()
		if err := k.decide(); err != nil {
			return nil, err
		}
		if err := k.build(); err != nil {
			return nil, err
		}
		v, err := k.trial()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// trial trains the job and returns the main score of its test part.
func (j *Job) trial() (float64, error) {
	name, err := runs.MainScore(j.Spec, nil)
	if err != nil {
		return 0, err
	}
	trainer, err := train.New(j.Net, j.Spec, j.Config)
	if err != nil {
		return 0, err
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), j.Parts.Train, nil)
	if err != nil {
		return 0, err
	}
	report, err := m.Evaluate(context.Background(), j.Parts.Test)
	return report.Score(name), err
}
