package cli

import (
	"path/filepath"
	"testing"
)

// TestSingleRowOfABatch: a row that is left over joins the batch before it, and
// batches of one row are refused before a folder is made.
func TestSingleRowOfABatch(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := pictures(t)
	args := func(batch, out string) []string {
		return []string{"train", "--data", dir, "--model", "cnn:4", "--epochs", "2", "--batch", batch, "--out", out}
	}
	r := command(t, args("43", "joined")...).want(t, exitDone)
	contains(t, r.stderr, "44 training rows", "1 update of 43 rows", "44 rows in batches of 43 leave a single one", "step 2")
	command(t, "train", "--resume", "joined").want(t, exitDone)
	r = command(t, args("1", "single")...).want(t, exitUsage)
	contains(t, r.stderr, "batches have a single row", "batchnorm", "2 rows a batch")
	if left, _ := filepath.Glob("*"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	trained(t, append([]string{"--data", dir}, "--model", "cnn:4", "--batch", "2")...)
}
