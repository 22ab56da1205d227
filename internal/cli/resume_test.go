package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"descent/internal/files"
	"descent/internal/runs"
)

// interrupted starts a run that a signal stops when its progress holds text.
func interrupted(t testing.TB, text string, args ...string) (out string, code int, stderr string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &cancelAt{text: text, cancel: func() { cancel(Signal{syscall.SIGTERM}) }}
	line := append([]string{"train", "--model", "mlp:16", "--ui", "plain", "--out", out}, args...)
	code = Run(ctx, line, nil, &bytes.Buffer{}, w)
	return out, code, w.String()
}

// kept reads what a run left that must not depend on interruptions.
func kept(t testing.TB, out string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{runs.MetricsFile, runs.StepsFile, runs.ConfigFile, runs.BestFile, runs.LastFile} {
		files[name] = readFile(t, filepath.Join(out, name))
	}
	var sum map[string]any
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(out, runs.SummaryFile))), &sum); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seconds", "run", "started"} {
		delete(sum, key)
	}
	text, err := json.Marshal(sum)
	if err != nil {
		t.Fatal(err)
	}
	files[runs.SummaryFile] = string(text)
	return files
}

// TestResumeEqualsUnbroken stops runs early and late and compares all that
// they leave in the end with that of runs that were not stopped.
func TestResumeEqualsUnbroken(t *testing.T) {
	for name, args := range map[string][]string{
		"validated":  {"--epochs", "4", "--seed", "3"},
		"patience":   {"--epochs", "60", "--patience", "2", "--lr", "0.05", "--monitor", "accuracy", "--schedule", "plateau:patience=0,factor=0.5"},
		"unmeasured": {"--epochs", "4", "--split", "80/0/20", "--average", "ema:0.9", "--optimizer", "nesterov"},
	} {
		t.Run(name, func(t *testing.T) {
			whole := filepath.Join(t.TempDir(), "run")
			command(t, append([]string{"train", "--model", "mlp:16", "--ui", "none", "--out", whole}, args...)...).want(t, exitDone)
			want := kept(t, whole)
			for _, at := range []string{"folder", "epoch  2/", "epoch 2/"} {
				out, code, stderr := interrupted(t, at, args...)
				if code == exitDone { // the width of the epoch's number
					continue
				}
				if code != 143 {
					t.Fatalf("exit %d, want 143: %s", code, stderr)
				}
				contains(t, stderr, "--resume "+out)
				r := command(t, "train", "--resume", out, "--workers", "1", "--ui", "plain").want(t, exitDone)
				if at != "folder" {
					contains(t, r.stderr, "resumed   after")
				}
				got := kept(t, out)
				for name := range want {
					if got[name] != want[name] {
						t.Errorf("stopped at %q: %s differs", at, name)
						if !strings.HasSuffix(name, ".safetensors") {
							t.Errorf("it is\n%s\nwant\n%s", got[name], want[name])
						}
					}
				}
				if _, err := os.Stat(filepath.Join(out, runs.Checkpoints)); !os.IsNotExist(err) {
					t.Errorf("the checkpoints of a run that is done are still there: %v", err)
				}

				again := command(t, "train", "--resume", out).want(t, exitDone)
				if again.stdout != r.stdout {
					t.Errorf("a run that is done prints\n%s\nwant\n%s", again.stdout, r.stdout)
				}
				asJSON := command(t, "train", "--resume", out, "--json").want(t, exitDone)
				var sum map[string]any
				if err := json.Unmarshal([]byte(asJSON.stdout), &sum); err != nil || sum["status"] != "done" {
					t.Errorf("--json prints %v %s", err, asJSON.stdout)
				}
				if after := kept(t, out); !reflect.DeepEqual(after, got) {
					t.Error("printing the result again changed the folder")
				}
			}
		})
	}
}

// TestResumeRefusals names what does not fit a resumed run.
func TestResumeRefusals(t *testing.T) {
	table := write(t, "flowers.csv", flowers(90))
	out, _, _ := interrupted(t, "epoch   2/", "--data", table, "--target", "kind", "--epochs", "500")

	for _, args := range [][]string{{"--epochs", "9"}, {"--lr", "1"}, {"--set", "seed=1"}, {"--config", "x"}, {"--out", "x"}, {"--recipe", "x"}, {"--print-config"}} {
		r := command(t, append([]string{"train", "--resume", out}, args...)...).want(t, exitUsage)
		contains(t, r.stderr, args[0], "--resume")
	}
	contains(t, command(t, "train", "--resume", t.TempDir()).want(t, exitFailed).stderr, "no run folder", runs.ConfigFile)

	lock, err := files.Lock(filepath.Join(out, runs.Checkpoints, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	writing := filepath.Join(out, runs.BestFile+".0123abcd.tmp")
	if err := os.WriteFile(writing, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "train", "--resume", out).want(t, exitFailed).stderr, "another process", out)
	lock.Close()
	if err := os.Remove(writing); err != nil {
		t.Error("the file that the other process is writing:", err)
	}

	before := readFile(t, filepath.Join(out, runs.StepsFile))
	if err := os.WriteFile(table, []byte(strings.Replace(flowers(90), "blue", "red", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "train", "--resume", out).want(t, exitFailed).stderr, "has changed", "SHA-256", table)
	if readFile(t, filepath.Join(out, runs.StepsFile)) != before {
		t.Error("a run that was refused changed its log")
	}
}

// TestResumeFromNothing: a run that ended before its first checkpoint starts
// anew; one whose newest checkpoint is damaged goes on from the one before.
func TestResumeFromNothing(t *testing.T) {
	args := []string{"--epochs", "3", "--checkpoint-every", "20"}
	whole := filepath.Join(t.TempDir(), "run")
	command(t, append([]string{"train", "--model", "mlp:16", "--ui", "none", "--out", whole}, args...)...).want(t, exitDone)
	want := kept(t, whole)

	out, _, _ := interrupted(t, "epoch 2/", args...)
	files, err := filepath.Glob(filepath.Join(out, runs.Checkpoints, "*.safetensors"))
	if err != nil || len(files) != 2 {
		t.Fatalf("checkpoints %v, %v; want 2", files, err)
	}
	newest, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	newest[len(newest)-5] ^= 1
	if err := os.WriteFile(files[1], newest, 0o666); err != nil {
		t.Fatal(err)
	}
	unfinished := files[1] + ".0badcafe.tmp"
	if err := os.WriteFile(unfinished, newest[:100], 0o666); err != nil {
		t.Fatal(err)
	}
	r := command(t, "train", "--resume", out, "--ui", "plain").want(t, exitDone)
	contains(t, r.stderr, "passed over", "damaged", filepath.Base(files[1]))
	if !reflect.DeepEqual(kept(t, out), want) {
		t.Error("from the checkpoint before: other results")
	}

	// Only the settings are there, a place for checkpoints, and a log that has just
	// begun.
	out = filepath.Join(t.TempDir(), "run")
	if err := os.MkdirAll(filepath.Join(out, runs.Checkpoints), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{runs.ConfigFile: want[runs.ConfigFile], runs.StepsFile: "step,epo"} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	command(t, "train", "--resume", out, "--ui", "none").want(t, exitDone)
	if !reflect.DeepEqual(kept(t, out), want) {
		t.Error("from nothing: other results")
	}
}

// TestResumeOfOtherTable: a network that is measured on its table differs where the data
// does, and the data is what is named.
func TestResumeOfOtherTable(t *testing.T) {
	table := write(t, "flowers.csv", flowers(90))
	out, _, _ := interrupted(t, "epoch   2/", "--data", table, "--target", "kind", "--epochs", "500", "--model", "table:8")
	if err := os.WriteFile(table, []byte(flowers(91)), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "train", "--resume", out).want(t, exitFailed).stderr, "has changed", "SHA-256", table)
}

// TestResumeAuto: a command line starts a run, goes on with it, and prints its result again;
// settings that are others than it has are noted.
func TestResumeAuto(t *testing.T) {
	_, whole := trained(t, "--epochs", "40")
	args := []string{"--epochs", "40", "--resume", "auto"}
	out, code, stderr := interrupted(t, "step 80 ", args...)
	if code != 143 {
		t.Fatalf("exit %d, want 143: %s", code, stderr)
	}
	line := append(append([]string{"train", "--model", "mlp:16", "--out", out}, args...), "--lr", "0.01", "--workers", "1")
	r := command(t, line...).want(t, exitDone)
	contains(t, r.stderr, "note      learning_rate is 0.001, as the run was started, and not 0.01\n", "resumed   after ")
	if read(t, filepath.Join(out, runs.MetricsFile)) != read(t, filepath.Join(whole, runs.MetricsFile)) {
		t.Error("the run that was stopped has other metrics")
	}
	again := command(t, line...).want(t, exitDone)
	if again.stdout != r.stdout || again.stderr != "" {
		t.Errorf("again: %s%s", again.stdout, again.stderr)
	}
	contains(t, command(t, "train", "--resume", "auto").want(t, exitUsage).stderr, "--out")
	contains(t, command(t, "compare", "--resume", "auto").want(t, exitUsage).stderr, "--out")
	contains(t, command(t, "sweep", "--resume", "auto", "--out", out).want(t, exitUsage).stderr, "FILE.yaml")
}
