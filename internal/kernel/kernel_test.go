package kernel_test

import (
	"runtime"
	"testing"

	"descent/internal/jit"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
)

// TestEngine wants machine code in use wherever it can be, and says where the
// tests ran without.
func TestEngine(t *testing.T) {
	if isa.Best() == isa.Plain {
		if got := kernel.Engine(); got != "plain, interpreted" {
			t.Errorf("a machine or build of plain Go says %q", got)
		}
		t.Skip("plain Go, without machine code")
	}
	if runtime.GOARCH == "arm64" && isa.Best() != isa.NEON {
		t.Errorf("the best of arm64 is %v", isa.Best())
	}
	defer isa.Use(isa.Best())()
	defer isa.Interpret(false)()
	if want := isa.Best().String() + ", machine code"; kernel.Engine() != want || !jit.Available() {
		t.Errorf("programs run on %q, want %q", kernel.Engine(), want)
	}
	isa.Interpret(true)
	if want := isa.Best().String() + ", interpreted"; kernel.Engine() != want {
		t.Errorf("programs run on %q, want %q", kernel.Engine(), want)
	}
}
