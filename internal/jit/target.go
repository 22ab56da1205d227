package jit

// A Target is an instruction set that loops are assembled for.
type Target struct {
	name string

	lanes   int   // of a vector
	vectors int   // registers of values
	masks   int   // registers of masks; 0: a mask is a vector
	spares  int   // registers of values that are set apart, where operands are in memory, to bring them there
	onto    []int // the operands of an FMA that its result may overwrite, the best first

	writer func(*layout) writer
}

// String returns the target's name.
func (t *Target) String() string { return t.name }

// parts is how many vectors a round has.
func (t *Target) parts() int { return Step / t.lanes }

// hasMask says whether v has a register of masks.
func (t *Target) hasMask(v *value) bool { return t.masks > 0 && v.op == opCompare }

// A writer writes machine code in the order that [layout.write] asks for.
type writer interface {
	enter()                 // fills the registers that no row changes, but for values
	leave() ([]byte, error) // returns to the caller, and has all of the code

	constant(i int)  // fills the register of value i, a constant
	number(i int)    // fills the place of value i, one of Args.Numbers
	rowNumber(i int) // fills the place of value i, a number of the row

	row() int                    // begins a row
	nextRow(row int)             // moves to the next row, and jumps to row if there is one
	rounds() (end jump)          // begins the whole rounds of the row, and jumps if there is none
	round() int                  // begins a round
	nextRound(round int)         // moves to the next round, and jumps to round if it is whole
	rest(part int) (end jump)    // begins a part of the rest of a row, and jumps if nothing is left
	land(end jump)               // jumps lead here
	value(i, part int, all bool) // computes value i; unless all lanes are there, as rest has found

	start(acc int, bits uint32)         // fills the register of an accumulator
	startLanes(acc int, stream, at int) // fills it with the lanes of a stream from at on
	endLanes(acc int, stream, at int)   // writes it there
}

// A jump is the place in the code where its distance has to stand.
type jump int

// none is no register, no slot and no jump.
const none = -1
