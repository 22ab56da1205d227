package conv

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/fma"
	"descent/internal/kernel/kerneltest"
	"descent/internal/kernel/tile"
)

// winogradShapes are convolutions that Winograd's algorithm computes: results
// of odd sizes, channels that fill no panel, several blocks of channels, rows
// of several chunks, padding on one side and beyond the kernel.
var winogradShapes = []Shape{
	{N: 1, H: 4, W: 4, C: 16, KH: 3, KW: 3, Out: 16},
	{N: 3, H: 5, W: 7, C: 16, KH: 3, KW: 3, Out: 20, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 2, H: 6, W: 9, C: 35, KH: 3, KW: 3, Out: 70, Pad: [2][2]int{{0, 2}, {1, 0}}},
	{N: 2, H: 3, W: 3, C: 17, KH: 3, KW: 3, Out: 33, Pad: [2][2]int{{4, 3}, {3, 5}}},
	{N: 1, H: 4, W: 5, C: 530, KH: 3, KW: 3, Out: 18, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 1, H: 3, W: 5, C: 18, KH: 3, KW: 3, Out: 530, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 1, H: 3, W: 420, C: 16, KH: 3, KW: 3, Out: 16, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 2, H: 7, W: 6, C: 16, KH: 5, KW: 5, Out: 16, Pad: [2][2]int{{2, 2}, {2, 2}}},
	{N: 3, H: 9, W: 7, C: 34, KH: 5, KW: 5, Out: 40, Pad: [2][2]int{{1, 0}, {2, 3}}},
	{N: 40, H: 4, W: 4, C: 16, KH: 3, KW: 3, Out: 16, Pad: [2][2]int{{1, 1}, {1, 1}}},
}

func init() {
	for i := range winogradShapes {
		winogradShapes[i] = winogradShapes[i].whole()
	}
}

// both applies a matrix along both axes, the first one first, to a square.
func (w winograd) both(m tile.Matrix, x *[7][7]float32) (y [7][7]float32) {
	f := tile.Matrices[w.table(m)]
	var half [7][7]float32
	for j := range f.Inputs {
		var in [7]float32
		for i := range f.Inputs {
			in[i] = x[i][j]
		}
		out := f.Sums(in)
		for i := range f.Results {
			half[i][j] = out[i]
		}
	}
	for i := range f.Results {
		y[i] = f.Sums(half[i])
	}
	return y
}

// winogradNaive is a winogradMap tile by tile.
func (s naive) winogradMap(m *winogradMap, in, weight []float32) []float32 {
	out := make([]float32, m.out.n*m.out.h*m.out.w*m.out.c)
	filter := func(c, o int) (g [7][7]float32) {
		for ky := range s.KH {
			for kx := range s.KW {
				g[ky][kx] = weight[((ky*s.KW+kx)*s.C+c)*s.Out+o]
			}
		}
		return g
	}
	if m.filter.back {
		forward := filter
		filter = func(c, o int) (g [7][7]float32) {
			f := forward(o, c)
			for ky := range s.KH {
				for kx := range s.KW {
					g[ky][kx] = f[s.KH-1-ky][s.KW-1-kx]
				}
			}
			return g
		}
	}
	filters := make([][7][7]float32, m.in.c*m.out.c)
	for c := range m.in.c {
		for o := range m.out.c {
			g := filter(c, o)
			filters[c*m.out.c+o] = m.both(tile.G, &g)
		}
	}
	for n := range m.out.n {
		for y := 0; y < m.out.h; y += 2 {
			for x := 0; x < m.out.w; x += 2 {
				points := make([][7][7]float32, m.in.c)
				for c := range points {
					d := s.square(m.in, in, n, y-m.pad[0], x-m.pad[1], c, m.inputs())
					points[c] = m.both(tile.BT, &d)
				}
				for o := range m.out.c {
					var product [7][7]float32
					for i := range m.points {
						for j := range m.points {
							var sum chain
							for c := range points {
								sum.add(points[c][i][j], filters[c*m.out.c+o][i][j])
							}
							product[i][j] = sum.end()
						}
					}
					result := m.both(tile.AT, &product)
					for i := range min(2, m.out.h-y) {
						for j := range min(2, m.out.w-x) {
							out[m.out.at(n, y+i, x+j)+o] = result[i][j]
						}
					}
				}
			}
		}
	}
	return out
}

// square returns n × n elements of an image, zero outside.
func (s naive) square(d dims, t []float32, n, y, x, c, size int) (q [7][7]float32) {
	for i := range size {
		for j := range size {
			q[i][j] = d.value(t, n, y+i, x+j, c)
		}
	}
	return q
}

// winogradWeight is a winogradWeight weight by weight.
func (s naive) winogradWeight(k *winogradWeight, x, dy []float32) []float32 {
	out := dims{s.N, s.oh, s.ow, s.Out}
	dw := make([]float32, k.size())
	var in, lifted [][7][7]float32 // of all tiles
	tiles := k.all() * k.across
	for c := range s.C {
		for q := range k.all() {
			for t := range k.across {
				d := s.square(k.in, x, q/k.down, q%k.down*2-k.pad[0], 2*t-k.pad[1], c, k.inputs())
				in = append(in, k.both(tile.BT, &d))
			}
		}
	}
	for o := range s.Out {
		for q := range k.all() {
			for t := range k.across {
				d := s.square(out, dy, q/k.down, q%k.down*2, 2*t, o, 2)
				lifted = append(lifted, k.both(tile.A, &d))
			}
		}
	}
	for c := range s.C {
		for o := range s.Out {
			leaves := make([][7][7]float32, k.leaves)
			for l := range leaves {
				first := l * k.chunks / k.leaves
				var sums [7][7]float32
				for b := first; b < (l+1)*k.chunks/k.leaves; b++ {
					chunk := k.chunk(b)
					for i := range k.points {
						for j := range k.points {
							var block float32
							for q := chunk.q0; q < chunk.q1; q++ {
								for t := q*k.across + chunk.x0; t < q*k.across+chunk.x1; t++ {
									block = fma.MulAdd(in[c*tiles+t][i][j], lifted[o*tiles+t][i][j], block)
								}
							}
							if b == first {
								sums[i][j] = block
							} else {
								sums[i][j] += block
							}
						}
					}
				}
				leaves[l] = k.both(tile.GT, &sums)
			}
			for ky := range k.taps {
				for kx := range k.taps {
					for n := len(leaves); n > 1; n = (n + 1) / 2 {
						for i := 0; i < n; i += 2 {
							leaves[i/2][ky][kx] = leaves[i][ky][kx]
							if i+1 < n {
								leaves[i/2][ky][kx] += leaves[i+1][ky][kx]
							}
						}
					}
					dw[((ky*k.taps+kx)*s.C+c)*s.Out+o] = leaves[0][ky][kx]
				}
			}
		}
	}
	return dw
}

// TestWinogradBits compares the kernels with the algorithm tile by tile, on
// every tier, also for numbers that are none.
func TestWinogradBits(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for _, s := range winogradShapes {
		if _, ok := s.Forward().(*winogradMap); !ok {
			t.Errorf("%+v is computed directly", s)
		}
		x, w, dy := s.operands(func() float32 { return float32(r.NormFloat64()) })
		checkConv(t, s, x, w, dy)
		x[r.IntN(len(x))], dy[r.IntN(len(dy))], w[r.IntN(len(w))] = float32(math.Inf(1)), float32(math.NaN()), math.MaxFloat32
		checkConv(t, s, x, w, dy)
	}
}

// TestWinogradError compares results with float64: the bounds are what
// was measured, doubled, in units of the roundings of the largest result.
func TestWinogradError(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for _, c := range []struct {
		Shape
		y, dx, dw float64
	}{
		{square(16, 3, 64, 64, 1), 15, 12, 10},
		{square(14, 5, 32, 64, 1), 9, 10, 6},
	} {
		s := c.whole()
		s.N = 4
		x, w, dy := s.operands(func() float32 { return float32(r.NormFloat64()) })
		direct := newNaive(s)
		y, dx, dw := direct.float64s(x, w, dy)
		for _, v := range []struct {
			name  string
			got   []float32
			want  []float64
			bound float64
		}{{"y", kerneltest.Run(t, s.Forward(), len(y), x, w), y, c.y}, {"dx", kerneltest.Run(t, s.Input(), len(dx), dy, w), dx, c.dx}, {"dw", kerneltest.Run(t, s.Weight(), len(dw), x, dy), dw, c.dw}} {
			largest, worst := 0.0, 0.0
			for i, want := range v.want {
				largest = max(largest, math.Abs(want))
				worst = max(worst, math.Abs(float64(v.got[i])-want))
			}
			if e := worst / largest * 0x1p24; e > v.bound {
				t.Errorf("%s of %+v is wrong by %.2g roundings of the largest, more than %g", v.name, s, e, v.bound)
			}
		}
	}
}

// float64s returns the three products in float64.
func (s naive) float64s(x, w, dy []float32) (y, dx, dw []float64) {
	in, out := dims{s.N, s.H, s.W, s.C}, dims{s.N, s.oh, s.ow, s.Out}
	y, dx, dw = make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(w))
	for n := range s.N {
		for i := range s.oh {
			for j := range s.ow {
				for ky := range s.KH {
					for kx := range s.KW {
						iy, ix := i+ky-s.Pad[0][0], j+kx-s.Pad[1][0]
						if iy < 0 || iy >= s.H || ix < 0 || ix >= s.W {
							continue
						}
						for c := range s.C {
							from, at, to := in.at(n, iy, ix)+c, ((ky*s.KW+kx)*s.C+c)*s.Out, out.at(n, i, j)
							for o := range s.Out {
								y[to+o] += float64(x[from]) * float64(w[at+o])
								dx[from] += float64(dy[to+o]) * float64(w[at+o])
								dw[at+o] += float64(x[from]) * float64(dy[to+o])
							}
						}
					}
				}
			}
		}
	}
	return y, dx, dw
}
