package train

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"descent/engine"
	"descent/internal/measure"
)

// Profile says what the compiled steps of a trainer consist of and what they
// have taken.
type Profile struct {
	Workers      int
	Instructions string  // the set in use, avx512, avx2 or plain, and whether fused programs are machine code or interpreted
	PeakFLOPS    float64 // operations a second that all workers reach at most; 0 if they were not measured
	PeakBytes    float64 // bytes a second from memory, likewise
	Plans        []PlanProfile
}

// PlanProfile is the part of a [Profile] for one compiled step: there is one
// for each size of batch that occurs.
type PlanProfile struct {
	Name         string // such as "update by 32 rows"
	Runs         int
	Seconds      float64 // of all runs, between their begin and end; 0 if they were not measured
	Instructions []InstructionProfile
	Waves        int // groups of instructions that run side by side

	ArenaBytes  int // of working memory
	TensorBytes int // that all temporary values would take without reuse
	Buffers     []BufferProfile
}

// InstructionProfile is what one instruction of a plan takes.
type InstructionProfile struct {
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

// BufferProfile is the place of a temporary value in working memory.
type BufferProfile struct {
	Offset, Bytes int
	First, Last   int // waves between which it is in use, both included
}

// Profile returns what every instruction has taken so far, if Config.Profile
// is set, beside the limits of the machine, which it measures: that takes some
// tenths of a second and 64 MiB. Without Config.Profile there are no times and
// no limits.
//
// Evaluation is not part of it.
func (t *Trainer) Profile() Profile {
	p := Profile{Workers: t.engine.Workers(), Instructions: engine.InstructionSet()}
	var limits measure.Limits
	if t.cfg.Profile {
		const words = 4 << 20
		limits, _ = measure.Machine(t.cfg.Workers, 100*time.Millisecond, words) // without limits no shares are shown
		p.PeakFLOPS, p.PeakBytes = limits.Operations, limits.Bytes()
	}
	keys := slices.SortedFunc(maps.Keys(t.programs), func(a, b programKey) int {
		return cmp.Or(cmp.Compare(a.mode, b.mode), cmp.Compare(b.rows, a.rows))
	})
	for _, key := range keys {
		p.Plans = append(p.Plans, t.programs[key].profile(key, limits, p.Workers))
	}
	return p
}

var (
	modeNames = [...]string{
		modeStep: "update by %d rows", modeAccumulate: "gradient of %d rows", modeApply: "update by the gradient of all rows",
		modeClimb: "climb by the gradient of all rows", modeAgain: "gradient of %d rows after the climb",
	}
	stageNames = [...]string{stageForward: "forward", stageBackward: "backward", stageUpdate: "update"}
)

// name is what the program of a key does.
func (k programKey) name() string {
	if k.mode == modeApply || k.mode == modeClimb {
		return modeNames[k.mode]
	}
	return fmt.Sprintf(modeNames[k.mode], k.rows)
}

func (p *program) profile(key programKey, limits measure.Limits, workers int) PlanProfile {
	times := p.Times()
	r := PlanProfile{Name: key.name()}
	r.ArenaBytes, r.TensorBytes = p.Memory()
	for _, s := range times {
		r.Runs = max(r.Runs, s.Runs)
		r.Seconds += s.Wall.Seconds()
	}
	for _, in := range p.Instructions() {
		row := InstructionProfile{
			Stage: stageNames[in.Stage], Wave: in.Wave, Name: in.Name, Tasks: in.Tasks,
			Runs: times[in.Stage].Runs, Seconds: in.Busy.Seconds(),
			Operations: in.Operations, Bytes: in.Bytes,
		}
		if row.Runs > 0 {
			row.OfLimit = limits.Share(in.Operations, in.Bytes, row.Seconds/float64(row.Runs)) * float64(workers)
		}
		r.Waves = max(r.Waves, in.Wave+1)
		r.Instructions = append(r.Instructions, row)
	}
	for _, b := range p.Buffers() {
		r.Buffers = append(r.Buffers, BufferProfile(b))
	}
	return r
}

// Operations on float32 of one run of all instructions.
func (p *PlanProfile) Operations() (n int) {
	for i := range p.Instructions {
		n += p.Instructions[i].Operations
	}
	return n
}

// Bytes of operands of one run of all instructions.
func (p *PlanProfile) Bytes() (n int) {
	for i := range p.Instructions {
		n += p.Instructions[i].Bytes
	}
	return n
}

// Busy is what the instructions have taken, in seconds of all workers
// together. What is missing to the workers' share of Seconds they waited.
func (p *PlanProfile) Busy() (seconds float64) {
	for i := range p.Instructions {
		seconds += p.Instructions[i].Seconds
	}
	return seconds
}
