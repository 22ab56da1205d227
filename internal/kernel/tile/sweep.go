package tile

// A Matrix is one of the matrices of Winograd's algorithm F(2, taps),
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
type Matrix int

const (
	BT Matrix = 2 * iota // numbers of tables; one more with 5 taps
	G
	AT
	A
	GT
)

// A Sweep is what a matrix is applied to: columns of N elements side by
// side, whose inputs and results are Step apart, and Count such, Next apart.
// The first lies at At. Source and result do not overlap.
type Sweep struct {
	N, Count       int
	Src            []float32
	At, Step, Next int
	Dst            []float32
	To             int
	DstStep        int
	DstNext        int
}

// Matrices are the matrices in plain Go: the specification.
var Matrices = [...]struct {
	Inputs, Results int
	Sums            func(x [7]float32) [7]float32
}{
	{4, 4, func(x [7]float32) [7]float32 { return [7]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1]} }},
	{6, 7, func(x [7]float32) [7]float32 {
		return [7]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1], x[3] - x[4], x[4], x[5] - x[4]}
	}},
	{3, 4, func(x [7]float32) [7]float32 {
		ends := x[0] + x[2]
		return [7]float32{x[0], halved(ends + x[1]), halved(ends - x[1]), x[2]}
	}},
	{5, 7, func(x [7]float32) [7]float32 {
		ends := x[0] + x[2]
		return [7]float32{x[0], halved(ends + x[1]), halved(ends - x[1]), x[2], x[3], x[3] + x[4], x[4]}
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
		inner := halved(x[1] + x[2])
		return [7]float32{x[0] + inner, halved(x[1] - x[2]), inner + x[3]}
	}},
	{7, 5, func(x [7]float32) [7]float32 {
		inner := halved(x[1] + x[2])
		return [7]float32{x[0] + inner, halved(x[1] - x[2]), inner + x[3], x[4] + x[5], x[5] + x[6]}
	}},
}

// halved is rounded, so that no sum after it is fused with it.
func halved(x float32) float32 { return float32(0.5 * x) }

// sweepPlain applies the matrix of that number.
func (s *Sweep) sweepPlain(matrix int) {
	m := &Matrices[matrix]
	var x [7]float32
	for c := range s.Count {
		for i := range s.N {
			for j := range m.Inputs {
				x[j] = s.Src[s.At+c*s.Next+j*s.Step+i]
			}
			y := m.Sums(x)
			for j := range m.Results {
				s.Dst[s.To+c*s.DstNext+j*s.DstStep+i] = y[j]
			}
		}
	}
}
