// Package train turns a network, a loss and an update rule into a compiled
// training step, and runs it: steps, epochs, evaluation, models.
//
//	digits := data.Digits()
//	parts, err := data.Split(digits, data.SplitConfig{})
//	trainer, err := train.New(net, parts.Train.Spec(), train.Config{Epochs: 20})
//	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
//	report, err := model.Evaluate(ctx, parts.Test)
//	err = model.Save("digits.safetensors")
//
// A training that is stopped or killed goes on where its last checkpoint
// stands, and ends in the bits of one that was not, with any number of workers:
//
//	cfg := train.Config{Epochs: 20, Checkpoints: train.Checkpoints{Folder: "checkpoints"}}
//	trainer, err := train.New(net, parts.Train.Spec(), cfg)
//	err = trainer.Resume("checkpoints") // wraps fs.ErrNotExist the first time
//	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
//
// So does a loop over Steps; without Config.Checkpoints it calls SaveCheckpoint
// between updates.
//
// A member of Config.Group trains with others, to the bits of one alone with the
// same Config.MicroBatch; see [Trainer.Steps].
package train

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"descent/data"
	"descent/engine"
	"descent/internal/network"
	"descent/internal/pairwise"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/optim"
	"descent/schedule"
)

// Trainer trains one network. It is for one goroutine at a time.
type Trainer struct {
	cfg      Config
	net      network.Network
	params   []nn.Param        // all that the model holds
	trained  []nn.Param        // those that are trained
	store    *engine.Store     // what there is here of variables
	bound    *engine.Store     // that programs are bound to: with names for pieces of variables
	all      []engine.Variable // that training remembers, here or elsewhere in Config.Group, but for gradients
	engine   *engine.Engine
	hosts    func(update int) // the rule's work after it
	programs map[programKey]*program
	validate *model.Model // with the weights of now
	probe    prober
	plateau  *schedule.Plateau
	least    int      // rows of a batch, unless the training set has fewer
	notes    []string // about what was taken over from Config.From

	lengths   []int // of the rows, which are sequences, with Config.Order ByLength
	positions []int // how many those of a batch may have, ascending

	state
	best        *model.Model
	resumed     bool // and the next call of Steps goes on where the state stands
	keeper      keeper
	settings    []setting              // that a checkpoint must agree on
	parts       int                    // micro-batches of an update
	gradients   []string               // variables in which gradients accumulate
	accumulated [][]float32            // their memory
	tree        pairwise.Tree[float32] // of micro-batches
	losses      pairwise.Mean          // of micro-batches
	ranks       *ranks                 // of Config.Group; nil without one
	shards      *shards                // of the state of training; nil where all of it is here
	before      *engine.Store          // variables as they were before an update in parts
	climbed     [][]float32            // the trained parameters that Config.SAM moves away from for a while
}

// New compiles net for samples of the given kind. It reports a shape that does
// not fit with the path of the layer, and every fault of cfg.
func New(net nn.Layer, spec data.Spec, cfg Config) (*Trainer, error) {
	if net == nil {
		return nil, fmt.Errorf("train: there is no network")
	}
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if spec.Task == data.Classification && len(spec.Classes) == 1 {
		return nil, fmt.Errorf("train: every row is of one class, %q; to learn to tell classes apart takes two or more", spec.Classes[0])
	}
	cfg = cfg.withDefaults(spec)
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := varies(cfg.Augment, spec); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	t := &Trainer{cfg: cfg, programs: map[programKey]*program{}, settings: settingsOf(net, cfg)}
	goals := cfg.Objective
	if goals == nil {
		goals = objective.For(spec, cfg.Loss)
	}
	goals, err := goals.Filled(spec)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	t.net = network.Network{Layer: net, Spec: spec, Objective: goals, Soft: cfg.Augment.Mixes(), Freeze: cfg.Freeze, Follow: cfg.follow()}
	if t.ranks, err = newRanks(cfg.Group, cfg.Reduce); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	t.fit.best = math.NaN()
	if p, ok := schedule.Watched(cfg.Schedule); ok {
		t.plateau, t.watched = &p, p.Start()
	}
	s, err := t.traceStep(programKey{modeStep, cfg.rows(), 0})
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if t.ranks != nil {
		if err := t.share(s); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	if err := t.declare(s); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if alone(net, spec) != nil {
		t.least = leastRows
	}
	t.engine = engine.New(cfg.Workers)
	runtime.AddCleanup(t, func(e *engine.Engine) { go e.Close() }, t.engine)
	m, err := model.New(net, spec, goals, t.evaluated())
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if t.validate = m.Measuring(t.metrics()...).On(t.engine); t.ranks != nil {
		t.validate = t.validate.In(t.ranks)
	}
	return t, nil
}

// declare makes room for parameters, optimizer state and, where batches are
// accumulated, gradients, and sets their first values.
func (t *Trainer) declare(s *step) error {
	for _, p := range s.params {
		t.all = append(t.all, engine.Variable{Name: p.Name, Type: p.Tensor.Type()})
	}
	for _, v := range s.state {
		t.all = append(t.all, engine.Variable{Name: v.Name, Type: v.Type})
	}
	if t.cfg.Average != (Average{}) {
		for _, p := range s.params {
			t.all = append(t.all, engine.Variable{Name: averageName(p.Name), Type: p.Tensor.Type()})
		}
	}
	var declared []engine.Variable
	for _, v := range t.all {
		if here, ok := t.shards.declared(v); ok {
			declared = append(declared, here)
		}
	}
	if t.cfg.BatchSize == All || t.cfg.BatchSize > t.cfg.MicroBatch || t.cfg.SAM > 0 {
		for _, p := range s.trained {
			t.gradients = append(t.gradients, gradientName(p.Name))
			declared = append(declared, engine.Variable{Name: gradientName(p.Name), Type: p.Tensor.Type()})
		}
	}
	t.store = engine.NewStore(declared...)
	t.bound = t.store
	if err := nn.Init(s.params, t.cfg.Seed, t.store.Value); err != nil {
		return err
	}
	t.params, t.trained = s.params, s.trained
	hosts, value := s.hosts, t.store.Value
	if t.shards != nil {
		var err error
		if t.bound, err = t.shards.bind(t.store, t.cfg.around().Evaluated); err != nil {
			return err
		}
		hosts = t.shards.hosts(hosts)
	}
	t.hosts = func(update int) { optim.RunHosts(hosts, update, value) }
	if t.cfg.From != nil {
		if err := t.start(t.cfg.From); err != nil {
			return err
		}
	}
	for _, v := range s.state {
		if x := t.store.Value(v.Name); x != nil {
			optim.Fill(v, x, t.shards.partOf(v.Name, t.store.Value))
		}
	}
	if t.cfg.Average != (Average{}) {
		for _, p := range t.params {
			copy(t.store.Value(averageName(p.Name)), t.store.Value(p.Name))
		}
	}
	return nil
}

// evaluated returns the weights to evaluate: the averages, if there are any,
// or those that the rule and what surrounds it say.
func (t *Trainer) evaluated() *engine.Store {
	if t.cfg.Average != (Average{}) {
		return t.store.View(averageName)
	}
	around := t.cfg.around()
	return t.store.View(func(param string) string { return around.Evaluated(param) })
}

// metrics are those that are measured beside the usual ones: the caller's own,
// and the one that is monitored.
func (t *Trainer) metrics() []metric.Metric {
	if m, _, err := model.FindScore(t.cfg.Monitor, t.net.Objective, t.cfg.Metrics); err == nil {
		return append(slices.Clone(t.cfg.Metrics), m)
	}
	return t.cfg.Metrics
}

// Close ends the trainer's workers. A trainer that is no longer reachable
// closes by itself.
func (t *Trainer) Close() { t.engine.Close() }

// Config returns the configuration with its defaults filled in.
func (t *Trainer) Config() Config { return t.cfg }

// Parameters is the number of trained values: those of parameters that are not
// frozen.
func (t *Trainer) Parameters() int { return network.Values(t.trained) }

// Updates is the number of updates done so far.
func (t *Trainer) Updates() int { return t.updates }

// Rate is the learning rate of the next update.
func (t *Trainer) Rate() float64 {
	rate := t.cfg.LearningRate * t.cfg.Schedule.At(t.updates)
	if t.plateau != nil {
		rate *= t.watched.Factor
	}
	return math.Ldexp(rate, -t.rewinds)
}

// Observe tells a schedule that watches a metric the value after an epoch, and
// reports whether it reduced the rate. [Trainer.Fit] calls it; a loop over
// [Trainer.Steps] does so itself.
func (t *Trainer) Observe(metric float64) (reduced bool) {
	return t.plateau != nil && t.plateau.Observe(&t.watched, t.cfg.LearningRate, metric)
}

// Model returns the network with a copy of its current weights, or of their
// average.
func (t *Trainer) Model() *model.Model { return t.validate.Copy().Workers(t.cfg.Workers) }

// Best returns the best model that [Trainer.Fit] has seen so far, by the
// monitored score; nil before the first epoch has ended.
func (t *Trainer) Best() *model.Model { return t.best }
