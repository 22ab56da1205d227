package plan

// Life returns the waves between which b holds a value, both included: in the
// arena others use its place before and after. last is less than first if
// nothing uses b.
func (b *Buffer) Life() (first, last int) { return b.first, b.last }

// Wave is the number of the wave that runs the instruction.
func (in *Instr) Wave() int { return in.wave }
