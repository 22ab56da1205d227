package optim

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/kernel/isa"
	"descent/internal/plan"
	"descent/schedule"
)

// everything is a configuration with all that can be around a rule.
func everything() Config {
	return Config{
		Rule: NewAdam(), Clip: Clip{Value: 3, Adaptive: 0.5, Param: 2, Norm: 1}, Noise: NewNoise(0.01),
		WeightDecay: 0.1, DecayKind: Cautiously, ProxL1: 0.01, MaxNorm: 2, Lookahead: Lookahead{2, 0.5},
		Groups: []Group{
			{Match: "k", Rule: NewMomentum(), RateFactor: 0.5},
			{Where: func(name string) bool { return name == "b" }, WeightDecay: new(0.01), Adaptive: new(0.0)},
		},
		Schedules: map[string]schedule.Schedule{
			"momentum": schedule.NewDip(20), "beta1": schedule.Cosine{Steps: 20, Floor: 0.5}, "weight_decay": schedule.Step{Every: 2, Factor: 0.5},
		},
		PeakRate: 0.01,
	}
}

// big are parameters that take several tasks each.
var big = []layer{{"w", []int{300, 130}, true}, {"b", []int{130}, false}, {"k", []int{3, 3, 40, 50}, true}}

func bigValue(k, i int) float64 { return float64(mix(k, i)%129-64) / 64 }

// TestAroundInFloat32 runs everything on the engine: near the reference, and in
// the same bits on every tier and with any number of workers.
func TestAroundInFloat32(t *testing.T) {
	cfg := everything()
	g, step := traced(t, cfg, big)
	want := map[string][]float64{}
	fill := func(k int, n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = bigValue(k, i)
		}
		return x
	}
	for k, s := range big {
		want[s.name] = fill(k, graph.Shape(s.dims...).Size())
	}
	for _, v := range step.State {
		want[v.Name] = make([]float64, v.Type.Size())
		Fill(v, want[v.Name], func(name string) []float64 { return want[name] })
	}
	run := inFloat64(g, cfg.Clip, step)
	const updates = 5
	for i := 1; i <= updates; i++ {
		in := map[string][]float64{}
		for k, s := range big {
			in[s.name+"'"] = fill(10*i+k, len(want[s.name]))
		}
		if _, err := run(i, 0.01, want, in); err != nil {
			t.Fatal(err)
		}
	}
	var first *exec.Store
	for _, tier := range isa.Tiers() {
		for workers := 1; workers <= 3; workers++ {
			got := onEngine(t, cfg, updates, tier, workers)
			if first == nil {
				first = got
			}
			for _, name := range got.Names() {
				if !slices.Equal(got.Value(name), first.Value(name)) {
					t.Errorf("%s has other bits on %v with %d workers", name, tier, workers)
				}
			}
		}
	}
	for _, name := range first.Names() {
		far, scale := 0.0, 0.0
		for i, x := range first.Value(name) {
			far, scale = max(far, math.Abs(float64(x)-want[name][i])), max(scale, math.Abs(want[name][i]))
		}
		if !(far <= 7e-7*scale) { // measured, doubled
			t.Errorf("%s is off by %v of %v", name, far/scale, scale)
		}
	}
}

// onEngine returns all variables after some updates of big.
func onEngine(t *testing.T, cfg Config, updates int, tier isa.Tier, workers int) *exec.Store {
	t.Helper()
	defer isa.Use(tier)()
	g, step := traced(t, cfg, big)
	p, err := plan.Compile(g, [][]graph.Tensor{{step.NormSquared}, {}}, step.Updates)
	if err != nil {
		t.Fatal(err)
	}
	var declared []exec.Declaration
	for _, s := range big {
		declared = append(declared, exec.Declaration{Name: s.name, Type: graph.Shape(s.dims...)})
	}
	for _, v := range step.State {
		declared = append(declared, exec.Declaration{Name: v.Name, Type: v.Type})
	}
	store, pool := exec.NewStore(declared), exec.NewPool(workers)
	defer pool.Close()
	program, err := exec.Bind(p, store, &exec.Arena{}, pool)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(k int, x []float32) []float32 {
		for i := range x {
			x[i] = float32(bigValue(k, i))
		}
		return x
	}
	for k, s := range big {
		fill(k, store.Value(s.name))
	}
	for _, v := range step.State {
		Fill(v, store.Value(v.Name), store.Value)
	}
	for i := 1; i <= updates; i++ {
		for k, s := range big {
			if err := program.Feed(s.name+"'", fill(10*i+k, make([]float32, len(store.Value(s.name))))); err != nil {
				t.Fatal(err)
			}
		}
		program.SetScalars(i)
		program.Random(0, uint32(i))
		program.Scalars()[program.Slot(RateScalar)] = 0.01
		program.Run(0)
		program.Scalars()[program.Slot(ClipScalar)] = float32(cfg.Clip.Factor(float64(program.Output(0, 0)[0])))
		program.Run(1)
	}
	return store
}

// TestPassesAround counts the passes over memory that an update of three
// parameters takes: one each, unless a norm of what was just computed decides.
func TestPassesAround(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cfg    Config
		passes int
		before int // in the stage before, to know the norms
	}{
		{"plain", Config{}, 3, 3},
		{"every limit of elements and all", Config{Clip: Clip{Value: 1, Norm: 1}}, 3, 3},
		{"noise", Config{Noise: NewNoise(0.1)}, 3, 3},
		{"l2", Config{WeightDecay: 0.1, DecayKind: CoupledL2}, 3, 3},
		{"independent", Config{WeightDecay: 0.1, DecayKind: Independent}, 3, 3},
		{"corrected", Config{WeightDecay: 0.1, DecayKind: Corrected}, 3, 3},
		{"cautious", Config{WeightDecay: 0.1, DecayKind: Cautiously}, 3, 3},
		{"lookahead", Config{Lookahead: NewLookahead()}, 3, 3},
		{"schedules", Config{WeightDecay: 0.1, Schedules: map[string]schedule.Schedule{"beta1": schedule.NewDip(9), "weight_decay": schedule.NewDip(9)}}, 3, 3},
		{"groups", Config{Groups: []Group{{Match: "k", Rule: NewMomentum(), RateFactor: 0.5}, {Match: "b", WeightDecay: new(0.1)}}}, 3, 3},
		{"one frozen", Config{Groups: []Group{{Match: "k", Freeze: true}}}, 2, 2},
		{"all of these", Config{
			Clip: Clip{Value: 1, Norm: 1}, Noise: NewNoise(0.1), WeightDecay: 0.1, DecayKind: Cautiously, Lookahead: NewLookahead(), ProxL1: 0.1,
			Groups: []Group{{Match: "k", Rule: NewMomentum(), RateFactor: 0.5}},
		}, 3, 3},
		{"norm of parameters", Config{Clip: Clip{Param: 1}}, 3, 3},
		{"adaptive", Config{Clip: Clip{Adaptive: 1}}, 3, 6}, // weights, too
		{"max norm", Config{MaxNorm: 1}, 5, 3},              // of two weights
	} {
		tt.cfg.Rule, tt.cfg.PeakRate = NewAdam(), 0.1
		g, step := traced(t, tt.cfg, big)
		p, err := plan.Compile(g, [][]graph.Tensor{{step.NormSquared}, {}}, step.Updates)
		if err != nil {
			t.Fatal(err)
		}
		if n := passes(p); n != [2]int{tt.before, tt.passes} {
			t.Errorf("%s: %d passes and then %d, want %d and %d\n%v", tt.name, n[0], n[1], tt.before, tt.passes, p)
		}
	}
}

// passes counts the instructions of each stage that go over parameters or
// gradients; others work on the norms of units.
func passes(p *plan.Plan) (n [2]int) {
	touches := func(b int) bool { return p.Buffers[b].Place == plan.Variable || p.Buffers[b].Place == plan.Input }
	for _, in := range p.Instrs {
		if slices.ContainsFunc(slices.Concat(in.In, in.Out), touches) {
			n[in.Stage]++
		}
	}
	return n
}
