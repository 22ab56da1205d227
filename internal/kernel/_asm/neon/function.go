// Package neon writes Go assembly for arm64. Instructions of integers and jumps
// are those of Go's assembler; all of vectors, of which it lacks some, are words
// from one encoder. Vectors are numbered without end, and a function gets its
// registers when it is whole; integers have theirs from the start.
package neon

import (
	"fmt"
	"slices"
	"strings"
)

// A Vec is a vector of four lanes.
type Vec int

// A Reg is an integer register.
type Reg int

// ZR is always zero.
const ZR Reg = 31

func (r Reg) String() string {
	if r == ZR {
		return "ZR"
	}
	return fmt.Sprintf("R%d", int(r))
}

// integers are the registers that a function without calls may use: R18 is the
// system's, and R27 to R30 are Go's.
var integers = []Reg{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26}

// An item is a line of a function.
type item struct {
	text   string // of Go's assembler, or a label
	encode func(v []int) code
	vecs   []Vec // that encode gets the registers of
	copies bool  // from the second to the first
}

// A Func is a function that is being written.
type Func struct {
	name, doc string
	params    []param
	items     []item
	vecs      int
	taken     int // integers
}

// Reg returns an integer register of its own.
func (f *Func) Reg() Reg {
	if f.taken == len(integers) {
		panic(f.name + ": no integer register is left")
	}
	f.taken++
	return integers[f.taken-1]
}

// Line adds a line of Go's assembler.
func (f *Func) Line(format string, a ...any) {
	f.items = append(f.items, item{text: "\t" + fmt.Sprintf(format, a...)})
}

// Label adds a place to jump to.
func (f *Func) Label(name string) { f.items = append(f.items, item{text: name + ":"}) }

// emit adds an instruction of vectors.
func (f *Func) emit(encode func(v []int) code, vecs ...Vec) {
	f.items = append(f.items, item{encode: encode, vecs: vecs})
}

// Vec returns a vector that holds nothing yet.
func (f *Func) Vec() Vec {
	f.vecs++
	return Vec(f.vecs - 1)
}

// put adds an instruction whose result is a vector of its own.
func (f *Func) put(encode func(v []int) code, vecs ...Vec) Vec {
	d := f.Vec()
	f.emit(encode, append([]Vec{d}, vecs...)...)
	return d
}

// Interleave writes n parts, which are alike and do not depend on each other, line
// by line in turn, so that one goes on while another waits.
func (f *Func) Interleave(n int, part func(i int)) {
	begin := len(f.items)
	for i := range n {
		part(i)
	}
	all := slices.Clone(f.items[begin:])
	length := len(all) / n
	f.items = f.items[:begin]
	for at := range length {
		for i := range n {
			f.items = append(f.items, all[i*length+at])
		}
	}
}

// Zero returns zeros.
func (f *Func) Zero() Vec { return f.put(func(v []int) code { return zero(v[0]) }) }

// Copy returns a vector that may be changed: x itself where that is read no more.
func (f *Func) Copy(x Vec) Vec {
	d := f.Vec()
	f.Move(d, x)
	return d
}

// Move sets d to x.
func (f *Func) Move(d, x Vec) {
	f.items = append(f.items, item{encode: func(v []int) code { return move(v[0], v[1]) }, vecs: []Vec{d, x}, copies: true})
}

// Two is o of one operand.
func (f *Func) Two(o Op, x Vec) Vec {
	return f.put(func(v []int) code { return o.two(v[0], v[1]) }, x)
}

// Three is o of two operands.
func (f *Func) Three(o Op, x, y Vec) Vec {
	return f.put(func(v []int) code { return o.three(v[0], v[1], v[2]) }, x, y)
}

// Into is o of two operands and of d, where the result goes.
func (f *Func) Into(o Op, d, x, y Vec) {
	f.emit(func(v []int) code { return o.three(v[0], v[1], v[2]) }, d, x, y)
}

// ByElement adds x times the first lane of y to d, rounded once.
func (f *Func) ByElement(d, x, y Vec) {
	f.emit(func(v []int) code { return element(v[0], v[1], v[2]) }, d, x, y)
}

// Shl, Sar and Shr shift integers; Sar keeps the sign.
func (f *Func) Shl(x Vec, n int) Vec { return f.shift(shl, x, n) }
func (f *Func) Sar(x Vec, n int) Vec { return f.shift(sshr, x, n) }
func (f *Func) Shr(x Vec, n int) Vec { return f.shift(ushr, x, n) }

func (f *Func) shift(s shift, x Vec, n int) Vec {
	return f.put(func(v []int) code { return s.by(v[0], v[1], n) }, x)
}

// Turn exchanges the halves of x.
func (f *Func) Turn(x Vec) Vec { return f.put(func(v []int) code { return turn(v[0], v[1]) }, x) }

// Fill returns a vector of the low half of an integer.
func (f *Func) Fill(x Reg) Vec { return f.put(func(v []int) code { return dup(v[0], int(x)) }) }

// Insert puts the first lane of x into a lane of d.
func (f *Func) Insert(d Vec, lane int, x Vec) {
	f.emit(func(v []int) code { return insert(v[0], lane, v[1]) }, d, x)
}

// Load reads a vector.
func (f *Func) Load(base Reg, offset int) Vec {
	return f.put(func(v []int) code { return load.at(v[0], int(base), offset) })
}

// LoadIndex reads a vector at the sum of two registers.
func (f *Func) LoadIndex(base, index Reg) Vec {
	return f.put(func(v []int) code { return load.index(v[0], int(base), int(index)) })
}

// LoadPair reads two vectors.
func (f *Func) LoadPair(base Reg, offset int) (Vec, Vec) {
	x, y := f.Vec(), f.Vec()
	f.emit(func(v []int) code { return loadPair(v[0], v[1], int(base), offset) }, x, y)
	return x, y
}

// Load1 reads the first lane; the others are zeros.
func (f *Func) Load1(base Reg, offset int) Vec {
	return f.put(func(v []int) code { return load1.at(v[0], int(base), offset) })
}

// Load1Index does so at the sum of two registers.
func (f *Func) Load1Index(base, index Reg) Vec {
	return f.put(func(v []int) code { return load1.index(v[0], int(base), int(index)) })
}

// LoadLane reads one lane of d.
func (f *Func) LoadLane(d Vec, lane int, base Reg) {
	f.emit(func(v []int) code { return loadLane(v[0], lane, int(base)) }, d)
}

// Store writes a vector.
func (f *Func) Store(x Vec, base Reg, offset int) {
	f.emit(func(v []int) code { return store.at(v[0], int(base), offset) }, x)
}

// StorePair writes two vectors side by side.
func (f *Func) StorePair(x, y Vec, base Reg, offset int) {
	f.emit(func(v []int) code { return storePair(v[0], v[1], int(base), offset) }, x, y)
}

// StoreIndex writes a vector at the sum of two registers.
func (f *Func) StoreIndex(x Vec, base, index Reg) {
	f.emit(func(v []int) code { return store.index(v[0], int(base), int(index)) }, x)
}

// Store1 writes the first lane.
func (f *Func) Store1(x Vec, base Reg, offset int) {
	f.emit(func(v []int) code { return store1.at(v[0], int(base), offset) }, x)
}

// Store1Index does so at the sum of two registers.
func (f *Func) Store1Index(x Vec, base, index Reg) {
	f.emit(func(v []int) code { return store1.index(v[0], int(base), int(index)) }, x)
}

// StoreLane writes one lane.
func (f *Func) StoreLane(x Vec, lane int, base Reg) {
	f.emit(func(v []int) code { return storeLane(v[0], lane, int(base)) }, x)
}

// Param loads a parameter, or a part of a slice: base or len.
func (f *Func) Param(name string, part ...string) Reg {
	r := f.Reg()
	f.ParamInto(r, name, part...)
	return r
}

// ParamInto loads it into r.
func (f *Func) ParamInto(r Reg, name string, part ...string) {
	at := 0
	for _, p := range f.params {
		at = (at + p.align() - 1) / p.align() * p.align()
		if p.name != name {
			at += p.size()
			continue
		}
		if len(part) == 1 {
			if part[0] == "len" {
				at += 8
			}
			name += "_" + part[0]
		}
		f.Line("%s %s+%d(FP), %v", p.load(), name, at, r)
		return
	}
	panic(f.name + " has no parameter " + name)
}

// A param is a parameter of a function.
type param struct{ name, kind string }

func (p param) size() int {
	switch {
	case strings.HasPrefix(p.kind, "[]"):
		return 24
	case p.kind == "bool":
		return 1
	case p.kind == "float32", p.kind == "uint32":
		return 4
	}
	return 8
}

func (p param) align() int { return min(p.size(), 8) }

// load is the instruction that loads p into an integer register.
func (p param) load() string {
	return map[int]string{1: "MOVBU", 4: "MOVWU"}[p.size()] + map[bool]string{true: "MOVD"}[p.size() >= 8]
}

// parse reads the parameters of a signature.
func parse(signature string) (all []param) {
	list := strings.TrimSuffix(strings.TrimPrefix(signature, "func("), ")")
	fields := strings.Split(list, ",")
	kind := ""
	for i := len(fields) - 1; i >= 0; i-- {
		name, own, ok := strings.Cut(strings.TrimSpace(fields[i]), " ")
		if ok {
			kind = own
		}
		all = append([]param{{name, kind}}, all...)
	}
	return all
}
