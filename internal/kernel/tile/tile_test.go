package tile

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/internal/fma"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// eachSet runs f for every set of micro-kernels that this machine has.
func eachSet(t *testing.T, f func(t *testing.T, s *Set)) {
	t.Logf("tiers of this machine and build: %v", isa.Tiers())
	for _, tier := range isa.Tiers() {
		if s := sets[tier]; s != nil {
			t.Run(tier.String(), func(t *testing.T) { f(t, s) })
		}
	}
}

// edge returns n random numbers at the edge of memory.
func edge(t *testing.T, r *rand.Rand, n int) []float32 {
	x := kerneltest.Edge(t, n)
	copy(x, kerneltest.Floats(r, n, true))
	return x
}

// TestTiles holds every micro-kernel to the sums that it is meant to compute,
// with operands at the edge of memory.
func TestTiles(t *testing.T) {
	eachSet(t, func(t *testing.T, s *Set) {
		for log := range s.Tiles {
			for rows := range s.Tiles[log] {
				for what, f := range map[string]Func{"tile": s.Tiles[log][rows], "depth": s.depths[log][rows], "packer": s.Packers[rows]} {
					if f == nil || what == "packer" && log != s.Common {
						continue
					}
					t.Run(fmt.Sprintf("%s of %d rows and 2^%d vectors", what, rows, log), func(t *testing.T) {
						for tail := 1; tail <= s.Lanes; tail++ {
							for _, add := range []bool{false, true} {
								for _, end := range ends {
									checkTile(t, s, Tile{Rows: rows, Log: log, Tail: tail, Cols: s.Lanes<<log - s.Lanes + tail,
										K: 5, First: 2, Run: 2, Depth: what == "depth", Add: add}, what == "packer", end)
								}
							}
						}
					})
				}
			}
		}
	})
}

// ends are what may be done to sums: nothing, some steps and all.
var ends = []string{"", "relu", "add relu", "sub mul add", "rest", "sub mul add rest relu"}

// end returns the steps that are named, with operands for the tile.
func (t *Tile) end(test *testing.T, r *rand.Rand, steps string) *End {
	if steps == "" {
		return nil
	}
	e := &End{Column: 3}
	for _, step := range strings.Fields(steps) {
		switch step {
		case "sub":
			e.Sub = edge(test, r, 3+t.Cols)
		case "mul":
			e.Mul = edge(test, r, 3+t.Cols)
		case "add":
			e.Add = edge(test, r, 3+t.Cols)
		case "rest":
			e.Rest = edge(test, r, len(t.C))
		case "relu":
			e.ReLU = true
		}
	}
	return e
}

// checkTile compares one tile, whose terms lie at 0, 1, 5, 6 and 8.
func checkTile(t *testing.T, s *Set, at Tile, packs bool, steps string) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(at.Rows), uint64(at.Tail)))
	terms := []int{0, 1, 5, 6, 8}
	at.ACol, at.ARow = 1, 10
	if at.Depth {
		at.ACol, at.ARow = at.Cols, 9*at.Cols+1
	}
	at.Jumps = []int{at.ACol * 3, at.ACol}
	last := (at.Rows-1)*at.ARow + terms[4]*at.ACol
	if at.Depth {
		last += at.Cols - 1
	}
	at.A, at.BRow, at.CRow = edge(t, r, last+1), at.Cols+1, at.Cols+2
	at.B, at.C = edge(t, r, (at.K-1)*at.BRow+at.Cols), edge(t, r, (at.Rows-1)*at.CRow+at.Cols)
	width := s.Lanes << at.Log
	if packs {
		at.Panel = kerneltest.Edge(t, at.K*width)
	}
	end := at.end(t, r, steps)
	plain := at
	plain.C = append([]float32(nil), at.C...)
	want := plain.C
	for i := range at.Rows {
		for j := range at.Cols {
			sum := float32(0)
			for p, term := range terms {
				from := i*at.ARow + term*at.ACol
				if at.Depth {
					from += j
				}
				sum = fma.MulAdd(at.A[from], at.B[p*at.BRow+j], sum)
			}
			if at.Add {
				sum += want[i*at.CRow+j]
			}
			want[i*at.CRow+j] = sum
		}
	}
	if end != nil {
		end.plain(&plain)
	}
	Unit{s}.Multiply(&at, end)
	if i := kerneltest.Differ(at.C, want); i >= 0 {
		t.Fatalf("%d lanes, add %v, end %q: row %d, column %d is %v, want %v", at.Tail, at.Add, steps, i/at.CRow, i%at.CRow, at.C[i], want[i])
	}
	if packs {
		for p := range at.K {
			if j := kerneltest.Differ(at.Panel[p*width:][:at.Cols], at.B[p*at.BRow:][:at.Cols]); j >= 0 {
				t.Fatalf("%d lanes: row %d of the panel differs at %d", at.Tail, p, j)
			}
		}
	}
}

// TestTranspose holds packing of transposed operands to plain Go.
func TestTranspose(t *testing.T) {
	eachSet(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(1, 2))
		for cols := 1; cols <= 2*s.Lanes+1; cols++ {
			for rows := 1; rows <= 2*s.Lanes; rows++ {
				width := (rows + s.Lanes - 1) / s.Lanes * s.Lanes
				src := edge(t, r, (rows-1)*(cols+1)+cols)
				got, want := kerneltest.Edge(t, cols*width), make([]float32, cols*width)
				kerneltest.Fill(got, 1)
				Unit{s}.Transpose(cols, src, cols+1, rows, got, width)
				transposePlain(cols, src, cols+1, rows, want, width)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("%d columns of %d rows: element %d is %v, want %v", cols, rows, i, got[i], want[i])
				}
			}
		}
	})
}

// TestSweep holds the matrices of Winograd's algorithm to plain Go.
func TestSweep(t *testing.T) {
	eachSet(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(3, 4))
		for matrix, m := range Matrices {
			for n := 1; n <= 2*s.Lanes+1; n++ {
				step, count := 3*n, 3 // columns side by side within each step
				w := Sweep{N: n, Count: count, Src: edge(t, r, m.Inputs*step), Step: step, Next: n, DstStep: step, DstNext: n}
				got, want := kerneltest.Edge(t, m.Results*step), make([]float32, m.Results*step)
				w.Dst = want
				w.sweepPlain(matrix)
				w.Dst = got
				Unit{s}.Sweep(matrix, &w)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("matrix %d, %d columns: element %d is %v, want %v", matrix, n, i, got[i], want[i])
				}
			}
		}
	})
}

// TestThrees holds lines of 3 × 3 terms to depth tiles of one row in plain Go.
func TestThrees(t *testing.T) {
	eachSet(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(5, 6))
		for tail := 1; tail <= s.Lanes; tail++ {
			for _, steps := range []string{"none", "relu", "add relu", "sub mul add"} {
				const lines, n, wide = 3, 4, 12 // wide: pixels of a line of the input
				at := Tile{Rows: n, Tail: tail, Cols: tail, K: 9, First: 3, Run: 3, Depth: true, ARow: 2 * tail, ACol: tail, BRow: tail + 1, CRow: tail + 2}
				at.Jumps = []int{(wide - 3) * tail, (wide - 3) * tail}
				aLine, cLine := wide*tail, n*at.CRow+1
				at.A, at.B = edge(t, r, (lines+2)*aLine-(wide-2*n-1)*tail), edge(t, r, 8*at.BRow+tail)
				at.C = edge(t, r, (lines-1)*cLine+(n-1)*at.CRow+tail)
				end := at.end(t, r, steps)
				plain := at
				plain.C = append([]float32(nil), at.C...)
				Unit{}.Threes(&plain, end, lines, aLine, cLine)
				Unit{s}.Threes(&at, end, lines, aLine, cLine)
				if i := kerneltest.Differ(at.C, plain.C); i >= 0 {
					t.Fatalf("%d lanes, end %q: element %d is %v, want %v", tail, steps, i, at.C[i], plain.C[i])
				}
			}
		}
	})
}
