package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/kernel/isa"
	"descent/internal/plan"
)

// part is a parameter of a test's network.
type part struct {
	name    string
	size    int
	decays  bool
	columns int // 0: a vector
}

func (p part) typ() graph.Type {
	if p.columns == 0 {
		return graph.Shape(p.size)
	}
	return graph.Shape(p.size/p.columns, p.columns)
}

// network traces cfg over parts, whose gradients are inputs "<name>'".
func network(t *testing.T, cfg Config, parts []part) (*graph.Graph, *Traced) {
	t.Helper()
	g := graph.New()
	var params []*Param
	for _, p := range parts {
		params = append(params, &Param{
			Name: p.name, Value: g.Variable(p.name, p.typ()), Grad: g.Input(p.name+"'", p.typ()),
			Decays: p.decays, Hidden: p.columns != 0,
		})
	}
	step, err := Trace(g, cfg, params)
	if err != nil {
		t.Fatal(err)
	}
	return g, step
}

// TestGoldenNetwork checks what only shows with several parameters: the norm
// is over all of them, and biases neither decay nor shrink.
func TestGoldenNetwork(t *testing.T) {
	parts := []part{{"w", 12, true, 0}, {"b", 3, false, 0}, {"v", 22, true, 0}}
	for _, row := range load(t).Networks {
		for _, wrong := range []bool{false, true} {
			cfg, off := row.config(t), 0.0
			parts := slices.Clone(parts)
			parts[1].decays = wrong
			g, step := network(t, cfg, parts)
			values := map[string][]float64{}
			at := 0
			for _, p := range parts {
				values[p.name] = starts[float64]()[at : at+p.size]
				at += p.size
			}
			for _, v := range step.State {
				values[v.Name] = make([]float64, v.Type.Size())
			}
			var norm float64
			for i := 1; i <= 20; i++ {
				in := map[string][]float64{}
				at := 0
				for _, p := range parts {
					in[p.name+"'"] = gradients[float64](i)[at : at+p.size]
					at += p.size
				}
				var err error
				if norm, err = inFloat64(g, cfg.Clip, step)(i, rateAt(row.Rate, i), values, in); err != nil {
					t.Fatal(err)
				}
			}
			compare := func(name string, want []float64) {
				at := 0
				for _, p := range parts {
					for i, x := range values[p.name+name] {
						off = max(off, math.Abs(x-want[at+i])/max(1e-3, math.Abs(want[at+i])))
					}
					at += p.size
				}
			}
			compare("", row.At[0].Theta)
			for name, want := range row.At[0].State {
				compare("/"+name, want)
			}
			if row.ClipNorm != 0 {
				off = max(off, math.Abs(norm/row.At[0].NormSquared-1))
			}
			if !wrong && !(off <= 1e-12) {
				t.Errorf("%s: off by %v", row.Name, off)
			}
			if wrong && !(off > 1e-6) {
				t.Errorf("%s: decay of the bias passes unseen, off by %v", row.Name, off)
			}
		}
	}
}

// TestOneInstruction checks that the update of a parameter is one pass over
// memory: the gradient and the state are read once and written once. A rule
// with norms takes a pass more for each parameter that needs one.
func TestOneInstruction(t *testing.T) {
	for _, r := range rows() {
		for _, cfg := range []Config{
			{Rule: r.rule},
			{Rule: r.rule, Clip: ClipNorm(1)},
			{Rule: r.rule, Clip: ClipNorm(1), ProxL1: 0.1},
			{Rule: withoutDecay(r.rule), WeightDecay: 0.1, ProxL1: 0.1},
		} {
			if _, ok := bare(r.rule).(IterateRule); ok {
				cfg.ProxL1 = 0
			}
			parts := []part{{"w", 70000, true, r.columns(280)}, {"b", 300, false, 0}}
			g, step := network(t, cfg, parts)
			stages := [][]graph.Tensor{{}}
			if cfg.Clip.Norm != 0 {
				stages = [][]graph.Tensor{{step.NormSquared}, {}}
			}
			p, err := plan.Compile(g, stages, step.Updates)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, in := range p.Instrs {
				for _, p := range parts { // what is a number or a row is no pass
					if in.Stage == len(stages)-1 && strings.HasSuffix(in.Name, p.typ().String()) {
						n++
					}
				}
			}
			if want := 2 + r.more; n != want {
				t.Errorf("%s %+v: %d passes update two parameters\n%v", r.rule.Name(), cfg, n, p)
			}
		}
	}
}

// TestEqualBits runs every rule on every tier and with one to three workers.
func TestEqualBits(t *testing.T) {
	for _, r := range rows() {
		parts := []part{{"w", 40000, true, 0}, {"b", 37, false, 0}, {"v", 5001, true, 0}}
		if r.shape != nil {
			parts = []part{{"w", 9000, true, 60}, {"b", 37, false, 0}, {"v", 201, true, 3}}
		}
		cfg := around(r.rule)
		want := ""
		for _, tier := range isa.Tiers() {
			for workers := 1; workers <= 3; workers++ {
				got := bitsAfter(t, cfg, parts, tier, workers)
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("%s: other bits on %v with %d workers", r.rule.Name(), tier, workers)
				}
			}
		}
	}
}

// bitsAfter returns all variables after three updates.
func bitsAfter(t *testing.T, cfg Config, parts []part, tier isa.Tier, workers int) string {
	defer isa.Use(tier)()
	g, step := network(t, cfg, parts)
	p, err := plan.Compile(g, [][]graph.Tensor{{step.NormSquared}, {}}, step.Updates)
	if err != nil {
		t.Fatal(err)
	}
	var declared []exec.Declaration
	for _, p := range parts {
		declared = append(declared, exec.Declaration{Name: p.name, Type: p.typ()})
	}
	for _, v := range step.State {
		declared = append(declared, exec.Declaration{Name: v.Name, Type: v.Type})
	}
	store, pool := exec.NewStore(declared), exec.NewPool(workers)
	defer pool.Close()
	for _, v := range step.State {
		Fill(v, store.Value(v.Name), store.Value)
	}
	program, err := exec.Bind(p, store, &exec.Arena{}, pool)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 3; i++ {
		for _, p := range parts {
			grad := make([]float32, p.size)
			for j := range grad {
				grad[j] = float32(gradientAt(i, j%elements)) * float32(j%7)
			}
			if err := program.Feed(p.name+"'", grad); err != nil {
				t.Fatal(err)
			}
		}
		program.SetScalars(i)
		program.Scalars()[program.Slot(RateScalar)] = 0.01
		program.Run(0)
		factor := cfg.Clip.Factor(float64(program.Output(0, 0)[0]))
		if !(factor > 0 && factor < 1) {
			t.Fatalf("clip factor %v", factor)
		}
		program.Scalars()[program.Slot(ClipScalar)] = float32(factor)
		program.Run(1)
		RunHosts(step.Hosts, i, store.Value)
	}
	var b strings.Builder
	for _, name := range store.Names() {
		for _, x := range store.Value(name) {
			bits := math.Float32bits(x)
			b.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
		}
	}
	return b.String()
}

func TestStateOrder(t *testing.T) {
	_, step := network(t, Config{Rule: NewAdam()}, []part{{"0.w", 6, true, 0}, {"0.b", 3, false, 0}})
	want := "[{0.w/m [6] 0 } {0.b/m [3] 0 } {0.w/v [6] 0 } {0.b/v [3] 0 }]"
	if got := fmt.Sprint(step.State); got != want {
		t.Errorf("state %v, want %v", got, want)
	}
	var names []string
	for _, u := range step.Updates {
		names = append(names, u.Variable.Op().(graph.Variable).Key)
	}
	if got := fmt.Sprint(names); got != "[0.w/m 0.w/v 0.w 0.b/m 0.b/v 0.b]" {
		t.Errorf("updates %v", got)
	}
}

// ruleFunc is a rule whose Update is a function.
type ruleFunc struct {
	base
	f func(p *Param) graph.Tensor
}

func (r ruleFunc) Update(p *Param) graph.Tensor { return r.f(p) }

func TestTraceErrors(t *testing.T) {
	typ := graph.Shape(2, 3)
	for _, tt := range []struct {
		name string
		cfg  Config
		edit func(g *graph.Graph, p *Param)
		want string
	}{
		{name: "no rule", want: "Rule is nil"},
		{name: "bad rule", cfg: Config{Rule: Adam{}}, want: "optim.Adam: Eps = 0"},
		{name: "clip", cfg: Config{Rule: NewSGD(), Clip: ClipNorm(-1)}, want: "Clip.Norm = -1"},
		{name: "clip NaN", cfg: Config{Rule: NewSGD(), Clip: ClipValue(nan)}, want: "Clip.Value = NaN"},
		{name: "decay", cfg: Config{Rule: NewSGD(), WeightDecay: -1}, want: "WeightDecay = -1"},
		{name: "prox", cfg: Config{Rule: NewSGD(), ProxL1: inf}, want: "ProxL1 = +Inf"},
		{name: "twice", cfg: Config{Rule: NewAdamW(), WeightDecay: 0.1}, want: "decay twice"},
		{name: "no name", cfg: Config{Rule: NewSGD()}, edit: func(_ *graph.Graph, p *Param) { p.Name = "" }, want: "no name"},
		{name: "same name", cfg: Config{Rule: NewSGD()}, edit: func(_ *graph.Graph, p *Param) { p.Name = "first" }, want: `"first"`},
		{name: "no gradient", cfg: Config{Rule: NewSGD()}, edit: func(_ *graph.Graph, p *Param) { p.Grad = graph.Tensor{} }, want: `"w" has no value or no gradient`},
		{name: "shape", cfg: Config{Rule: NewSGD()}, edit: func(g *graph.Graph, p *Param) { p.Grad = g.Input("x", graph.Shape(3)) }, want: "shape [2 3] and a gradient of shape [3]"},
		{name: "other graph", cfg: Config{Rule: NewSGD()}, edit: func(_ *graph.Graph, p *Param) { p.Grad = graph.New().Input("x", typ) }, want: "another graph"},
		{name: "earlier error", cfg: Config{Rule: NewSGD()}, edit: func(g *graph.Graph, p *Param) { g.Input("x", graph.Shape(-1)) }, want: "must be positive"},
		{name: "no direction", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { return graph.Tensor{} }}}, want: `parameter "first": the direction is none`},
		{name: "direction's shape", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { return p.Grad.Sum() }}}, want: "parameter's shape [2 3]"},
		{name: "undeclared", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { p.Set("x", p.Grad); return p.Grad }}}, want: `no slot "x"`},
		{name: "set twice", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { p.EMA("x", 0.5, p.Grad); p.Set("x", p.Grad); return p.Grad }}}, want: "set twice"},
		{name: "state's shape", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { p.State("x", 0); p.Set("x", p.Grad.Sum()); return p.Grad }}}, want: `slot "x" takes a tensor of shape [2 3]`},
		{name: "two starts", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { p.State("x", 0); p.State("x", 1); return p.Grad }}}, want: "starts at 0 and at 1"},
		{name: "two values", cfg: Config{Rule: ruleFunc{f: func(p *Param) graph.Tensor { return p.Grad.Mul(p.Hyper("a", 1)).Mul(p.Hyper("a", 2)) }}}, want: `scalar "wrong.a" exists`},
	} {
		g := graph.New()
		first := &Param{Name: "first", Value: g.Variable("first", typ), Grad: g.Input("first'", typ)}
		p := &Param{Name: "w", Value: g.Variable("w", typ), Grad: g.Input("w'", typ)}
		if tt.edit != nil {
			tt.edit(g, p)
		}
		if _, err := Trace(g, tt.cfg, []*Param{first, p}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.want)
		}
	}
	if _, err := Trace(graph.New(), Config{Rule: NewSGD()}, nil); err == nil {
		t.Error("no parameters: no error")
	}
}

func TestClipFactor(t *testing.T) {
	for _, tt := range []struct {
		clip Clip
		norm float64 // squared
		want float64
	}{
		{Clip{}, 100, 1}, {ClipNorm(5), 100, 0.5}, {ClipNorm(10), 100, 1}, {ClipNorm(11), 100, 1}, {ClipNorm(1), 0, 1}, {ClipNorm(1), inf, 0}, {ClipValue(1), 100, 1},
	} {
		if got := tt.clip.Factor(tt.norm); got != tt.want {
			t.Errorf("%+v of %v: %v, want %v", tt.clip, tt.norm, got, tt.want)
		}
	}
	if got := ClipNorm(1).Factor(nan); got == got {
		t.Errorf("factor of NaN is %v", got)
	}
}

// TestNamed: two updates of one graph have scalars and shared state of their own.
func TestNamed(t *testing.T) {
	g := graph.New()
	names := map[string]bool{}
	for i, name := range []string{"a", "b"} {
		w := g.Variable("w"+name, graph.Shape(3, 2))
		rule := NewProdigy()
		rule.Beta1 = 0.5 + 0.1*float64(i)
		cfg := Config{Name: name, Rule: rule, Clip: ClipNorm(float64(1 + i)), Noise: NewNoise(float64(1 + i)), WeightDecay: 0.1 * float64(i), Groups: []Group{{Match: "w*", RateFactor: float64(2 + i)}}}
		step, err := Trace(g, cfg, []*Param{{Name: "w" + name, Value: w, Grad: g.Input("g"+name, graph.Shape(3, 2)), Decays: true}})
		if err != nil {
			t.Fatal(err)
		}
		if step.Rate != name+"/rate" || step.Clip != name+"/clip" {
			t.Errorf("scalars %q and %q", step.Rate, step.Clip)
		}
		for _, v := range step.State {
			if names[v.Name] {
				t.Errorf("variable %q is of both", v.Name)
			}
			names[v.Name] = true
		}
	}
	for _, s := range g.Scalars() {
		if !strings.HasPrefix(s.Name, "a/") && !strings.HasPrefix(s.Name, "b/") {
			t.Errorf("scalar %q is of neither", s.Name)
		}
	}
}
