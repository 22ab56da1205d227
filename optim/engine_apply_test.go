package optim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/schedule"
)

// TestResume saves and restores before every update: the bits do not change.
func TestResume(t *testing.T) {
	for _, r := range rows() {
		cfg := around(r.rule)
		t.Run(r.rule.Name()+"/float32", func(t *testing.T) { resume[float32](t, cfg, r.shape) })
		t.Run(r.rule.Name()+"/float64", func(t *testing.T) { resume[float64](t, cfg, r.shape) })
	}
	all := everything()
	all.Groups = []Group{{Match: "theta", RateFactor: 0.5}}
	delete(all.Schedules, "momentum")
	t.Run("everything/float32", func(t *testing.T) { resume[float32](t, all, nil) })
	t.Run("everything/float64", func(t *testing.T) { resume[float64](t, all, nil) })
}

func resume[T float32 | float64](t *testing.T, cfg Config, shape []int) {
	whole, parts := starts[T](shape...), starts[T](shape...)
	s := &State[T]{Shape: shape}
	saved, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 15; i++ {
		if err := ApplyConfig(cfg, s, rateAt(0.1, i), whole, gradients[T](i, shape...)); err != nil {
			t.Fatal(err)
		}
		var restored State[T]
		if err := json.Unmarshal(saved, &restored); err != nil {
			t.Fatal(err)
		}
		if err := ApplyConfig(cfg, &restored, rateAt(0.1, i), parts, gradients[T](i, shape...)); err != nil {
			t.Fatal(err)
		}
		if saved, err = json.Marshal(restored); err != nil {
			t.Fatal(err)
		}
		if restored.Step != i || s.Step != i {
			t.Fatalf("steps %d and %d, want %d", s.Step, restored.Step, i)
		}
		same := slices.Equal(whole, parts) && len(s.Slots) == len(restored.Slots)
		for name := range s.Slots {
			same = same && slices.Equal(s.Slots[name], restored.Slots[name])
		}
		if !same {
			t.Fatalf("update %d differs after a restart", i)
		}
	}
	if slices.Equal(whole, starts[T](shape...)) {
		t.Error("nothing moved")
	}
}

// TestIdentities are equalities between rules, bit for bit.
func TestIdentities(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b Config
	}{
		{"AdamW without decay is Adam", Config{Rule: AdamW{0.9, 0.999, 1e-8, 0}}, Config{Rule: NewAdam()}},
		{"AdamW is Adam with decay", Config{Rule: NewAdamW()}, Config{Rule: NewAdam(), WeightDecay: 0.01}},
		{"momentum 0 is gradient descent", Config{Rule: Momentum{}}, Config{Rule: NewSGD()}},
		{"Nesterov 0 is gradient descent", Config{Rule: Nesterov{}}, Config{Rule: NewSGD()}},
		{"Adam with β₁ = 0 and no correction is RMSProp with ε outside", Config{Rule: adamLike{Adam: Adam{Beta2: 0.9, Eps: 1e-8}, raw: true}}, Config{Rule: RMSProp{Rho: 0.9, Eps: 1e-8, EpsOutside: true}}},
		{"RMSProp with momentum 0 is RMSProp", Config{Rule: RMSProp{Rho: 0.9, Eps: 1e-8, Momentum: 0}}, Config{Rule: NewRMSProp()}},
		{"AdEMAMix with α = 0 is Adam", Config{Rule: AdEMAMix{Beta1: 0.9, Beta2: 0.999, Beta3: 0.9, Eps: 1e-8}}, Config{Rule: NewAdam()}},
		{"a vector is not centralized", Config{Rule: Centralized{NewAdam()}}, Config{Rule: NewAdam()}},
		{"cautious AdamW decays as its wrapped rule", Config{Rule: Cautious{NewAdamW()}}, Config{Rule: Cautious{NewAdam()}, WeightDecay: 0.01}},
		{"a name changes nothing", Config{Rule: NewAdam(), Clip: ClipNorm(0.1)}, Config{Rule: NewAdam(), Clip: ClipNorm(0.1), Name: "critic"}},
		{"a name changes nothing of shared state", Config{Rule: NewProdigy()}, Config{Rule: NewProdigy(), Name: "critic"}},
		{"a norm that is not reached changes nothing", Config{Rule: NewAdam(), Clip: ClipNorm(1e9)}, Config{Rule: NewAdam()}},
	} {
		a, b := starts[float32](), starts[float32]()
		sa, sb := new(State[float32]), new(State[float32])
		for i := 1; i <= 20; i++ {
			for _, err := range []error{
				ApplyConfig(tt.a, sa, rateAt(0.01, i), a, gradients[float32](i)),
				ApplyConfig(tt.b, sb, rateAt(0.01, i), b, gradients[float32](i)),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(a, b) {
				t.Errorf("%s: not at update %d", tt.name, i)
				break
			}
		}
	}
}

func TestApplyErrors(t *testing.T) {
	good := func() *State[float32] {
		return &State[float32]{Step: 3, Slots: map[string][]float32{"m": {1, 2}, "v": {3, 4}}}
	}
	edit := func(f func(s *State[float32])) *State[float32] { s := good(); f(s); return s }
	for _, tt := range []struct {
		name string
		s    *State[float32]
		rule Rule
		rate float64
		grad []float32
		want string
	}{
		{name: "nil state", want: "new(optim.State[float32])"},
		{name: "nil rule", s: good(), rule: Config{}.Rule, want: "Rule is nil"},
		{name: "rate NaN", s: good(), rule: NewAdam(), rate: nan, want: "learning rate is NaN"},
		{name: "rate below 0", s: good(), rule: NewAdam(), rate: -1, want: "learning rate is -1"},
		{name: "rule", s: good(), rule: Adam{}, want: "optim.NewAdam()"},
		{name: "step", s: edit(func(s *State[float32]) { s.Step = -1 }), rule: NewAdam(), want: "Step = -1"},
		{name: "gradient", s: good(), rule: NewAdam(), grad: []float32{1}, want: "theta has 2 elements and grad has 1"},
		{name: "long", s: edit(func(s *State[float32]) { s.Slots["v"] = make([]float32, 3) }), rule: NewAdam(), want: `slot "v" has 3 elements, adam keeps 2`},
		{name: "empty", s: edit(func(s *State[float32]) { s.Slots["v"] = nil }), rule: NewAdam(), want: `slot "v" has 0 elements`},
		{name: "missing", s: edit(func(s *State[float32]) { delete(s.Slots, "m") }), rule: NewAdam(), want: `state of step 3 has no slot "m"`},
		{name: "no slots", s: &State[float32]{Step: 3}, rule: NewAdam(), want: `no slot "m"`},
		{name: "NaN", s: edit(func(s *State[float32]) { s.Slots["m"][1] = float32(nan) }), rule: NewAdam(), want: `slot "m" has NaN at element 1`},
		{name: "other rule", s: good(), rule: NewSGD(), want: "which sgd does not keep"},
	} {
		theta, grad := []float32{1, 2}, []float32{1, 1}
		if tt.grad != nil {
			grad = tt.grad
		}
		before := fmt.Sprintf("%+v", tt.s)
		err := Apply(tt.rule, tt.s, tt.rate, theta, grad)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.want)
		}
		if after := fmt.Sprintf("%+v", tt.s); after != before || !slices.Equal(theta, []float32{1, 2}) {
			t.Errorf("%s: the error left %s and %v, before it was %s", tt.name, after, theta, before)
		}
	}
	if err := Apply(NewSGD(), new(State[float64]), 1, nil, nil); err == nil || !strings.Contains(err.Error(), "theta is empty") {
		t.Error("no parameters:", err)
	}
}

// TestNaNShows checks that a gradient of NaN reaches θ, rather than an error
// or silence, and that updates go on.
func TestNaNShows(t *testing.T) {
	theta, s := []float32{1, 2}, new(State[float32])
	for range 2 {
		if err := ApplyConfig(Config{Rule: NewAdam(), Clip: ClipValue(1), ProxL1: 0.1}, s, 0.1, theta, []float32{float32(nan), 1}); err != nil {
			t.Fatal(err)
		}
	}
	if theta[0] == theta[0] || theta[1] != theta[1] {
		t.Errorf("θ = %v", theta)
	}
}

// TestChangeUnderWay changes hyperparameters between two updates, of a rule by
// value and of one behind a pointer. Both take effect, and the state stays.
func TestChangeUnderWay(t *testing.T) {
	byValue, byPointer := NewMomentum(), &Momentum{Mu: 0.9}
	a, b := []float64{0}, []float64{0}
	sa, sb := new(State[float64]), new(State[float64])
	for range 2 {
		for _, err := range []error{Apply(byValue, sa, 1, a, []float64{1}), Apply(byPointer, sb, 1, b, []float64{1})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		byValue.Mu, byPointer.Mu = 0.5, 0.5
	}
	if want := -2.5; a[0] != want || b[0] != want { // b is 1, then 0.5·1 + 1
		t.Errorf("θ = %v and %v, want %v", a[0], b[0], want)
	}
}

// TestInitialState checks that slots start where the rule says.
func TestInitialState(t *testing.T) {
	theta := []float32{0, 0, 0}
	s := new(State[float32])
	rule := ruleFunc{f: func(p *Param) graph.Tensor { return p.State("x", 2.5) }}
	if err := Apply(rule, s, 1, theta, []float32{1, 1, 1}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Slots["x"], []float32{2.5, 2.5, 2.5}) || theta[0] != -2.5 {
		t.Errorf("slot %v, θ %v", s.Slots["x"], theta)
	}
}

// TestProxZeros checks that shrunk weights are exactly +0.
func TestProxZeros(t *testing.T) {
	theta := []float32{0.05, -0.05, 0.3, -0.3, 0}
	if err := ApplyConfig(Config{Rule: NewSGD(), ProxL1: 1}, new(State[float32]), 0.1, theta, make([]float32, 5)); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 4} {
		if math.Float32bits(theta[i]) != 0 {
			t.Errorf("element %d is %v, bits %x", i, theta[i], math.Float32bits(theta[i]))
		}
	}
	if math.Abs(float64(theta[2])-0.2) > 1e-7 || theta[3] != -theta[2] {
		t.Errorf("θ = %v", theta)
	}
}

// TestMuonOfVectors says that Muon moves a vector as AdamW does, whether its
// shape is given or not, and a matrix by its momentum.
func TestMuonOfVectors(t *testing.T) {
	muon := NewMuon()
	adamw := AdamW{muon.Beta1, muon.Beta2, muon.Eps, muon.Lambda}
	for _, test := range []struct {
		shape []int
		slots []string
	}{
		{nil, []string{"m", "v"}},
		{[]int{36}, []string{"m", "v"}},
		{[]int{4, 9}, []string{"b"}},
	} {
		theta, want := starts[float64](36), starts[float64](36)
		s, plain := &State[float64]{Shape: test.shape}, &State[float64]{}
		for i := 1; i <= 3; i++ {
			grad := gradients[float64](i, 36)
			if err := Apply(muon, s, 0.02, theta, grad); err != nil {
				t.Fatal(err)
			}
			if err := Apply(adamw, plain, 0.02*muon.AdamRate, want, grad); err != nil {
				t.Fatal(err)
			}
		}
		if got := slices.Sorted(maps.Keys(s.Slots)); !slices.Equal(got, test.slots) {
			t.Errorf("shape %v keeps %q, want %q", test.shape, got, test.slots)
		}
		far := 0.0
		for i := range theta {
			far = max(far, math.Abs(theta[i]-want[i]))
		}
		if asAdamW := far < 1e-12; asAdamW != (len(test.shape) < 2) {
			t.Errorf("shape %v is %g from AdamW", test.shape, far)
		}
	}
}

// TestEqualConfigs changes each field of a configuration, in turn.
func TestEqualConfigs(t *testing.T) {
	plain := Config{Rule: NewAdam()}
	if !plain.equal(Config{Rule: NewAdam()}, plain.plain()) {
		t.Error("a configuration is not equal to itself")
	}
	fields := map[string]any{
		"Rule": NewAdamW(), "Clip": ClipNorm(1), "Noise": NewNoise(1), "WeightDecay": 0.1, "DecayKind": Cautiously, "ProxL1": 0.1, "MaxNorm": 1.0,
		"Lookahead": NewLookahead(), "Groups": []Group{{Match: "*"}}, "Schedules": map[string]schedule.Schedule{"eps": schedule.Constant{}}, "PeakRate": 1.0, "Name": "critic",
	}
	for i := range reflect.TypeOf(plain).NumField() {
		name, other := reflect.TypeOf(plain).Field(i).Name, plain
		reflect.ValueOf(&other).Elem().Field(i).Set(reflect.ValueOf(fields[name]))
		if plain.equal(other, plain.plain()) || other.equal(plain, other.plain()) || !other.equal(other, other.plain()) {
			t.Errorf("another %s is taken for the same", name)
		}
	}
	odd := Config{Rule: Cautious{incomparable{list: []int{1}}}}
	if !odd.equal(odd, odd.plain()) || odd.equal(Config{Rule: Cautious{incomparable{list: []int{2}}}}, odd.plain()) ||
		plain.equal(odd, plain.plain()) {
		t.Error("rules that hold slices are not compared by what these hold")
	}
}

// incomparable is a rule that == panics on.
type incomparable struct {
	base
	list []int
}

func (incomparable) Update(p *Param) graph.Tensor { return p.Grad }

// TestApplyInPlace moves slices about in memory between updates, restores slots,
// and takes θ for its own gradient: the bits are those of slices that stay.
func TestApplyInPlace(t *testing.T) {
	for _, rule := range []Rule{NewMomentum(), NewAdam(), NewLAMB(), NewProdigy(), NewScheduleFreeSGD(), NewFTRL(), NewLBFGS()} {
		still, moved := starts[float32](), starts[float32]()
		var a, b State[float32]
		for i := 1; i <= 8; i++ {
			var own []float32 // θ as its own gradient
			if own = moved; i%2 == 0 {
				own = gradients[float32](i)
			}
			grad := slices.Clone(still)
			if i%2 == 0 {
				grad = own
			}
			for _, err := range []error{Apply(rule, &a, 0.01, still, grad), Apply(rule, &b, 0.01, moved, own)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(still, moved) {
				t.Fatalf("%s, update %d: %v, want %v", rule.Name(), i, moved, still)
			}
			if i%3 == 0 {
				moved = append([]float32{9}, moved...)[1:] // not at a cache line either
				for name, x := range b.Slots {
					b.Slots[name] = slices.Clone(x)
				}
			}
		}
	}
	theta, s := []float32{1, 2, 3, 4}, &State[float32]{Step: 1}
	s.Slots = map[string][]float32{"b": theta[1:]}
	if err := Apply(NewMomentum(), s, 1, theta[:3], make([]float32, 3)); err == nil || !strings.Contains(err.Error(), `slot "b" shares memory with theta`) {
		t.Errorf("a slot in θ: error %v", err)
	}
}

// TestApplyAllocates nothing, once an update has been traced.
func TestApplyAllocates(t *testing.T) {
	theta, grad, s := starts[float32](), gradients[float32](1), new(State[float32])
	cfg := Config{Rule: NewAdam(), Clip: Clip{Norm: 1}, WeightDecay: 0.1}
	if n := testing.AllocsPerRun(10, func() {
		if err := ApplyConfig(cfg, s, 1e-3, theta, grad); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("an update allocates %v times", n)
	}
}
