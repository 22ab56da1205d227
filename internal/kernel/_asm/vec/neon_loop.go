package main

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/formula"
	"descent/internal/kernel/_asm/neon"
)

// mapping writes the loop of m: steps of several vectors, then single vectors,
// then single elements, which are the first lane of a vector.
func (e *neonEmitter) mapping(m mapping[neonV]) {
	e.function(m.name, m.signature(), " sets dst to "+m.doc+".", func() {
		dst, n := e.Param("dst", "base"), e.Param("dst", "len")
		pointers, numbers := map[string]neon.Reg{}, map[string]neonV{}
		all := []neon.Reg{dst}
		for _, arg := range m.args {
			if isNumber(arg) {
				numbers[arg] = neonV{vec: e.Fill(e.Param(arg))}
			} else {
				pointers[arg] = e.Param(arg, "base")
				all = append(all, pointers[arg])
			}
		}
		step := func(load func(neon.Reg, int) neon.Vec, store func(neon.Vec, neon.Reg, int), offset int) {
			var a []neonV
			for _, arg := range m.args {
				if isNumber(arg) {
					a = append(a, numbers[arg])
				} else {
					a = append(a, neonV{vec: load(pointers[arg], offset)})
				}
			}
			store(m.f(formula.Writer[neonV]{Machine: e}, a).vec, dst, offset)
		}
		for _, k := range slices.Compact([]int{2 * m.unroll, 1}) {
			e.loop(n, k, func() {
				e.Interleave(k, func(i int) { step(e.Load, e.Store, i*neonBytes) })
				e.advance(k*neonBytes, all...)
			})
		}
		e.singles(n, func() {
			step(e.Load1, e.Store1, 0)
			e.advance(4, all...)
		})
		e.Line("RET")
	})
}

// loop repeats body while at least k vectors are left of n elements.
func (e *neonEmitter) loop(n neon.Reg, k int, body func()) {
	label := fmt.Sprintf("loop%d", k)
	e.Line("SUBS $%d, %v, %v", k*neonLanes, n, n)
	e.Line("BLT %send", label)
	e.Label(label)
	body()
	e.Line("SUBS $%d, %v, %v", k*neonLanes, n, n)
	e.Line("BGE %s", label)
	e.Label(label + "end")
	e.Line("ADD $%d, %v, %v", k*neonLanes, n, n)
}

// singles repeats body for each of n elements.
func (e *neonEmitter) singles(n neon.Reg, body func()) {
	e.Line("CBZ %v, whole", n)
	e.Label("single")
	body()
	e.Line("SUBS $1, %v, %v", n, n)
	e.Line("BNE single")
	e.Label("whole")
}

// advance moves pointers on.
func (e *neonEmitter) advance(bytes int, pointers ...neon.Reg) {
	for _, p := range pointers {
		e.Line("ADD $%d, %v, %v", bytes, p, p)
	}
}

// sumLanes writes the function that adds x to 16 lanes.
func (e *neonEmitter) sumLanes() {
	e.function("SumLanes", "func(acc, x []float32)", " adds to acc[i mod 16] each x[i], in order.", func() {
		at, x, n := e.Param("acc", "base"), e.Param("x", "base"), e.Param("x", "len")
		var acc [4]neon.Vec
		for i := range acc {
			acc[i] = e.Load(at, i*neonBytes)
		}
		e.accumulate(acc, x, n, minusZero, neon.FADD)
		for i, a := range acc {
			e.Store(a, at, i*neonBytes)
		}
		e.Line("RET")
	})
}

// rowReduction writes a function that reduces each row of x in 16 lanes and the
// lanes in a fixed tree. Combined with nothing a lane stays as it is.
func (e *neonEmitter) rowReduction(name, doc string, start, nothing float64, o neon.Op) {
	e.function(name, "func(dst, x []float32, cols int)", " sets dst[r] to the "+doc+" of row r of x, cols wide.", func() {
		dst, x := e.Param("dst", "base"), e.Param("x", "base")
		rows, cols, n := e.Param("dst", "len"), e.Param("cols"), e.Reg()
		e.Line("CBZ %v, done", rows)
		e.Label("row")
		e.Line("MOVD %v, %v", cols, n)
		var acc [4]neon.Vec
		for i := range acc {
			acc[i] = e.change(e.num(start))
		}
		e.accumulate(acc, x, n, nothing, o)
		a := e.Three(o, e.Three(o, acc[0], acc[2]), e.Three(o, acc[1], acc[3])) // lane i with i+8, then with i+4
		a = e.Three(o, a, e.Turn(a))
		a = e.Three(o, a, e.Two(neon.REV64, a))
		e.Store1(a, dst, 0)
		e.advance(4, dst)
		e.Line("SUBS $1, %v, %v", rows, rows)
		e.Line("BNE row")
		e.Label("done")
		e.Line("RET")
	})
}

// accumulate combines n elements at x with 16 lanes and leaves x behind them.
// The last vector is filled up with nothing.
func (e *neonEmitter) accumulate(acc [4]neon.Vec, x, n neon.Reg, nothing float64, o neon.Op) {
	add := func(i int, x neon.Vec) { e.Into(o, acc[i], acc[i], x) }
	e.loop(n, len(acc), func() {
		for i := range acc {
			add(i, e.Load(x, i*neonBytes))
		}
		e.advance(4*neonBytes, x)
	})
	for i := range acc[:3] {
		e.Line("SUBS $%d, %v, %v", neonLanes, n, n)
		e.Line("BLT part%d", i)
		add(i, e.Load(x, 0))
		e.advance(neonBytes, x)
	}
	for _, i := range []int{3, 0, 1, 2} { // the fourth vector is never whole
		if i < 3 {
			e.Label(fmt.Sprintf("part%d", i))
			e.Line("ADD $%d, %v, %v", neonLanes, n, n)
		}
		e.Line("CBZ %v, accumulated", n)
		v := e.change(e.num(nothing))
		for lane := range neonLanes - 1 {
			e.LoadLane(v, lane, x)
			e.advance(4, x)
			if lane < 2 {
				e.Line("CMP $%d, %v", lane+1, n)
				e.Line("BEQ filled%d", i)
			}
		}
		e.Label(fmt.Sprintf("filled%d", i))
		add(i, v)
		if i != 2 {
			e.Line("B accumulated")
		}
	}
	e.Label("accumulated")
}

// colSum writes the sum over rows: blocks of four vectors of columns, then
// single ones, then single columns, each walking down all rows.
func (e *neonEmitter) colSum() {
	e.function("ColSum", "func(acc, x []float32, rows int)", " adds rows > 0 rows of x, as long as acc each, to acc, in order.", func() {
		at, x := e.Param("acc", "base"), e.Param("x", "base")
		n, rows := e.Param("acc", "len"), e.Param("rows")
		stride, p, left := e.Reg(), e.Reg(), e.Reg()
		e.Line("LSL $2, %v, %v", n, stride)
		down := func(label string, k int, load func(neon.Reg, int) neon.Vec, store func(neon.Vec, neon.Reg, int)) {
			var acc []neon.Vec
			for i := range k {
				acc = append(acc, load(at, i*neonBytes))
			}
			e.Line("MOVD %v, %v", x, p)
			e.Line("MOVD %v, %v", rows, left)
			e.Label(label)
			for i, a := range acc {
				e.Into(neon.FADD, a, a, load(p, i*neonBytes))
			}
			e.Line("ADD %v, %v, %v", stride, p, p)
			e.Line("SUBS $1, %v, %v", left, left)
			e.Line("BNE %s", label)
			for i, a := range acc {
				store(a, at, i*neonBytes)
			}
		}
		for _, k := range []int{4, 1} {
			e.loop(n, k, func() {
				down(fmt.Sprintf("rows%d", k), k, e.Load, e.Store)
				e.advance(k*neonBytes, at, x)
			})
		}
		e.singles(n, func() {
			down("rows", 1, e.Load1, e.Store1)
			e.advance(4, at, x)
		})
		e.Line("RET")
	})
}

var minusZero = math.Copysign(0, -1)
