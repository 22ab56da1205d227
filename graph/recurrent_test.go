package graph_test

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/goldentest"
	"descent/internal/plan"
	"descent/internal/reference"
)

// recurred is a recurrence with its gradients as a case, over cosines.
func recurred(cell string, n, t, units int, r func(g *graph.Graph) graph.Recurrence) (c enginetest.Case, wanted []graph.Tensor) {
	g := graph.New()
	c = enginetest.Case{Graph: g, Values: map[string][]float32{}}
	types := []graph.Type{dims(n, t, 3*units), dims(units, 3*units), dims(n, units), dims(units)}
	if cell == "LSTM" {
		types = []graph.Type{dims(n, t, 4*units), dims(units, 4*units), dims(n, units), dims(n, units)}
	}
	var x []graph.Tensor
	for i, name := range []string{"x", "u", "h", "other"} {
		x = append(x, g.Variable(name, types[i]))
		c.Values[name] = cosines(types[i].Size(), i)
	}
	y := recurrence(cell, r(g), x)
	c.Values["weights"] = cosines(y.Type().Size(), 4)
	wanted = append([]graph.Tensor{y}, graph.Gradient(y.Mul(g.Input("weights", y.Type())).Sum(), x...)...)
	c.Stages = [][]graph.Tensor{{y}, wanted[1:]}
	return c, wanted
}

// recurrence has the operands x, u, h and a GRU's bias or an LSTM's cell.
func recurrence(cell string, r graph.Recurrence, x []graph.Tensor) graph.Tensor {
	if cell == "GRU" {
		return x[0].GRU(x[1], x[3], x[2], r)
	}
	y, _ := x[0].LSTM(x[1], x[2], x[3], r)
	return y
}

func whole(*graph.Graph) graph.Recurrence { return graph.Recurrence{} }

// TestRecurrencesAgainstPyTorch compares states and gradients.
func TestRecurrencesAgainstPyTorch(t *testing.T) {
	type golden struct {
		Name, Cell string
		Dims       [3]int
		Lengths    []float64
		Reverse    bool
		Y          []float64
		DX         [4][]float64
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, c := range goldentest.Load[[]golden](t, "recurrent.json") {
		n, length, units := c.Dims[0], c.Dims[1], c.Dims[2]
		run, wanted := recurred(c.Cell, n, length, units, func(g *graph.Graph) graph.Recurrence {
			r := graph.Recurrence{Reverse: c.Reverse}
			if c.Lengths != nil {
				r.Lengths = g.Vector(c.Lengths)
			}
			return r
		})
		env := run.Env()
		for k, name := range []string{"x", "u", "h", "other", "weights"} {
			for i := range env.Values[name] {
				env.Values[name][i] = math.Cos(1.7*float64(i) + float64(k))
			}
		}
		for sample, count := range c.Lengths {
			behind := env.Values["weights"][sample*length*units:][int(count)*units : length*units]
			clear(behind)
			clear(run.Values["weights"][sample*length*units:][int(count)*units : length*units])
		}
		exact, err := reference.Run(env, wanted...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		for sample, count := range c.Lengths { // PyTorch has zeros behind the end
			for i := int(count) * units; i < length*units; i++ {
				exact[0][sample*length*units+i], got[0][sample*length*units+i] = 0, 0
			}
		}
		for i, want := range [][]float64{c.Y, c.DX[0], c.DX[1], c.DX[2], c.DX[3]} {
			if off := furthest64(exact[i], want); off > 1e-11 {
				t.Errorf("%s: reference, result %d is off by %g", c.Name, i, off)
			}
			if off := furthest(got[i], want, true); off > 2e-6 {
				t.Errorf("%s: engine, result %d is off by %g", c.Name, i, off)
			}
		}
	}
}

// TestRecurrencesHaveTheBitsOfTheirParts compares states and all gradients with those of
// products and gates written out, position by position, which models of before were
// trained by: in one task and several, and with more samples and units than are summed
// at once.
func TestRecurrencesHaveTheBitsOfTheirParts(t *testing.T) {
	pool := exec.NewPool(1)
	defer pool.Close()
	for _, cell := range []string{"GRU", "LSTM"} {
		for _, size := range [][3]int{{1, 9, 5}, {21, 6, 33}, {3, 3, 530}, {90, 3, 200}, {530, 2, 20}} {
			c, wanted := recurred(cell, size[0], size[1], size[2], whole)
			plain, ok := graph.Plain(wanted[0])
			if !ok {
				t.Fatal("a recurrence is not written out")
			}
			loss := plain.Mul(c.Graph.Input("weights", plain.Type())).Sum()
			c.Stages = [][]graph.Tensor{wanted, append([]graph.Tensor{plain}, graph.Gradient(loss, wanted[0].Inputs()...)...)}
			got, err := c.Engine(pool)
			if err != nil {
				t.Fatal(err)
			}
			for i := range wanted {
				if !slices.Equal(got[i], got[len(wanted)+i]) {
					t.Errorf("%s of %v: result %d differs in bits from that of the operations written out", cell, size, i)
				}
			}
		}
	}
}

// TestRecurrencesKnowNoPadding runs a sample alone, and among others with positions
// behind its end: its bits are the same, those of its gradients, too.
func TestRecurrencesKnowNoPadding(t *testing.T) {
	const count, units = 11, 20
	for _, cell := range []string{"GRU", "LSTM"} {
		run := func(n, length, at int) (rows [][]float32) {
			c, wanted := recurred(cell, n, length, units, func(g *graph.Graph) graph.Recurrence {
				lengths := slices.Repeat([]float64{float64(length)}, n)
				lengths[at] = count
				return graph.Recurrence{Lengths: g.Vector(lengths)}
			})
			gates := wanted[1].Dim(2)
			for i, name := range []string{"x", "weights"} {
				width := []int{gates, units}[i]
				sample := c.Values[name][at*length*width:][:length*width]
				copy(sample, cosines(count*width, 7+i))
				if name == "weights" {
					clear(sample[count*width:]) // no loss where there is padding
				}
			}
			copy(c.Values["h"][at*units:][:units], cosines(units, 3))
			if cell == "LSTM" {
				copy(c.Values["other"][at*units:][:units], cosines(units, 4))
			}
			pool := exec.NewPool(2)
			defer pool.Close()
			got, err := c.Engine(pool)
			if err != nil {
				t.Fatal(err)
			}
			return [][]float32{got[0][at*length*units:][:count*units], got[1][at*length*gates:][:count*gates], got[3][at*units:][:units]}
		}
		want := run(1, count, 0)
		for i, got := range run(37, 30, 20) {
			if !slices.Equal(got, want[i]) {
				t.Errorf("%s: result %d depends on padding or on other samples", cell, i)
			}
		}
	}
}

// TestRecurrencesAreOneInstruction checks that a plan does not grow with the length of
// sequences, and that what the backward pass reads is made for it alone.
func TestRecurrencesAreOneInstruction(t *testing.T) {
	const n, units = 4, 16
	for _, cell := range []string{"GRU", "LSTM"} {
		compile := func(length, stages int) *plan.Plan {
			c, _ := recurred(cell, n, length, units, whole)
			p, err := plan.Compile(c.Graph, c.Stages[:stages], nil)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if short, long := compile(2, 2), compile(700, 2); len(short.Instrs) != len(long.Instrs) || len(long.Instrs) > 9 {
			t.Errorf("%s: %d instructions for 2 positions, for 700\n%v", cell, len(short.Instrs), long)
		}
		if p := compile(700, 1); len(p.Instrs) != 1 || p.Arena != n*700*units {
			t.Errorf("%s: without gradients %d numbers are kept, in\n%v", cell, p.Arena, p)
		}
	}
}

func TestRecurrencesAllocateNothing(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, cell := range []string{"GRU", "LSTM"} {
		c, _ := recurred(cell, 19, 7, 24, func(g *graph.Graph) graph.Recurrence {
			return graph.Recurrence{Lengths: g.Count(19)}
		})
		p, _, err := c.Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(5, func() { p.Run(0); p.Run(1) }); n != 0 {
			t.Errorf("%s: %v allocations in a run", cell, n)
		}
	}
}

// TestRecurrencesAreNotFinite: an input that is not a number reaches the states that
// come after it, and no sample beside it.
func TestRecurrencesAreNotFinite(t *testing.T) {
	pool := exec.NewPool(1)
	defer pool.Close()
	for _, cell := range []string{"GRU", "LSTM"} {
		c, wanted := recurred(cell, 3, 5, 4, whole)
		width := wanted[1].Dim(2)
		for i := range width {
			c.Values["x"][(1*5+2)*width+i] = float32(math.NaN())
		}
		got, err := c.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got[0] {
			if nan := v != v; nan != (i/20 == 1 && i%20/4 >= 2) {
				t.Errorf("%s: state %d of position %d of sample %d is %v", cell, i%4, i%20/4, i/20, v)
				break
			}
		}
	}
}
