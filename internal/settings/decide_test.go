package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBefore: a run from before a setting was there goes on with what it had, and a
// file that people write has the default.
func TestBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("epochs: 3\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	kept, written := Default(), Default()
	if err := ReadKept(path, &kept); err != nil {
		t.Fatal(err)
	}
	if err := Read(path, &written); err != nil {
		t.Fatal(err)
	}
	original := Default()
	for _, row := range table {
		if row.before == "" {
			continue
		}
		if got := row.Text(&kept); got != row.before {
			t.Errorf("%s of a kept file is %q, want %q", row.key, got, row.before)
		}
		if got := row.Text(&written); got != row.Text(&original) {
			t.Errorf("%s of a file is %q", row.key, got)
		}
	}
	var text strings.Builder // what a run of today keeps is read back
	if err := original.Write(&text); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := ReadKept(path, &kept); err != nil || kept.Calibrate != "auto" {
		t.Errorf("calibrate is %q, %v", kept.Calibrate, err)
	}
}
