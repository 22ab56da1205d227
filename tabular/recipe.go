package tabular

import (
	"math"

	"descent/data"
	"descent/loss"
	"descent/metric"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// Recipe is how a network for a table is built and trained. [Table.Recipe] returns
// the one for a table; any field may be changed.
type Recipe struct {
	Hidden     []int         // units of hidden layers
	Activation nn.Activation // of them
	Sigma      float64       // of the first frequencies of periodic encodings; 0: none
	Outputs    int           // 0: as the samples ask for

	Optimizer    optim.Rule
	LearningRate float64 // of weights over 256 units
	WeightDecay  float64 // at first, of weights over 256 units
	Dropout      float64 // at first, of hidden units
	Smoothing    float64 // of labels, for classes
	Batch        int     // rows
	Epochs       int
}

// What rates are multiplied by, relative to that of weights over 256 units. In the
// paper weights have deviation 1 and are divided by √inputs where they are used,
// which leaves one rate for all: here they start divided, and their rates are. So
// any rule works with the rates that are usual for it.
const (
	usualInputs    = 256
	scaleFactor    = 96 // of the factors of the front scale
	periodicFactor = 1.6
	biasFactor     = 1.6
)

// byRows is a value that holds from so many rows on.
type byRows struct{ rows, value int }

func step(n, otherwise int, steps ...byRows) int {
	for _, s := range steps {
		if n >= s.rows {
			otherwise = s.value
		}
	}
	return otherwise
}

// Recipe returns what suits the table.
func (t *Table) Recipe() Recipe {
	rule := optim.NewAdamW()
	rule.Beta2 = 0.95
	r := Recipe{
		Hidden: []int{256, 256, 256}, Activation: nn.SiLU, Sigma: 0.1,
		Optimizer: rule, LearningRate: 0.0025, WeightDecay: 0.32, Dropout: 0.15,
	}
	if t.Rows >= 10000 {
		r.Sigma = 1
	}
	switch t.Spec.Task {
	case data.Regression:
		r.LearningRate = 0.0125
	case data.Classification:
		r.Smoothing = 0.1
	}
	r.Batch, r.Epochs = Length(t.Rows)
	return r
}

// Length returns the rows of a batch and the epochs that suit so many rows: 64
// epochs, but 500 to 2,500 updates.
func Length(rows int) (batch, epochs int) {
	batch = step(rows, 16, byRows{500, 32}, byRows{2000, 64}, byRows{5000, 128}, byRows{10000, 256})
	updates := (rows + batch - 1) / batch
	total := min(max(64*updates, 500), 2500)
	return batch, max(1, int(math.Round(float64(total)/float64(updates))))
}

// Config returns how the network of a recipe is trained. Seed, checkpoints and
// what else belongs to a run are the caller's.
func (t *Table) Config(r Recipe) (train.Config, error) {
	updates := (t.Rows + r.Batch - 1) / r.Batch * r.Epochs
	cfg := train.Config{
		Optimizer: r.Optimizer, LearningRate: r.LearningRate, Groups: t.Groups(r),
		Schedule: schedule.CosLog{Steps: updates, Waves: 4}, Schedules: map[string]schedule.Schedule{},
		BatchSize: r.Batch, Epochs: r.Epochs, Monitor: t.Monitor(), Later: true,
	}
	falling := schedule.FlatCosine{Steps: updates, Flat: 0.5}
	if r.Dropout > 0 {
		cfg.Schedules[nn.DropoutRate] = falling
	}
	if _, own := optim.Value(r.Optimizer, decay); own {
		var err error
		if cfg.Optimizer, err = optim.With(r.Optimizer, decay, r.WeightDecay); err != nil {
			return cfg, err
		}
	} else {
		cfg.WeightDecay = r.WeightDecay
	}
	if r.WeightDecay > 0 {
		cfg.Schedules[decay] = falling
	}
	if t.Spec.Task == data.Classification && r.Smoothing > 0 {
		cfg.Loss = loss.CrossEntropy{LabelSmoothing: r.Smoothing}
	}
	return cfg, nil
}

// decay is the name of weight decay among hyperparameters.
const decay = "weight_decay"

// Monitor returns the score that picks the best epoch.
func (t *Table) Monitor() string {
	if t.Spec.Task == data.Classification {
		return metric.Main(metric.Spec{Kind: metric.Classes, Names: t.Spec.Classes}).Name
	}
	return metric.Loss.Name
}

// Groups returns the parameters that have rates of their own: the front scale,
// periodic encodings, the first layer, whose inputs are others than the usual 256,
// and biases. Decay times rate is the same for all weights.
//
// There are none for a rule that does not step by about its rate, whatever the
// gradient: one whose default rate is .01 or more.
func (t *Table) Groups(r Recipe) []optim.Group {
	if r.Optimizer.DefaultRate() >= 0.01 {
		return nil
	}
	smooth, spiky, plain := t.groups()
	width := len(plain)
	for _, i := range spiky {
		width += len(t.Columns[i].edges) - 1
	}
	groups := []optim.Group{{Match: "1.scale.scale", RateFactor: scaleFactor}}
	if len(smooth) > 0 && r.Sigma > 0 {
		waves := optim.Group{Match: "*.periodic.*", RateFactor: periodicFactor}
		if r.WeightDecay > 0 {
			waves.WeightDecay = new(0.0)
		}
		groups, width = append(groups, waves), width+4*len(smooth)
	} else {
		width += len(smooth)
	}
	first := math.Sqrt(usualInputs / float64(width))
	of := optim.Group{Match: "2.dense.weight", RateFactor: first}
	if r.WeightDecay > 0 {
		of.WeightDecay = new(r.WeightDecay / first)
	}
	return append(groups, of, optim.Group{Match: "*.bias", RateFactor: biasFactor})
}
