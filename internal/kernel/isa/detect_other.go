//go:build (!amd64 && !arm64) || purego

package isa

func detect() []Tier { return nil }
