package train

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"descent/data"
	"descent/dist"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/objective"
	"descent/optim"
	"descent/schedule"
)

// All as Config.BatchSize means batch gradient descent: one update an epoch,
// by the gradient of the whole training set.
const All = -1

// Config says how to train. The zero value of every field is usable. A field that
// is tagged bits:"same" does not change the result, or, as From and NewHead, not
// that of a run that has begun; all others must be the same when a run is resumed.
type Config struct {
	Loss         loss.Loss           // nil: cross-entropy for classes, mean squared error for regression, binary cross-entropy for labels
	Objective    objective.Objective // what is compared with what, where there is more than the result and y; it has losses of its own. nil: by the task of the data
	Optimizer    optim.Rule          // nil: optim.NewAdam()
	LearningRate float64             // η₀; 0: the rule's documented default
	Schedule     schedule.Schedule   // a factor of η₀; nil: constant

	Penalty loss.Penalty // added to the loss: λΣw² and λΣ|w| over weights

	// What surrounds the rule; [optim.Config] has the order.
	Clip        optim.Clip      // of the gradient: elements, units, parameters, all together
	Noise       optim.Noise     // added to the gradient
	WeightDecay float64         // λ, on weights
	DecayKind   optim.DecayKind // what λ means; decoupled if not given
	ProxL1      float64         // λ of the proximal step, which gives exact zeros
	MaxNorm     float64         // of each unit of weights
	SAM         float64         // ρ of sharpness-aware minimization: the gradient is that at θ + ρg/‖g‖; 0: at θ
	Lookahead   optim.Lookahead // around the rule; the slow weights are evaluated, and are the model
	Groups      []optim.Group   // parameters that are treated in another way

	// Schedules are factors of hyperparameters by name, such as "momentum"; see
	// [optim.Config]. That of "dropout" is a factor of the rates of all layers that drop.
	Schedules map[string]schedule.Schedule

	Augment data.Augment // how training images are varied, anew in each epoch
	Average Average      // of the weights, to evaluate and to be the model
	Freeze  []string     // patterns of parameters and buffers to leave as they are, such as "0.*"; see [nn.Frozen]

	Order      Order // of the rows of an epoch; zero: shuffled
	BatchSize  int   // rows an update; 0: 32; All: the whole training set. See [Config.Updates] for those left over
	MicroBatch int   // rows held in memory at once; a larger batch is accumulated. 0: 1024, with a Group less, see [Trainer.Steps]
	Epochs     int   // passes over the training set; 0: 10
	MaxUpdates int   // after which training ends, though its last epoch is not over; 0: that of the last epoch

	Monitor  string          // the validation score that picks the best model: "loss" if empty; see [model.Report.Score]
	Metrics  []metric.Metric `bits:"same"` // measured beside the usual ones, to monitor or to look at
	Patience int             // stop after so many epochs without a better one; 0: never
	MinDelta float64         // what counts as better
	Kept     Kept            // the epoch whose model is the result

	Seed    uint64       // of initial weights, order, augmentation and dropout
	Workers int          `bits:"same"` // cores to use at most; 0: all. A small step may take fewer; the result does not depend on it
	Profile bool         `bits:"same"` // measure every instruction, for [Trainer.Profile]
	Probe   int          `bits:"same"` // look into the network every so many updates, from the first on; 0: never. See [Step.Probe]
	From    *model.Model `bits:"same"` // start from its weights instead of random ones, by the names of features, classes and targets; nil: random
	NewHead bool         `bits:"same"` // but the last layer starts anew

	OnNonfinite  Nonfinite     // what to do about a loss or gradient that is not finite; zero: stop
	StallTimeout time.Duration `bits:"same"` // of a training set that delivers no batch; 0: 10 minutes; negative: none
	Checkpoints  Checkpoints   `bits:"same"` // where to save the state of training; zero: nowhere

	// Group is the members that train one network together, of which this process, or
	// goroutine, is one; nil: it trains alone. See [descent/dist] and [Trainer.Steps].
	Group  dist.Group `bits:"same"`
	Reduce Reduction  // how its members add gradients up; zero: so that their number changes no bit

	Logger *slog.Logger `bits:"same"` // notices; nil: none

	// Callback is called after each update and after each epoch of [Trainer.Fit];
	// nil: nobody. It may look at the trainer and save checkpoints. An error ends
	// training, and Fit returns it; [ErrStop] ends it well.
	Callback func(*Trainer, Progress) error `bits:"same"`
}

// withDefaults fills what was left zero.
func (c Config) withDefaults(spec data.Spec) Config {
	if c.Loss == nil && c.Objective == nil {
		if goals, err := objective.For(spec, nil).Filled(spec); err == nil {
			c.Loss = goals[0].Loss
		}
	}
	if c.Optimizer == nil {
		c.Optimizer = optim.NewAdam()
	}
	if c.LearningRate == 0 {
		c.LearningRate = c.Optimizer.DefaultRate()
	}
	if c.Schedule == nil {
		c.Schedule = schedule.Constant{}
	}
	if c.BatchSize == 0 {
		c.BatchSize = 32
	}
	if c.MicroBatch == 0 {
		c.MicroBatch = MostMicroBatch
		if c.Group != nil {
			c.MicroBatch = SharedMicroBatch(c.BatchSize)
		}
	}
	if c.Epochs == 0 {
		c.Epochs = 10
	}
	if c.Monitor == "" {
		c.Monitor = "loss"
	}
	if c.StallTimeout == 0 {
		c.StallTimeout = 10 * time.Minute
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// MaxRate is the largest learning rate that is taken for one.
const MaxRate = 1e6

// Validate returns what is wrong with the configuration, every fault named.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	finite := func(name string, v float64) {
		check(v >= 0 && !math.IsInf(v, 0), "%s is %v; it must be 0 or more, and finite", name, v)
	}
	check(c.LearningRate > 0 && c.LearningRate <= MaxRate, "learning rate is %v; it must be more than 0 and at most %v", c.LearningRate, float64(MaxRate))
	check(c.BatchSize > 0 || c.BatchSize == All, "batch size is %d; it must be positive, or All", c.BatchSize)
	check(c.MicroBatch > 0, "micro-batch is %d rows; it must be positive", c.MicroBatch)
	check(c.Epochs > 0, "epochs are %d; there must be at least 1", c.Epochs)
	check(c.MaxUpdates >= 0, "the most updates are %d; there must be 0 (as many as the epochs have) or more", c.MaxUpdates)
	check(c.Reduce <= Fast, "reduction is %d; it must be Exact or Fast", int(c.Reduce))
	check(c.Order >= Shuffled && c.Order <= ByLength, "order is %d; it must be Shuffled, InOrder or ByLength", int(c.Order))
	check(c.Patience >= 0, "patience is %d epochs; it must be 0 (off) or more", c.Patience)
	check(c.Probe >= 0, "probes are every %d updates; it must be 0 (never) or more", c.Probe)
	check(c.Workers >= 0 && c.Workers <= 1024, "workers are %d; there may be 0 (all cores) to 1024", c.Workers)
	for i, m := range c.Metrics {
		if err := m.Validate(); err != nil && m.Name != metric.Loss.Name { // which is measured anyway
			errs = append(errs, fmt.Errorf("metric %d of Config.Metrics: %w", i, err))
		}
	}
	finite("L1 penalty", c.Penalty.L1)
	finite("L2 penalty", c.Penalty.L2)
	finite("minimum improvement", c.MinDelta)
	finite("SAM's ρ", c.SAM)
	errs = append(errs, c.Augment.Validate(), c.Average.Validate(), c.Checkpoints.Validate(), c.OnNonfinite.validate(c.Checkpoints), c.Kept.validate(c.Patience))
	if c.Loss != nil {
		errs = append(errs, c.Loss.Validate())
	}
	if c.Optimizer != nil {
		around := c.around()
		errs = append(errs, around.Validate())
		check(c.Average == (Average{}) || around.OwnAverage() == "", "optimizer %s evaluates an average of its own; keep no other", around.OwnAverage())
	}
	errs = append(errs, c.searchable(), c.checkFollow())
	if c.Schedule != nil {
		errs = append(errs, c.Schedule.Validate())
	}
	if _, _, err := model.FindScore(c.Monitor, c.Objective, c.Metrics); err != nil {
		errs = append(errs, fmt.Errorf("there is no score %q to monitor: %w", c.Monitor, err))
	}
	check(c.Loss == nil || c.Objective == nil, "there are a loss and an objective; the goals of an objective have losses of their own")
	return errors.Join(errs...)
}

// around is the rule and what surrounds it.
func (c Config) around() optim.Config {
	return optim.Config{
		Rule: c.Optimizer, Clip: c.Clip, Noise: c.Noise, WeightDecay: c.WeightDecay, DecayKind: c.DecayKind,
		ProxL1: c.ProxL1, MaxNorm: c.MaxNorm, Lookahead: c.Lookahead, Groups: c.Groups, Schedules: c.ofRule(), PeakRate: c.LearningRate,
	}
}

// rows is how many samples a forward pass of training takes, unless there are
// fewer.
func (c Config) rows() int {
	if c.BatchSize == All {
		return c.MicroBatch
	}
	return min(c.BatchSize, c.MicroBatch)
}
