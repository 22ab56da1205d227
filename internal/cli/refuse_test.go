package cli

import (
	"compress/gzip"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusals crosses bad input with the exit code and what the message must
// name.
func TestRefusals(t *testing.T) {
	iris := write(t, "flowers.csv", flowers(60))
	ragged := write(t, "ragged.csv", "a,b,y\n1,2,u\n3,v\n4,5,u\n")
	infinite := write(t, "infinite.csv", "a,b,y\n1,2,3.5\n3,inf,4.25\n4,5,6.125\n7,8,9.0625\n")
	empty := write(t, "empty.csv", "a,b,y\n")
	config := write(t, "run.yaml", "epochs: 3\nlearning_rat: 0.1\n")
	broken := write(t, "broken.yaml", "epochs: [1\n")
	nested := write(t, "nested.yaml", "epochs: 3\noptimizer:\n  name: adam\n  bta1: 0.5\n")
	twice := write(t, "twice.yaml", "epochs: 3\nseed: 1\nepochs: 4\n")
	wrong := write(t, "wrong.yaml", "seed: 1\n\nepochs: many\n")
	full := filepath.Dir(write(t, "something", "x"))
	cut := write(t, "cut.csv.gz", zipped(t, flowers(600))[:200])

	for _, row := range []struct {
		line string // without "train"
		code int
		want []string
	}{
		{"--lr -1", exitUsage, []string{"learning_rate", "-1"}},
		{"--lr 0", exitUsage, []string{"learning_rate"}},
		{"--lr 1e9", exitUsage, []string{"learning_rate", "at most"}},
		{"--lr nan", exitUsage, []string{"--lr", "finite"}},
		{"--lr fast", exitUsage, []string{"--lr", "fast"}},
		{"--batch 0", exitUsage, []string{"batch", "all"}},
		{"--batch -3", exitUsage, []string{"batch", "-3"}},
		{"--batch some", exitUsage, []string{"batch", "some"}},
		{"--epochs 0", exitUsage, []string{"epochs"}},
		{"--epochs x", exitUsage, []string{"--epochs", "whole"}},
		{"--optimizer adm", exitUsage, []string{"adm", `did you mean "adam"`}},
		{"--init he-norml", exitUsage, []string{`did you mean "he-normal"`}},
		{"--activation rel", exitUsage, []string{"activation", "relu"}},
		{"--loss cross-entrpy", exitUsage, []string{`descent: loss: unknown loss "cross-entrpy"; did you mean "cross-entropy"`}},
		{"--schedule cosin", exitUsage, []string{`did you mean "cosine"`}},
		{"--schedule step:every=10", exitUsage, []string{"factor"}},
		{"--warmup x", exitUsage, []string{"warmup", "10e"}},
		{"--warmup 3e", exitUsage, []string{"warm-up"}},
		{"--monitor acuracy", exitUsage, []string{`did you mean "accuracy"`}},
		{"--monitor r2", exitUsage, []string{"r2 is of numbers, and these are 10 classes, which have accuracy"}},
		{"--metrics brier,acuracy", exitUsage, []string{"metrics: ", `did you mean "accuracy"`}},
		{"--metrics brier,rmse", exitUsage, []string{"metrics: rmse is of numbers, and these are 10 classes"}},
		{"--metrics top12", exitUsage, []string{"metrics: top12 is of more than 12 classes"}},
		{"--monitor auroc", exitUsage, []string{"two classes"}},
		{"--class-weights balance", exitUsage, []string{`did you mean "balanced"`}},
		{"--task clasification", exitUsage, []string{`did you mean "classification"`}},
		{"--model mpl:3", exitUsage, []string{"mpl", "mlp:256,128"}},
		{"--model mlp:", exitUsage, []string{"mlp:256,128"}},
		{"--model mlp:0", exitUsage, []string{"mlp:256,128"}},
		{"--dropout 1", exitUsage, []string{"dropout", "[0, 1)"}},
		{"--label-smoothing -0.1", exitUsage, []string{"label_smoothing"}},
		{"--l2 -1", exitUsage, []string{"l2", "0 or more"}},
		{"--clip-norm -1", exitUsage, []string{"clip_norm"}},
		{"--beta1 1", exitUsage, []string{"Beta1", "[0, 1)"}},
		{"--eps 0", exitUsage, []string{"Eps"}},
		{"--momentum 0.5 --optimizer adam", exitUsage, []string{"adam", "momentum", "beta1"}},
		{"--eps-placement inside", exitUsage, []string{"adam", "outside"}},
		{"--patience -1", exitUsage, []string{"patience"}},
		{"--workers -1", exitUsage, []string{"workers"}},
		{"--split 50/20/20", exitUsage, []string{"90", "100"}},
		{"--split 0/50/50", exitUsage, []string{"train"}},
		{"--ui fancy", exitUsage, []string{"--ui", "plain"}},
		{"--set optimizr.beta1=0.8", exitUsage, []string{`did you mean "optimizer.beta1"`}},
		{"--order length", exitUsage, []string{"length is for lines of a text"}},
		{"--set epochs", exitUsage, []string{"key=value"}},
		{"--leraning-rate 1", exitUsage, []string{"unknown flag"}},
		{"--learning-rate 1", exitUsage, []string{`did you mean "--lr"`}},
		{"--optimiser adam", exitUsage, []string{`did you mean "--optimizer"`}},
		{"digits", exitUsage, []string{"no arguments"}},
		{"--loss mse", exitUsage, []string{"regression"}},
		{"--loss bce", exitUsage, []string{"two classes"}},
		{"--config " + config, exitUsage, []string{config + ":2", `did you mean "learning_rate"`}},
		{"--config " + nested, exitUsage, []string{nested + ":4", `did you mean "optimizer.beta1"`}},
		{"--config " + broken, exitUsage, []string{broken, "line"}},
		{"--config " + twice, exitUsage, []string{twice + ":3", "line 1"}},
		{"--config " + wrong, exitUsage, []string{wrong + ":3", "many", "whole"}},
		{"--config no.yaml", exitFailed, []string{"no.yaml"}},
		{"--data no.csv", exitFailed, []string{"no.csv", "digits"}},
		{"--data " + iris, exitUsage, []string{"--target", `"kind"`}},
		{"--data " + iris + " --target knd", exitFailed, []string{`did you mean "kind"`}},
		{"--data " + iris + " --target color --loss mae", exitUsage, []string{"mae", "classification"}},
		{"--data " + iris + " --target kind --task regression", exitFailed, []string{"flowers.csv", "kind"}},
		{"--data " + ragged + " --target y", exitFailed, []string{"ragged.csv", "line 3", "2 cells"}},
		{"--data " + infinite + " --target y", exitFailed, []string{"infinite.csv", "line 3", `"b"`}},
		{"--data " + empty + " --target y", exitFailed, []string{"empty.csv"}},
		{"--data " + cut + " --target kind", exitFailed, []string{"cut.csv.gz", "truncated"}},
		{"--data " + full, exitFailed, []string{full}},
		{"--test no.csv", exitFailed, []string{"no.csv"}},
		{"--init-from nothing", exitFailed, []string{"nothing", "model"}},
		{"--out " + full, exitFailed, []string{full, "not empty", "--out"}},
		{"--out " + filepath.Join(iris, "sub"), exitFailed, []string{"run folder", "--out"}},
	} {
		t.Run(row.line, func(t *testing.T) {
			t.Chdir(t.TempDir())
			line := append(append([]string{}, small...), strings.Fields(row.line)...)
			r := command(t, line...).want(t, row.code)
			contains(t, r.stderr, append(row.want, "descent: ")...)
			if r.stdout != "" || strings.Contains(r.stderr, "goroutine") {
				t.Errorf("stdout %q, stderr %q", r.stdout, r.stderr)
			}
			if left, _ := filepath.Glob("*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestCommandsRefuse(t *testing.T) {
	_, run := trained(t)
	other := write(t, "other.csv", flowers(9))
	text := write(t, "model.safetensors", "no model")
	for _, row := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"trian"}, exitUsage, []string{"trian", "train"}},
		{[]string{"eval", run}, exitUsage, []string{"MODEL and DATA"}},
		{[]string{"inspect"}, exitUsage, []string{"MODEL"}},
		{[]string{"eval", "nothing", "digits"}, exitFailed, []string{"nothing"}},
		{[]string{"eval", text, "digits"}, exitFailed, []string{text}},
		{[]string{"inspect", filepath.Dir(other)}, exitFailed, []string{"best.safetensors"}},
		{[]string{"predict", run, other}, exitFailed, []string{"images"}},
		{[]string{"predict", run, "digits", "--format", "xml"}, exitUsage, []string{"csv"}},
		{[]string{"eval", run, "digits", "--part", "some"}, exitUsage, []string{"validation"}},
	} {
		r := command(t, row.args...).want(t, row.code)
		contains(t, r.stderr, append(row.want, "descent: ")...)
	}
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDivergence checks that a run whose loss becomes NaN stops, names the
// update and keeps the weights from before.
func TestDivergence(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	path := write(t, "houses.csv", houses(80))
	r := command(t, append(small, "--data", path, "--target", "price", "--model", "linear", "--optimizer", "sgd", "--lr", "1e6", "--epochs", "9", "--out", out)...).want(t, exitFailed)
	contains(t, r.stderr, "update", "diverged", "smaller learning rate", "last.safetensors")
	command(t, "inspect", filepath.Join(out, "last.safetensors")).want(t, exitDone)
	contains(t, readFile(t, filepath.Join(out, "summary.json")), `"status": "diverged"`)
}
