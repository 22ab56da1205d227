package loop_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/loop"
	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

const batch, width = 8, 3

func waves(n, from int) []float32 {
	list := make([]float32, n)
	for i := range list {
		list[i] = float32(math.Sin(float64(i*i + from)))
	}
	return list
}

// make1 compiles a step of one network, with the mean squared error to y.
func make1(t testing.TB, net nn.Layer, cfg loop.Config, part loop.Part) *loop.Step {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, true)
	x, y := g.Input("x", graph.Shape(batch, width)), g.Input("y", graph.Shape(batch, 1))
	part.Loss = loss.MSE{}.PerSample(net.Forward(c, x), y).Mean()
	cfg.Outputs = append(cfg.Outputs, part.Loss)
	e := engine.New(2)
	t.Cleanup(e.Close)
	step, err := loop.New(e, c, cfg, part)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func feed(t testing.TB, s *loop.Step, inputs map[string][]float32) {
	t.Helper()
	for name, values := range inputs {
		if err := s.Feed(name, values); err != nil {
			t.Fatal(err)
		}
	}
}

func run(t testing.TB, s *loop.Step, updates int) {
	t.Helper()
	for range updates {
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAsTrainer trains a network by a step and by package train: losses and
// weights are the same bits, dropout, buffers, clipping and schedules included.
func TestAsTrainer(t *testing.T) {
	net := nn.Sequential{nn.Dense{Units: 6, Activation: nn.Tanh}, nn.BatchNorm{}, nn.Dropout{Rate: 0.3}, nn.Dense{Units: 6}, nn.Dense{Units: 1}}
	x, y := waves(batch*width, 0), waves(batch, 5)
	var rowsX, rowsY [][]float32
	for i := range batch {
		rowsX, rowsY = append(rowsX, x[i*width:(i+1)*width]), append(rowsY, y[i:i+1])
	}
	source, err := data.FromTargets(rowsX, rowsY)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		around optim.Config
	}{
		{"adam", optim.Config{Rule: optim.NewAdam(), Clip: optim.ClipNorm(0.1), WeightDecay: 0.1}},
		{"muon", optim.Config{Rule: optim.NewMuon()}},
		{"soap", optim.Config{Rule: optim.NewSOAP()}}, // works on the host
		{"schedule-free", optim.Config{Rule: optim.NewScheduleFreeAdamW()}},
		{"prodigy", optim.Config{Rule: optim.NewProdigy(), Noise: optim.NewNoise(0.01)}}, // shares state
		{"lookahead", optim.Config{Rule: optim.NewMomentum(), Lookahead: optim.NewLookahead()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trainer, err := train.New(net, source.Spec(), train.Config{
				Optimizer: tt.around.Rule, Clip: tt.around.Clip, WeightDecay: tt.around.WeightDecay, Noise: tt.around.Noise, Lookahead: tt.around.Lookahead,
				LearningRate: 0.05, Schedule: schedule.Exponential{Factor: 0.9, Every: 1}, BatchSize: batch, Epochs: 12, Seed: 3,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			var losses []float32
			for step, err := range trainer.Steps(context.Background(), source) {
				if err != nil {
					t.Fatal(err)
				}
				losses = append(losses, float32(step.Loss))
			}
			step := make1(t, net, loop.Config{Seed: 3}, loop.Part{Update: tt.around, Rate: 0.05, Schedule: schedule.Exponential{Factor: 0.9, Every: 1}})
			feed(t, step, map[string][]float32{"x": x, "y": y})
			for i := range losses {
				run(t, step, 1)
				if got := step.Output(0)[0]; got != losses[i] {
					t.Fatalf("update %d: loss %v, by package train %v", i+1, got, losses[i])
				}
			}
			for name, want := range trainer.Model().Weights() {
				if got := step.Evaluated().Value(name); !slices.Equal(got, want) {
					t.Errorf("%s is %v, by package train %v", name, got, want)
				}
			}
		})
	}
}

// pair compiles two linear networks with rules and rates of their own, or one of
// them.
func pair(t testing.TB, seed uint64, parts ...loop.Part) (*loop.Step, error) {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, true)
	x := g.Input("x", graph.Shape(batch, width))
	losses := map[string]graph.Tensor{
		"a": c.Call("a", nn.Dense{Units: 2}, x).Square().Mean(),
		"b": c.Call("b", nn.Dense{Units: 2}, x).AddScalar(-1).Square().Mean(),
	}
	for i := range parts {
		parts[i].Loss = losses[parts[i].Of]
	}
	e := engine.New(1)
	t.Cleanup(e.Close)
	return loop.New(e, c, loop.Config{Seed: seed}, parts...)
}

// TestParts: two parts of one graph do what each does alone, even where their
// rules have the same names.
func TestParts(t *testing.T) {
	fast, slow := optim.NewAdam(), optim.NewAdam()
	slow.Beta1 = 0.5
	a := loop.Part{Of: "a", Rate: 0.1, Update: optim.Config{Rule: fast, Clip: optim.ClipNorm(0.01), WeightDecay: 0.1}}
	b := loop.Part{Of: "b", Update: optim.Config{Rule: slow, Clip: optim.ClipNorm(1), WeightDecay: 0.3, Noise: optim.NewNoise(0.1)}}
	c := loop.Part{Of: "a", Update: optim.Config{Rule: optim.NewProdigy()}}
	d := loop.Part{Of: "b", Update: optim.Config{Rule: optim.NewProdigy()}}
	for _, both := range [][2]loop.Part{{a, b}, {c, d}} {
		together, err := pair(t, 1, both[0], both[1])
		if err != nil {
			t.Fatal(err)
		}
		x := waves(batch*width, 0)
		feed(t, together, map[string][]float32{"x": x})
		run(t, together, 10)
		for _, part := range both {
			alone, err := pair(t, 1, part)
			if err != nil {
				t.Fatal(err)
			}
			feed(t, alone, map[string][]float32{"x": x})
			before := alone.Store().Under(part.Of).SHA256()
			run(t, alone, 10)
			got, want := together.Store().Under(part.Of).SHA256(), alone.Store().Under(part.Of).SHA256()
			if got != want || want == before {
				t.Errorf("part %q with %s does something else beside another", part.Of, part.Update.Rule.Name())
			}
		}
	}
}

// TestResume saves before every update and goes on with a new step.
func TestResume(t *testing.T) {
	net := nn.Sequential{nn.Dense{Units: 4, Activation: nn.Tanh}, nn.Dropout{Rate: 0.3}, nn.Dense{Units: 1}}
	part := loop.Part{Update: optim.Config{Rule: optim.NewSOAP(), Noise: optim.NewNoise(0.1)}}
	inputs := map[string][]float32{"x": waves(batch*width, 0), "y": waves(batch, 3)}
	whole := make1(t, net, loop.Config{Seed: 7}, part)
	feed(t, whole, inputs)
	path := filepath.Join(t.TempDir(), "run.safetensors")
	if err := whole.Save(path, map[string]string{"at": "the start"}); err != nil {
		t.Fatal(err)
	}
	for i := range 15 {
		next := make1(t, net, loop.Config{Seed: 7}, part)
		feed(t, next, inputs)
		meta, err := next.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if next.Updates() != i || len(meta) != 1 || i == 0 && meta["at"] != "the start" {
			t.Fatalf("resumed at update %d with %v, want %d", next.Updates(), meta, i)
		}
		run(t, whole, 1)
		run(t, next, 1)
		if next.Store().SHA256() != whole.Store().SHA256() {
			t.Fatalf("update %d differs after a restart", i+1)
		}
		if err := next.Save(path, meta); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLoadErrors: what does not fit is named, and changes nothing.
func TestLoadErrors(t *testing.T) {
	adam := loop.Part{Update: optim.Config{Rule: optim.NewAdam()}}
	saved := make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 1}, adam)
	dir := t.TempDir()
	path, plain, bare := filepath.Join(dir, "a.safetensors"), filepath.Join(dir, "b.safetensors"), filepath.Join(dir, "c.safetensors")
	if err := saved.Save(path, nil); err != nil {
		t.Fatal(err)
	}
	if err := saved.Store().Save(plain, map[string]string{"descent_loop": `{"format":9}`}); err != nil {
		t.Fatal(err)
	}
	if err := saved.Store().Save(bare, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		step *loop.Step
		path string
		want string
	}{
		{"seed", make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 2}, adam), path, "the seed was 1, now it is 2"},
		{"rule", make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 1}, loop.Part{Update: optim.Config{Rule: optim.NewMomentum()}}), path, `the file has a variable "weight/m"`},
		{"network", make1(t, nn.Sequential{nn.Dense{Units: 1}}, loop.Config{Seed: 1}, adam), path, `the file has a variable "weight", which there is no place for`},
		{"format", make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 1}, adam), plain, "the format is 9"},
		{"no step", make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 1}, adam), bare, `no entry "descent_loop"`},
		{"missing", make1(t, nn.Dense{Units: 1}, loop.Config{Seed: 1}, adam), path + "x", "no such file"},
	} {
		before := tt.step.Store().SHA256()
		_, err := tt.step.Load(tt.path)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.want)
		}
		if tt.step.Store().SHA256() != before || tt.step.Updates() != 0 {
			t.Errorf("%s: the step is not as it was", tt.name)
		}
	}
	if err := saved.Save(path, map[string]string{"descent_loop": ""}); err == nil {
		t.Error("the step's own entry is taken")
	}
}

// TestErrors of New, each with what it says.
func TestErrors(t *testing.T) {
	adam := optim.Config{Rule: optim.NewAdam()}
	for _, tt := range []struct {
		parts []loop.Part
		want  string
	}{
		{[]loop.Part{{Of: "a", Update: adam}, {Of: "a", Update: adam}}, `loop: part "a": "a.weight" is trained by part "a", too`},
		{[]loop.Part{{Of: "c", Update: adam}}, `part "c": the loss is the zero Tensor`},
		{[]loop.Part{{Of: "a"}}, "Rule is nil"},
		{[]loop.Part{{Of: "a", Update: adam, Rate: -1}}, "learning rate is -1"},
		{[]loop.Part{{Of: "a", Update: adam, Rate: math.NaN()}}, "learning rate is NaN"},
		{[]loop.Part{{Of: "a", Update: adam, Schedule: schedule.Step{}}}, "schedule"},
		{[]loop.Part{{Of: "a", Update: optim.Config{Rule: optim.NewLBFGS()}}}, "lbfgs searches for the length of each step"},
	} {
		if _, err := pair(t, 1, tt.parts...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
	g := graph.New()
	c := nn.NewContext(g, true)
	y := c.Call("a", nn.Dense{Units: 2}, g.Input("x", graph.Shape(2, 2)))
	for _, tt := range []struct {
		part loop.Part
		cfg  loop.Config
		want string
	}{
		{loop.Part{Of: "b", Loss: y.Mean(), Update: adam}, loop.Config{}, "no parameters below that path"},
		{loop.Part{Of: "a", Loss: y, Update: adam}, loop.Config{}, "the loss has shape [2 2]"},
		{loop.Part{Of: "a", Loss: graph.New().Const(1), Update: adam}, loop.Config{}, `part "a": the loss is no tensor of the graph`},
		{loop.Part{Of: "a", Loss: y.Mean(), Update: adam}, loop.Config{Outputs: []graph.Tensor{g.Variable("own", graph.Shape(1)).Exp()}}, `variable "own" has no first value`},
	} {
		if _, err := loop.New(engine.New(1), c, tt.cfg, tt.part); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
	g.Fail("Own", errors.New("a mistake"))
	if _, err := loop.New(engine.New(1), c, loop.Config{}); err == nil || !strings.Contains(err.Error(), "a mistake") {
		t.Errorf("error %v", err)
	}
}

// TestRunErrors leaves the weights as they were.
func TestRunErrors(t *testing.T) {
	step := make1(t, nn.Dense{Units: 1}, loop.Config{}, loop.Part{Update: optim.Config{Rule: optim.NewAdam()}})
	before := step.Store().SHA256()
	if err := step.Run(); err == nil || !strings.Contains(err.Error(), "nothing was fed to x, y") {
		t.Errorf("error %v", err)
	}
	if err := step.Feed("x", make([]float32, 3)); err == nil || !strings.Contains(err.Error(), `input "x" takes 24 values, not 3`) {
		t.Errorf("error %v", err)
	}
	x := waves(batch*width, 0)
	feed(t, step, map[string][]float32{"x": x, "y": waves(batch, 1), "z": nil})
	x[3] = float32(math.Inf(1))
	if err := step.Run(); !errors.Is(err, loop.ErrDiverged) || !errors.Is(err, train.ErrDiverged) || !strings.Contains(err.Error(), "at update 1") {
		t.Errorf("error %v", err)
	}
	if step.Store().SHA256() != before || step.Updates() != 0 {
		t.Error("the step is not as it was")
	}
	x[3] = 1
	run(t, step, 1)
	if step.Store().SHA256() == before {
		t.Error("nothing moved")
	}
}

// TestUpdates follows weights by an average, which no part trains.
func TestUpdates(t *testing.T) {
	g := graph.New()
	c := nn.NewContext(g, true)
	x := g.Input("x", graph.Shape(batch, width))
	y := c.Call("now", nn.Dense{Units: 1, NoBias: true}, x)
	w, kept := c.Params()[0].Tensor, c.Buffer("kept", initial.Zeros{}, width, 1)
	e := engine.New(1)
	defer e.Close()
	step, err := loop.New(e, c, loop.Config{
		Outputs: []graph.Tensor{y}, Updates: []graph.Update{{Variable: kept, Value: kept.Add(w).Scale(0.5)}},
	}, loop.Part{Of: "now", Loss: y.Square().Mean(), Update: optim.Config{Rule: optim.NewSGD()}, Rate: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	feed(t, step, map[string][]float32{"x": waves(batch*width, 0)})
	want := make([]float32, width)
	for range 5 {
		for i, v := range step.Store().Value("now.weight") {
			want[i] = (want[i] + v) / 2
		}
		run(t, step, 1)
		if got := step.Store().Value("kept"); !slices.Equal(got, want) {
			t.Fatalf("kept is %v, want %v", got, want)
		}
	}
}

// TestRunAllocates nothing.
func TestRunAllocates(t *testing.T) {
	step := make1(t, nn.MLP([]int{8}, 1, nn.ReLU, 0.1, nil), loop.Config{}, loop.Part{
		Update: optim.Config{Rule: optim.NewAdam(), Clip: optim.ClipNorm(1)}, Schedule: schedule.Cosine{Steps: 100},
	})
	feed(t, step, map[string][]float32{"x": waves(batch*width, 0), "y": waves(batch, 1)})
	run(t, step, 1)
	if n := testing.AllocsPerRun(20, func() { run(t, step, 1) }); n > 0 {
		t.Errorf("an update allocates %v times", n)
	}
}

// duel compiles the step of one of two networks that take turns: a makes numbers
// that b is to find small, and a large.
func duel(t testing.TB, who string, seed uint64, shared *engine.Store) (*loop.Step, error) {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, true)
	made := c.Call("a", nn.Dense{Units: width}, c.Uniform(batch, width))
	found := c.Call("b", nn.Dense{Units: 1}, made.Tanh()).Square().Mean()
	l := map[string]graph.Tensor{"a": found.Neg(), "b": found}[who]
	e := engine.New(1)
	t.Cleanup(e.Close)
	return loop.New(e, c, loop.Config{Seed: seed, Shared: shared}, loop.Part{Of: who, Loss: l, Update: optim.Config{Rule: optim.NewAdam()}})
}

// TestShared: two steps take turns, three of one to one of the other, on the same
// weights; saved and resumed, too.
func TestShared(t *testing.T) {
	both := func() (a, b *loop.Step) {
		a, err := duel(t, "a", 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err = duel(t, "b", 2, a.Store()); err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	turns := func(a, b *loop.Step, n int) {
		for range n {
			weights := a.Store().Under("a").SHA256()
			run(t, b, 3)
			if a.Store().Under("a").SHA256() != weights {
				t.Fatal("b trains what is a's")
			}
			run(t, a, 1)
		}
	}
	a, b := both()
	if &a.Store().Value("b.weight")[0] != &b.Store().Value("b.weight")[0] {
		t.Fatal("the weights are not shared")
	}
	turns(a, b, 4)
	if a.Updates() != 4 || b.Updates() != 12 {
		t.Errorf("%d and %d updates", a.Updates(), b.Updates())
	}
	dir := t.TempDir()
	steps, paths := []*loop.Step{a, b}, []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
	for i, s := range steps {
		if err := s.Save(paths[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	turns(a, b, 3)
	a2, b2 := both()
	for i, s := range []*loop.Step{a2, b2} {
		if _, err := s.Load(paths[i]); err != nil {
			t.Fatal(err)
		}
	}
	turns(a2, b2, 3)
	if a2.Store().SHA256() != a.Store().SHA256() || b2.Store().SHA256() != b.Store().SHA256() {
		t.Error("other bits after a restart")
	}

	weights := engine.NewStore(engine.Variable{Name: "a.bias", Type: graph.Shape(2)})
	if _, err := duel(t, "a", 1, weights); err == nil || !strings.Contains(err.Error(), `variable "a.bias" has shape [3], the shared one [2]`) {
		t.Errorf("error %v", err)
	}
}
