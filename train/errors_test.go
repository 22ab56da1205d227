package train_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// TestDivergence: the error names the update; the weights are those from
// before it, and the best model survives.
func TestDivergence(t *testing.T) {
	source, _, _ := line(t, 64, 5)
	for _, tt := range []struct {
		name string
		cfg  train.Config
	}{
		{"absurd rate", train.Config{Optimizer: optim.SGD{}, LearningRate: 1e6}},
		{"absurd rate and momentum", train.Config{Optimizer: optim.NewMomentum(), LearningRate: 1e6}},
		{"absurd rate in parts", train.Config{Optimizer: optim.SGD{}, LearningRate: 1e6, MicroBatch: 3}},
		{"absurd penalty", train.Config{Optimizer: optim.SGD{}, LearningRate: 1, Penalty: loss.L2(1e10)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before *model.Model
			var trainer *train.Trainer
			tt.cfg.BatchSize, tt.cfg.Epochs = 8, 50
			tt.cfg.Callback = told(func(train.Progress) { before = trainer.Model() })
			trainer = newTrainer(t, nn.MLP([]int{4}, 1, nn.ReLU, 0, nil), source.Spec(), tt.cfg)
			_, err := trainer.Fit(background, source, nil)
			if !errors.Is(err, train.ErrDiverged) {
				t.Fatalf("error %v does not wrap ErrDiverged", err)
			}
			says(t, err, fmt.Sprintf("update %d", trainer.Updates()+1), "smaller learning rate")
			if before == nil {
				t.Fatal("the first update failed; the test needs one that does not")
			}
			after := trainer.Model()
			if after.SHA256() != before.SHA256() {
				t.Error("the weights are not those from before the update")
			}
			for name, values := range after.Weights() {
				for _, v := range values {
					if v-v != 0 {
						t.Errorf("weight %s holds %v", name, v)
					}
				}
			}
		})
	}
	t.Run("best", func(t *testing.T) {
		// The rate rises a thousandfold each epoch until training diverges.
		var trainer *train.Trainer
		cfg := train.Config{Optimizer: optim.SGD{}, LearningRate: 1e-2, Schedule: rising{}, BatchSize: 8, Epochs: 20}
		past := watch(&cfg, &trainer)
		trainer = newTrainer(t, nn.MLP([]int{4}, 1, nn.ReLU, 0, nil), source.Spec(), cfg)
		model, err := trainer.Fit(background, source, source)
		if !errors.Is(err, train.ErrDiverged) {
			t.Fatalf("error %v does not wrap ErrDiverged", err)
		}
		best := 0
		for i, e := range past.epochs {
			if e.Score < past.epochs[best].Score {
				best = i
			}
		}
		if model == nil || model.SHA256() != past.models[best].SHA256() {
			t.Error("the best model so far did not come back")
		}
	})
}

// TestDivergenceOfEither: a loss that is not finite stops an update although
// its gradient is finite, and the other way round.
func TestDivergenceOfEither(t *testing.T) {
	source, err := data.FromTargets([][]float32{{1}, {2}}, [][]float32{{0}, {0}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		loss loss.Func
		says string
	}{
		// log 0 is -∞, but does not depend on the network.
		{"loss", func(z, y graph.Tensor) graph.Tensor { return z.Square().Add(y.Log()).Mean(1) }, "the loss is -Inf"},
		// √z² is |z|, whose gradient is written 0/0 at 0.
		{"gradient", func(z, y graph.Tensor) graph.Tensor { return z.Sub(y).Square().Sqrt().Mean(1) }, "the norm of the gradient is NaN"},
	} {
		for _, micro := range []int{2, 1} {
			t.Run(fmt.Sprintf("%s, parts of %d", tt.name, micro), func(t *testing.T) {
				trainer := newTrainer(t, nn.Dense{Units: 1, Init: initial.Zeros{}}, source.Spec(), train.Config{
					Loss: tt.loss, BatchSize: train.All, MicroBatch: micro,
				})
				before := trainer.Model().SHA256()
				_, err := trainer.Fit(background, source, nil)
				says(t, err, "update 1", tt.says)
				if !errors.Is(err, train.ErrDiverged) {
					t.Errorf("error %v does not wrap ErrDiverged", err)
				}
				if trainer.Updates() != 0 || trainer.Model().SHA256() != before {
					t.Error("the update was made")
				}
			})
		}
	}
}

type rising struct{}

func (rising) At(t int) float64 { return math.Pow(1e3, float64(t/8)) }
func (rising) Validate() error  { return nil }

// user is a source of a user's own, which may hold anything.
type user struct {
	spec data.Spec
	n    int
	x, y float32 // of row 7; others are 0
	err  error
}

func (u user) Spec() data.Spec { return u.spec }
func (u user) Len() int        { return u.n }

func (u user) Read(rows []int, x, y []float32) error {
	clear(x)
	clear(y)
	for i, r := range rows {
		if r == 7 {
			x[i*u.spec.Size()] = u.x
			if y != nil {
				y[i*u.spec.TargetSize()] = u.y
			}
		}
	}
	return u.err
}

func TestBadSources(t *testing.T) {
	classes := data.Spec{Input: []int{2}, Task: data.Classification, Classes: []string{"a", "b", "c"}}
	targets := data.Spec{Input: []int{2}, Task: data.Regression, Targets: []string{"y"}}
	wide := classes
	wide.Input = []int{3}
	fewer := classes
	fewer.Classes = []string{"a", "b"}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	broken := errors.New("the disk is on fire")
	for _, tt := range []struct {
		name   string
		source data.Source
		says   []string
	}{
		{"NaN", user{classes, 20, nan, 0, nil}, []string{"row 7", "NaN"}},
		{"infinity", user{classes, 20, inf, 0, nil}, []string{"row 7", "Inf"}},
		{"label too large", user{classes, 20, 0, 3, nil}, []string{"row 7", "3", "0 to 2"}},
		{"label below zero", user{classes, 20, 0, -1, nil}, []string{"row 7", "-1", "0 to 2"}},
		{"label not whole", user{classes, 20, 0, 0.5, nil}, []string{"row 7", "0.5"}},
		{"error of Read", user{classes, 20, 0, 0, broken}, []string{broken.Error()}},
		{"empty", user{classes, 0, 0, 0, nil}, []string{"empty"}},
		{"nil", nil, []string{"empty"}},
		{"other shape", user{wide, 20, 0, 0, nil}, []string{"[3]", "[2]"}},
		{"other task", user{targets, 20, 0, 0, nil}, []string{"regression", "classification"}},
		{"other outputs", user{fewer, 20, 0, 0, nil}, []string{"2", "3"}},
	} {
		for _, cfg := range []train.Config{{BatchSize: 5}, {BatchSize: train.All, MicroBatch: 4}} {
			t.Run(fmt.Sprintf("%s, batch %d", tt.name, cfg.BatchSize), func(t *testing.T) {
				trainer := newTrainer(t, nn.Dense{Units: 3}, classes, cfg)
				if _, err := trainer.Fit(background, tt.source, nil); true {
					says(t, err, tt.says...)
					if tt.name == "error of Read" && !errors.Is(err, broken) {
						t.Error("the error of Read is not wrapped")
					}
				}
				good := user{classes, 20, 0, 0, nil}
				if tt.name != "nil" && tt.name != "empty" { // those mean: no validation
					_, err := trainer.Fit(background, good, tt.source)
					says(t, err, tt.says...)
				}
				_, err := trainer.Model().Evaluate(background, tt.source)
				if tt.name == "nil" || tt.name == "empty" {
					says(t, err, "no rows")
				} else {
					says(t, err, tt.says...)
				}
			})
		}
	}
	trainer := newTrainer(t, nn.Dense{Units: 1}, targets, train.Config{})
	_, err := trainer.Fit(background, user{targets, 20, 0, nan, nil}, nil)
	says(t, err, "row 7", "target", "NaN")
}

// twoTower is a layer that is wrong inside.
type twoTower struct{}

func (twoTower) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	w := c.Param("weight", initial.Zeros{}, 7, 3)
	return x.MatMul(w)
}

func TestBadNetworks(t *testing.T) {
	spec := digits(t).Train.Spec()
	for _, tt := range []struct {
		name string
		net  nn.Layer
		cfg  train.Config
		says []string
	}{
		{"nil", nil, train.Config{}, []string{"no network"}},
		{"nil inside", nn.Sequential{nn.Flatten{}, nil}, train.Config{}, []string{"nil", "1"}},
		{"no parameters", nn.Sequential{nn.Flatten{}, nn.Func(func(x graph.Tensor) graph.Tensor { return x.Slice(1, 0, 10) })}, train.Config{}, []string{"no parameters"}},
		{"not flattened", nn.Sequential{nn.Dense{Units: 10}}, train.Config{}, []string{"0.dense", "Flatten"}},
		{"outputs", nn.MLP([]int{5}, 9, nn.ReLU, 0, nil), train.Config{}, []string{"[32 9]", "10 classes", "[32 10]"}},
		{"no units", nn.Sequential{nn.Flatten{}, nn.Dense{}}, train.Config{}, []string{"1.dense", "0 units"}},
		{"dropout that follows, without any", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 10}}, train.Config{Schedules: map[string]schedule.Schedule{"dropout": schedule.Constant{}}}, []string{"no layer of the network drops"}},
		{"dropout that follows nothing", nn.Sequential{nn.Flatten{}, nn.Dropout{Rate: 0.5}, nn.Dense{Units: 10}}, train.Config{Schedules: map[string]schedule.Schedule{"dropout": nil}}, []string{"of dropout is nil"}},
		{"dropout rate", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 10}, nn.Dropout{Rate: 1}}, train.Config{}, []string{"2.dropout", "rate 1"}},
		{"shapes inside", nn.Sequential{nn.Flatten{}, twoTower{}}, train.Config{}, []string{"1.twotower", "errors_test.go", "64", "7"}},
		{"loss of the wrong shape", nn.MLP(nil, 10, nn.ReLU, 0, nil), train.Config{Loss: total{}}, []string{"total", "[]", "[32]"}},
		{"class weights", nn.MLP(nil, 10, nn.ReLU, 0, nil), train.Config{Loss: loss.CrossEntropy{ClassWeights: []float64{1, 2}}}, []string{"2 class weights", "10 classes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := train.New(tt.net, spec, tt.cfg)
			says(t, err, tt.says...)
		})
	}
	_, err := train.New(nn.Dense{Units: 1}, data.Spec{}, train.Config{})
	says(t, err, "shape")
}

// total is a loss that forgets to leave a value for each row.
type total struct{ loss.MSE }

func (total) Name() string { return "total" }

func (total) PerSample(z, y graph.Tensor) graph.Tensor { return z.Square().Sum() }

func (total) Predict(z graph.Tensor) graph.Tensor { return z.Softmax() }

func TestBadConfig(t *testing.T) {
	spec := blobs(t, 9, 1).Spec()
	nan := math.NaN()
	for _, tt := range []struct {
		cfg  train.Config
		says []string
	}{
		{train.Config{LearningRate: -1}, []string{"learning rate", "-1"}},
		{train.Config{LearningRate: nan}, []string{"learning rate", "NaN"}},
		{train.Config{LearningRate: 1e7}, []string{"learning rate", "1e+07", "1e+06"}},
		{train.Config{BatchSize: -2}, []string{"batch size", "-2", "All"}},
		{train.Config{MicroBatch: -1}, []string{"micro-batch", "-1"}},
		{train.Config{Epochs: -1}, []string{"epochs", "-1"}},
		{train.Config{Patience: -1}, []string{"patience", "-1"}},
		{train.Config{MinDelta: -1}, []string{"minimum improvement", "-1"}},
		{train.Config{Workers: -1}, []string{"workers", "-1"}},
		{train.Config{Workers: 5000}, []string{"workers", "5000"}},
		{train.Config{Penalty: loss.L1(-1)}, []string{"L1", "-1"}},
		{train.Config{Penalty: loss.L2(nan)}, []string{"L2", "NaN"}},
		{train.Config{WeightDecay: math.Inf(1)}, []string{"WeightDecay", "Inf"}},
		{train.Config{ProxL1: -0.5}, []string{"ProxL1", "-0.5"}},
		{train.Config{Clip: optim.ClipNorm(-1)}, []string{"Clip.Norm", "-1"}},
		{train.Config{Clip: optim.ClipValue(nan)}, []string{"Clip.Value", "NaN"}},
		{train.Config{Monitor: "los"}, []string{`"los"`, "loss"}},
		{train.Config{Loss: loss.CrossEntropy{LabelSmoothing: 1}}, []string{"label smoothing"}},
		{train.Config{Loss: loss.Huber{}}, []string{"delta"}},
		{train.Config{Optimizer: optim.Adam{}}, []string{"Adam", "NewAdam"}},
		{train.Config{Optimizer: optim.Momentum{Mu: 1}}, []string{"Momentum", "Mu"}},
		{train.Config{Optimizer: optim.NewAdamW(), WeightDecay: 0.1}, []string{"twice"}},
		{train.Config{Schedule: schedule.Step{Every: 0, Factor: 0.5}}, []string{"Step.Every"}},
		{train.Config{Schedule: schedule.Plateau{}}, []string{"Plateau"}},
	} {
		_, err := train.New(nn.Dense{Units: 3}, spec, tt.cfg)
		says(t, err, tt.says...)
	}
	// Every fault at once.
	_, err := train.New(nn.Dense{Units: 3}, spec, train.Config{BatchSize: -3, Epochs: -1, ProxL1: -1, Monitor: "best"})
	says(t, err, "batch size", "epochs", "ProxL1", `"best"`)
}

// TestStartErrors: weights to start from must fit the network.
func TestStartErrors(t *testing.T) {
	source := blobs(t, 9, 1)
	from := newTrainer(t, nn.MLP([]int{4}, 3, nn.ReLU, 0, nil), source.Spec(), train.Config{}).Model()
	for _, tt := range []struct {
		net  nn.Layer
		says []string
	}{
		{nn.MLP([]int{5}, 3, nn.ReLU, 0, nil), []string{"1.dense.weight", "[2 5]", "[2 4]"}},
		{nn.MLP([]int{4, 4}, 3, nn.ReLU, 0, nil), []string{"2.dense.weight", "[4 4]", "[4 3]"}},
		{nn.Dense{Units: 3}, []string{`no weight "weight"`}},
	} {
		_, err := train.New(tt.net, source.Spec(), train.Config{From: from})
		says(t, err, tt.says...)
	}
}
