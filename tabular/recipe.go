package tabular

import (
	"math"

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
	Bins       int           // between quantiles, of each number that is not spiky, beside the waves, up to 64; 0: none
	Embedding  int           // numbers that a linear map makes of the bins of each such number; 0: bins are inputs as they are
	Vectors    int           // numbers of the learned vector of a level, in columns of more than 50; 0: each level is an input
	Networks   int           // side by side, whose predictions are averaged; 0: one
	Members    int           // of an ensemble that shares weights, as TabM; 0: one network
	Outputs    int           // 0: as the samples ask for

	Optimizer    optim.Rule
	LearningRate float64 // of weights over 256 units
	Schedule     string  // of the rate, as [schedule.Parse] reads it
	WeightDecay  float64 // at first, of weights over 256 units
	Dropout      float64 // at first, of hidden units
	Fall         string  // the schedule of weight decay and dropout; "" leaves them
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

const (
	mostBins     = 512  // inputs that numbers that are not spiky become by bins
	mostEmbedded = 4096 // bins of such numbers of which embeddings are made
	tabmBins     = 52   // of each
)

// mostWaves is how many numbers have waves beside them, which quadruple the inputs.
const mostWaves = 512

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
		Hidden: []int{256, 256, 256}, Activation: nn.SiLU, Sigma: 0.1, Vectors: vectorLength,
		Optimizer: rule, Schedule: "coslog4", WeightDecay: 0.32, Dropout: 0.15, Fall: "flat-cosine",
	}
	if t.Rows >= 10000 || t.Spec.Task == data.Regression && t.Rows >= 2000 {
		r.Sigma, r.Bins = 1, t.bins(most, mostBins)
	}
	if smooth, _, _ := t.groups(); len(smooth) > mostWaves { // as of pixels
		r.Sigma = 0
	}
	r.LearningRate = t.rate()
	switch t.Spec.Task {
	case data.Regression:
		r.Dropout = 0 // where networks are averaged, dropout helps no more
	case data.Classification:
		r.Smoothing = 0.1
	}
	r.Networks = networks(t.Rows, width(t.front(r))+t.textWidth())
	r.Batch, r.Epochs = Length(t.Rows)
	if t.onlyText() { // a linear model, of which several would be the same
		r.Networks, r.Smoothing, r.Dropout, r.Epochs = 0, 0, 0, min(r.Epochs, textEpochs)
	}
	return r
}

// rate returns the rate of weights over 256 units.
func (t *Table) rate() float64 {
	if t.Spec.Task == data.Regression {
		return 0.0125
	}
	return 0.0025
}

// networks returns how many stand side by side: as many as seconds allow.
func networks(rows, inputs int) int {
	if rows >= 20000 || inputs > 1024 {
		return 2
	}
	return 4
}

// bins returns how many bins there are of each number that is not spiky: fewer than
// asked for where there are many numbers, so that they become at most so many together,
// and none where they would be too few to say more than the number does.
func (t *Table) bins(each, together int) int {
	smooth, _, _ := t.groups()
	n := min(each, together/max(1, len(smooth)))
	if n < leastBins {
		return 0
	}
	return n
}

// TabM returns a recipe for so many members of an ensemble that share weights, behind
// embeddings of numbers by bins: it takes about as many times the computations of one
// network. Sizes are those that suited the 16,512 rows of California in the second
// source, without its Muon.
//
// Source: Gorishniy, Kotelnikov and Babenko, "TabM: Advancing Tabular Deep Learning
// with Parameter-Efficient Ensembling", ICLR 2025, arXiv:2410.24210; "Benchmarking
// optimizers for MLPs in tabular deep learning", 2026, arXiv:2604.15297. The rate falls in
// the second half here.
func (t *Table) TabM(members int) Recipe {
	r := t.Recipe()
	r.Vectors, r.Networks = 0, 0 // which were not seen to be better here
	r.Members, r.Hidden, r.Activation, r.Optimizer = members, []int{144, 144, 144, 144}, nn.ReLU, optim.NewAdamW()
	if bins := t.bins(tabmBins, mostEmbedded); bins > 0 {
		r.Sigma, r.Bins, r.Embedding = 0, bins, 8
	}
	r.LearningRate, r.Schedule, r.WeightDecay, r.Fall, r.Smoothing = 0.0038, "flat-cosine", 3e-4, "", 0
	r.Dropout = min(r.Dropout, 0.1)
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
	units := schedule.Units{StepsPerEpoch: updates / r.Epochs, TotalSteps: updates}
	cfg := train.Config{
		Optimizer: r.Optimizer, LearningRate: r.LearningRate, Groups: t.Groups(r),
		BatchSize: r.Batch, Epochs: r.Epochs, Kept: train.BestLater,
	}
	var err error
	if cfg.Schedule, err = schedule.Parse(r.Schedule, units); err != nil {
		return cfg, err
	}
	if cfg.Schedules, err = r.falling(units); err != nil {
		return cfg, err
	}
	if _, own := optim.Value(r.Optimizer, decay); own {
		if cfg.Optimizer, err = optim.With(r.Optimizer, decay, r.WeightDecay); err != nil {
			return cfg, err
		}
	} else {
		cfg.WeightDecay = r.WeightDecay
	}
	if t.Spec.Task == data.Classification && r.Smoothing > 0 {
		cfg.Loss = loss.CrossEntropy{LabelSmoothing: r.Smoothing}
	}
	return cfg, nil
}

// Falling returns the names of what the recipe has fall: weight decay and dropout,
// where they are not 0.
func (r Recipe) Falling() (names []string) {
	if r.Fall == "" {
		return nil
	}
	if r.Dropout > 0 {
		names = append(names, nn.DropoutRate)
	}
	if r.WeightDecay > 0 {
		names = append(names, decay)
	}
	return names
}

func (r Recipe) falling(u schedule.Units) (map[string]schedule.Schedule, error) {
	var schedules map[string]schedule.Schedule
	for _, name := range r.Falling() {
		s, err := schedule.Parse(r.Fall, u)
		if err != nil {
			return nil, err
		}
		if schedules == nil {
			schedules = map[string]schedule.Schedule{}
		}
		schedules[name] = s
	}
	return schedules, nil
}

// decay is the name of weight decay among hyperparameters.
const decay = "weight_decay"

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
	smooth, _, plain := t.groups()
	groups := t.TextGroups(t.rate(), (t.Rows+r.Batch-1)/max(1, r.Batch)*r.Epochs)
	if t.onlyText() {
		return groups
	}
	waves := len(smooth) > 0 && r.Sigma > 0
	if r.Members > 0 {
		if waves {
			groups = append(groups, optim.Group{Match: "*.periodic.*", RateFactor: 10})
		}
		return groups
	}
	in := ""
	if r.Networks > 1 {
		in = inEach
	}
	if len(t.texts) > 0 {
		in += besideText
	}
	groups = append(groups, optim.Group{Match: in + "1.scale.scale", RateFactor: scaleFactor})
	if waves {
		of := optim.Group{Match: "*.periodic.*", RateFactor: periodicFactor}
		if r.WeightDecay > 0 {
			of.WeightDecay = new(0.0)
		}
		groups = append(groups, of)
	}
	if columns, _ := t.learned(plain, r.Vectors); len(columns) > 0 {
		of := optim.Group{Match: in + vectorWeights, RateFactor: vectorFactor}
		if r.WeightDecay > 0 {
			of.WeightDecay = new(r.WeightDecay / of.RateFactor)
		}
		groups = append(groups, of)
	}
	first := math.Sqrt(usualInputs / float64(width(t.front(r))))
	of := optim.Group{Match: in + "2.dense.weight", RateFactor: first}
	if r.WeightDecay > 0 {
		of.WeightDecay = new(r.WeightDecay / first)
	}
	return append(groups, of, optim.Group{Match: "*.bias", RateFactor: biasFactor})
}
