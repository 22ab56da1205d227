package product

import (
	"math/rand/v2"
	"slices"
	"testing"

	"descent/internal/kernel/isa"
)

// TestWithin computes products inside a task of another kernel, some of them added to
// what is there, on every instruction set, with the least room that is allowed.
func TestWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{1, 1, 1}, {32, 64, 32}, {5, 200, 64}, {64, 33, 32}, {13, 7, 0}, {100, 64, 512}} {
		for _, g := range transposes(s[0], s[1], s[2]) {
			_, g.RowA = g.stored()
			if g.RowB = g.N; g.TransB {
				g.RowB = g.K
			}
			g.RowC = g.N + 3
			a, b, before := normal(r, g.M*g.K), normal(r, g.K*g.N), normal(r, g.M*g.RowC)
			product := naive(g, a, b)
			for _, add := range []bool{false, true} {
				want := slices.Clone(before)
				for i := range g.M {
					for j := range g.N {
						c := &want[i*g.RowC+j]
						if *c += product[i*g.N+j]; !add {
							*c = product[i*g.N+j]
						}
					}
				}
				g.Add = add
				for _, tier := range isa.Tiers() {
					restore := isa.Use(tier)
					got := slices.Clone(before)
					g.Within(got, append(a, 0), append(b, 0), make([]float32, g.Room()))
					restore()
					if !slices.Equal(got, want) {
						t.Errorf("%v, %v: other bits than the sum of the parts", g, tier)
					}
				}
			}
		}
	}
}
