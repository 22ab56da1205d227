package runs_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// TestFolderToBeginIn begins a run where a process has been that ended before it
// wrote the settings, and where there is more.
func TestFolderToBeginIn(t *testing.T) {
	lock := filepath.Join(runs.Checkpoints, "lock")
	for _, row := range []struct {
		name  string
		files []string // and folders, which end with a slash
		want  string   // in the error
	}{
		{"nothing", nil, ""},
		{"no lock yet", []string{"checkpoints/"}, ""},
		{"a lock", []string{lock}, ""},
		{"settings that are not whole", []string{lock, "config.yaml.0123abcd.tmp"}, ""},
		{"a plan that is not whole", []string{"plan.json.0123abcd.tmp", "settings.yaml.0123abcd.tmp"}, ""},
		{"a plan of others", []string{runs.PlanFile}, "not empty"},
		{"a run", []string{lock, runs.ConfigFile}, "not empty"},
		{"a checkpoint", []string{lock, "checkpoints/00000001.safetensors"}, "not empty"},
		{"another file", []string{lock, "notes.txt"}, "not empty"},
		{"what others write", []string{"notes.0123abcd.tmp"}, "not empty"},
		{"another folder", []string{lock, "config.yaml.0123abcd.tmp/"}, "not empty"},
		{"a file of that name", []string{runs.Checkpoints}, "not empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := t.TempDir()
			for _, name := range row.files {
				full := filepath.Join(path, name)
				parent := filepath.Dir(full)
				if strings.HasSuffix(name, "/") {
					parent = full
				}
				if err := os.MkdirAll(parent, 0o777); err != nil {
					t.Fatal(err)
				}
				if parent == full {
					continue
				}
				if err := os.WriteFile(full, nil, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			f, err := runs.Create(path, "digits", func(w io.Writer) error { _, err := io.WriteString(w, "data: digits\n"); return err })
			if err == nil {
				defer f.Close()
			}
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Fatalf("error is %v, want %q", err, row.want)
			}
			if err != nil {
				for _, name := range row.files {
					if _, err := os.Stat(filepath.Join(path, name)); err != nil {
						t.Errorf("%s did not stay: %v", name, err)
					}
				}
				return
			}
			entries, err := os.ReadDir(path)
			if err != nil || len(entries) != 2 || entries[0].Name() != runs.Checkpoints || entries[1].Name() != runs.ConfigFile {
				t.Errorf("the new run holds %v: %v", entries, err)
			}
		})
	}
}
