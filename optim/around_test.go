package optim

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/goldentest"
	"descent/schedule"
)

// surrounded is a row of testdata/around.json, which around.py has made.
type surrounded struct {
	Name, Rule string
	Rate       float64
	Hyper      map[string]float64
	Clip       Clip
	Noise      Noise
	Decay      float64
	DecayKind  string `json:"decay_kind"`
	Prox       float64
	MaxNorm    float64 `json:"max_norm"`
	Lookahead  []float64
	Groups     []struct {
		Match       string
		Rule        string
		Hyper       map[string]float64
		RateFactor  float64  `json:"rate_factor"`
		WeightDecay *float64 `json:"weight_decay"`
		Adaptive    *float64
		Freeze      bool
	}
	Schedules map[string]string
	At        []struct {
		T           int
		Theta       map[string][]float64
		State       map[string][]float64
		NormSquared float64 `json:"norm_squared"`
	}
	Wrong map[string]map[string][]float64 // what mistakes end at
}

func ruleOf(t *testing.T, name string, hyper map[string]float64) Rule {
	t.Helper()
	rule, err := ByName(name)
	for key, v := range hyper {
		if err == nil {
			rule, err = With(rule, key, v)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

func (row surrounded) config(t *testing.T) Config {
	t.Helper()
	c := Config{
		Rule: ruleOf(t, row.Rule, row.Hyper), Clip: row.Clip, Noise: row.Noise, WeightDecay: row.Decay,
		ProxL1: row.Prox, MaxNorm: row.MaxNorm, PeakRate: row.Rate, Schedules: map[string]schedule.Schedule{},
	}
	var err error
	if row.DecayKind != "" {
		c.DecayKind, err = ParseDecayKind(row.DecayKind)
	}
	if row.Lookahead != nil {
		c.Lookahead = Lookahead{int(row.Lookahead[0]), row.Lookahead[1]}
	}
	for _, g := range row.Groups {
		group := Group{Match: g.Match, RateFactor: g.RateFactor, WeightDecay: g.WeightDecay, Adaptive: g.Adaptive, Freeze: g.Freeze}
		if g.Rule != "" {
			group.Rule = ruleOf(t, g.Rule, g.Hyper)
		}
		c.Groups = append(c.Groups, group)
	}
	for key, spec := range row.Schedules {
		if err == nil {
			c.Schedules[key], err = schedule.Parse(spec, schedule.Units{})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// layer is a parameter to trace.
type layer struct {
	name   string
	dims   []int
	decays bool
}

// shapes are the parameters of around.py, which make up the 37 elements.
var shapes = []layer{{"w", []int{4, 3}, true}, {"b", []int{3}, false}, {"k", []int{1, 1, 11, 2}, true}}

// traced traces cfg over layers.
func traced(t *testing.T, cfg Config, layers []layer) (*graph.Graph, *Traced) {
	t.Helper()
	g := graph.New()
	var params []*Param
	for _, s := range layers {
		typ := graph.Shape(s.dims...)
		params = append(params, &Param{Name: s.name, Value: g.Variable(s.name, typ), Grad: g.Input(s.name+"'", typ), Decays: s.decays})
	}
	step, err := Trace(g, cfg, params)
	if err != nil {
		t.Fatal(err)
	}
	return g, step
}

// cut gives the parameters their elements of x, under their names and suffix.
func cut[T float32 | float64](x []T, suffix string) map[string][]T {
	parts := map[string][]T{}
	for _, s := range shapes {
		n := graph.Shape(s.dims...).Size()
		parts[s.name+suffix] = slices.Clone(x[:n])
		x = x[n:]
	}
	return parts
}

// furthest is the largest difference of two sets of values, in units of the
// values or of 1e-3.
func furthest(got, want map[string][]float64) (far float64) {
	for name, x := range want {
		for i := range x {
			far = max(far, math.Abs(got[name][i]-x[i])/max(1e-3, math.Abs(x[i])))
		}
	}
	return far
}

// TestAround compares all that surrounds a rule with testdata/around.json, and
// shows that the numbers tell the right from what is known to go wrong.
func TestAround(t *testing.T) {
	for _, row := range goldentest.Load[[]surrounded](t, "around.json") {
		t.Run(row.Name, func(t *testing.T) {
			cfg := row.config(t)
			g, step := traced(t, cfg, shapes)
			values := cut(starts[float64](), "")
			for _, v := range step.State {
				values[v.Name] = make([]float64, v.Type.Size())
				Fill(v, values[v.Name], func(name string) []float64 { return values[name] })
			}
			bound := 1e-14 // measured, doubled
			if cfg.Noise.Eta > 0 {
				bound = 2e-6 // the cosine is a polynomial with float32 factors; measured, doubled
			}
			looks := row.At
			run := inFloat64(g, cfg.Clip, step)
			for i := 1; len(looks) > 0; i++ {
				norm, err := run(i, rateAt(row.Rate, i), values, cut(gradients[float64](i), "'"))
				if err != nil {
					t.Fatal(err)
				}
				if i != looks[0].T {
					continue
				}
				want := maps.Clone(looks[0].Theta)
				maps.Copy(want, looks[0].State)
				if len(want) != len(values) {
					t.Errorf("t = %d: %d variables, want %d", i, len(values), len(want))
				}
				if off := furthest(values, want); !(off <= bound) {
					t.Errorf("t = %d: off by %v", i, off)
				}
				if cfg.Clip.Norm != 0 && math.Abs(norm/looks[0].NormSquared-1) > bound {
					t.Errorf("t = %d: Σg² = %v, want %v", i, norm, looks[0].NormSquared)
				}
				looks = looks[1:]
			}
			for what, wrong := range row.Wrong {
				if off := furthest(values, wrong); !(off > 1e-4) {
					t.Errorf("%s passes for right, off by %v", what, off)
				}
			}
		})
	}
}

// TestAroundErrors checks that what does not fit is refused by name.
func TestAroundErrors(t *testing.T) {
	adam, half := NewAdam(), schedule.Step{Every: 1, Factor: 0.5}
	one := func(key string, s schedule.Schedule) map[string]schedule.Schedule {
		return map[string]schedule.Schedule{key: s}
	}
	for _, tt := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"adaptive", Config{Rule: adam, Clip: Clip{Adaptive: -1}}, "Clip.Adaptive = -1"},
		{"param", Config{Rule: adam, Clip: Clip{Param: inf}}, "Clip.Param = +Inf"},
		{"noise", Config{Rule: adam, Noise: Noise{Eta: -1}}, "Noise.Eta = -1"},
		{"gamma", Config{Rule: adam, Noise: Noise{Eta: 1, Gamma: nan}}, "Noise.Gamma = NaN"},
		{"kind", Config{Rule: adam, DecayKind: 9}, "DecayKind(9)"},
		{"no peak", Config{Rule: adam, WeightDecay: 0.1, DecayKind: Corrected}, "PeakRate is 0"},
		{"inside", Config{Rule: NewLAMB(), DecayKind: CoupledL2}, "weight decay of lamb is inside"},
		{"max norm", Config{Rule: adam, MaxNorm: -1}, "MaxNorm = -1"},
		{"lookahead", Config{Rule: adam, Lookahead: Lookahead{Alpha: 0.5}}, "Every = 0"},
		{"alpha", Config{Rule: adam, Lookahead: Lookahead{6, 1.5}}, "Alpha = 1.5"},
		{"no match", Config{Rule: adam, Groups: []Group{{Match: "z*"}}}, `group 1 of parameters, "z*" matches none of w, b, k`},
		{"pattern", Config{Rule: adam, Groups: []Group{{Match: "["}}}, "syntax error"},
		{"no pattern", Config{Rule: adam, Groups: []Group{{}}}, "needs either Match"},
		{"both", Config{Rule: adam, Groups: []Group{{Match: "w", Where: func(string) bool { return true }}}}, "needs either Match"},
		{"shadowed", Config{Rule: adam, Groups: []Group{{Match: "?", RateFactor: 2}, {Match: "w"}}}, `group 2 of parameters, "w" has no parameters of its own`},
		{"frozen and more", Config{Rule: adam, Groups: []Group{{Match: "w", Freeze: true, RateFactor: 2}}}, "takes no rule"},
		{"all frozen", Config{Rule: adam, Groups: []Group{{Match: "*", Freeze: true}}}, "freeze every parameter of w, b, k"},
		{"group's rule", Config{Rule: adam, Groups: []Group{{Match: "w", Rule: Adam{}}}}, "optim.Adam: Eps = 0"},
		{"group's decay", Config{Rule: adam, Groups: []Group{{Match: "w", WeightDecay: new(-1.0)}}}, "Group.WeightDecay = -1"},
		{"group decays twice", Config{Rule: adam, WeightDecay: 0.1, Groups: []Group{{Match: "w", Rule: NewAdamW()}}}, `"w": weights would decay twice`},
		{"schedule of the rate", Config{Rule: adam, Schedules: one("learning_rate", half)}, "a schedule of its own"},
		{"unknown", Config{Rule: adam, Schedules: one("beta3", half)}, `"beta3"`},
		{"nil", Config{Rule: adam, Schedules: one("beta1", nil)}, "of beta1 is nil"},
		{"plateau", Config{Rule: adam, Schedules: one("beta1", schedule.NewPlateau())}, "plateau"},
		{"bad", Config{Rule: adam, Schedules: one("beta1", schedule.Step{})}, "Step.Every is 0"},
		{"nothing to drive", Config{Rule: adam, Schedules: one("weight_decay", half)}, "weight_decay is 0"},
		{"group's schedule of what it lacks", Config{Rule: NewAdamW(), Groups: []Group{{Match: "w", Schedules: one("weight_decay", half)}}}, `"w": schedules: the group gives no weight_decay`},
		{"group's schedule of nothing", Config{Rule: adam, Groups: []Group{{Match: "w", WeightDecay: new(0.0), Schedules: one("weight_decay", half)}}}, "weight_decay is 0"},
		{"group's schedule, nil", Config{Rule: adam, Groups: []Group{{Match: "w", Rule: adam, Schedules: one("beta1", nil)}}}, "of beta1 is nil"},
		{"out of range", Config{Rule: adam, Schedules: one("beta1", twice{})}, "beta1 of adam at update 5"},
		{"own formula", Config{Rule: NewRAdam(), Schedules: one("beta2", half)}, "beta2 of radam cannot follow"},
	} {
		g := graph.New()
		var params []*Param
		for _, s := range shapes {
			typ := graph.Shape(s.dims...)
			params = append(params, &Param{Name: s.name, Value: g.Variable(s.name, typ), Grad: g.Input(s.name+"'", typ)})
		}
		if _, err := Trace(g, tt.cfg, params); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.want)
		}
	}
}

// twice doubles after four updates.
type twice struct{ schedule.Constant }

func (twice) At(t int) float64 {
	if t < 4 {
		return 1
	}
	return 2
}
