// Package isa says which instruction sets this machine has, and which of them
// is in use. All of them compute the same bits.
package isa

import (
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// A Tier is an instruction set that kernels are written for. Tiers of one
// architecture stand in the order of their speed; those of different
// architectures never meet, so that the order means nothing beyond that: ask
// [Tiers] what there is.
type Tier int

const (
	Plain  Tier = iota // Go without assembly
	AVX2               // AVX2 and FMA, 8 lanes
	AVX512             // AVX-512 F, DQ, BW and VL, 16 lanes
	NEON               // Advanced SIMD of arm64, 4 lanes

	Count // the number of tiers, for tables
)

// names are those that DESCENT_CPU takes.
var names = [Count]string{Plain: "plain", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

// String returns the name that DESCENT_CPU takes.
func (t Tier) String() string { return names[t] }

// Environment is the variable that asks for less than the machine has: another
// tier by its name; interpret, for programs without machine code made at run
// time; or both, as in avx2,interpret.
const Environment = "DESCENT_CPU"

// Interpreted is the name that DESCENT_CPU takes for [Interpret].
const Interpreted = "interpret"

// current is the tier in use. It is atomic only so that a test may change it
// beside idle workers; on amd64 the load costs what any load costs.
var current atomic.Int32

// interpreting is whether programs are interpreted although machine code could
// be made of them.
var interpreting atomic.Bool

// available are the tiers that this machine and build can run.
var available = append([]Tier{Plain}, detect()...)

func init() {
	tier, interpret := start(os.Getenv(Environment))
	current.Store(int32(tier))
	interpreting.Store(interpret)
}

// start is what a process starts with: the best tier, or another by name, and
// machine code unless names ask for the interpreter. A name that is unknown, or
// that of a tier that the machine lacks, changes nothing.
func start(asked string) (tier Tier, interpret bool) {
	tier = Best()
	for name := range strings.SplitSeq(asked, ",") {
		interpret = interpret || name == Interpreted
		for _, t := range available {
			if name == t.String() {
				tier = t
			}
		}
	}
	return tier, interpret
}

// Tiers returns those that this machine and build can run, the fastest last.
// [Plain] is always the first.
func Tiers() []Tier { return slices.Clone(available) }

// Best is the fastest tier that this machine and build can run.
func Best() Tier { return available[len(available)-1] }

// Current is the tier in use.
func Current() Tier { return Tier(current.Load()) }

// Use switches to tier t, or to [Best] where the machine lacks it, and returns
// a function that switches back. It is for tests that run the same work on
// every tier; it must not be called while kernels run.
func Use(t Tier) (restore func()) {
	if !slices.Contains(available, t) {
		t = Best()
	}
	old := current.Swap(int32(t))
	return func() { current.Store(old) }
}

// Interpreting is whether programs are to be interpreted although machine code
// could be made of them.
func Interpreting() bool { return interpreting.Load() }

// Interpret switches machine code made at run time off or on and returns a
// function that switches back. Like [Use] it is for tests.
func Interpret(on bool) (restore func()) {
	old := interpreting.Swap(on)
	return func() { interpreting.Store(old) }
}
