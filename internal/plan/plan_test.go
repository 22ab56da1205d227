package plan

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"descent/graph"
)

var update = flag.Bool("update", false, "rewrite the golden listing")

// mlp is a training step of two layers: loss, gradient norm, update with
// momentum.
func mlp(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
	x, y := g.Input("x", graph.Shape(32, 64)), g.Input("y", graph.Indices(32))
	params := []graph.Tensor{
		g.Variable("w1", graph.Shape(64, 48)), g.Variable("b1", graph.Shape(48)),
		g.Variable("w2", graph.Shape(48, 10)), g.Variable("b2", graph.Shape(10)),
	}
	h := x.MatMul(params[0]).Add(params[1]).ReLU()
	z := h.MatMul(params[2]).Add(params[3])
	loss := z.CrossEntropy(y.OneHot(10)).Mean()
	rate, norm := g.Scalar("rate", nil), g.Const(0)
	var updates []graph.Update
	for i, d := range graph.Gradient(loss, params...) {
		norm = norm.Add(d.Square().Sum())
		m := g.Variable(fmt.Sprint("m", i), d.Type())
		next := m.Scale(0.9).Add(d)
		updates = append(updates, graph.Update{Variable: m, Value: next}, graph.Update{Variable: params[i], Value: params[i].Sub(next.Mul(rate))})
	}
	return [][]graph.Tensor{{loss}, {norm}, {}}, updates
}

func compile(t *testing.T, build func(*graph.Graph) ([][]graph.Tensor, []graph.Update)) *Plan {
	t.Helper()
	g := graph.New()
	stages, updates := build(g)
	p, err := Compile(g, stages, updates)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestListing compares the plan of a small step with the one on record, which
// a person has read. go test ./internal/plan -update writes it anew.
func TestListing(t *testing.T) {
	const file = "testdata/mlp.txt"
	got := compile(t, mlp).String()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the plan is now\n%s\nit was\n%s", got, want)
	}
}

// deep is a chain that keeps a few values alive over many instructions.
func deep(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
	x, w := g.Input("x", graph.Shape(20, 20)), g.Variable("w", graph.Shape(20, 20))
	h := x
	for range 8 {
		h = h.MatMul(w).Tanh().Add(h)
	}
	loss := h.Square().Sum()
	return [][]graph.Tensor{{loss}, {}}, []graph.Update{{Variable: w, Value: w.Sub(graph.Gradient(loss, w)[0].Scale(0.1))}}
}

// convolutions have kernels that read their weight in a form of its own.
func convolutions(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
	h, same := g.Input("x", graph.Shape(2, 6, 6, 16)), graph.Conv{Pad: [2][2]int{{1, 1}, {1, 1}}}
	w := g.Variable("w", graph.Shape(3, 3, 16, 16))
	for range 3 {
		h = h.Conv2D(w, same).Tanh()
	}
	loss := h.Square().Sum()
	return [][]graph.Tensor{{loss}, {}}, []graph.Update{{Variable: w, Value: w.Sub(graph.Gradient(loss, w)[0].Scale(0.1))}}
}

// TestMemory checks that no two buffers that are alive in the same wave
// overlap, that each lies in the arena, and that memory is used again.
func TestMemory(t *testing.T) {
	for name, build := range map[string]func(*graph.Graph) ([][]graph.Tensor, []graph.Update){"mlp": mlp, "deep": deep, "convolutions": convolutions} {
		p := compile(t, build)
		for i, a := range p.Buffers {
			if a.Place != Arena || a.last < 0 {
				continue
			}
			if a.Offset%align != 0 || a.Offset+a.Size > p.Arena {
				t.Errorf("%s: buffer %d at %d+%d lies badly in an arena of %d", name, i, a.Offset, a.Size, p.Arena)
			}
			for j, b := range p.Buffers[:i] {
				if b.Place == Arena && b.last >= a.first && a.last >= b.first && a.Offset < b.Offset+b.Size && b.Offset < a.Offset+a.Size {
					t.Errorf("%s: buffers %d at %d+%d and %d at %d+%d are alive at once", name, i, a.Offset, a.Size, j, b.Offset, b.Size)
				}
			}
		}
		if p.Arena >= p.Tensors {
			t.Errorf("%s: an arena of %d for %d of values: nothing is used again", name, p.Arena, p.Tensors)
		}
		t.Logf("%s: an arena of %d for %d of values", name, p.Arena, p.Tensors)
	}
}

// TestOrder checks, from the buffers alone, that waves respect what depends on
// what: a value is made before it is read, nobody writes what another of the
// same wave reads or writes, and old values are read before they are replaced.
func TestOrder(t *testing.T) {
	for name, build := range map[string]func(*graph.Graph) ([][]graph.Tensor, []graph.Update){"mlp": mlp, "deep": deep, "convolutions": convolutions, "swap": swap} {
		p := compile(t, build)
		waveOf := make([]int, len(p.Instrs))
		seen := 0
		for w, wave := range p.Waves {
			for _, i := range wave {
				waveOf[i] = w
				seen++
			}
		}
		if seen != len(p.Instrs) {
			t.Fatalf("%s: %d of %d instructions are in waves", name, seen, len(p.Instrs))
		}
		for i, in := range p.Instrs {
			if end := p.Stages[in.Stage]; waveOf[i] >= end {
				t.Errorf("%s: %s of stage %d runs in wave %d, after its end %d", name, in.Name, in.Stage, waveOf[i], end)
			}
			for j, other := range p.Instrs {
				for _, out := range other.Out {
					if i == j || !slices.Contains(in.In, out) {
						continue
					}
					arena := p.Buffers[out].Place == Arena
					if arena && waveOf[j] >= waveOf[i] {
						t.Errorf("%s: %s reads in wave %d what %s makes in wave %d", name, in.Name, waveOf[i], other.Name, waveOf[j])
					}
					if !arena && waveOf[j] == waveOf[i] {
						t.Errorf("%s: %s reads variable %s in the wave in which %s writes it", name, in.Name, p.Buffers[out].Key, other.Name)
					}
				}
			}
		}
	}
}

// swap has variables that take each other's values.
func swap(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
	a, b, c := g.Variable("a", graph.Shape(8)), g.Variable("b", graph.Shape(8)), g.Variable("c", graph.Shape(8))
	return [][]graph.Tensor{{a}}, []graph.Update{{Variable: a, Value: b}, {Variable: b, Value: c.Neg()}, {Variable: c, Value: a.Add(b)}}
}

// TestPrepared checks that two products of one tensor, whose rows are a page
// long, share the copy that keeps them apart.
func TestPrepared(t *testing.T) {
	p := compile(t, func(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
		w := g.Variable("w", graph.Shape(1024, 128))
		loss := g.Input("x", graph.Shape(16, 1024)).ReLU().MatMul(w).Square().Sum()
		return [][]graph.Tensor{{loss}, {graph.Gradient(loss, w)[0]}}, nil
	})
	var forms, readers int
	for _, in := range p.Instrs {
		if !strings.HasPrefix(in.Name, "Prepare") {
			continue
		}
		forms++
		for _, other := range p.Instrs {
			if slices.Contains(other.In, in.Out[0]) {
				readers++
			}
		}
	}
	if forms != 1 || readers != 2 {
		t.Errorf("%d copies with %d readers, want 1 with 2:\n%s", forms, readers, p)
	}
}

// TestInPlace checks where updates write.
func TestInPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		build  func(g *graph.Graph, v, w graph.Tensor) []graph.Update
		copies int
	}{
		{"elementwise", func(_ *graph.Graph, v, _ graph.Tensor) []graph.Update {
			return []graph.Update{{Variable: v, Value: v.Scale(0.9)}}
		}, 0},
		{"two of one instruction", func(_ *graph.Graph, v, w graph.Tensor) []graph.Update {
			m := v.Scale(0.9).Add(w)
			return []graph.Update{{Variable: v, Value: m}, {Variable: w, Value: w.Sub(m)}}
		}, 0},
		{"a product of itself", func(_ *graph.Graph, v, _ graph.Tensor) []graph.Update {
			return []graph.Update{{Variable: v, Value: v.MatMul(v).Tanh()}}
		}, 1},
		{"read as a whole by another", func(_ *graph.Graph, v, w graph.Tensor) []graph.Update {
			return []graph.Update{{Variable: v, Value: v.Neg()}, {Variable: w, Value: v.MatMul(w).Neg()}}
		}, 1},
		{"its own columns", func(_ *graph.Graph, v, _ graph.Tensor) []graph.Update {
			return []graph.Update{{Variable: v, Value: v.Mul(v.Slice(0, 0, 1)).Tanh()}}
		}, 0},
		{"swapped", func(_ *graph.Graph, v, w graph.Tensor) []graph.Update {
			return []graph.Update{{Variable: v, Value: w}, {Variable: w, Value: v}}
		}, 4},
		{"one value for two", func(_ *graph.Graph, v, w graph.Tensor) []graph.Update {
			m := v.Add(w)
			return []graph.Update{{Variable: v, Value: m}, {Variable: w, Value: m}}
		}, 1},
	} {
		p := compile(t, func(g *graph.Graph) ([][]graph.Tensor, []graph.Update) {
			return nil, c.build(g, g.Variable("v", graph.Shape(6, 6)), g.Variable("w", graph.Shape(6, 6)))
		})
		if got := strings.Count(p.String(), " Copy "); got != c.copies {
			t.Errorf("%s: %d copies, want %d:\n%v", c.name, got, c.copies, p)
		}
	}
}

// TestBadPlans checks that what cannot be compiled is refused with a reason.
func TestBadPlans(t *testing.T) {
	other := graph.New().Variable("v", graph.Shape(3))
	for _, c := range []struct {
		want  string
		build func(g *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update)
	}{
		{"output 0 of stage 0 is no tensor of the graph", func(*graph.Graph, graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return [][]graph.Tensor{{{}}}, nil
		}},
		{"output 1 of stage 0 is no tensor of the graph", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return [][]graph.Tensor{{v, other}}, nil
		}},
		{"must be tensors of the graph", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v, Value: other}}
		}},
		{"must be tensors of the graph", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: graph.Tensor{}, Value: v}}
		}},
		{"is no variable", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v.Neg(), Value: v}}
		}},
		{"takes a value of its own shape", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v, Value: v.Sum()}}
		}},
		{"is updated twice", func(_ *graph.Graph, v graph.Tensor) ([][]graph.Tensor, []graph.Update) {
			return nil, []graph.Update{{Variable: v, Value: v.Neg()}, {Variable: v, Value: v.Abs()}}
		}},
	} {
		g := graph.New()
		stages, updates := c.build(g, g.Variable("v", graph.Shape(3)))
		if _, err := Compile(g, stages, updates); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
