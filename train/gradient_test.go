package train_test

import (
	"fmt"
	"math"
	"testing"

	"descent/data"
	"descent/internal/rng"
	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/train"
)

// hand is gradient descent on linear regression, written by hand in float64.
type hand struct {
	x, y [][]float32
	cfg  train.Config
	w    []float64
	b    float64

	// Known wrong variants.
	unweighted bool // micro-batches count alike, whatever their rows
	fullSize   bool // the short last batch is divided by the size of the others
	perPart    bool // the penalty is added with every micro-batch
	halfL2     bool // ½λΣw²
	biasDecays bool // penalties and decay draw the bias too
	dropsLast  bool // the short last batch is left out
	lateDecay  bool // the proximal step without the rate
	stays      bool // the weights stay where the gradient was asked for
	weightsUp  bool // the bias neither climbs nor counts
	penaltyUp  bool // the penalty is that of the climbed weights
	partsClimb bool // each micro-batch climbs by its own gradient
}

// run makes epochs passes.
func (h *hand) run(epochs int) {
	n := len(h.x)
	size := h.cfg.BatchSize
	if size == train.All {
		size = n
	}
	for epoch := range epochs {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		if size < n {
			order = data.Order(n, h.cfg.Seed, epoch)
		}
		for from := 0; from < n; from += size {
			if from+size > n && h.dropsLast {
				break
			}
			h.update(order[from:min(from+size, n)], size)
		}
	}
}

// mean returns the gradient of the mean squared error over rows.
func (h *hand) mean(rows []int, divisor int) (gw []float64, gb float64) {
	gw = make([]float64, len(h.w))
	for _, r := range rows {
		z := h.b
		for j, v := range h.x[r] {
			z += h.w[j] * float64(v)
		}
		e := 2 * (z - float64(h.y[r][0])) / float64(divisor)
		for j, v := range h.x[r] {
			gw[j] += e * float64(v)
		}
		gb += e
	}
	return gw, gb
}

// climbed is h at θ + ρg/‖g‖.
func (h *hand) climbed(gw []float64, gb float64) *hand {
	if h.weightsUp {
		gb = 0
	}
	squared := gb * gb
	for _, g := range gw {
		squared += g * g
	}
	by := h.cfg.SAM / math.Sqrt(squared)
	top := &hand{x: h.x, y: h.y, w: append([]float64{}, h.w...), b: h.b + by*gb}
	for j, g := range gw {
		top.w[j] += by * g
	}
	return top
}

func (h *hand) update(rows []int, size int) {
	divisor, parts := len(rows), 1
	if h.fullSize {
		divisor = size
	}
	if h.cfg.MicroBatch > 0 {
		parts = (len(rows) + h.cfg.MicroBatch - 1) / h.cfg.MicroBatch
	}
	gw, gb := h.mean(rows, divisor)
	if h.unweighted && parts > 1 {
		gw, gb = make([]float64, len(h.w)), 0
		for i := range parts {
			part := rows[i*h.cfg.MicroBatch : min((i+1)*h.cfg.MicroBatch, len(rows))]
			pw, pb := h.mean(part, len(part))
			for j, v := range pw {
				gw[j] += v / float64(parts)
			}
			gb += pb / float64(parts)
		}
	}
	bottom := append(append([]float64{}, h.w...), h.b)
	if h.cfg.SAM > 0 {
		if h.partsClimb && parts > 1 {
			rows = rows[:h.cfg.MicroBatch]
			gw, gb = h.mean(rows, len(rows))
		}
		top := h.climbed(gw, gb)
		gw, gb = top.mean(rows, divisor)
		if h.stays {
			h.w, h.b = top.w, top.b
		}
		if h.penaltyUp {
			bottom = append(append([]float64{}, top.w...), top.b)
		}
	}
	penalty := func(w float64) float64 {
		g := 2*h.cfg.Penalty.L2*w + h.cfg.Penalty.L1*sign(w)
		if h.halfL2 {
			g = h.cfg.Penalty.L2*w + h.cfg.Penalty.L1*sign(w)
		}
		if h.perPart {
			g *= float64(parts)
		}
		return g
	}
	theta, g := append(append([]float64{}, h.w...), h.b), append(gw, gb)
	decays := func(i int) bool { return i < len(h.w) || h.biasDecays }
	squared := 0.0
	for i := range g {
		if decays(i) {
			g[i] += penalty(bottom[i])
		}
		if c := h.cfg.Clip.Value; c > 0 {
			g[i] = math.Max(-c, math.Min(c, g[i]))
		}
		squared += g[i] * g[i]
	}
	clip := 1.0
	if c := h.cfg.Clip.Norm; c > 0 && math.Sqrt(squared) > c {
		clip = c / math.Sqrt(squared)
	}
	for i := range theta {
		u := clip * g[i]
		if decays(i) {
			u += h.cfg.WeightDecay * theta[i]
		}
		theta[i] -= h.cfg.LearningRate * u
		if k := h.cfg.ProxL1 * h.cfg.LearningRate; k > 0 && decays(i) {
			if h.lateDecay {
				k = h.cfg.ProxL1
			}
			theta[i] = sign(theta[i]) * math.Max(math.Abs(theta[i])-k, 0)
		}
	}
	h.w, h.b = theta[:len(h.w)], theta[len(h.w)]
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func (h *hand) weights() map[string][]float64 {
	return map[string][]float64{"weight": h.w, "bias": {h.b}}
}

// TestGradientDescent compares training with the loop by hand, and makes sure
// that the comparison would see the known wrong variants.
func TestGradientDescent(t *testing.T) {
	const (
		n, d, epochs = 53, 5, 4
		// The largest difference measured over the rows below, doubled: float32
		// against float64 after up to 212 updates.
		bound = 6e-7
	)
	source, x, y := line(t, n, d)
	type wrong struct {
		name string
		set  func(*hand)
	}
	fullSize := wrong{"a short batch divided by the full size", func(h *hand) { h.fullSize = true }}
	dropsLast := wrong{"the short batch left out", func(h *hand) { h.dropsLast = true }}
	unweighted := wrong{"micro-batches that count alike", func(h *hand) { h.unweighted = true }}
	perPart := wrong{"a penalty for each micro-batch", func(h *hand) { h.perPart = true }}
	halfL2 := wrong{"half the L2 penalty", func(h *hand) { h.halfL2 = true }}
	biasDecays := wrong{"a bias that is drawn to zero", func(h *hand) { h.biasDecays = true }}
	lateDecay := wrong{"a proximal step without the rate", func(h *hand) { h.lateDecay = true }}

	climbs := []wrong{
		{"weights that stay at the top", func(h *hand) { h.stays = true }},
		{"a bias that does not climb", func(h *hand) { h.weightsUp = true }},
		{"no second gradient", func(h *hand) { h.cfg.SAM = 0 }},
	}
	penaltyUp := wrong{"a penalty of the climbed weights", func(h *hand) { h.penaltyUp = true }}
	partsClimb := wrong{"a climb for each micro-batch", func(h *hand) { h.partsClimb = true }}

	tests := []struct {
		name  string
		cfg   train.Config
		wrong []wrong
	}{
		{"SAM", train.Config{BatchSize: 7, SAM: 0.3}, climbs},
		{"SAM with a penalty", train.Config{BatchSize: 7, SAM: 0.3, Penalty: loss.L2(0.05)}, append(climbs, penaltyUp, halfL2)},
		{"SAM in parts of 8", train.Config{BatchSize: train.All, MicroBatch: 8, SAM: 0.3, Penalty: loss.L2(0.05)}, append(climbs, penaltyUp, partsClimb)},
		{"SAM, limits and decay", train.Config{BatchSize: 32, MicroBatch: 9, SAM: 0.3, Clip: optim.Clip{Value: 0.4, Norm: 0.5}, WeightDecay: 0.1, ProxL1: 0.02}, climbs},
		{"batch 1", train.Config{BatchSize: 1}, nil},
		{"batch 7", train.Config{BatchSize: 7}, []wrong{fullSize, dropsLast}},
		{"batch 32", train.Config{BatchSize: 32}, []wrong{fullSize, dropsLast}},
		{"batch n", train.Config{BatchSize: n}, nil},
		{"batch n+1", train.Config{BatchSize: n + 1}, nil},
		{"all", train.Config{BatchSize: train.All}, nil},
		{"all in parts of 8", train.Config{BatchSize: train.All, MicroBatch: 8}, []wrong{unweighted}},
		{"all in parts of 1", train.Config{BatchSize: train.All, MicroBatch: 1}, nil},
		{"batch 32 in parts of 9", train.Config{BatchSize: 32, MicroBatch: 9}, []wrong{unweighted, fullSize}},
		{"L2", train.Config{BatchSize: 7, Penalty: loss.L2(0.05)}, []wrong{halfL2, biasDecays}},
		{"L1", train.Config{BatchSize: 7, Penalty: loss.L1(0.05)}, []wrong{biasDecays}},
		{"L2 in parts of 8", train.Config{BatchSize: train.All, MicroBatch: 8, Penalty: loss.L2(0.05)}, []wrong{perPart, halfL2, biasDecays}},
		{"weight decay", train.Config{BatchSize: 7, WeightDecay: 0.1}, []wrong{biasDecays}},
		{"weight decay in parts", train.Config{BatchSize: train.All, MicroBatch: 8, WeightDecay: 0.1}, []wrong{biasDecays}},
		{"proximal L1", train.Config{BatchSize: 7, ProxL1: 0.1}, []wrong{biasDecays, lateDecay}},
		{"proximal L1 in parts", train.Config{BatchSize: train.All, MicroBatch: 8, ProxL1: 0.1}, []wrong{biasDecays, lateDecay}},
		{"clip by norm", train.Config{BatchSize: 7, Clip: optim.ClipNorm(0.3)}, nil},
		{"clip by value", train.Config{BatchSize: 7, Clip: optim.ClipValue(0.2)}, nil},
		{"all of it", train.Config{
			BatchSize: 32, MicroBatch: 9, Clip: optim.Clip{Value: 0.4, Norm: 0.5},
			Penalty: loss.Penalty{L1: 0.01, L2: 0.02}, WeightDecay: 0.03, ProxL1: 0.02,
		}, []wrong{unweighted, fullSize, perPart, halfL2, biasDecays}},
	}
	worst := 0.0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := tt.cfg
			cfg.Optimizer, cfg.LearningRate, cfg.Epochs, cfg.Seed = optim.SGD{}, 0.05, epochs, 3
			trainer := newTrainer(t, nn.Dense{Units: 1, Init: initial.Normal{Std: 0.5}}, source.Spec(), cfg)
			start := weights(trainer.Model())
			all := steps(t, trainer, source)
			got := weights(trainer.Model())

			byHand := func(set func(*hand)) *hand {
				h := &hand{x: x, y: y, cfg: cfg, w: append([]float64{}, start["weight"]...), b: start["bias"][0]}
				if set != nil {
					set(h)
				}
				h.run(epochs)
				return h
			}
			d := distance(got, byHand(nil).weights())
			worst = math.Max(worst, d)
			if d > bound {
				t.Errorf("weights differ by %.3g from gradient descent by hand; bound %.3g", d, bound)
			}
			for _, w := range tt.wrong {
				if d := distance(got, byHand(w.set).weights()); d < 100*bound {
					t.Errorf("%s would differ by %.3g only; the comparison does not see it", w.name, d)
				}
			}
			size := cfg.BatchSize
			if size == train.All || size > n {
				size = n
			}
			per := (n + size - 1) / size
			if len(all) != epochs*per {
				t.Fatalf("%d updates, want %d", len(all), epochs*per)
			}
			for i, s := range all {
				want := train.Step{Epoch: i / per, Update: i + 1, Batch: i % per, Batches: per, Rows: min(size, n-i%per*size)}
				if got := (train.Step{Epoch: s.Epoch, Update: s.Update, Batch: s.Batch, Batches: s.Batches, Rows: s.Rows}); got != want {
					t.Fatalf("update %d reports %+v, want %+v", i+1, got, want)
				}
			}
		})
	}
	t.Logf("largest difference %.3g", worst)
}

// TestAccumulatedGradient compares one update from the undivided set with
// those from micro-batches, on a network with two layers and classes.
func TestAccumulatedGradient(t *testing.T) {
	const n = 150
	source := blobs(t, n, 1)
	update := func(micro int) (map[string][]float64, train.Step) {
		trainer := newTrainer(t, nn.MLP([]int{9}, 3, nn.Tanh, 0, nil), source.Spec(), train.Config{
			Optimizer: optim.SGD{}, LearningRate: 1, BatchSize: train.All, MicroBatch: micro, Epochs: 1,
			Penalty: loss.L2(0.01), Seed: 8,
		})
		step := steps(t, trainer, source)[0]
		return weights(trainer.Model()), step
	}
	whole, one := update(n)
	// Two float32 sums of the same numbers in another order: measured, doubled.
	const bound = 5e-7
	for _, micro := range []int{1, 7, 64, 149} {
		t.Run(fmt.Sprint(micro), func(t *testing.T) {
			parts, step := update(micro)
			if d := distance(whole, parts); d > bound {
				t.Errorf("the weights differ by %.3g from the undivided update", d)
			}
			if step.Rows != n || math.Abs(step.Loss-one.Loss) > bound || math.Abs(step.GradNorm-one.GradNorm) > bound {
				t.Errorf("reports %+v, undivided %+v", step, one)
			}
			if step.Penalty != one.Penalty || step.Penalty == 0 {
				t.Errorf("penalty %v, undivided %v", step.Penalty, one.Penalty)
			}
		})
	}
}

// TestProximalZeros: the proximal step makes weights exactly zero, the
// gradient of the same penalty does not.
func TestProximalZeros(t *testing.T) {
	// Nine inputs of which the target uses two.
	x, y := make([][]float32, 200), make([][]float32, 200)
	key := rng.Key{Seed: 2}
	for i := range x {
		for j := range 9 {
			x[i] = append(x[i], float32(2*key.Float64(9*i+j)-1))
		}
		y[i] = []float32{2*x[i][0] - x[i][1]}
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	zeros := func(cfg train.Config) int {
		cfg.Optimizer, cfg.LearningRate, cfg.BatchSize, cfg.Epochs = optim.SGD{}, 0.05, 20, 40
		trainer := newTrainer(t, nn.Dense{Units: 1, Init: initial.Normal{Std: 1}}, source.Spec(), cfg)
		steps(t, trainer, source)
		count := 0
		for _, w := range weights(trainer.Model())["weight"] {
			if w == 0 {
				count++
			}
		}
		return count
	}
	if got := zeros(train.Config{ProxL1: 0.1}); got != 7 {
		t.Errorf("the proximal step leaves %d weights at zero, want the 7 that the target does not use", got)
	}
	if got := zeros(train.Config{Penalty: loss.L1(0.1)}); got != 0 {
		t.Errorf("the gradient of the penalty leaves %d weights at exactly zero; then this test shows no difference", got)
	}
}
