//go:build !amd64 || purego

package kernel

// convUnit is the micro-kernels in plain Go.
type convUnit struct{}

func currentConvUnit() convUnit { return convUnit{} }

func (convUnit) choose(_, _ int, _, _ bool) (wide, rows int) { return convPlainWide, convPlainRows }

func (convUnit) piece(t *convTile, _, n int) (panel int) {
	t.cols = min(n, convPlainLanes<<convPlainWide)
	return convPlainLanes << convPlainWide
}

func (convUnit) packs(*convTile, int) bool { return false }

func (convUnit) multiply(t *convTile) { t.multiplyPlain() }

func (convUnit) transpose(cols int, src []float32, srcRow, rows int, dst []float32, dstRow int) {
	transposePlain(cols, src, srcRow, rows, dst, dstRow)
}

func (convUnit) sweep(matrix int, s *winogradSweep) { s.sweepPlain(matrix) }

func (convUnit) align(s []float32) []float32 { return s }
