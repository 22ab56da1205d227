package optim

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/schedule"
)

// TestCenteredClamp feeds constant gradients, whose E - ḡ² rounding makes
// negative: the clamp gives numbers, its absence NaN.
func TestCenteredClamp(t *testing.T) {
	unclamped := ruleFunc{f: func(p *Param) graph.Tensor {
		e, mean := p.EMA("E", 0.9, p.Grad.Square()), p.EMA("mean", 0.9, p.Grad)
		return p.Grad.Div(e.Sub(mean.Square()).Sqrt().Add(p.Hyper("eps", 1e-8)))
	}}
	o := NewRMSProp()
	o.Centered, o.EpsOutside, o.Momentum = true, true, 0.5
	for _, tt := range []struct {
		rule Rule
		nan  bool
	}{{o, false}, {unclamped, true}} {
		theta, grad, s := make([]float32, elements), make([]float32, elements), new(State[float32])
		for i := range grad {
			grad[i] = 0.1 + 0.37*float32(i)
		}
		for range 1000 {
			if err := Apply(tt.rule, s, 1e-3, theta, grad); err != nil {
				t.Fatal(err)
			}
		}
		if got := slices.ContainsFunc(theta, func(x float32) bool { return x != x }); got != tt.nan {
			t.Errorf("%s: NaN %v, want %v: %v", tt.rule.Name(), got, tt.nan, theta)
		}
	}
}

// TestNAdamProduct compares the closed form of ∏μ with the product.
func TestNAdamProduct(t *testing.T) {
	for _, o := range []NAdam{NewNAdam(), {Beta1: 0.9, Psi: 1}, {Beta1: 0.5, Psi: 0}, {Beta1: 0.999, Psi: 1e-6}, {Beta1: 0}} {
		product := 1.0
		for i := 1; i <= 3000; i++ {
			product *= o.mu(i)
			if got := o.product(i); math.Abs(got-product) > 1e-14+1e-12*product {
				t.Fatalf("%+v: ∏μ to %d is %v, want %v", o, i, got, product)
			}
		}
	}
}

// TestTrustOfZero starts from zeros, which have no length to be in proportion
// to: the first step is that of the rule without norms.
func TestTrustOfZero(t *testing.T) {
	grad := []float32{1, -2, 0}
	for _, tt := range []struct{ rule, plain Rule }{
		{NewLAMB(), Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-6}},
		{NewLARS(), NewMomentum()},
	} {
		a, b := make([]float32, 3), make([]float32, 3)
		for theta, rule := range map[*[]float32]Rule{&a: tt.rule, &b: tt.plain} {
			if err := Apply(rule, new(State[float32]), 0.1, *theta, grad); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(a, b) || a[0] == 0 {
			t.Errorf("%s: %v, want %v", tt.rule.Name(), a, b)
		}
	}
	still := []float32{1, 2}
	for _, rule := range []Rule{LAMB{0.9, 0.999, 1e-6, 0}, LARS{0.9, 0.001, 0}} {
		if err := Apply(rule, new(State[float32]), 0.1, still, []float32{0, 0}); err != nil || still[0] != 1 || still[1] != 2 {
			t.Errorf("%s: gradients of 0 give %v, %v", rule.Name(), still, err)
		}
	}
}

// TestTrustOfBiases checks that what does not decay takes no part in norms.
func TestTrustOfBiases(t *testing.T) {
	for _, tt := range []struct{ rule, plain Rule }{
		{NewLAMB(), Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-6}},
		{NewLARS(), NewMomentum()},
	} {
		var after [2][]float64
		for i, rule := range []Rule{tt.rule, tt.plain} {
			g, step := network(t, Config{Rule: rule}, []part{{"b", elements, false, 0}})
			values := map[string][]float64{"b": starts[float64]()}
			for _, v := range step.State {
				values[v.Name] = make([]float64, elements)
			}
			for u := 1; u <= 3; u++ {
				if _, err := inFloat64(g, Clip{}, step)(u, 0.1, values, map[string][]float64{"b'": gradients[float64](u)}); err != nil {
					t.Fatal(err)
				}
			}
			after[i] = values["b"]
		}
		if !slices.Equal(after[0], after[1]) {
			t.Errorf("%s: a bias moves in another way than by %s", tt.rule.Name(), tt.plain.Name())
		}
	}
}

// TestCentralized takes the means out by hand, of a matrix and of a kernel.
func TestCentralized(t *testing.T) {
	for _, dims := range [][]int{{3, 2}, {1, 2, 3, 2}} {
		g, typ := graph.New(), graph.Shape(dims...)
		p := &Param{Name: "w", Value: g.Variable("w", typ), Grad: g.Input("w'", typ), Decays: true}
		step, err := Trace(g, Config{Rule: Centralized{NewSGD()}}, []*Param{p})
		if err != nil {
			t.Fatal(err)
		}
		n := typ.Size()
		grad, values := make([]float64, n), map[string][]float64{"w": make([]float64, n)}
		var mean [2]float64
		for i := range grad {
			grad[i] = float64(i*i) - 3
			mean[i%2] += grad[i] / float64(n/2)
		}
		if _, err := inFloat64(g, Clip{}, step)(1, 1, values, map[string][]float64{"w'": grad}); err != nil {
			t.Fatal(err)
		}
		for i, got := range values["w"] {
			if want := mean[i%2] - grad[i]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%v: element %d moves by %v, want %v", dims, i, got, want)
			}
		}
	}
}

// TestCautiousSilence gives a step against every gradient: nothing moves, and
// no length is made up for.
func TestCautiousSilence(t *testing.T) {
	against := ruleFunc{f: func(p *Param) graph.Tensor { return p.Grad.Neg() }}
	theta := []float32{1, 2, 3}
	if err := Apply(Cautious{against}, new(State[float32]), 1, theta, []float32{1, -1, 0}); err != nil || !slices.Equal(theta, []float32{1, 2, 3}) {
		t.Errorf("θ = %v, error %v", theta, err)
	}
}

func TestWrappers(t *testing.T) {
	rule, err := ByName("cautious-centralized-adamw")
	if err == nil {
		rule, err = With(rule, "weight_decay", 0.5)
	}
	if err != nil || rule != (Cautious{Centralized{AdamW{0.9, 0.999, 1e-8, 0.5}}}) {
		t.Errorf("%+v, %v", rule, err)
	}
	if err := (Config{Rule: rule, WeightDecay: 0.1}).Validate(); err == nil || !strings.Contains(err.Error(), "decay twice") {
		t.Errorf("weight decay inside of wrappers: error %v", err)
	}
	for _, empty := range []Rule{Cautious{}, Centralized{}, Cautious{Centralized{}}} {
		if err := empty.Validate(); err == nil || !strings.Contains(err.Error(), "Rule is nil") {
			t.Errorf("%s: error %v", Describe(empty), err)
		}
		if Keys(empty) != nil || empty.DefaultRate() != 0 {
			t.Errorf("%s: keys %v", empty.Name(), Keys(empty))
		}
	}
}

// TestFTRLIsAdaGrad takes penalties away, at rates that change and that are 0.
func TestFTRLIsAdaGrad(t *testing.T) {
	a, b := starts[float64](), starts[float64]()
	var sa, sb State[float64]
	for i := 1; i <= 100; i++ {
		rate := rateAt(0.1, i) * float64(min(1, i%7))
		if err := Apply(FTRL{Beta: 0.25, Power: 0.5}, &sa, rate, a, gradients[float64](i)); err != nil {
			t.Fatal(err)
		}
		if err := Apply(AdaGrad{Eps: 0.25}, &sb, rate, b, gradients[float64](i)); err != nil {
			t.Fatal(err)
		}
		for j := range a {
			if d := math.Abs(a[j] - b[j]); !(d <= 1e-13*max(1, math.Abs(b[j]))) {
				t.Fatalf("update %d, element %d: %v, AdaGrad has %v", i, j, a[j], b[j])
			}
		}
	}
}

// TestFTRLZeros counts weights that are 0, all of them +0, and follows the rate
// of a group, which penalties follow too.
func TestFTRLZeros(t *testing.T) {
	rule, zeros := FTRL{Beta: 1, Power: 0.5, Lambda1: 2}, 0
	whole, half := starts[float32](), starts[float32]()
	var s, g State[float32]
	for i := 1; i <= 50; i++ {
		if err := Apply(rule, &s, 0.125, whole, gradients[float32](i)); err != nil {
			t.Fatal(err)
		}
		if err := ApplyConfig(Config{Rule: rule, Groups: []Group{{Match: "*", RateFactor: 0.5}}}, &g, 0.25, half, gradients[float32](i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range whole {
		if math.Float32bits(x) == 0 {
			zeros++
		} else if x == 0 {
			t.Error("a weight is -0")
		}
	}
	if zeros < 10 || zeros == elements {
		t.Errorf("%d of %d weights are 0: %v", zeros, elements, whole)
	}
	if !slices.Equal(whole, half) {
		t.Errorf("half of twice the rate gives %v, want %v", half, whole)
	}
}

// TestOptionsFollowSchedules drives decays of averages under each option, with
// schedules that change nothing.
func TestOptionsFollowSchedules(t *testing.T) {
	for _, rule := range []Rule{
		Adam{Beta1: 0.9, Beta2: 0.99, Eps: 0.01, EpsHat: true},
		Adam{Beta1: 0.9, Beta2: 0.99, Eps: 0.01, Uncorrected: true},
		AdaBelief{Beta1: 0.9, Beta2: 0.99, Eps: 0.01, AMSGrad: true},
	} {
		still := Config{Rule: rule, Schedules: map[string]schedule.Schedule{"beta1": schedule.Constant{}, "beta2": schedule.Constant{}}}
		if !same(after(t, still, 6), after(t, Config{Rule: rule}, 6)) {
			t.Errorf("%s: constant schedules change something", Describe(rule))
		}
		still.Schedules["beta2"] = schedule.Cosine{Steps: 3, Floor: 0.9}
		if same(after(t, still, 6), after(t, Config{Rule: rule}, 6)) {
			t.Errorf("%s: a schedule of beta2 changes nothing", Describe(rule))
		}
	}
}
