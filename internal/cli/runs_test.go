package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/files"
	"descent/internal/runs"
)

func TestRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, seed := range []string{"1", "2"} {
		line := append(append([]string{}, small...), "--seed", seed, "--out", filepath.Join("runs", []string{"one", "two"}[i]))
		command(t, line...).want(t, exitDone)
	}
	all := command(t, "runs").want(t, exitDone).stdout
	contains(t, all, "run  data", "one", "two", "test.accuracy", "2 runs in runs")
	if strings.Contains(all, "test.r2") {
		t.Errorf("a column without any value is shown:\n%s", all)
	}
	some := command(t, "runs", "runs", "--where", "seed>1", "--show", "seed,test.loss").want(t, exitDone).stdout
	if strings.Contains(some, "one") || !strings.Contains(some, "run  seed  test.loss") {
		t.Errorf("runs of seed 2:\n%s", some)
	}
	var list []map[string]any
	out := command(t, "runs", "--json", "--sort", "-seed").want(t, exitDone).stdout
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 2 || list[0]["name"] != "two" {
		t.Errorf("%v: %s", err, out)
	}
	contains(t, command(t, "runs", "--sort", "learning_rat").want(t, exitUsage).stderr, `did you mean "learning_rate"`)
	contains(t, command(t, "runs", "--where", "sede=1").want(t, exitUsage).stderr, `did you mean "seed"`)
	contains(t, command(t, "runs", "nowhere").want(t, exitFailed).stderr, "nowhere")

	contains(t, command(t, "runs", filepath.Join("runs", "one")).want(t, exitUsage).stderr, "is itself a run")

	both := command(t, "runs", "compare", "one", filepath.Join("runs", "two")).want(t, exitDone).stdout
	contains(t, both, "test accuracy", "setting  one  two\nseed     1    2\n", "report runs/one runs/two")
	contains(t, command(t, "runs", "compare", "one").want(t, exitUsage).stderr, "two runs or more")

	r := commandIn(t, "n\n", "runs", "rm", "one").want(t, exitFailed)
	contains(t, r.stderr, "Remove 1 run", "nothing was removed")
	contains(t, command(t, "runs", "rm", "runs", "--yes").want(t, exitFailed).stderr, "no run folder")
	contains(t, command(t, "runs", "rm", "one", "three", "--yes").want(t, exitFailed).stderr, "three")
	if err := os.Mkdir(filepath.Join("runs", "one", runs.Checkpoints), 0o777); err != nil {
		t.Fatal(err)
	}
	lock, err := files.Lock(filepath.Join("runs", "one", runs.Checkpoints, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "runs", "rm", "one", "--yes").want(t, exitFailed).stderr, "in use")
	lock.Close()
	commandIn(t, "y\n", "runs", "rm", "one").want(t, exitDone)
	command(t, "runs", "rm", "two", "--yes").want(t, exitDone)
	if left, err := os.ReadDir("runs"); err != nil || len(left) != 0 {
		t.Errorf("%v are left: %v", left, err)
	}
	contains(t, command(t, "runs").want(t, exitDone).stdout, "0 runs in runs")
}
