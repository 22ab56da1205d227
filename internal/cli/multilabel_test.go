package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/internal/runs"
)

// fruits is a table whose labels follow from two numbers: in one column, and in
// three.
func fruits(n int) string {
	var b strings.Builder
	b.WriteString("size,hue,tags,big,red,ripe\n")
	for i := range n {
		size, hue := i*7%10, i*3%11
		holds := []bool{size > 4, hue > 5, size+hue > 9}
		var tags, cells []string
		for k, name := range []string{"big", "red", "ripe"} {
			if holds[k] {
				tags = append(tags, name)
			}
			cells = append(cells, choose(holds[k], "yes", "no"))
		}
		fmt.Fprintf(&b, "%d,%d,%s,%s\n", size, hue, strings.Join(tags, ";"), strings.Join(cells, ","))
	}
	return b.String()
}

var (
	inOneColumn = []string{"--target", "tags", "--drop", "big,red,ripe", "--task", "multilabel", "--epochs", "60", "--lr", "0.02"}
	inColumns   = []string{"--target", "big,red,ripe", "--drop", "tags", "--task", "multilabel", "--epochs", "60", "--lr", "0.02"}
)

func TestMultiLabelRun(t *testing.T) {
	path := write(t, "fruits.csv", fruits(150))
	var weights []any
	for _, args := range [][]string{inOneColumn, inColumns} {
		sum, run := trained(t, append([]string{"--data", path}, args...)...)
		weights = append(weights, sum["weights_sha256"])
		if f1 := score(t, sum, "test", "f1"); f1 < 0.9 || f1 <= score(t, sum, "baseline", "f1") {
			t.Errorf("f1 %v", f1)
		}
		config := readFile(t, filepath.Join(run, runs.ConfigFile))
		contains(t, config, "loss: bce", "task: multilabel", "target: ["+args[1][:3])
		if e := evalJSON(t, run, path); e["part"] != "test" || score(t, e, "test", "loss") != score(t, sum, "test", "loss") {
			t.Errorf("eval does not know its run: %v", e)
		}
		if again := sha(t, "--config", filepath.Join(run, runs.ConfigFile), "--model", "mlp:16", "--epochs", "60"); again != sum["weights_sha256"] {
			t.Error("the settings of a run make another model")
		}
		contains(t, command(t, "inspect", run).want(t, exitDone).stdout, `labels    "big", "red", "ripe"`, "loss bce")
		predictsLabels(t, run)
		bare := write(t, "bare.csv", "size,hue\n1,2\n")
		contains(t, command(t, "eval", run, bare).want(t, exitFailed).stderr, fmt.Sprintf("has no column %q", strings.Split(args[1], ",")[0]))
	}
	if weights[0] != weights[1] {
		t.Error("the same labels, written in one column and in three, give other weights")
	}
}

// predictsLabels checks the forms of predictions.
func predictsLabels(t *testing.T, run string) {
	t.Helper()
	rows := write(t, "new.csv", "size,hue\n9,10\n0,0\n9,0\n")
	r := command(t, "predict", run, rows).want(t, exitDone)
	if r.stdout != "prediction\nbig;red;ripe\n\"\"\nbig\n" {
		t.Errorf("predictions %q", r.stdout)
	}
	r = command(t, "predict", run, rows, "--probabilities").want(t, exitDone)
	contains(t, r.stdout, "prediction,p_big,p_red,p_ripe\nbig;red;ripe,")
	r = command(t, "predict", run, rows, "--probabilities", "--format", "jsonl").want(t, exitDone)
	var list [][]string
	for line := range strings.Lines(r.stdout) {
		var row struct {
			Prediction    []string
			Probabilities map[string]float64
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Prediction == nil {
			t.Fatalf("%s: %v", line, err)
		}
		for name, p := range row.Probabilities {
			if (p > 0.5) != slices.Contains(row.Prediction, name) {
				t.Errorf("%s of probability %v in %s", name, p, line)
			}
		}
		if len(row.Probabilities) != 3 {
			t.Errorf("probabilities in %s", line)
		}
		list = append(list, row.Prediction)
	}
	if fmt.Sprint(list) != "[[big red ripe] [] [big]]" {
		t.Errorf("predictions %v", list)
	}
}

func TestMultiLabelSettings(t *testing.T) {
	path := write(t, "fruits.csv", fruits(120))
	base := append([]string{"train", "--ui", "none", "--data", path}, inOneColumn...)
	for _, test := range []struct{ flag, value, says string }{
		{"--loss", "mse", "loss mse is for regression, and the task is multilabel; use bce"},
		{"--loss", "cross-entropy", "use bce"},
		{"--label-smoothing", "0.1", "label_smoothing is for loss cross-entropy"},
		{"--monitor", "accuracy", "which have f1"},
		{"--metrics", "r2", "which have f1"},
	} {
		contains(t, command(t, append(base, test.flag, test.value, "--out", filepath.Join(t.TempDir(), "run"))...).want(t, exitUsage).stderr, test.says)
	}
	sum, run := trained(t, append([]string{"--data", path, "--class-weights", "balanced", "--monitor", "f1"}, inOneColumn...)...)
	if f1 := score(t, sum, "test", "f1"); f1 < 0.9 || sum["monitor"] != nil && sum["monitor"] != "f1" {
		t.Errorf("balanced, by f1: %v", sum)
	}
	contains(t, readFile(t, filepath.Join(run, runs.ConfigFile)), "class_weights: balanced", "monitor: f1")
	if plain := sha(t, append([]string{"--data", path}, inOneColumn...)...); plain == sum["weights_sha256"] {
		t.Error("balanced weights change nothing")
	}
	r := command(t, "train", "--ui", "plain", "--data", path, "--target", "tags", "--epochs", "1", "--model", "linear", "--out", filepath.Join(t.TempDir(), "run")).want(t, exitDone)
	contains(t, r.stdout+r.stderr, "looks like lists of labels", "task multilabel", "objective cross-entropy")
}

func TestMultiLabelCompared(t *testing.T) {
	path := write(t, "fruits.csv", fruits(120))
	out := filepath.Join(t.TempDir(), "compare")
	args := append([]string{"compare", "--ui", "none", "--data", path, "--optimizers", "adam,sgd", "--seeds", "2", "--metric", "f1", "--out", out, "--model", "linear"}, inOneColumn[:6]...)
	r := command(t, append(args, "--epochs", "3")...).want(t, exitDone)
	contains(t, r.stdout, "validation f1", "test f1")
}

// TestMultiLabelStarts: labels that both models know are taken over by name.
func TestMultiLabelStarts(t *testing.T) {
	_, run := trained(t, append([]string{"--data", write(t, "fruits.csv", fruits(120))}, inOneColumn...)...)
	other := write(t, "other.csv", strings.ReplaceAll(fruits(120), "ripe", "aged"))
	args := append([]string{"train", "--model", "mlp:16", "--ui", "plain", "--data", other, "--init-from", run, "--out", filepath.Join(t.TempDir(), "run")}, inOneColumn...)
	args = append(args, "--drop", "big,red,aged", "--epochs", "1")
	for i, arg := range args {
		if arg == "big,red,ripe" {
			args[i] = "big,red"
		}
	}
	r := command(t, args...).want(t, exitDone)
	contains(t, r.stdout+r.stderr, "labels go by name: big, red taken over; aged started anew; ripe no longer there")
}
