//go:build !linux

package exec

// hugePages does nothing where there is no such wish.
func hugePages([]float32) {}
