package graph_test

import (
	"fmt"
	"math"
	"testing"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/internal/reference"
)

func TestSmoke(t *testing.T) {
	for _, n := range []int{1, 5, 32} {
		g := graph.New()
		x := g.Input("x", graph.Shape(n, 64))
		y := g.Input("y", graph.Indices(n))
		w1 := g.Variable("w1", graph.Shape(64, 48))
		b1 := g.Variable("b1", graph.Shape(48))
		w2 := g.Variable("w2", graph.Shape(48, 10))
		b2 := g.Variable("b2", graph.Shape(10))
		h := x.MatMul(w1).Add(b1).ReLU()
		mask := g.Uniform("drop", n, 48).Less(g.Const(0.8))
		h = h.Mul(mask).Scale(1 / 0.8)
		z := h.MatMul(w2).Add(b2)
		target := y.OneHot(10).Affine(0.9, 0.01)
		loss := z.CrossEntropy(target).Mean()
		params := []graph.Tensor{w1, b1, w2, b2}
		grads := graph.Gradient(loss, params...)
		lr := g.Scalar("lr", nil)
		norm := g.Const(0)
		var updates []plan.Update
		for i, p := range params {
			norm = norm.Add(grads[i].Square().Sum())
			m := g.Variable(fmt.Sprint("m", i), p.Type())
			m2 := m.Scale(0.9).Add(grads[i].Scale(0.1))
			updates = append(updates, plan.Update{Variable: m, Value: m2}, plan.Update{Variable: p, Value: p.Sub(m2.Mul(lr))})
		}
		stages := [][]graph.Tensor{{loss}, {norm}, {}}
		p, err := plan.Compile(g, stages, updates)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("\n%v arena %d of %d", p, p.Arena, p.Tensors)
		var decl []exec.Declaration
		env := reference.Env{Values: map[string][]float64{}, Scalars: []float64{0.1}, Seed: 3, Draw: 9}
		all := append([]graph.Tensor{x, y}, params...)
		for i, q := range params {
			decl = append(decl, exec.Declaration{Name: q.Op().(graph.Variable).Key, Type: q.Type()}, exec.Declaration{Name: fmt.Sprint("m", i), Type: q.Type()})
			all = append(all, g.Variable(fmt.Sprint("m", i), q.Type()))
		}
		store := exec.NewStore(decl)
		feeds := map[string][]float32{}
		for k, q := range all {
			v := make([]float32, q.Type().Size())
			r := make([]float64, len(v))
			name := ""
			switch op := q.Op().(type) {
			case graph.Variable:
				name = op.Key
				v = store.Value(name)
			case graph.Input:
				name = op.Key
				feeds[name] = v
			}
			for i := range v {
				v[i] = float32(math.Sin(float64(i*7+k*13)) * 0.5)
				if name == "y" {
					v[i] = float32(i % 10)
				}
				r[i] = float64(v[i])
			}
			env.Values[name] = r
		}
		outs := []graph.Tensor{loss, norm}
		for _, u := range updates {
			outs = append(outs, u.Value)
		}
		want, err := reference.Run(env, outs...)
		if err != nil {
			t.Fatal(err)
		}
		pool := exec.NewPool(2)
		defer pool.Close()
		prog, err := exec.Bind(p, store, &exec.Arena{}, pool)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range feeds {
			if err := prog.Feed(k, v); err != nil {
				t.Fatal(err)
			}
		}
		prog.Scalars()[0] = 0.1
		prog.Random(3, 9)
		for s := range stages {
			prog.Run(s)
		}
		t.Log(prog.Output(0, 0), want[0], prog.Output(1, 0), want[1])
		for i, u := range updates {
			got := store.Value(u.Variable.Op().(graph.Variable).Key)
			for j := range got {
				if math.Abs(float64(got[j])-want[2+i][j]) > 1e-5 {
					t.Fatal(n, i, j, got[j], want[2+i][j])
				}
			}
		}
		if a := testing.AllocsPerRun(10, func() { prog.Run(0); prog.Run(1); prog.Run(2) }); a != 0 {
			t.Error("allocs", a)
		}
	}
}
