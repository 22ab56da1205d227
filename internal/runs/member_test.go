package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFoldersOfMembers checks which folders within a run folder are the run's own: it
// may be removed with them, and they go when it is done.
func TestFoldersOfMembers(t *testing.T) {
	folder := t.TempDir()
	put := func(path string) {
		path = filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		ConfigFile, MetricsFile, "member-1/" + MemberFile, "member-1/checkpoints/lock", "member-12/checkpoints/epoch-1-batch-2.safetensors",
		"candidate-3/member-1/" + BestFile, "candidate-3/member-2/checkpoints/epoch-1-batch-2.safetensors",
	} {
		put(path)
	}
	if err := Removable(folder); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"member-1/notes.txt", "member-2/member-1/" + BestFile, "candidate-3/candidate-1/" + BestFile, "member-x/" + BestFile, "checkpoints/member-1/" + BestFile} {
		put(path)
		if err := Removable(folder); err == nil || !strings.Contains(err.Error(), "which no run writes") {
			t.Errorf("with %s: %v", path, err)
		}
		if err := os.RemoveAll(filepath.Join(folder, filepath.FromSlash(path))); err != nil {
			t.Fatal(err)
		}
		for dir := filepath.Dir(path); dir != "." && os.Remove(filepath.Join(folder, dir)) == nil; { // if it is empty
			dir = filepath.Dir(dir)
		}
	}
	put("member-1/notes.txt")
	stays, err := (&Folder{Path: folder}).Finished()
	if err != nil || len(stays) != 1 || !strings.HasSuffix(stays[0], "notes.txt") {
		t.Errorf("%v stay, %v", stays, err)
	}
	for _, gone := range []string{"member-12", "candidate-3"} {
		if _, err := os.Stat(filepath.Join(folder, gone)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
}
