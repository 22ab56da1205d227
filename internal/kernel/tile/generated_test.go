package tile

import (
	"testing"

	"descent/internal/kernel/kerneltest"
)

// TestGenerated fails where running the generator would change a file.
func TestGenerated(t *testing.T) { kerneltest.Generated(t, "tile") }
