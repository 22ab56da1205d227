package engine_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"descent/engine"
	"descent/graph"
)

// descentStep is gradient descent on |xw - 1|², in two stages: the loss, then the
// update by the scalar rate.
func descentStep(t testing.TB) *engine.Plan {
	t.Helper()
	g := graph.New()
	x, w := g.Input("x", graph.Shape(8, 3)), g.Variable("w", graph.Shape(3, 1))
	loss := x.MatMul(w).AddScalar(-1).Square().Mean()
	dw := graph.Gradient(loss, w)[0]
	course := g.Scalar("course", func(t int) float64 { return 1 / float64(t) })
	next := w.Sub(dw.Mul(g.Scalar("rate", nil)).Mul(course))
	plan, err := engine.CompileStages(g, [][]graph.Tensor{{loss}, {dw}}, graph.Update{Variable: w, Value: next})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func bind(t testing.TB, plan *engine.Plan, store *engine.Store, workers int) *engine.Program {
	t.Helper()
	e := engine.New(workers)
	t.Cleanup(e.Close)
	p, err := plan.Bind(e, store)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func floats(list []float64) []float32 {
	to := make([]float32, len(list))
	for i, v := range list {
		to[i] = float32(v)
	}
	return to
}

func feed(t testing.TB, p *engine.Program, name string, values []float32) {
	t.Helper()
	if err := p.Feed(name, values); err != nil {
		t.Fatal(err)
	}
}

// TestStages runs a step stage by stage beside gradient descent by hand in
// float64.
func TestStages(t *testing.T) {
	plan := descentStep(t)
	store := engine.NewStore(plan.Variables()...)
	p := bind(t, plan, store, 2)
	x, w := floats(waves(24)), make([]float64, 3)
	feed(t, p, "x", x)
	for update := 1; update <= 20; update++ {
		rate := 0.1
		if update > 10 {
			rate = 0.05
		}
		loss, dw := 0.0, make([]float64, 3)
		for row := range 8 {
			e := -1.0
			for j, v := range w {
				e += float64(x[3*row+j]) * v
			}
			loss += e * e / 8
			for j := range dw {
				dw[j] += 2 * e * float64(x[3*row+j]) / 8
			}
		}
		p.At(update)
		p.RunStage(0)
		if got := float64(p.Output(0)[0]); math.Abs(got-loss) > 1e-6 {
			t.Fatalf("update %d: loss %v, by hand %v", update, got, loss)
		}
		p.Set(p.Scalar("rate"), rate) // between the stages
		p.RunStage(1)
		for j := range w {
			if got := float64(p.StageOutput(1, 0)[j]); math.Abs(got-dw[j]) > 1e-6 {
				t.Fatalf("update %d: derivative %v, by hand %v", update, got, dw[j])
			}
			w[j] -= dw[j] * rate / float64(update)
			if got := float64(store.Value("w")[j]); math.Abs(got-w[j]) > 1e-6 {
				t.Fatalf("update %d: weight %v, by hand %v", update, got, w[j])
			}
		}
	}
}

// TestScalars: what the plan does not use has no number, and setting it does
// nothing.
func TestScalars(t *testing.T) {
	p := bind(t, descentStep(t), engine.NewStore(descentStep(t).Variables()...), 1)
	if p.Scalar("rate") < 0 || p.Scalar("course") < 0 || p.Scalar("other") != -1 {
		t.Errorf("numbers %d, %d and %d", p.Scalar("rate"), p.Scalar("course"), p.Scalar("other"))
	}
	p.Set(p.Scalar("other"), 1)
}

// TestUpdatesSeeBefore swaps two variables: both values are those of before.
func TestUpdatesSeeBefore(t *testing.T) {
	g := graph.New()
	a, b := g.Variable("a", graph.Shape(2)), g.Variable("b", graph.Shape(2))
	plan, err := engine.Compile(g, []graph.Tensor{a.Add(b)}, graph.Update{Variable: a, Value: b}, graph.Update{Variable: b, Value: a})
	if err != nil {
		t.Fatal(err)
	}
	store := engine.NewStore(plan.Variables()...)
	copy(store.Value("a"), []float32{1, 2})
	copy(store.Value("b"), []float32{3, 4})
	p := bind(t, plan, store, 1)
	for range 3 {
		p.Run()
	}
	if !slices.Equal(store.Value("a"), []float32{3, 4}) || !slices.Equal(store.Value("b"), []float32{1, 2}) || !slices.Equal(p.Output(0), []float32{4, 6}) {
		t.Errorf("a = %v, b = %v, output %v", store.Value("a"), store.Value("b"), p.Output(0))
	}
}

// TestCompileErrors names the output or the update that is wrong.
func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct {
		want string
		of   func(g *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update)
	}{
		{"output 1 of stage 0 is no tensor of the graph", func(_ *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update) {
			return []graph.Tensor{v.Exp(), graph.New().Const(1)}, nil
		}},
		{"output 0 of stage 0 is no tensor of the graph", func(*graph.Graph, graph.Tensor) ([]graph.Tensor, []graph.Update) {
			return []graph.Tensor{{}}, nil
		}},
		{"is no variable", func(_ *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v.Exp(), Value: v}}
		}},
		{"updated twice", func(_ *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v, Value: v}, {Variable: v, Value: v.Exp()}}
		}},
		{"takes a value of its own shape", func(_ *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v, Value: v.Sum()}}
		}},
		{"a mistake", func(g *graph.Graph, v graph.Tensor) ([]graph.Tensor, []graph.Update) {
			g.Fail("Own", errors.New("a mistake"))
			return []graph.Tensor{v}, nil
		}},
	} {
		g := graph.New()
		outputs, updates := tt.of(g, g.Variable("v", graph.Shape(2)))
		if _, err := engine.Compile(g, outputs, updates...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
}

// TestBindErrors: the store must have every variable, in its size; an input takes
// its own number of values.
func TestBindErrors(t *testing.T) {
	plan, e := descentStep(t), engine.New(1)
	for _, store := range []*engine.Store{engine.NewStore(), engine.NewStore(engine.Variable{Name: "w", Type: graph.Shape(2)})} {
		if _, err := plan.Bind(e, store); err == nil || !strings.Contains(err.Error(), `variable "w"`) {
			t.Errorf("error %v", err)
		}
	}
	p := bind(t, plan, engine.NewStore(plan.Variables()...), 1)
	if err := p.Feed("x", make([]float32, 23)); err == nil || !strings.Contains(err.Error(), `input "x" takes 24 values, not 23`) {
		t.Errorf("error %v", err)
	}
	if err := p.Feed("other", nil); err != nil {
		t.Errorf("an input that is not needed: %v", err)
	}
	if in := plan.Inputs(); len(in) != 1 || in[0] != (engine.Variable{Name: "x", Type: graph.Shape(8, 3)}) {
		t.Errorf("inputs %v", in)
	}
}

// TestSharedStore: two programs on one engine share variables, and the bits do
// not depend on the number of workers.
func TestSharedStore(t *testing.T) {
	plan := descentStep(t)
	one, many := engine.NewStore(plan.Variables()...), engine.NewStore(plan.Variables()...)
	e := engine.New(1)
	defer e.Close()
	var programs [2]*engine.Program
	for i := range programs {
		p, err := plan.Bind(e, one)
		if err != nil {
			t.Fatal(err)
		}
		programs[i] = p
	}
	other, x := bind(t, plan, many, 4), floats(waves(24))
	for i := range 10 {
		for _, p := range []*engine.Program{programs[i%2], other} {
			feed(t, p, "x", x)
			p.At(i + 1)
			p.Set(p.Scalar("rate"), 0.1)
			p.Run()
		}
	}
	if !slices.Equal(one.Value("w"), many.Value("w")) || one.Value("w")[0] == 0 {
		t.Errorf("%v and %v", one.Value("w"), many.Value("w"))
	}
}

// TestSharedPlan: programs on several goroutines run one plan, each with its own
// engine.
func TestSharedPlan(t *testing.T) {
	plan, x := descentStep(t), floats(waves(24))
	var all sync.WaitGroup
	stores := make([]*engine.Store, 8)
	for i := range stores {
		stores[i] = engine.NewStore(plan.Variables()...)
		p := bind(t, plan, stores[i], 1)
		all.Go(func() {
			if err := p.Feed("x", x); err != nil {
				t.Error(err)
				return
			}
			p.Set(p.Scalar("rate"), 0.1)
			for update := range 50 {
				p.At(update + 1)
				p.Run()
			}
		})
	}
	all.Wait()
	for _, s := range stores[1:] {
		if s.SHA256() != stores[0].SHA256() {
			t.Errorf("%v and %v", s.Value("w"), stores[0].Value("w"))
		}
	}
}

// TestRunAllocates nothing, nor do At, Set, Feed, Random and Output.
func TestRunAllocates(t *testing.T) {
	plan, x := descentStep(t), floats(waves(24))
	p := bind(t, plan, engine.NewStore(plan.Variables()...), 2)
	update := 0
	if n := testing.AllocsPerRun(20, func() {
		update++
		feed(t, p, "x", x)
		p.At(update)
		p.Random(1, uint32(update))
		p.Set(p.Scalar("rate"), 0.1)
		p.Run()
		_ = p.Output(0)
	}); n > 0 {
		t.Errorf("a run allocates %v times", n)
	}
}

// TestInstructions: what a plan says of itself adds up.
func TestInstructions(t *testing.T) {
	plan := descentStep(t)
	p := bind(t, plan, engine.NewStore(plan.Variables()...), 1)
	feed(t, p, "x", floats(waves(24)))
	p.Measure()
	const runs = 5
	for range runs {
		p.Run()
	}
	times := p.Times()
	if len(times) != 2 || times[0].Runs != runs || times[1].Runs != runs || times[0].Wall <= 0 {
		t.Errorf("times %+v", times)
	}
	list := p.Instructions()
	if len(list) == 0 {
		t.Fatal("there are no instructions")
	}
	wave, waves := 0, list[len(list)-1].Wave+1
	for _, in := range list {
		if in.Name == "" || in.Tasks < 1 || in.Operations < 0 || in.Bytes <= 0 || in.Wave < wave || in.Stage > 1 || in.Busy < 0 {
			t.Errorf("instruction %+v after wave %d", in, wave)
		}
		wave = in.Wave
	}
	arena, temporaries := p.Memory()
	if arena < 0 || arena%64 != 0 || temporaries < 0 {
		t.Errorf("%d bytes of working memory for %d", arena, temporaries)
	}
	buffers := p.Buffers()
	for i, b := range buffers {
		if b.Offset < 0 || b.Bytes <= 0 || b.Offset+b.Bytes > arena || b.First > b.Last || b.Last >= waves {
			t.Errorf("buffer %+v in %d bytes over %d waves", b, arena, waves)
		}
		for _, o := range buffers[:i] {
			if b.Offset < o.Offset+o.Bytes && o.Offset < b.Offset+b.Bytes && b.First <= o.Last && o.First <= b.Last {
				t.Errorf("buffers %+v and %+v share memory at the same time", b, o)
			}
		}
	}
	if engine.InstructionSet() == "" || !strings.Contains(p.String(), list[0].Name) {
		t.Errorf("%s: %s", engine.InstructionSet(), p)
	}
}
