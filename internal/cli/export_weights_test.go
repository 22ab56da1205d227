package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExportWeights stores the weights of networks of several kinds in fewer bits, and
// wants of the file the scores that the command showed; and an error for what does not go
// with it, with nothing left behind.
func TestExportWeights(t *testing.T) {
	dir := t.TempDir()
	for i, c := range exportCases(t) {
		if testing.Short() && i > 0 || !slices.Contains([]string{"lenet", "price by tabm", "kind by a bag", "forecast", "text"}, c.name) {
			continue
		}
		run := filepath.Join(t.TempDir(), "run")
		command(t, append([]string{"train", "--ui", "none", "--out", run}, c.args...)...).want(t, exitDone)
		for _, weights := range []string{"bf16", "int8"} {
			out := filepath.Join(dir, "small.safetensors")
			r := command(t, "export", run, "--weights", weights, "--out", out).want(t, exitDone)
			contains(t, r.stdout, "a model file, weights as "+weights, "% of the")
			if c.name != "text" { // whose few verses leave no test part
				contains(t, r.stdout, "Test part of the run", "float32")
			} else {
				contains(t, r.stdout, "not measured: the run's split leaves no rows to the test part")
			}
			contains(t, command(t, "inspect", out).want(t, exitDone).stdout, "stored as "+weights)
			if c.name == "text" {
				command(t, "generate", out, "--tokens", "5").want(t, exitDone)
				continue
			}
			whole := strings.Count(command(t, "predict", run, c.data).want(t, exitDone).stdout, "\n")
			if n := strings.Count(command(t, "predict", out, c.data).want(t, exitDone).stdout, "\n"); n != whole {
				t.Errorf("%s, %s: %d lines of predictions, %d before", c.name, weights, n, whole)
			}
		}
	}
	_, run := trained(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	r := command(t, "export", filepath.Join(run, "best.safetensors"), "--weights", "int8", "--format", "go", "--out", at("small")).want(t, exitDone)
	contains(t, r.stdout, "a Go package", "Test part of the run")
	contains(t, r.stdout, "% of the")
	tiny := filepath.Join(t.TempDir(), "run")
	command(t, "train", "--ui", "none", "--out", tiny, "--data", write(t, "tiny.csv", "x,y\n"+strings.Repeat("1,2\n2,4\n3,6\n", 9)), "--target", "y", "--model", "linear", "--epochs", "1").want(t, exitDone)
	for _, args := range [][]string{{"--out", filepath.Join(t.TempDir(), "x.safetensors")}, {"--format", "go", "--out", filepath.Join(t.TempDir(), "x")}} {
		contains(t, command(t, append([]string{"export", tiny, "--weights", "int8"}, args...)...).want(t, exitDone).stdout, "no smaller: ")
	}
	lone := at("lone.safetensors")
	if text, err := os.ReadFile(filepath.Join(run, "best.safetensors")); err != nil || os.WriteFile(lone, text, 0o666) != nil {
		t.Fatal(err)
	}
	r = command(t, "export", lone, "--weights", "bf16", "--out", at("other.safetensors")).want(t, exitDone)
	contains(t, r.stdout, "not measured: the model lies in no run folder")
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{run, "--weights", "bf61", "--out", at("x")}, exitUsage, `did you mean "bf16"?`},
		{[]string{run, "--weights", "bf16"}, exitUsage, "--out says what to write"},
		{[]string{run, "--weights", "bf16", "--out", at("x.onnx")}, exitUsage, "--weights bf16 goes with --format model or go; onnx has float32"},
		{[]string{run, "--weights", "int8", "--out", at("x"), "--format", "safetensors"}, exitUsage, "--format model or go"},
		{[]string{run, "--weights", "int8", "--out", at("x"), "--format", "modell"}, exitUsage, `unknown format "modell"; did you mean "model"?`},
		{[]string{run, "--weights", "int8", "--out", filepath.Join(run, "best.safetensors")}, exitFailed, "is what the command reads"},
		{[]string{run, "--weights", "int8", "--out", at("nowhere/x")}, exitFailed, "nowhere"},
		{[]string{run, "--weights", "int8", "--out", "/dev/full"}, exitFailed, "no space left"},
	} {
		contains(t, command(t, append([]string{"export"}, c.args...)...).want(t, c.code).stderr, c.says)
	}
	if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
		t.Errorf("left behind: %v, before %v %v", after, before, err)
	}
}
