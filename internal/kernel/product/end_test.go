package product

import (
	"math/rand/v2"
	"testing"

	"descent/internal/formula"
	"descent/internal/kernel/kerneltest"
	"descent/internal/kernel/program"
)

// TestEnd holds products whose tiles do the epilogue to those that run it afterwards.
func TestEnd(t *testing.T) {
	b := program.NewBuilder()
	x := b.Input(program.Full)
	x = b.Add(b.Mul(b.Sub(x, b.Input(program.Col)), b.Input(program.Col)), b.Input(program.Col))
	b.Output(b.Binary(formula.Max, b.Add(x, b.Input(program.Full)), b.Const(0)))
	e := b.Build()
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, s := range [][3]int{{1, 1, 1}, {1, 300, 70}, {3, 259, 30}, {15, 10, 600}, {29, 70, 513}, {70, 8, 16}, {130, 161, 1025}, {5, 40, 0}} {
			for _, g := range transposes(s[0], s[1], s[2]) {
				in := [][]float32{normal(r, g.M*g.K), normal(r, g.K*g.N), normal(r, g.N), normal(r, g.N), normal(r, g.N), normal(r, g.M*g.N)}
				got := g.Follow(e).(*Gemm)
				after := *got
				if got.ending == nil {
					t.Fatal("tiles do nothing")
				}
				after.ending = nil
				equal(t, g, kerneltest.Run(t, got, g.M*g.N, in...), kerneltest.Run(t, after, g.M*g.N, in...))
			}
		}
	})
}
