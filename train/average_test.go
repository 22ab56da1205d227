package train

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/model"
	"descent/nn"
	"descent/optim"
)

func digits(t *testing.T) data.Parts {
	t.Helper()
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func trainer(t *testing.T, net nn.Layer, spec data.Spec, cfg Config) *Trainer {
	t.Helper()
	tr, err := New(net, spec, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// The averages are computed again from the weights after each update, in
// float64, as their equations say.
func TestAverage(t *testing.T) {
	parts := digits(t)
	rows := make([]int, 100)
	for i := range rows {
		rows[i] = i
	}
	source := data.Subset(parts.Train, rows)
	const epochs, name = 4, "2.dense.weight"
	for _, c := range []struct {
		name  string
		cfg   Config
		move  func(a, now float64, s Step) float64
		wrong func(a, now float64, s Step) float64
	}{
		{"ema", Config{Average: EMA(0.9), BatchSize: 32}, func(a, now float64, s Step) float64 {
			d := math.Min(0.9, float64(1+s.Update)/float64(10+s.Update))
			return d*a + (1-d)*now
		}, func(a, now float64, s Step) float64 { return 0.9*a + 0.1*now }},
		{"swa", Config{Average: SWA(0.5), BatchSize: 32}, swa, func(a, now float64, s Step) float64 {
			if s.Epoch < 2 {
				return now
			}
			return a + (now-a)/float64((s.Epoch-2)*s.Batches+s.Batch+1)
		}},
		{"swa, accumulated", Config{Average: SWA(0.5), BatchSize: 60, MicroBatch: 25}, swa, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Epochs, c.cfg.Optimizer = epochs, optim.NewMomentum()
			tr := trainer(t, nn.MLP([]int{6}, 10, nn.Tanh, 0, nil), source.Spec(), c.cfg)
			live := tr.store.Value(name)
			want := make([]float64, len(live))
			for i, v := range live {
				want[i] = float64(v)
			}
			wrong := slices.Clone(want)
			for s, err := range tr.Steps(context.Background(), source) {
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range live {
					want[i] = c.move(want[i], float64(v), s)
					if c.wrong != nil {
						wrong[i] = c.wrong(wrong[i], float64(v), s)
					}
				}
			}
			off, offWrong := 0.0, 0.0
			got := tr.Model().Store().Value(name)
			for i, v := range got {
				off = math.Max(off, math.Abs(float64(v)-want[i]))
				offWrong = math.Max(offWrong, math.Abs(float64(v)-wrong[i]))
			}
			const bound = 4e-7 // measured 1.8e-7
			if off > bound || c.wrong != nil && offWrong < 10*bound {
				t.Errorf("off by %v, the wrong average by %v", off, offWrong)
			}
			if slices.Equal(got, live) {
				t.Error("the model has the weights, not their average")
			}
		})
	}
}

// swa is the mean of the weights at the end of epochs 2 and 3.
func swa(a, now float64, s Step) float64 {
	switch {
	case s.Epoch < 2:
		return now
	case s.Batch < s.Batches-1:
		return a
	}
	return a + (now-a)/float64(s.Epoch-1)
}

func TestAverageValidate(t *testing.T) {
	for _, a := range []Average{EMA(1), EMA(-0.1), EMA(math.NaN()), SWA(1), SWA(-1), {0.9, 0.5}} {
		if a.Validate() == nil {
			t.Errorf("%+v is valid", a)
		}
	}
}

// Frozen parameters keep their bits, and no gradient is computed for them.
func TestFreeze(t *testing.T) {
	parts := digits(t)
	net := nn.MLP([]int{12, 9}, 10, nn.ReLU, 0, nil)
	tr := trainer(t, net, parts.Train.Spec(), Config{Freeze: []string{"1.*", "*.bias"}, Epochs: 1, BatchSize: 64, WeightDecay: 0.1})
	before := map[string][]float32{}
	for name, v := range tr.Model().Weights() {
		before[name] = slices.Clone(v)
	}
	if _, err := tr.Fit(context.Background(), parts.Train, nil); err != nil {
		t.Fatal(err)
	}
	for name, v := range tr.Model().Weights() {
		frozen := strings.HasPrefix(name, "1.") || strings.HasSuffix(name, ".bias")
		if slices.Equal(v, before[name]) != frozen {
			t.Errorf("%s: frozen %v, unchanged %v", name, frozen, !frozen)
		}
	}
	p, err := tr.program(modeStep, 64, 0)
	if err != nil {
		t.Fatal(err)
	}
	if list := p.String(); strings.Count(list, "MatMulTN") != 2 || strings.Count(list, "MatMulNT") != 1 {
		t.Errorf("the plan computes more than two weight gradients and one input gradient:\n%s", list)
	}
	for _, c := range []struct {
		freeze []string
		want   string
	}{
		{[]string{"7.*"}, `"7.*" of frozen parameters matches none of 1.dense.weight`},
		{[]string{"["}, "syntax error"},
		{[]string{"*"}, "no parameters to train"},
	} {
		if _, err := New(net, parts.Train.Spec(), Config{Freeze: c.freeze}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("freeze %q: error %v, want one that says %s", c.freeze, err, c.want)
		}
	}
}

// Running statistics move in training only, whole or accumulated, and are
// saved with the model.
func TestBuffers(t *testing.T) {
	parts := digits(t)
	net := nn.Sequential{nn.Flatten{}, nn.Dense{Units: 8, NoBias: true}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: 10}}
	for _, cfg := range []Config{{BatchSize: 64, Epochs: 4}, {BatchSize: All, MicroBatch: 200, Epochs: 40}} {
		cfg.LearningRate = 0.02
		tr := trainer(t, net, parts.Train.Spec(), cfg)
		first := tr.Model().SHA256()
		if _, err := tr.validate.Evaluate(context.Background(), parts.Validation); err != nil || tr.Model().SHA256() != first {
			t.Fatalf("evaluation changed the model, or failed: %v", err)
		}
		m, err := tr.Fit(context.Background(), parts.Train, nil)
		if err != nil {
			t.Fatal(err)
		}
		buffers := 0
		for _, p := range tr.params {
			if p.Role != nn.Buffer {
				continue
			}
			buffers++
			v := m.Store().Value(p.Name)
			if slices.Max(v) == slices.Min(v) {
				t.Errorf("%s was never updated: %v", p.Name, v)
			}
		}
		if buffers != 2 {
			t.Errorf("%d buffers, want the running mean and variance", buffers)
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		again, err := model.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		a, errA := m.Evaluate(context.Background(), parts.Test)
		b, errB := again.Evaluate(context.Background(), parts.Test)
		if errA != nil || errB != nil || a.Loss != b.Loss || a.Loss > 0.6 {
			t.Errorf("loss %v, after loading %v (%v, %v)", a.Loss, b.Loss, errA, errB)
		}
	}
}

// A last batch that a layer cannot take shows before the first update.
func TestLastBatchIsCompiledFirst(t *testing.T) {
	parts := digits(t)
	n := parts.Train.Len()
	tr := trainer(t, nn.Sequential{nn.Flatten{}, notThree{}, nn.Dense{Units: 10}}, parts.Train.Spec(), Config{BatchSize: n - 3})
	for _, err := range tr.Steps(context.Background(), parts.Train) {
		if err == nil || tr.Updates() > 0 || !strings.Contains(err.Error(), "1.notthree") {
			t.Errorf("after %d updates: %v", tr.Updates(), err)
		}
	}
}

// notThree is a layer that takes any number of rows but three.
type notThree struct{}

func (notThree) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	if c.Training() && x.Dim(0) == 3 {
		c.Graph().Fail("notThree", errors.New("three rows"), x.Type())
	}
	return x
}
