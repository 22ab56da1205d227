package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

func TestBenchPrintsOneJSONObjectALine(t *testing.T) {
	r := command(t, "bench", "--only", "limits", "--secs", "0.001", "--json").want(t, exitDone)
	works := map[string]bool{}
	for line := range strings.Lines(r.stdout) {
		var row struct {
			Work string
			Ms   float64
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !(row.Ms > 0) {
			t.Errorf("%q has no time", line)
		}
		works[row.Work] = true
	}
	for _, want := range []string{"multiply-add/plain", "read", "read-4-write-3"} {
		if !works[want] {
			t.Errorf("%s is missing in\n%s", want, r.stdout)
		}
	}
}

func TestBenchRefuses(t *testing.T) {
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--only", "step"}, `did you mean "steps"?`},
		{[]string{"--secs", "0"}, "want more than 0"},
		{[]string{"--workers", "-1"}, "want 0, all cores"},
		{[]string{"steps"}, "takes no arguments"},
		{[]string{"--check", "--only", "steps"}, "--check measures nothing"},
	} {
		r := command(t, append([]string{"bench"}, row.args...)...).want(t, exitUsage)
		contains(t, r.stderr, row.want)
	}
}

func TestTrainProfile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := command(t, append(append([]string{}, small...), "--profile", "--out", out)...).want(t, exitDone)
	contains(t, r.stderr, "profile  "+filepath.Join(out, runs.PictureFile), "update by 32 rows: ", "MatMul", "GFLOP/s", "without reuse")
	picture, err := os.ReadFile(filepath.Join(out, runs.PictureFile))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(picture), "<svg", "update by 32 rows", "working memory", "</svg>")
}
