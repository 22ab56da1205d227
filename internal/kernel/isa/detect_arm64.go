//go:build arm64 && !purego

package isa

// detect returns the tiers above [Plain]. Every arm64 machine that Go runs on has
// Advanced SIMD.
func detect() []Tier { return []Tier{NEON} }
