package settings

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/loss"
	"descent/model"
)

// suiting lists the losses that suit a task, the usual one first.
var suiting = map[data.Task][]string{
	data.Classification: {"cross-entropy", "bce", "ordinal"},
	data.Regression:     {"mse", "mae", "huber", "quantile", "poisson"},
	data.MultiLabel:     {"bce"},
}

// loss builds the objective and checks that it suits the data.
func (j *Job) loss() (loss.Loss, error) {
	s := &j.Settings
	l, err := loss.Parse(s.Loss.Value)
	if err != nil {
		return nil, err
	}
	_, cross := l.(loss.CrossEntropy)
	_, binary := l.(loss.BinaryCrossEntropy)
	switch task := taskOf(j.Spec); {
	case j.ofText() && (!cross || s.ClassWeights != "none"):
		return nil, errors.New("loss: a text takes cross-entropy, without class_weights")
	case !slices.Contains(suiting[task], l.Name()):
		return nil, fmt.Errorf("loss %s is for %s, and the task is %s; use %s", l.Name(), suitedBy(l.Name()), task, lossesFor(task))
	case task == data.Classification && binary && len(j.Spec.Classes) != 2:
		return nil, fmt.Errorf("loss bce is for two classes, and the data has %d; use cross-entropy", len(j.Spec.Classes))
	case s.LabelSmoothing.Value > 0 && !cross:
		return nil, fmt.Errorf("label_smoothing is for loss cross-entropy, not %s", l.Name())
	case s.ClassWeights != "none" && task == data.Regression:
		return nil, errors.New("class_weights are for classes and labels, and the task is regression")
	}
	if _, ordered := l.(loss.Ordinal); ordered {
		return l, j.ordered()
	}
	if _, counts := l.(loss.Poisson); counts {
		return j.poisson()
	}
	if s.ClassWeights != "balanced" {
		if cross {
			return loss.CrossEntropy{LabelSmoothing: s.LabelSmoothing.Value}, nil
		}
		return l, nil
	}
	if j.Spec.Task == data.MultiLabel {
		weight, err := j.balancedLabels()
		return loss.BinaryCrossEntropy{PosWeight: weight}, err
	}
	weights := balanced(j.Parts.Counts)
	if binary {
		return loss.BinaryCrossEntropy{PosWeight: weights[1] / weights[0]}, nil
	}
	return loss.CrossEntropy{LabelSmoothing: s.LabelSmoothing.Value, ClassWeights: weights}, nil
}

// ordered returns an error unless classes have an order that can be known: that of
// their names, which begin with numbers.
func (j *Job) ordered() error {
	if j.Settings.ClassWeights != "none" {
		return errors.New("class_weights are for loss cross-entropy and bce, not ordinal")
	}
	last := math.Inf(-1)
	for _, name := range j.Spec.Classes {
		number := name[:len(name)-len(strings.TrimLeft(name, "+-.0123456789"))]
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || v <= last {
			return fmt.Errorf("loss ordinal is for classes in order, and these are %s; let their names begin with ascending numbers, as in \"1 low\", \"2 high\"", strings.Join(j.Spec.Classes, ", "))
		}
		last = v
	}
	return nil
}

// poisson is the loss of counts in the units of the data.
func (j *Job) poisson() (loss.Loss, error) {
	for _, part := range []struct {
		name   string
		source data.Source
	}{{"training", j.Parts.Train}, {"validation", j.Parts.Validation}, {"test", j.Parts.Test}} {
		if part.source.Len() == 0 {
			continue
		}
		truth, err := model.TruthOf(context.Background(), j.goal(), part.source)
		if err != nil {
			return nil, err
		}
		if name, least, below := truth.Negative(); below {
			return nil, fmt.Errorf("loss poisson is for counts, 0 or more, and the least of %s in the %s part is %s", name, part.name, human.Rounded(least, 6))
		}
	}
	var l loss.Poisson
	if j.Spec.Encoder == nil { // targets are as they are
		return l, nil
	}
	for k, name := range j.Spec.Targets {
		mean, std := j.Spec.Encoder.Units(k)
		if !(mean > 0) {
			return nil, fmt.Errorf("loss poisson is for counts, and the target %s has the mean %v in the training part", name, mean)
		}
		l.Mean, l.Std = append(l.Mean, mean), append(l.Std, std)
	}
	return l, nil
}

// suitedBy names the tasks that a loss suits.
func suitedBy(name string) string {
	var tasks []string
	for _, t := range []data.Task{data.Classification, data.Regression, data.MultiLabel} {
		if slices.Contains(suiting[t], name) {
			tasks = append(tasks, t.String())
		}
	}
	return strings.Join(tasks, " and ")
}

// lossesFor names the losses that suit a task.
func lossesFor(t data.Task) string {
	switch t {
	case data.Classification:
		return "cross-entropy, bce for two classes, or ordinal for classes in order"
	case data.MultiLabel:
		return "bce, which asks yes or no of each label"
	}
	return "mse, mae, huber, quantile or poisson"
}

// balanced returns n/(k·n_c) for each of the k classes, by the n training
// rows; 1 for a class that has none.
func balanced(counts []data.ClassCount) []float64 {
	n := 0
	for _, c := range counts {
		n += c.Train
	}
	weights := make([]float64, len(counts))
	for i, c := range counts {
		weights[i] = 1
		if c.Train > 0 {
			weights[i] = float64(n) / float64(len(counts)*c.Train)
		}
	}
	return weights
}

// balancedLabels returns how many times as often the labels of the training rows do
// not hold as they do, over all labels; 1 where none holds.
func (j *Job) balancedLabels() (float64, error) {
	truth, err := model.TruthOf(context.Background(), j.goal(), j.Parts.Train)
	if err != nil {
		return 0, err
	}
	held := 0.0
	shares := truth.Baseline()
	for _, share := range shares {
		held += share
	}
	if held == 0 {
		return 1, nil
	}
	return (float64(len(shares)) - held) / held, nil
}
