package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// TestNotesStay: what a run has to say of its data is told once, and stands with its
// result where nothing shows its start.
func TestNotesStay(t *testing.T) {
	var b strings.Builder
	b.WriteString("size,kind\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,%s\n", i*37%101, []string{"no", "yes"}[(i%40)/39])
	}
	rows, note := write(t, "rare.csv", b.String()), `note      of class "yes" are `
	for _, how := range [][]string{nil, {"--bag", "2"}, {"--best", "--tries", "1"}} {
		_, run := trained(t, append([]string{"--data", rows, "--target", "kind"}, how...)...)
		if n := strings.Count(readFile(t, filepath.Join(run, runs.ResultFile)), note); n != 1 {
			t.Errorf("%v: the note stands %d times in %s", how, n, runs.ResultFile)
		}
	}
	for ui, printed := range map[string][2]int{"none": {1, 0}, "plain": {0, 1}} {
		run := filepath.Join(t.TempDir(), "run")
		r := command(t, append(append([]string{}, small...), "--data", rows, "--target", "kind", "--out", run, "--ui", ui)...).want(t, exitDone)
		if n := [2]int{strings.Count(r.stdout, note), strings.Count(r.stderr, note)}; n != printed {
			t.Errorf("--ui %s prints the note %d times in the result and at the start, want %d", ui, n, printed)
		}
		if again := command(t, "train", "--resume", run).want(t, exitDone); again.stdout != r.stdout {
			t.Errorf("--ui %s, printed again:\n%s", ui, again.stdout)
		}
	}
}
