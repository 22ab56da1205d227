//go:build !linux

package kerneltest

import "testing"

// Edge returns n floats; see the one for Linux.
func Edge(t *testing.T, n int) []float32 { return make([]float32, n) }
