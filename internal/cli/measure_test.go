package cli

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/rng"
)

// rare is a table of n rows of which every k-th is of class "fraud".
func rare(n, k int) string {
	key := rng.Key{Seed: 3, Stream: rng.Stream("rare")}
	var b strings.Builder
	b.WriteString("a,b,y\n")
	for i := range n {
		y, shift := "ok", 0.0
		if i%k == k-1 {
			y, shift = "fraud", 1.5
		}
		fmt.Fprintf(&b, "%.4f,%.4f,%s\n", key.Normal(2*i)+shift, key.Normal(2*i+1), y)
	}
	return b.String()
}

// TestUndefinedMonitor: a score that the validation part leaves undefined is
// refused before anything is made, and the advice of the error helps.
func TestUndefinedMonitor(t *testing.T) {
	t.Chdir(t.TempDir())
	few, flat := write(t, "few.csv", rare(60, 20)), write(t, "flat.csv", "a,y\n1,5\n2,5\n3,5\n")
	line := "a,y\n"
	for i := range 40 {
		line += fmt.Sprintf("%d,%d.5\n", i, 3*i)
	}
	number := write(t, "line.csv", line)
	for _, args := range []string{
		"train --data " + few + " --target y --monitor auroc --epochs 2 --ui none",
		"train --data " + few + " --target y --monitor auroc --schedule plateau --patience 2 --epochs 2 --ui none",
		"train --data " + number + " --target y --validation " + flat + " --monitor r2 --epochs 2 --ui none",
		"compare --optimizers adam,sgd --data " + few + " --target y --metric auroc --seeds 2 --epochs 2",
	} {
		r := command(t, strings.Fields(args)...).want(t, exitUsage)
		contains(t, r.stderr, "cannot be measured on the validation part", "--split", "--validation", "another score, such as loss")
		if left, _ := filepath.Glob("*"); len(left) > 0 {
			t.Fatalf("%s left %v behind", args, left)
		}
	}
	r := command(t, strings.Fields("train --data "+few+" --target y --monitor auroc --epochs 2 --ui none")...)
	contains(t, r.stderr, `class "fraud" has 2 rows in training, 0 in validation, 1 in test`)
	for _, advice := range []string{"--monitor loss", "--monitor auroc --split 30/50/20", "--monitor auroc --validation " + write(t, "other.csv", rare(40, 8))} {
		trained(t, strings.Fields("--data "+few+" --target y "+advice)...)
	}
	r = command(t, strings.Fields("train --data "+few+" --target y --monitor f1 --epochs 1 --out f1")...).want(t, exitDone)
	contains(t, r.stderr, `class "fraud" has no row in validation, so f1 there says nothing about it`)
}

// TestUnmeasured: a score that a part leaves undefined is no NaN.
func TestUnmeasured(t *testing.T) {
	_, run := trained(t, "--data", write(t, "many.csv", rare(120, 6)), "--target", "y")
	one := write(t, "one.csv", "a,b,y\n1,2,ok\n2,1,ok\n")
	r := command(t, "eval", run, one).want(t, exitDone)
	contains(t, r.stdout, "auroc", "takes rows of both classes")
	if strings.Contains(r.stdout, "NaN") {
		t.Errorf("eval printed %s", r.stdout)
	}
	test := evalJSON(t, run, one)["test"].(map[string]any)
	if v, there := test["auroc"]; !there || v != nil {
		t.Errorf("auroc is %v, %v", v, there)
	}
}

// TestTestLoss: with whatever weights and smoothing, the test loss beside the
// baseline is the log loss of the probabilities that predict prints.
func TestTestLoss(t *testing.T) {
	data, test := write(t, "data.csv", rare(240, 8)), write(t, "test.csv", rare(80, 10))
	for _, flags := range []string{"", "--class-weights balanced", "--label-smoothing 0.2", "--class-weights balanced --label-smoothing 0.1", "--loss bce --class-weights balanced", "--l2 0.01"} {
		sum, run := trained(t, append(strings.Fields(flags), "--data", data, "--test", test, "--target", "y")...)
		rows, err := csv.NewReader(strings.NewReader(command(t, "predict", run, test, "--probabilities").want(t, exitDone).stdout)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for i, row := range rows[1:] {
			column := 2 // of "ok"; "fraud" stands before it
			if i%10 == 9 {
				column = 1
			}
			p, err := strconv.ParseFloat(row[column], 64)
			if err != nil {
				t.Fatal(err)
			}
			want -= math.Log(p) / 80
		}
		e := evalJSON(t, run, test)
		if got := score(t, sum, "test", "loss"); math.Abs(got-want) > 1e-5 || got != score(t, e, "test", "loss") {
			t.Errorf("%s: test loss %v, that of the probabilities is %v, eval says %v", flags, got, want, score(t, e, "test", "loss"))
		}
		weighted := strings.Contains(flags, "weights") || strings.Contains(flags, "smoothing")
		validation := sum["validation"].(map[string]any)
		if _, there := validation["objective"]; there != weighted {
			t.Errorf("%s: validation %v", flags, validation)
		}
		again := command(t, "train", "--resume", run).want(t, exitDone)
		name := map[string]string{
			"--class-weights balanced": "weighted loss (", "--label-smoothing 0.2": "smoothed loss (",
			"--class-weights balanced --label-smoothing 0.1": "weighted and smoothed loss (", "--loss bce --class-weights balanced": "weighted loss (",
		}[flags]
		contains(t, again.stdout, "the best by validation "+max(name, "loss ("))
	}
}

// TestEvalSeen: rows that the run trained on are counted, and left out if that
// is asked for.
func TestEvalSeen(t *testing.T) {
	text := rare(100, 5)
	data := write(t, "data.csv", text)
	_, run := trained(t, "--data", data, "--target", "y")
	r := command(t, "eval", run, data).want(t, exitDone)
	contains(t, r.stdout, "Test part of the run, 20 rows")
	if r.stderr != "" {
		t.Errorf("a note about the test part: %s", r.stderr)
	}
	if err := os.WriteFile(data, []byte(text+"0.5,0.5,ok\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r = command(t, "eval", run, data).want(t, exitDone)
	contains(t, r.stderr, "note: 70 of 101 rows also stand in the training part of the run", "--part unseen measures the other 31")
	contains(t, r.stdout, "101 rows")
	r = command(t, "eval", run, data, "--part", "unseen").want(t, exitDone)
	contains(t, r.stdout, "rows not seen in training, 31 rows")
	if e := evalJSON(t, run, data); e["rows_seen_in_training"] != 70.0 || e["rows"] != 101.0 {
		t.Errorf("eval says %v", e)
	}
	other := write(t, "other.csv", "b,a,y\n1,2,ok\n2,1,fraud\n")
	if r = command(t, "eval", run, other).want(t, exitDone); r.stderr != "" {
		t.Errorf("a note about other rows: %s", r.stderr)
	}

	// A model of a run that left no such file is measured as ever.
	rows := filepath.Join(run, "rows.bin")
	if err := os.WriteFile(rows, []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "eval", run, data).want(t, exitFailed).stderr, rows)
	if err := os.Remove(rows); err != nil {
		t.Fatal(err)
	}
	if e := evalJSON(t, run, data); e["rows"] != 101.0 || e["rows_seen_in_training"] != nil {
		t.Errorf("eval says %v", e)
	}
	contains(t, command(t, "eval", run, data, "--part", "unseen").want(t, exitFailed).stderr, "rows.bin")
}

// TestHead: classes of the model to start from are known by name, and --head
// new starts the last layer anew.
func TestHead(t *testing.T) {
	three := write(t, "three.csv", flowers(240))
	two := write(t, "two.csv", strings.ReplaceAll(flowers(240), "rose", "violet"))
	_, run := trained(t, "--data", two, "--target", "kind")
	from := []string{"train", "--data", three, "--target", "kind", "--model", "mlp:16", "--epochs", "1", "--init-from", run}
	into := func(args ...string) []string {
		return append(append(append([]string{}, from...), "--out", filepath.Join(t.TempDir(), "run")), args...)
	}
	contains(t, command(t, into()...).want(t, exitDone).stderr, "classes go by name", "iris, violet taken over", "rose started anew")
	contains(t, command(t, into("--head", "new")...).want(t, exitDone).stderr, "the last layer starts anew")
	contains(t, command(t, into("--loss", "mse")...).want(t, exitUsage).stderr, "mse")
	contains(t, command(t, into("--head", "knew")...).want(t, exitUsage).stderr, `did you mean "new"`)
	contains(t, command(t, into("--init-from", "", "--head", "new")...).want(t, exitUsage).stderr, "init_from")
	bad := command(t, into("--model", "mlp:17")...).want(t, exitFailed)
	contains(t, bad.stderr, "init_from", "--model")
}
