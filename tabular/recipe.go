package tabular

import (
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/loss"
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
	NTK        bool          // weights of deviation 1 that are scaled where they are used, and rates for them
	Outputs    int           // 0: as the samples ask for

	Dropout      float64 // at first, of hidden units
	Smoothing    float64 // of labels, of classes
	LearningRate float64 // of weights of hidden layers
	WeightDecay  float64 // at first
	Batch        int     // rows
	Epochs       int
}

// Rates of parameters, relative to that of weights of hidden layers.
const (
	scaleFactor    = 6   // of the factors of the front scale
	periodicFactor = 0.1 // of periodic encodings
	biasFactor     = 0.1

	// plainly is what the same rates are multiplied by where weights are not scaled
	// when they are used: the rate of a hidden weight over 256 units is a 16th there.
	plainly = 16
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
	r := Recipe{
		Hidden: []int{256, 256, 256}, Activation: nn.SiLU, Sigma: 0.1, NTK: true,
		Dropout: 0.15, LearningRate: 0.04, WeightDecay: 0.02,
	}
	if t.Rows >= 10000 {
		r.Sigma = 1
	}
	switch t.Spec.Task {
	case data.Regression:
		r.LearningRate = 0.2
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
func (t *Table) Config(r Recipe) train.Config {
	rule := optim.NewAdamW()
	rule.Beta1, rule.Beta2, rule.Lambda = 0.9, 0.95, r.WeightDecay
	updates := (t.Rows + r.Batch - 1) / r.Batch * r.Epochs
	cfg := train.Config{
		Optimizer: rule, LearningRate: r.LearningRate, Groups: t.Groups(r),
		Schedule: schedule.CosLog{Steps: updates, Waves: 4}, Schedules: map[string]schedule.Schedule{},
		BatchSize: r.Batch, Epochs: r.Epochs, Monitor: t.Monitor(), Later: true,
	}
	if r.Dropout > 0 {
		cfg.Schedules[nn.DropoutRate] = schedule.FlatCosine{Steps: updates, Flat: 0.5}
	}
	if r.WeightDecay > 0 {
		cfg.Schedules["weight_decay"] = schedule.FlatCosine{Steps: updates, Flat: 0.5}
	}
	if t.Spec.Task == data.Classification && r.Smoothing > 0 {
		cfg.Loss = loss.CrossEntropy{LabelSmoothing: r.Smoothing}
	}
	return cfg
}

// Monitor returns the score that picks the best epoch.
func (t *Table) Monitor() string {
	if t.Spec.Task == data.Classification {
		return "accuracy"
	}
	return "loss"
}

// Groups returns the parameters that have rates of their own: the front scale,
// periodic encodings, and biases.
func (t *Table) Groups(r Recipe) []optim.Group {
	factor := 1.0
	if !r.NTK {
		factor = plainly
	}
	groups := []optim.Group{{Match: "*.scale.scale", RateFactor: factor * scaleFactor}}
	if smooth, _, _ := t.groups(); len(smooth) > 0 && r.Sigma > 0 {
		groups = append(groups, optim.Group{Match: "*.periodic.*", RateFactor: factor * periodicFactor})
	}
	return append(groups, optim.Group{Match: "*.bias", RateFactor: factor * biasFactor})
}

// Words says how the columns are encoded, a line for each way.
func (t *Table) Words(r Recipe) []string {
	smooth, spiky, plain := t.groups()
	var lines []string
	if n := len(smooth); n > 0 {
		text := fmt.Sprintf("%s by median and quartiles, bent at 3", count(n, "number"))
		if r.Sigma > 0 {
			text += fmt.Sprintf(", with waves of 16 frequencies (σ %v)", r.Sigma)
		}
		lines = append(lines, text)
	}
	if len(spiky) > 0 {
		var names []string
		for _, i := range spiky {
			c := t.Columns[i]
			names = append(names, fmt.Sprintf("%s (%d bins, %.0f %% of rows have one value)", c.Name, len(c.edges)-1, 100*c.Share))
		}
		lines = append(lines, "in bins between quantiles: "+strings.Join(names, ", "))
	}
	if n := len(plain); n > 0 {
		lines = append(lines, count(n, "level or indicator", "levels and indicators")+" as they are")
	}
	return lines
}

func count(n int, one string, more ...string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, append(more, one+"s")[0])
}
