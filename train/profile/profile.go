// Package profile says what a compiled step consists of and what it has taken,
// as data, as text and as a picture.
//
// A trainer returns a [Profile]; its JSON is profile.json of a run folder.
package profile

// Profile says what the compiled steps of a trainer consist of and what they
// have taken.
type Profile struct {
	Workers      int
	Instructions string  // the set in use, avx512, avx2, neon or plain, and whether fused programs are machine code or interpreted
	PeakFLOPS    float64 // operations a second that all workers reach at most; 0 if they were not measured
	PeakBytes    float64 // bytes a second from memory, likewise
	Plans        []Plan
}

// Plan is the part of a [Profile] for one compiled step: there is one for each
// size of batch that occurs.
type Plan struct {
	Name         string // such as "update by 32 rows"
	Runs         int
	Seconds      float64 // of all runs, between their begin and end; 0 if they were not measured
	Instructions []Instruction
	Waves        int // groups of instructions that run side by side

	ArenaBytes  int // of working memory
	TensorBytes int // that all temporary values would take without reuse
	Buffers     []Buffer
}

// Instruction is what one instruction of a plan takes.
type Instruction struct {
	Stage      string // forward, backward or update
	Wave       int    // that it runs in, from 0
	Name       string // the operations that were fused, and the shape they run over
	Tasks      int    // that it is cut into
	Runs       int
	Seconds    float64 // of all runs and workers together; 0 if they were not measured
	Operations int     // on float32 in one run; a fused multiply-add is two
	Bytes      int     // of operands in one run, each value once
	OfLimit    float64 // part of a worker's share of the limit that is reached; bytes from a cache can make it more than 1
}

// Buffer is the place of a temporary value in working memory.
type Buffer struct {
	Offset, Bytes int
	First, Last   int // waves between which it is in use, both included
}

// Operations on float32 of one run of all instructions.
func (p *Plan) Operations() (n int) {
	for i := range p.Instructions {
		n += p.Instructions[i].Operations
	}
	return n
}

// Bytes of operands of one run of all instructions.
func (p *Plan) Bytes() (n int) {
	for i := range p.Instructions {
		n += p.Instructions[i].Bytes
	}
	return n
}

// Busy is what the instructions have taken, in seconds of all workers
// together. What is missing to the workers' share of Seconds they waited.
func (p *Plan) Busy() (seconds float64) {
	for i := range p.Instructions {
		seconds += p.Instructions[i].Seconds
	}
	return seconds
}
