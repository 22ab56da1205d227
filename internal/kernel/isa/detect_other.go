//go:build !amd64 || purego

package isa

func detect() []Tier { return nil }
