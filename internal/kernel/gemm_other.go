//go:build !amd64 || purego

package kernel

// packed is how many float32 a task of the partition packs into.
func (g Gemm) packed(p gemmPartition) int { return p.width }

func (g Gemm) multiply(r gemmRect, c, a, b, scratch []float32) {
	g.multiplyPlain(r, c, a, b, scratch)
}

// FMAPeak runs n steps of multiply-adds in plain Go and returns how many
// floating-point operations that was.
func FMAPeak(n int) (operations int) { return fmaPeakPlain(n) }
