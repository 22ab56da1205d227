// Package program has fused elementwise programs: [Builder] writes one, the
// interpreter in exec.go is its meaning, and machine.go makes machine code of it.
package program

import (
	"fmt"
	"math"
	"strings"

	"descent/internal/kernel/isa"
)

// A Program is a straight-line list of vector instructions over a domain of
// rows × cols. It walks the domain in tiles that stay in cache, runs all its
// instructions over one tile before the next, and so reads and writes memory
// once, whatever the number of instructions.
//
// One program serves any domain. See [Builder] for the instructions,
// [Program.Kernel] to run it as an instruction of its own, and
// [Program.RunRect] to run it over the tile of a producer.
type Program struct {
	inputs  []Class
	outputs []outputPlace
	finish  []int // outputs in the order of their writing: sinks first, since they may read an input

	head  []instr // class One: once a run
	cols  []instr // class Col: once for a segment of columns
	body  []instr // class Row and Full: once a tile
	class Class   // the widest of all values

	rowWise   bool // has row reductions, so a tile holds whole rows
	hasColSum bool
	columns   bool // has values of class Row or Col, so that rows matter

	ones, rowTemps, colTemps, tileTemps int     // working memory, in values of each class
	wides                               []place // Col values that Full instructions read
	sums                                int     // number of SumAll sinks

	compiled [isa.Count][2]compiled // without and with sums
}

// An instr is one instruction with its operands' places.
type instr struct {
	op   opcode
	neg  bool
	dst  place
	args [maxArgs]place
	imm  uint64
}

// A place is where a value lives while a tile is worked on.
type place struct {
	class Class
	input bool  // in input buffer at; else in temporary at of its class
	at    int32 // which
	out   int32 // the output buffer that may hold it instead, or −1; Full only
	wide  int32 // the number in Program.wides of a Col that a Full instruction reads
}

// An outputPlace is an output or sink with the place of its value.
type outputPlace struct {
	kind outputKind
	src  place
	sum  int // number of the SumAll sink
	// late lists Full inputs that are read after the value has been
	// computed: if the output is the memory of one of them, the value
	// waits in its temporary until the end of the tile.
	late []int32
}

// CanFollow says whether the program can run over the tiles of a producer:
// it has no row reductions, which need whole rows, and no sinks, which need
// all tasks to have finished.
func (p *Program) CanFollow() bool {
	for _, o := range p.outputs {
		if o.kind != outValue {
			return false
		}
	}
	return !p.rowWise
}

// sinksInput says whether a sink reads an input when the body has run.
func (p *Program) sinksInput() bool {
	for _, o := range p.outputs {
		if o.kind != outValue && o.src.input {
			return true
		}
	}
	return false
}

// String lists the program, one instruction a line. Names tell the place: a
// One is s, a Row r, a Col c, a Full t, and an input in; a Full value that is
// an output shows the output buffer it may be computed in.
func (p *Program) String() string {
	var b strings.Builder
	for _, part := range []struct {
		name string
		code []instr
	}{{"once", p.head}, {"each segment of columns", p.cols}, {"each tile", p.body}} {
		if len(part.code) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", part.name)
		for i := range part.code {
			fmt.Fprintf(&b, "\t%v\n", &part.code[i])
		}
	}
	for j, o := range p.outputs {
		fmt.Fprintf(&b, "out%d = %s%v\n", j, [...]string{"", "sumall ", "colsum "}[o.kind], o.src)
	}
	return b.String()
}

func (in *instr) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v = %v", in.dst, in.op)
	switch in.op {
	case opConst:
		fmt.Fprintf(&b, " %v", math.Float32frombits(uint32(in.imm)))
	case opInput, opScalar, opUniform:
		fmt.Fprintf(&b, " %d", in.imm)
	}
	for i := range in.op.args() {
		fmt.Fprintf(&b, " %v", in.args[i])
	}
	if in.neg {
		b.WriteString(" negated")
	}
	return b.String()
}

func (pl place) String() string {
	if pl.input {
		return fmt.Sprintf("in%d", pl.at)
	}
	s := fmt.Sprintf("%c%d", "srct"[pl.class], pl.at)
	if pl.out >= 0 {
		s += fmt.Sprintf("|out%d", pl.out)
	}
	return s
}
