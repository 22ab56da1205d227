package settings

import (
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/schedule"
	"descent/train"
)

// Check returns every fault of s that shows without the data, each with the
// name of its setting.
func (s *Settings) Check() error {
	c := &checker{}
	c.wrap("task", second(data.ParseTask(s.Task)))
	c.wrap("split", second(parseSplit(s.Split)))
	c.wrap("model", second(parseModel(s.Model.Or("linear"))))
	c.wrap("", s.ownLayers())
	c.wrap("augment", second(data.ParseAugment(s.Augment)))
	c.wrap("average", second(parseAverage(s.Average)))
	c.wrap("tta", second(model.ParseViews(s.TTA)))
	c.wrap("images", second(s.imageConfig()))
	for _, pattern := range s.Freeze {
		c.wrap("freeze", wrapPattern(pattern, second(path.Match(pattern, ""))))
	}
	c.wrap("activation", second(nn.ParseActivation(s.Activation)))
	c.wrap("init", second(parseInit(s.Init)))
	c.wrap("loss", second(loss.ByName(s.Loss.Or("mse"))))
	c.wrap("optimizer", second(s.Rule()))
	c.wrap("schedule", second(schedule.Parse(s.Schedule, schedule.Units{StepsPerEpoch: 1 << 20, TotalSteps: 1 << 40})))
	c.wrap("warmup", second(schedule.Parse("warmup:steps="+choose(s.Warmup == "0", "1", s.Warmup), schedule.Units{StepsPerEpoch: 1 << 20})))
	c.wrap("on_nonfinite", second(train.ParseNonfinite(s.OnNonfinite)))
	c.wrap("checkpoint_every", second(train.ParseInterval(s.CheckpointEvery)))
	c.wrap("stall_timeout", second(parseTimeout(s.StallTimeout)))
	c.wrap("batch", second(parseBatch(s.Batch.Or("all"))))
	c.wrap("monitor", second(lookUp(s.Monitor)))
	c.wrap("", second(s.askedMetrics()))
	if heads := []string{"auto", "new"}; !slices.Contains(heads, s.Head) {
		c.wrap("head", suggest.Unknown("start of the last layer", s.Head, heads))
	}
	if s.Head == "new" && s.InitFrom == "" {
		c.wrap("head", errors.New("new takes init_from, the model that the other layers start from"))
	}
	if classWeights := []string{"none", "balanced"}; !slices.Contains(classWeights, s.ClassWeights) {
		c.wrap("class_weights", suggest.Unknown("weighting", s.ClassWeights, classWeights))
	}
	rate := s.LearningRate.Or(1)
	c.want(rate > 0 && rate <= train.MaxRate, "learning_rate", rate, "more than 0 and at most %v", float64(train.MaxRate))
	c.want(s.Epochs.Or(1) > 0, "epochs", s.Epochs.Value, "at least 1")
	c.want(s.Patience >= 0, "patience", s.Patience, "0, for never, or more epochs")
	c.want(s.CheckpointKeep > 0, "checkpoint_keep", s.CheckpointKeep, "at least 1")
	c.want(s.Workers >= 0 && s.Workers <= maxWorkers, "workers", s.Workers, "0, for all cores, to %d", maxWorkers)
	c.share("dropout", s.Dropout.Or(0))
	c.share("label_smoothing", s.LabelSmoothing)
	c.positive("l1", s.L1)
	c.positive("l2", s.L2)
	c.positive("prox_l1", s.ProxL1)
	c.positive("weight_decay", s.WeightDecay.Or(0))
	c.positive("clip_value", s.ClipValue)
	c.positive("clip_norm", s.ClipNorm)
	c.positive("clip_adaptive", s.ClipAdaptive)
	c.positive("clip_param", s.ClipParam)
	c.positive("max_norm", s.MaxNorm)
	c.positive("sam", s.SAM)
	return usage.Mark(errors.Join(c.errs...))
}

const maxWorkers = 1024

// checker gathers faults.
type checker struct{ errs []error }

func (c *checker) wrap(key string, err error) {
	switch {
	case err != nil && key == "": // it names its setting
		c.errs = append(c.errs, err)
	case err != nil:
		c.errs = append(c.errs, fmt.Errorf("%s: %w", key, err))
	}
}

func (c *checker) want(ok bool, key string, value any, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("%s is %v; it must be %s", key, value, fmt.Sprintf(format, args...)))
	}
}

func (c *checker) positive(key string, v float64) { c.want(v >= 0, key, v, "0 or more") }

func (c *checker) share(key string, v float64) { c.want(v >= 0 && v < 1, key, v, "in [0, 1)") }

func wrapPattern(pattern string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q: %w", pattern, err)
}

func second[T any](_ T, err error) error { return err }

// parseInit reads an initializer; nil lets each layer choose. The name of a
// family alone is its commonest member.
func parseInit(text string) (initial.Initializer, error) {
	if text == "auto" {
		return nil, nil
	}
	for _, family := range []string{"xavier-uniform", "he-normal", "lecun-normal"} {
		if name, _, _ := strings.Cut(family, "-"); text == name {
			text = family
		}
	}
	return initial.Parse(text)
}

// parseBatch reads a number of rows, or train.All.
func parseBatch(text string) (int, error) {
	if text == "all" {
		return train.All, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q: want a number of rows, 1 or more, or all", text)
	}
	return n, nil
}

// parseSplit reads a/b/c, in percent or as fractions; auto is the zero value.
func parseSplit(text string) (data.SplitConfig, error) {
	var cfg data.SplitConfig
	if text == "auto" {
		return cfg, nil
	}
	parts := strings.Split(text, "/")
	wrong := fmt.Errorf("%q: want training/validation/test in percent, such as 70/10/20", text)
	if len(parts) != 3 {
		return cfg, wrong
	}
	var f [3]float64
	sum := 0.0
	for i, part := range parts {
		v, err := ParseFloat(strings.TrimSpace(part))
		if err != nil || v < 0 {
			return cfg, wrong
		}
		f[i] = v
		sum += v
	}
	scale := 1.0
	if sum > 1.5 {
		scale = 100
	}
	if math.Abs(sum-scale) > 1e-6*scale {
		return cfg, fmt.Errorf("%q adds up to %v; it must be 100", text, sum)
	}
	cfg.Train, cfg.Validation, cfg.Test = f[0]/scale, f[1]/scale, f[2]/scale
	if cfg.Train == 0 {
		return cfg, fmt.Errorf("%q leaves no rows to train on", text)
	}
	return cfg, nil
}

// warmed returns the schedule behind its warm-up.
func (s *Settings) warmed(u schedule.Units) (schedule.Schedule, error) {
	if s.Warmup == "0" {
		return schedule.Parse(s.Schedule, u)
	}
	return schedule.Parse("warmup:steps="+s.Warmup+",then="+s.Schedule, u)
}
