package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDescriptors: what a command opens it closes, also when it is refused.
func TestDescriptors(t *testing.T) {
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("this system does not list open files: ", err)
		}
		return len(entries)
	}
	all := func() {
		out := filepath.Join(t.TempDir(), "run")
		command(t, append(append([]string{}, small...), "--tensorboard", "--out", out)...)
		command(t, "train", "--resume", out)
		command(t, "eval", out, "digits")
		command(t, "predict", out, "nothing.csv")
		command(t, "report", out)
	}
	all()
	before := open()
	for range 3 {
		all()
	}
	if now := open(); now > before {
		t.Errorf("%d files are open, %d before", now, before)
	}
}
