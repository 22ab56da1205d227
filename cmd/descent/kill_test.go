package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// killed are runs that hold all kinds of state.
var killed = [][]string{
	{"--optimizer", "adam", "--schedule", "cosine", "--patience", "4"},
	{"--optimizer", "nesterov", "--schedule", "plateau:patience=0,factor=0.5", "--augment", "shift:1,mixup:0.4", "--seed", "5"},
	{"--average", "ema:0.99", "--dropout", "0.4", "--optimizer", "rmsprop", "--warmup", "1e"},
	{"--average", "swa:0.5", "--optimizer", "lion", "--clip-norm", "0.5"},
	{"--batch", "all", "--epochs", "150", "--optimizer", "rprop"}, // two micro-batches
	{"--batch", "all", "--epochs", "40", "--optimizer", "lbfgs", "--dropout", "0", "--monitor", "accuracy"},
	{"--model", "cnn", "--augment", "rotate:10,cutmix:1", "--epochs", "2", "--optimizer", "ademamix"},
	{"--split", "80/0/20", "--optimizer", "muon", "--l2", "1e-4", "--sam", "0.05", "--lookahead", "5", "--on-nonfinite", "rewind"},
}

// TestKill kills processes that train with SIGKILL at random moments, resumes
// them with another number of workers until one ends by itself, and compares
// all that they leave with what a run leaves that nobody disturbed.
//
// DESCENT_KILLS is how many kills each run has to survive; 3 if it is not set,
// and then of the first two runs only.
func TestKill(t *testing.T) {
	kills, runs := 3, killed[:2]
	if text := os.Getenv("DESCENT_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("DESCENT_KILLS: %v", err)
		}
		runs = killed
	}
	folder := t.TempDir()
	program := build(t, folder)
	seed := uint64(time.Now().UnixNano())
	t.Logf("the moments are drawn with seed %d", seed)
	moments := rand.New(rand.NewPCG(seed, 0))
	for i, settings := range runs {
		t.Run(fmt.Sprint(settings), func(t *testing.T) {
			args := func(out string) []string {
				line := []string{"train", "--epochs", "4", "--model", "mlp:32", "--checkpoint-every", "3", "--ui", "none"}
				return append(append(line, settings...), "--out", out)
			}
			whole := filepath.Join(folder, fmt.Sprint("whole", i))
			began := time.Now()
			if out, err := exec.Command(program, args(whole)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			long := time.Since(began)
			want := leavings(t, whole)
			survived, resumed := 0, 0
			for survived < kills { // a run may end before it is killed
				broken := filepath.Join(folder, fmt.Sprint("broken", i))
				if err := os.RemoveAll(broken); err != nil {
					t.Fatal(err)
				}
				for done := false; !done; {
					line := []string{"train", "--resume", broken, "--ui", "none", "--workers", fmt.Sprint(1 + moments.IntN(3))}
					if _, err := os.Stat(filepath.Join(broken, "config.yaml")); err != nil {
						line = args(broken) // there is no run yet
					} else {
						resumed++
					}
					after := time.Duration(-1)
					if survived < kills {
						after = time.Duration(moments.Int64N(int64(long)))
					}
					if done = finish(t, after, program, line...); !done {
						survived++
					}
				}
				for name, sum := range leavings(t, broken) {
					if sum != want[name] {
						t.Errorf("after %d kills %s differs", survived, name)
					}
				}
				long = long * 2 / 3
			}
			t.Logf("%d kills survived, %d times resumed", survived, resumed)
		})
	}
}

// build builds the command in a folder and returns its path.
func build(t *testing.T, folder string) string {
	t.Helper()
	program := filepath.Join(folder, "descent.exe") // a name that every system runs
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// finish runs a command, kills it after a time unless that is negative, and
// reports whether it came to its end before.
func finish(t *testing.T, after time.Duration, program string, args ...string) bool {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after >= 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 { // not by the signal
		t.Fatalf("%v: %v: %s", args, err, output.String())
	}
	return err == nil
}

// leavings returns the hashes of what a run left that does not depend on time and
// place.
func leavings(t *testing.T, run string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(run)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{"the list of files": fmt.Sprint(entries)}
	for _, name := range []string{"config.yaml", "metrics.csv", "steps.csv", "probes.jsonl", "best.safetensors", "last.safetensors", "test.json", "summary.json"} {
		text, err := os.ReadFile(filepath.Join(run, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "summary.json" {
			var sum map[string]any
			if err := json.Unmarshal(text, &sum); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"seconds", "run", "started"} {
				delete(sum, key)
			}
			text = fmt.Append(nil, sum)
		}
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	return sums
}
