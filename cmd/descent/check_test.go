package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestCheck: a program compares what it trains with what it trains when it is
// started again with other engines.
func TestCheck(t *testing.T) {
	out, err := exec.Command(build(t, t.TempDir()), "bench", "--check", "--workers", "1").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if text := string(out); strings.Contains(text, "machine code\n") && strings.Count(text, "compared with") != 2 {
		t.Error(text)
	}
}
