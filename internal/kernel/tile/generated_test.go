package tile

import (
	"testing"

	"descent/internal/kernel/kerneltest"
)

// TestGenerated fails where running the generator would change a file.
func TestGenerated(t *testing.T) { kerneltest.Generated(t, "tile") }

// TestWords holds the words of the assembly for arm64 to their comments.
func TestWords(t *testing.T) { kerneltest.Words(t, "neon_arm64.s") }
