package train_test

import (
	"math"
	"slices"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// TestProbesChangeNothing: a run with probes ends in the bits of one without,
// with dropout, batch statistics, penalties and accumulation.
func TestProbesChangeNothing(t *testing.T) {
	parts := digits(t)
	for name, change := range map[string]func(*train.Config){
		"mini-batches": func(*train.Config) {},
		"accumulated":  func(c *train.Config) { c.BatchSize, c.MicroBatch, c.Epochs = train.All, 300, 3 },
		"sharpness":    func(c *train.Config) { c.SAM = 0.05 },
	} {
		t.Run(name, func(t *testing.T) {
			want := exactly(t, parts, change)
			if got := exactly(t, parts, func(c *train.Config) { change(c); c.Probe = 1 }); got != want {
				t.Errorf("weights %s, without probes %s", got, want)
			}
		})
	}
	t.Run("convolutions", func(t *testing.T) {
		hash := func(probe int) string {
			net := nn.Sequential{nn.Conv2D{Filters: 4, Kernel: [2]int{3, 3}}, nn.BatchNorm{}, nn.ReLU, nn.Flatten{}, nn.Dropout{Rate: 0.3}, nn.Dense{Units: 10}}
			trainer := newTrainer(t, net, parts.Train.Spec(), train.Config{Epochs: 1, BatchSize: 100, Probe: probe, Augment: data.Augment{Shift: 0.1}})
			model, err := trainer.Fit(background, parts.Train, nil)
			if err != nil {
				t.Fatal(err)
			}
			return model.SHA256()
		}
		if hash(0) != hash(3) {
			t.Error("probes change the bits")
		}
	})
}

// TestProbe holds what a probe says of one step of gradient descent on a
// linear map against what is computed here.
func TestProbe(t *testing.T) {
	const n, in, rate, l2 = 40, 3, 0.25, 0.01
	var x, y []float32
	var rows, targets [][]float32
	for i := range n {
		for j := range in {
			x = append(x, float32(math.Sin(float64(7*i+3*j))))
		}
		y = append(y, float32(math.Cos(float64(i))))
		rows, targets = append(rows, x[i*in:(i+1)*in]), append(targets, y[i:i+1])
	}
	source, err := data.FromTargets(rows, targets)
	if err != nil {
		t.Fatal(err)
	}
	trainer := newTrainer(t, nn.Sequential{nn.Dense{Units: 1}}, source.Spec(), train.Config{
		Optimizer: optim.SGD{}, LearningRate: rate, Loss: loss.MSE{}, Penalty: loss.Penalty{L2: l2}, BatchSize: train.All, Epochs: 3, Probe: 2,
	})
	weights := func() map[string][]float32 {
		all := map[string][]float32{}
		for name, values := range trainer.Model().Weights() {
			all[name] = slices.Clone(values)
		}
		return all
	}
	before := weights()
	for step, err := range trainer.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		if (step.Probe != nil) != (step.Update%2 == 1) {
			t.Errorf("update %d: probe %v", step.Update, step.Probe)
		}
		if step.Probe == nil {
			before = weights()
			continue
		}
		check(t, step.Probe, before, x, y, rate, l2)
		var squares float64
		for _, p := range step.Probe.Params {
			squares += p.GradNorm * p.GradNorm
		}
		if !close(math.Sqrt(squares), step.GradNorm) {
			t.Errorf("update %d: the gradient's norm is %v, that of the parts %v", step.Update, step.GradNorm, math.Sqrt(squares))
		}
		before = weights()
	}
}

// TestProbeOfASearch: under a rule that takes part of its step back, an update
// is what is left.
func TestProbeOfASearch(t *testing.T) {
	parts := digits(t)
	trainer := newTrainer(t, nn.MLP([]int{16}, 10, nn.Tanh, 0, nil), parts.Train.Spec(), train.Config{
		Optimizer: optim.NewLBFGS(), LearningRate: 50, BatchSize: train.All, MicroBatch: 5000, Epochs: 4, Probe: 1,
	})
	flat := func() (all []float32) {
		for _, values := range trainer.Model().Weights() {
			all = append(all, values...)
		}
		return all
	}
	before := flat()
	for step, err := range trainer.Steps(background, parts.Train) {
		if err != nil {
			t.Fatal(err)
		}
		now := flat()
		var want, got float64
		for i := range now {
			d := float64(now[i]) - float64(before[i])
			want += d * d
		}
		for _, p := range step.Probe.Params {
			got += p.UpdateNorm * p.UpdateNorm
		}
		if !close(got, want) {
			t.Errorf("update %d: the squared step is %v, want %v", step.Update, got, want)
		}
		before = now
	}
}

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-5*(math.Abs(a)+math.Abs(b)) }

func check(t *testing.T, p *train.Probe, weights map[string][]float32, x, y []float32, rate, l2 float64) {
	t.Helper()
	w, b := weights["0.dense.weight"], weights["0.dense.bias"]
	in, n := len(w), len(y)
	gradW, gradB := make([]float64, in), 0.0
	var out []float64
	for i := range n {
		z := float64(b[0])
		for j := range in {
			z += float64(w[j]) * float64(x[i*in+j])
		}
		out = append(out, z)
		d := 2 * (z - float64(y[i])) / float64(n)
		gradB += d
		for j := range in {
			gradW[j] += d * float64(x[i*in+j])
		}
	}
	var gradNorm, norm float64
	for j := range in {
		gradW[j] += 2 * l2 * float64(w[j])
		gradNorm += gradW[j] * gradW[j]
		norm += float64(w[j]) * float64(w[j])
	}
	gradNorm, norm = math.Sqrt(gradNorm), math.Sqrt(norm)
	got := p.Params[0]
	if got.Name != "0.dense.weight" || p.Params[1].Name != "0.dense.bias" {
		t.Fatalf("parameters are %q and %q", got.Name, p.Params[1].Name)
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"‖w‖", got.Norm, norm},
		{"‖g‖ of w", got.GradNorm, gradNorm},
		{"‖Δw‖", got.UpdateNorm, rate * gradNorm},
		{"‖g‖ of b", p.Params[1].GradNorm, math.Abs(gradB)},
		{"least w", got.Low, float64(slices.Min(w))},
		{"largest w", got.High, float64(slices.Max(w))},
		{"least output", p.Activations[0].Low, slices.Min(out)},
		{"largest output", p.Activations[0].High, slices.Max(out)},
	} {
		if !close(c.got, c.want) {
			t.Errorf("update %d: %s is %v, want %v", p.Update, c.what, c.got, c.want)
		}
	}
	s := p.Activations[0]
	want := make([]int, train.SpreadBins)
	for _, v := range out {
		want[min(int((v-s.Low)/(s.High-s.Low)*train.SpreadBins), train.SpreadBins-1)]++
	}
	moved := 0
	for i := range want {
		moved += max(s.Counts[i]-want[i], want[i]-s.Counts[i])
	}
	if moved > 4 || len(s.Counts) != train.SpreadBins { // rounding may move a value to the next bin
		t.Errorf("counts are %v, want %v", s.Counts, want)
	}
}
