package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/schedule"
	"descent/train"
)

// job is a run that is ready to start: data, network and configuration.
type job struct {
	settings Settings // all decided
	source   data.Source
	parts    data.Parts
	spec     data.Spec
	net      nn.Layer
	config   train.Config
	steps    int // updates an epoch
	notes    []string
}

// prepare opens the data, decides what the settings leave open and builds
// what they describe.
func prepare(s Settings) (*job, error) {
	j := &job{settings: s}
	var err error
	if j.source, err = openData(&s); err != nil {
		return nil, err
	}
	if j.parts, err = split(&s, j.source); err != nil {
		return nil, err
	}
	j.spec = j.parts.Train.Spec()
	j.notes = j.parts.Notes
	j.settings.fill(j.spec, j.parts.Train.Len())
	return j, j.build()
}

// openData opens what settings name as data.
func openData(s *Settings) (data.Source, error) {
	task, err := data.ParseTask(s.Task)
	if err != nil {
		return nil, usage(err)
	}
	images, err := s.imageConfig()
	if err != nil {
		return nil, usage(err)
	}
	if images != (data.ImageConfig{}) {
		if len(s.Target) > 0 {
			return nil, usagef("image_size, image_mode and skip_corrupt are for images, and target %s for a CSV file", formatList(s.Target))
		}
		return data.OpenImages(s.Data, images)
	}
	source, err := data.Open(s.Data, data.CSVConfig{Targets: s.Target, Task: task})
	if errors.Is(err, data.ErrNoTarget) {
		return nil, usage(fmt.Errorf("%w; name it with --target", err))
	}
	return source, err
}

// split cuts the data as settings say.
func split(s *Settings, source data.Source) (data.Parts, error) {
	cfg, err := parseSplit(s.Split)
	if err != nil {
		return data.Parts{}, usage(err)
	}
	cfg.Seed = s.SplitSeed
	if s.Test != "" {
		cfg.TestSet = laterSet{s.Test, s.SkipCorrupt}
	}
	if s.Validation != "" {
		cfg.ValidationSet = laterSet{s.Validation, s.SkipCorrupt}
	}
	return data.Split(source, cfg)
}

// laterSet is a set of its own that can be read only when the encoding of the
// training part is known.
type laterSet struct {
	path        string
	skipCorrupt bool
}

func (l laterSet) Spec() data.Spec { return data.Spec{Name: l.path} }
func (l laterSet) Len() int        { return 0 }
func (l laterSet) Encode(e *data.Encoder) (data.Source, error) {
	return e.OpenImages(l.path, data.ImageConfig{SkipCorrupt: l.skipCorrupt})
}
func (l laterSet) Fit([]int) (*data.Encoder, error) { return nil, l.Read(nil, nil, nil) }
func (l laterSet) Read([]int, []float32, []float32) error {
	return fmt.Errorf("%s is read when the training part is known", l.path)
}

// build makes network and configuration from decided settings, and writes
// back into them what they imply.
func (j *job) build() error {
	s := &j.settings
	rule, err := s.rule()
	if err != nil {
		return usage(err)
	}
	if s.Optimizer.Name.value == "sgd" && rule.Name() == "momentum" {
		j.notes = append(j.notes, "sgd with a momentum is the rule called momentum")
	}
	s.spell(rule)
	batch, err := parseBatch(s.Batch.value)
	if err != nil {
		return usage(err)
	}
	objective, err := j.loss()
	if err != nil {
		return usage(err)
	}
	for _, build := range []func() error{j.network, j.pictures, j.monitor} {
		if err := build(); err != nil {
			return usage(err)
		}
	}
	augment, err := data.ParseAugment(s.Augment)
	if err != nil {
		return usage(err)
	}
	if _, ok := objective.(loss.CrossEntropy); augment.Mixes() && !ok {
		return usagef("augment: mixup and cutmix mix classes, which takes loss cross-entropy, not %s", objective.Name())
	}
	average, err := parseAverage(s.Average)
	if err != nil {
		return usage(err)
	}
	n := j.parts.Train.Len()
	j.steps = 1
	if batch != train.All {
		j.steps = (n + batch - 1) / batch
	}
	units := schedule.Units{StepsPerEpoch: j.steps, TotalSteps: j.steps * s.Epochs.value}
	rates, err := s.warmed(units)
	if err != nil {
		return usage(err)
	}
	j.config = train.Config{
		Loss: objective, Optimizer: rule, LearningRate: s.LearningRate.value, Schedule: rates,
		Penalty: loss.Penalty{L1: s.L1, L2: s.L2},
		Augment: augment, Average: average, Freeze: s.Freeze,
		BatchSize: batch, Epochs: s.Epochs.value,
		Monitor: s.Monitor, Patience: s.Patience,
		Seed: s.Seed, Workers: s.Workers,
	}
	if err := s.surround(&j.config, units); err != nil {
		return usage(err)
	}
	if err := j.guards(); err != nil {
		return usage(err)
	}
	if s.InitFrom != "" {
		path, err := modelPath(s.InitFrom)
		if err != nil {
			return err
		}
		if j.config.From, err = train.Load(path); err != nil {
			return err
		}
	}
	return nil
}

// loss builds the objective and checks that it suits the data.
func (j *job) loss() (loss.Loss, error) {
	s := &j.settings
	l, err := loss.ByName(s.Loss.value)
	if err != nil {
		return nil, err
	}
	_, cross := l.(loss.CrossEntropy)
	_, binary := l.(loss.BinaryCrossEntropy)
	classes := j.spec.Task == data.Classification
	switch {
	case classes && !cross && !binary:
		return nil, fmt.Errorf("loss %s is for regression, and the task is classification; use cross-entropy, or bce for two classes", l.Name())
	case !classes && (cross || binary):
		return nil, fmt.Errorf("loss %s is for classes, and the task is regression; use mse, mae or huber", l.Name())
	case binary && len(j.spec.Classes) != 2:
		return nil, fmt.Errorf("loss bce is for two classes, and the data has %d; use cross-entropy", len(j.spec.Classes))
	case s.LabelSmoothing > 0 && !cross:
		return nil, fmt.Errorf("label_smoothing is for loss cross-entropy, not %s", l.Name())
	case s.ClassWeights != "none" && !classes:
		return nil, errors.New("class_weights are for classification, and the task is regression")
	}
	var weights []float64
	if s.ClassWeights == "balanced" {
		weights = balanced(j.parts.Counts)
	}
	switch {
	case cross:
		return loss.CrossEntropy{LabelSmoothing: s.LabelSmoothing, ClassWeights: weights}, nil
	case binary && weights != nil:
		return loss.BinaryCrossEntropy{PosWeight: weights[1] / weights[0]}, nil
	}
	return l, nil
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

// monitor checks that the monitored score exists, and points a plateau the
// way in which the score improves.
func (j *job) monitor() error {
	s := &j.settings
	classes := []string{"accuracy", "balanced_accuracy", "f1", "auroc"}
	switch {
	case s.Monitor == "loss":
		return nil
	case slices.Contains(classes, s.Monitor) != (j.spec.Task == data.Classification):
		return fmt.Errorf("monitor: %s has no score %q", j.spec.Task, s.Monitor)
	case s.Monitor == "auroc" && len(j.spec.Classes) != 2:
		return fmt.Errorf("monitor: auroc is for two classes, and the data has %d", len(j.spec.Classes))
	case j.parts.Validation.Len() == 0:
		return fmt.Errorf("monitor: %s is measured on a validation part, and the split leaves none", s.Monitor)
	}
	plateau, _, _ := strings.Cut(s.Schedule, ":")
	if plateau == "plateau" && train.HigherIsBetter(s.Monitor) && !strings.Contains(s.Schedule, "mode=") {
		if s.Schedule == plateau {
			s.Schedule += ":mode=max"
		} else {
			s.Schedule += ",mode=max"
		}
	}
	return nil
}

// with returns a job on the same data by other settings.
func (j *job) with(s Settings) (*job, error) {
	k := &job{settings: s, source: j.source, parts: j.parts, spec: j.spec}
	k.settings.fill(k.spec, k.parts.Train.Len())
	return k, k.build()
}
