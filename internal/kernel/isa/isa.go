package kernel

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"descent/internal/jit"
)

// Tier is a level of instruction set. A higher tier computes the same bits
// faster.
type Tier int

const (
	Plain  Tier = iota // Go without assembly
	AVX2               // AVX2 and FMA, 8 lanes
	AVX512             // AVX-512 F, DQ, BW and VL, 16 lanes
)

// tierEnv is the environment variable that asks for less: a lower tier, plain,
// avx2 or avx512; interpret, for programs without machine code made at run
// time; or both, as in avx2,interpret.
const tierEnv = "DESCENT_CPU"

// interpretName is the name that DESCENT_CPU takes for [SetInterpret].
const interpretName = "interpret"

// String returns the name that DESCENT_CPU takes.
func (t Tier) String() string {
	switch t {
	case Plain:
		return "plain"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return fmt.Sprintf("Tier(%d)", int(t))
}

// current is the tier in use. It is atomic only so that a test may change it
// beside idle workers; on amd64 the load costs what any load costs.
var current atomic.Int32

// interpreting is whether programs are interpreted although machine code could
// be made of them.
var interpreting atomic.Bool

func init() {
	tier, interpret := start(os.Getenv(tierEnv))
	current.Store(int32(tier))
	interpreting.Store(interpret)
}

// start is what a process starts with: the best tier, or a lower one by name,
// and machine code unless names ask for the interpreter. A name that is
// unknown, or above what the machine has, changes nothing.
func start(names string) (tier Tier, interpret bool) {
	tier = BestTier()
	for name := range strings.SplitSeq(names, ",") {
		interpret = interpret || name == interpretName
		for t := Plain; t <= BestTier(); t++ {
			if name == t.String() {
				tier = t
			}
		}
	}
	return tier, interpret
}

// BestTier is the highest tier that this machine and build can run.
func BestTier() Tier { return bestTier }

// CurrentTier is the tier in use.
func CurrentTier() Tier { return Tier(current.Load()) }

// SetTier switches to tier t, or to [BestTier] where t is above it, and
// returns a function that switches back. It is for tests that run the same
// work on every tier; it must not be called while kernels run.
func SetTier(t Tier) (restore func()) {
	old := current.Swap(int32(max(Plain, min(t, BestTier()))))
	return func() { current.Store(old) }
}

// SetInterpret switches machine code made at run time off or on and returns a
// function that switches back. Like [SetTier] it is for tests.
func SetInterpret(on bool) (restore func()) {
	old := interpreting.Swap(on)
	return func() { interpreting.Store(old) }
}

// Engine names what runs programs: the tier, and whether their bodies are
// machine code made at run time or interpreted.
func Engine() string {
	if jit.Supported && CurrentTier() > Plain && !interpreting.Load() {
		return CurrentTier().String() + ", machine code"
	}
	return CurrentTier().String() + ", interpreted"
}
