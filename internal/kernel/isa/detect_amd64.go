//go:build amd64 && !purego

package isa

import "golang.org/x/sys/cpu"

// detect returns the tiers above [Plain], the fastest last.
func detect() []Tier {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return nil
	case !x.HasAVX512F || !x.HasAVX512DQ || !x.HasAVX512BW || !x.HasAVX512VL:
		return []Tier{AVX2}
	}
	return []Tier{AVX2, AVX512}
}
