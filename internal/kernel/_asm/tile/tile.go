package main

import (
	"fmt"
	"math/bits"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile is a block of C held in registers: rows × vectors accumulators.
type tile struct {
	rows, vectors int
	packs         bool // stores the rows of B that it reads as a panel
	depth         bool // A, too, is vectors, one for each row
}

// depths returns depth tiles of one, two and four vectors, up to that many
// rows: eight chains or more keep the units busy.
func depths(rows ...int) (all []tile) {
	for log, most := range rows {
		for r := 1; r <= most; r++ {
			all = append(all, tile{rows: r, vectors: 1 << log, depth: true})
		}
	}
	return all
}

func (t tile) log() int { return bits.Len(uint(t.vectors)) - 1 }

func (t tile) name(s set) string {
	if t.depth {
		return fmt.Sprintf("depth%sR%dV%d", s.suffix(), t.rows, t.vectors)
	}
	if t.packs {
		return fmt.Sprintf("packer%sR%d", s.suffix(), t.rows)
	}
	return fmt.Sprintf("tile%sR%dV%d", s.suffix(), t.rows, t.vectors)
}

const tileSignature = "func(k int, a *float32, aRow, aCol int, b *float32, bRow int, c *float32, cRow, tail int, add bool, panel *float32, first, run int, jumps *int, ahead uintptr, aheadRow int, ends, relu bool, endSub, endMul, endAdd, endRest *float32)"

func (t tile) doc(s set) string {
	if t.depth {
		return fmt.Sprintf("%s is the product of %d × k vectors by k, lane by lane, %d times.", t.name(s), t.rows, t.vectors)
	}
	return fmt.Sprintf("%s is the product of %d × k by k × %d vectors.", t.name(s), t.rows, t.vectors)
}

// generateTile writes the kernel of one tile:
//
//	C = Σₚ a[:, p]·b[p, :]    or C += that sum,    p = 0 … k-1 ascending
//
// Element (i, p) of A is read at a + i·aRow + p·aCol, row p of B at b + p·bRow
// and row i of C at c + i·cRow, strides in bytes, so that packed, plain and
// transposed operands are all the same to it. The last vector of a row has
// tail lanes. A tile that packs stores its columns of B at panel, row by row,
// on the way: the next tiles find them close together. Each accumulator is one
// chain of fused multiply-adds from zero.
//
// At step p it fetches the lines at ahead + p·aheadRow: rows of B that come
// later, or those of another strip.
//
// The columns of A lie in runs: the first has first of them, the others run.
// Between two runs the address in A moves by one of jumps more, counted in
// float32. That is what makes a product of a convolution.
//
// Where ends is set, the parameters behind it say what becomes of the sums before they
// are stored: see End in package tile.
//
// A depth tile multiplies lane by lane, as convolutions of single channels do:
// A has vectors where B has them, so that C[i, j] = Σₚ a[i, p, j]·b[p, j].
func generateTile(ctx *build.Context, isa isa, t tile) {
	function(ctx, t.name(isa), tileSignature, t.doc(isa))

	k := ctx.Load(ctx.Param("k"), ctx.GP64())
	n := ctx.Load(ctx.Param("first"), ctx.GP64()) // left in this run; k are left after it
	ctx.SUBQ(n, k)
	a := rowPointers(ctx, "a", "aRow", t.rows)
	aCol := ctx.Load(ctx.Param("aCol"), ctx.GP64())
	b := ctx.Load(ctx.Param("b"), ctx.GP64()).(reg.GPVirtual)
	bRow := ctx.Load(ctx.Param("bRow"), ctx.GP64()).(reg.GPVirtual)
	var panel reg.Register
	if t.packs {
		panel = ctx.Load(ctx.Param("panel"), ctx.GP64())
	}
	ahead := ctx.Load(ctx.Param("ahead"), ctx.GP64())
	var jumps operand.Op = address(ctx, "jumps") // where no register is left
	if !t.packs {
		jumps = ctx.Load(ctx.Param("jumps"), ctx.GP64())
	}
	mask := isa.mask(ctx, ctx.Load(ctx.Param("tail"), ctx.GP64()).(reg.GPVirtual))

	acc := make([][]reg.VecVirtual, t.rows)
	for i := range acc {
		for range t.vectors {
			r := isa.vector(ctx)
			isa.zero(ctx, r)
			acc[i] = append(acc[i], r)
		}
	}

	fetch := ctx.PREFETCHT1
	if t.rows < 8 || t.depth {
		fetch = ctx.PREFETCHT0 // few rows wait for each line of B
	}
	loop, done := "loop", "done"
	ctx.TESTQ(n, n)
	ctx.JE(operand.LabelRef(done))
	ctx.Label(loop)
	for at := 0; at < t.vectors*isa.bytes(); at += 64 {
		fetch(operand.Mem{Base: ahead, Disp: at})
	}
	ctx.ADDQ(address(ctx, "aheadRow"), ahead)
	step(ctx, isa, t, a, b, panel, mask, acc)
	for _, p := range a.base {
		ctx.ADDQ(aCol, p)
	}
	ctx.ADDQ(bRow, b)
	if t.packs {
		ctx.ADDQ(operand.I32(t.vectors*isa.bytes()), panel)
	}
	ctx.DECQ(n)
	ctx.JNE(operand.LabelRef(loop))

	ctx.TESTQ(k, k)
	ctx.JE(operand.LabelRef(done))
	jump := ctx.GP64()
	ctx.MOVQ(jumps, jump)
	ctx.MOVQ(operand.Mem{Base: jump}, jump)
	ctx.ADDQ(operand.U8(8), jumps)
	for _, p := range a.base {
		ctx.LEAQ(operand.Mem{Base: p, Index: jump, Scale: 4}, p)
	}
	ctx.Load(ctx.Param("run"), n)
	ctx.CMPQ(k, n)
	ctx.CMOVQLT(k, n)
	ctx.SUBQ(n, k)
	ctx.JMP(operand.LabelRef(loop))
	ctx.Label(done)
	finish(ctx, isa, t, mask, acc)
	isa.end(ctx)
}

// address is where a parameter lies on the stack.
func address(ctx *build.Context, param string) operand.Mem {
	p, err := ctx.Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// step adds one column of A times one row of B, with the shorter of the two
// held in registers.
func step(ctx *build.Context, isa isa, t tile, a rows, b reg.GPVirtual, panel, mask reg.Register, acc [][]reg.VecVirtual) {
	load := func(j int) reg.VecVirtual {
		v, at := isa.vector(ctx), operand.Mem{Base: b, Disp: j * isa.bytes()}
		if j == t.vectors-1 {
			isa.loadMasked(ctx, at, mask, v)
		} else {
			ctx.VMOVUPS(at, v)
		}
		if t.packs {
			ctx.VMOVUPS(v, operand.Mem{Base: panel, Disp: j * isa.bytes()})
		}
		return v
	}
	broadcast := func(i int) reg.VecVirtual {
		v := isa.vector(ctx)
		ctx.VBROADCASTSS(a.at(i), v)
		return v
	}
	if t.depth {
		for j := range t.vectors {
			v := load(j)
			for i := range t.rows {
				x, at := isa.vector(ctx), a.at(i)
				at.Disp += j * isa.bytes()
				if j == t.vectors-1 {
					isa.loadMasked(ctx, at, mask, x)
				} else {
					ctx.VMOVUPS(at, x)
				}
				ctx.VFMADD231PS(v, x, acc[i][j])
			}
		}
		return
	}
	if t.vectors <= t.rows {
		held := make([]reg.VecVirtual, t.vectors)
		for j := range held {
			held[j] = load(j)
		}
		for i := range t.rows {
			x := broadcast(i)
			for j, v := range held {
				ctx.VFMADD231PS(v, x, acc[i][j])
			}
		}
		return
	}
	held := make([]reg.VecVirtual, t.rows)
	for i := range held {
		held[i] = broadcast(i)
	}
	for j := range t.vectors {
		v := load(j)
		for i, x := range held {
			ctx.VFMADD231PS(v, x, acc[i][j])
		}
	}
}

// finish stores the accumulators, or adds them to what is there.
func finish(ctx *build.Context, isa isa, t tile, mask reg.Register, acc [][]reg.VecVirtual) {
	c := rowPointers(ctx, "c", "cRow", t.rows)
	flag := ctx.Load(ctx.Param("add"), ctx.GP8())
	store := "store"
	ctx.TESTB(flag, flag)
	ctx.JE(operand.LabelRef(store))
	each := func(do func(at operand.Mem, last bool, r reg.VecVirtual)) {
		for i := range t.rows {
			for j := range t.vectors {
				at := c.at(i)
				at.Disp += j * isa.bytes()
				do(at, j == t.vectors-1, acc[i][j])
			}
		}
	}
	each(func(at operand.Mem, last bool, r reg.VecVirtual) {
		if !last {
			ctx.VADDPS(at, r, r)
			return
		}
		old := isa.vector(ctx)
		isa.loadMasked(ctx, at, mask, old)
		ctx.VADDPS(old, r, r)
	})
	ctx.Label(store)
	end(ctx, isa, t, mask, acc)
	full := isa.ifFull(ctx)
	each(func(at operand.Mem, last bool, r reg.VecVirtual) {
		if last {
			isa.storeMasked(ctx, r, mask, at)
		} else {
			ctx.VMOVUPS(r, at)
		}
	})
	if full != "" { // masked stores are slow there: a second copy without
		isa.end(ctx)
		ctx.Label(full)
		each(func(at operand.Mem, _ bool, r reg.VecVirtual) { ctx.VMOVUPS(r, at) })
	}
}

// end does the steps of an End, those that have an operand, to the accumulators.
func end(ctx *build.Context, isa isa, t tile, mask reg.Register, acc [][]reg.VecVirtual) {
	ends := ctx.Load(ctx.Param("ends"), ctx.GP8())
	ctx.TESTB(ends, ends)
	ctx.JE(operand.LabelRef("ended"))
	for _, s := range []struct {
		operand string
		do      func(...operand.Op)
	}{{"endSub", ctx.VSUBPS}, {"endMul", ctx.VMULPS}, {"endAdd", ctx.VADDPS}} {
		at := ctx.Load(ctx.Param(s.operand), ctx.GP64())
		ctx.TESTQ(at, at)
		ctx.JE(operand.LabelRef(s.operand))
		for j := range t.vectors {
			v, from := isa.vector(ctx), operand.Mem{Base: at, Disp: j * isa.bytes()}
			if j == t.vectors-1 {
				isa.loadMasked(ctx, from, mask, v)
			} else {
				ctx.VMOVUPS(from, v)
			}
			for i := range acc {
				s.do(v, acc[i][j], acc[i][j])
			}
		}
		ctx.Label(s.operand)
	}

	first := ctx.Load(ctx.Param("endRest"), ctx.GP64())
	ctx.TESTQ(first, first)
	ctx.JE(operand.LabelRef("endRest"))
	rest := rowPointers(ctx, "endRest", "cRow", t.rows)
	for i := range acc {
		for j, r := range acc[i] {
			at := rest.at(i)
			at.Disp += j * isa.bytes()
			if j < t.vectors-1 {
				ctx.VADDPS(at, r, r)
				continue
			}
			v := isa.vector(ctx)
			isa.loadMasked(ctx, at, mask, v)
			ctx.VADDPS(v, r, r)
		}
	}
	ctx.Label("endRest")

	flag := ctx.Load(ctx.Param("relu"), ctx.GP8())
	ctx.TESTB(flag, flag)
	ctx.JE(operand.LabelRef("ended"))
	zero := isa.vector(ctx)
	isa.zero(ctx, zero)
	for i := range acc {
		for _, r := range acc[i] {
			ctx.VMAXPS(r, zero, r) // r if it is NaN
			ctx.VADDPS(zero, r, r) // -0 becomes +0
		}
	}
	ctx.Label("ended")
}

// rows addresses rows at a common stride with one pointer for three of them.
type rows struct {
	base   []reg.GPVirtual
	stride reg.GPVirtual
}

func rowPointers(ctx *build.Context, base, stride string, n int) rows {
	r := rows{stride: ctx.Load(ctx.Param(stride), ctx.GP64()).(reg.GPVirtual)}
	p := ctx.Load(ctx.Param(base), ctx.GP64()).(reg.GPVirtual)
	r.base = append(r.base, p)
	for i := 3; i < n; i += 3 {
		q := ctx.GP64()
		ctx.LEAQ(operand.Mem{Base: p, Index: r.stride, Scale: 2}, q)
		ctx.ADDQ(r.stride, q)
		r.base = append(r.base, q)
		p = q
	}
	return r
}

func (r rows) at(i int) operand.Mem {
	if i%3 == 0 {
		return operand.Mem{Base: r.base[i/3]}
	}
	return operand.Mem{Base: r.base[i/3], Index: r.stride, Scale: uint8(i % 3)}
}
