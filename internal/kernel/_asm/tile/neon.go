package main

import (
	"go/format"

	"descent/internal/kernel/_asm/neon"
)

// neonSet has 32 registers of 4 lanes, no masks, and multiplies by a lane of a
// register.
type neonSet struct{}

func (neonSet) suffix() string { return "128" }
func (neonSet) file() string   { return "neon" }

const (
	neonLanes = 4
	neonBytes = 16 // of a vector
)

// tiles have up to 24 accumulators: what is left holds a row of B and some of A.
func (neonSet) tiles() (all []tile) {
	for _, w := range []struct{ rows, vectors int }{{8, 1}, {8, 2}, {6, 4}, {3, 8}, {1, 16}} {
		for r := 1; r <= w.rows; r++ {
			all = append(all, tile{rows: r, vectors: w.vectors})
		}
	}
	for r := 3; r <= 6; r++ {
		all = append(all, tile{rows: r, vectors: 4, packs: true})
	}
	return append(all, depths(8, 8, 4)...)
}

// writeNEON writes the assembly of arm64.
func writeNEON(dir string) error {
	file := &neon.File{Package: "tile", Generator: "the generator in _asm/tile"}
	file.Data(neonNothing, make([]uint32, neonLanes))
	for _, t := range (neonSet{}).tiles() {
		neonTile(file, t)
	}
	neonThrees(file)
	neonTranspose(file)
	for _, l := range linears[neon.Vec]() {
		neonLinear(file, l)
	}
	neonNarrow(file)
	neonPeak(file)
	stubs, err := format.Source([]byte(file.Stubs("") + table(neonSet{})))
	if err != nil {
		return err
	}
	return file.Write(dir, neonSet{}.file(), string(stubs))
}

// neonPeak writes a loop of nothing but independent fused multiply-adds.
func neonPeak(file *neon.File) {
	const chains = 24 // enough to hide the latency of four units
	f := file.Func("peak128", "func(n int)", "peak128 runs n steps of independent fused multiply-adds in every lane, the most the core can do.")
	n := f.Param("n")
	x := f.Zero()
	acc := make([]neon.Vec, chains)
	for i := range acc {
		acc[i] = f.Zero()
	}
	f.Label("loop")
	for _, r := range acc {
		f.Into(neon.FMLA, r, x, x)
	}
	f.Line("SUBS $1, %v, %v", n, n)
	f.Line("BNE loop")
	f.Line("RET")
	file.Add(f)
}
