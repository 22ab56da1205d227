package optim

import (
	"fmt"
	"testing"
)

// BenchmarkApply is an update of slices that stay where they are.
func BenchmarkApply(b *testing.B) {
	for _, rule := range []Rule{NewSGD(), NewMomentum(), NewAdam(), NewAdamW(), NewLAMB()} {
		for _, n := range []int{1 << 10, 1 << 17, 1 << 22} {
			b.Run(fmt.Sprintf("%s/%d", rule.Name(), n), func(b *testing.B) {
				theta, grad, s := make([]float32, n), make([]float32, n), new(State[float32])
				for i := range grad {
					theta[i], grad[i] = float32(i%7), float32(i%5)-2
				}
				b.ReportAllocs()
				b.SetBytes(int64(4 * n))
				for b.Loop() {
					if err := Apply(rule, s, 1e-3, theta, grad); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
