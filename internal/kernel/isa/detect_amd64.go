//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

var bestTier = detectTier()

func detectTier() Tier {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return Plain
	case !x.HasAVX512F || !x.HasAVX512DQ || !x.HasAVX512BW || !x.HasAVX512VL:
		return AVX2
	}
	return AVX512
}
