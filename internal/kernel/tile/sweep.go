package kernel

// winogradMatrix is one of the matrices of Winograd's algorithm F(2, taps),
// which multiplies along one axis: two results of a filter g over inputs d are
//
//	y = Aᵀ((G·g) ⊙ (Bᵀ·d))    dg = Gᵀ((A·dy) ⊙ (Bᵀ·d))
//
// with 4 products for 3 taps instead of 6, and 7 for 5 taps instead of 10: the
// latter are F(2, 3) on the first taps and F(2, 2) on the others. All entries
// are 0, ±1 and ±½, so that little is lost to rounding.
//
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
// CVPR 2016, arXiv:1509.09308, section 4.1; with one sign moved from A to B.
type winogradMatrix int

const (
	winogradBT winogradMatrix = 2 * iota // numbers of tables; one more with 5 taps
	winogradG
	winogradAT
	winogradA
	winogradGT
)

// winogradSweep is what a matrix is applied to: columns of n elements side by
// side, whose inputs and results are step apart, and count such, next apart.
// The first lies at at. Source and result do not overlap.
type winogradSweep struct {
	n, count       int
	src            []float32
	at, step, next int
	dst            []float32
	to             int
	dstStep        int
	dstNext        int
}

// winogradPlain are the matrices in plain Go: the specification.
var winogradPlain = [...]struct {
	inputs, results int
	sums            func(x [7]float32) [7]float32
}{
	{4, 4, func(x [7]float32) [7]float32 { return [7]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1]} }},
	{6, 7, func(x [7]float32) [7]float32 {
		return [7]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1], x[3] - x[4], x[4], x[5] - x[4]}
	}},
	{3, 4, func(x [7]float32) [7]float32 {
		ends := x[0] + x[2]
		return [7]float32{x[0], half(ends + x[1]), half(ends - x[1]), x[2]}
	}},
	{5, 7, func(x [7]float32) [7]float32 {
		ends := x[0] + x[2]
		return [7]float32{x[0], half(ends + x[1]), half(ends - x[1]), x[2], x[3], x[3] + x[4], x[4]}
	}},
	{4, 2, func(x [7]float32) [7]float32 { return [7]float32{x[0] + x[1] + x[2], x[1] - x[2] + x[3]} }},
	{7, 2, func(x [7]float32) [7]float32 {
		return [7]float32{x[0] + x[1] + x[2] + (x[4] + x[5]), x[1] - x[2] + x[3] + (x[5] + x[6])}
	}},
	{2, 4, func(x [7]float32) [7]float32 { return [7]float32{x[0], x[0] + x[1], x[0] - x[1], x[1]} }},
	{2, 7, func(x [7]float32) [7]float32 {
		return [7]float32{x[0], x[0] + x[1], x[0] - x[1], x[1], x[0], x[0] + x[1], x[1]}
	}},
	{4, 3, func(x [7]float32) [7]float32 {
		inner := half(x[1] + x[2])
		return [7]float32{x[0] + inner, half(x[1] - x[2]), inner + x[3]}
	}},
	{7, 5, func(x [7]float32) [7]float32 {
		inner := half(x[1] + x[2])
		return [7]float32{x[0] + inner, half(x[1] - x[2]), inner + x[3], x[4] + x[5], x[5] + x[6]}
	}},
}

// half is rounded, so that no sum after it is fused with it.
func half(x float32) float32 { return float32(0.5 * x) }

// sweepPlain applies the matrix of that number.
func (s *winogradSweep) sweepPlain(matrix int) {
	m := &winogradPlain[matrix]
	var x [7]float32
	for c := range s.count {
		for i := range s.n {
			for j := range m.inputs {
				x[j] = s.src[s.at+c*s.next+j*s.step+i]
			}
			y := m.sums(x)
			for j := range m.results {
				s.dst[s.to+c*s.dstNext+j*s.dstStep+i] = y[j]
			}
		}
	}
}
