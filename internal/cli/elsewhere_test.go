package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"descent/internal/runs"
	"descent/internal/safetensors"
)

// hook returns a writer that calls do once, when text was written to it.
func hook(text string, do func()) *cancelAt {
	done := false
	return &cancelAt{text: text, cancel: func() {
		if !done {
			done = true
			do()
		}
	}}
}

// besideIn replaces what a checkpoint keeps of the run, with a checksum that is
// right.
func besideIn(t *testing.T, path string, change func(map[string]any)) {
	t.Helper()
	file, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c, kept map[string]any
	if err := json.Unmarshal([]byte(file.Meta["descent_checkpoint"]), &c); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(c["beside"].(string)), &kept); err != nil {
		t.Fatal(err)
	}
	change(kept)
	c["beside"] = jsonOf(t, kept)
	text := jsonOf(t, c)
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n", len(text), text)
	for _, v := range file.Tensors {
		fmt.Fprintf(h, "%s%v\n", v.Name, v.Shape)
		for _, x := range v.Data {
			binary.Write(h, binary.LittleEndian, math.Float32bits(x))
		}
	}
	meta := map[string]string{"descent_checkpoint": text, "sha256": fmt.Sprintf("%x", h.Sum(nil))}
	if err := safetensors.WriteFile(path, meta, file.Tensors); err != nil {
		t.Fatal(err)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCheckpointNamesOwnLogs: a checkpoint from elsewhere has no other file cut or
// made, and one that is not changed goes on.
func TestCheckpointNamesOwnLogs(t *testing.T) {
	out, _, _ := interrupted(t, "epoch 2/", "--epochs", "3", "--checkpoint-every", "10")
	files, err := filepath.Glob(filepath.Join(out, runs.Checkpoints, "*.safetensors"))
	if err != nil || len(files) == 0 {
		t.Fatalf("checkpoints %v, %v", files, err)
	}
	newest := files[len(files)-1]
	victim := filepath.Join(filepath.Dir(out), "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../victim", victim, "../new", runs.ConfigFile, runs.BestFile} {
		besideIn(t, newest, func(kept map[string]any) { kept["logs"].(map[string]any)[name] = 0 })
		r := command(t, "train", "--resume", out, "--ui", "none").want(t, exitFailed)
		contains(t, r.stderr, newest, name, runs.MetricsFile)
		besideIn(t, newest, func(kept map[string]any) { delete(kept["logs"].(map[string]any), name) })
	}
	if readFile(t, victim) != "mine" || len(readFile(t, filepath.Join(out, runs.ConfigFile))) == 0 {
		t.Error("a file was cut")
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(out), "new")); err == nil {
		t.Error("a file was made outside of the folder")
	}
	command(t, "train", "--resume", out, "--ui", "none").want(t, exitDone)
}

// TestEndThatFails: whichever file of the end of a run cannot be written, the run
// goes on by the command that is printed, and ends as one that did not stop.
func TestEndThatFails(t *testing.T) {
	args := []string{"--epochs", "2", "--checkpoint-every", "20"}
	whole := filepath.Join(t.TempDir(), "run")
	command(t, append([]string{"train", "--model", "mlp:16", "--ui", "none", "--out", whole}, args...)...).want(t, exitDone)
	want := kept(t, whole)
	for _, name := range []string{runs.LastFile, runs.TestFile, runs.SummaryFile, runs.ReportFile, runs.ResultFile} {
		out := filepath.Join(t.TempDir(), "run")
		block := filepath.Join(out, name) // a folder that no file replaces
		w := hook("epoch 1/", func() {
			if err := os.MkdirAll(filepath.Join(block, "x"), 0o777); err != nil {
				t.Error(err)
			}
		})
		line := append([]string{"train", "--model", "mlp:16", "--ui", "plain", "--out", out}, args...)
		if code := Run(context.Background(), line, nil, io.Discard, w); code != exitFailed {
			t.Fatalf("%s: exit %d: %s", name, code, w.String())
		}
		contains(t, w.String(), name, "the run goes on with", "train --resume "+out)
		if err := os.RemoveAll(block); err != nil {
			t.Fatal(err)
		}
		command(t, "train", "--resume", out, "--ui", "none").want(t, exitDone)
		if !reflect.DeepEqual(kept(t, out), want) {
			t.Errorf("%s: the resumed run has other results", name)
		}
		if _, err := os.Stat(filepath.Join(out, runs.Checkpoints)); err == nil {
			t.Errorf("%s: the checkpoints are still there", name)
		}
	}
}

// TestFolderThatVanishes: training ends when its folder is removed, and does not
// make another.
func TestFolderThatVanishes(t *testing.T) {
	for _, line := range [][]string{
		{"train", "--model", "mlp:16", "--epochs", "100000"},
		{"compare", "--model", "linear", "--epochs", "9", "--seeds", "50", "--optimizers", "sgd,adam", "--lr", "0.1"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		w := hook(map[bool]string{true: "epoch      2/", false: "run   2/"}[line[0] == "train"], func() {
			if err := os.RemoveAll(out); err != nil {
				t.Skip(err) // not while files are open
			}
		})
		if code := Run(context.Background(), append(line, "--ui", "plain", "--out", out), nil, &bytes.Buffer{}, w); code != exitFailed {
			t.Fatalf("exit %d: %s", code, w.String())
		}
		contains(t, w.String(), out+" is gone")
		if strings.Contains(w.String(), "goes on with") {
			t.Errorf("%v: what is gone is said to go on", line)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v: the folder was made again", line)
		}
	}
}

// TestOutputsSpareInputs: predict, report and schedule write over nothing that they
// read, and over nothing that a run keeps.
func TestOutputsSpareInputs(t *testing.T) {
	table := write(t, "flowers.csv", flowers(90))
	_, run := trained(t, "--data", table, "--target", "kind")
	best := filepath.Join(run, runs.BestFile)
	lone := write(t, "model.safetensors", readFile(t, best))
	lines := write(t, "rows.jsonl", `{"length":1,"color":"red"}`+"\n")
	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Symlink(table, link); err != nil {
		t.Skip(err)
	}
	for _, line := range [][]string{
		{"predict", run, table, "--out", table},
		{"predict", run, table, "--out", link},
		{"predict", run, link, "--out", table},
		{"predict", run, table, "--out", best},
		{"predict", best, table, "--out", filepath.Join(run, runs.MetricsFile)},
		{"predict", lone, table, "--out", lone},
		{"predict", lone, lines, "--out", lines, "--format", "jsonl"},
		{"report", run, "--out", table},
		{"report", run, "--out", best},
		{"schedule", "cosine", "--svg", best},
	} {
		before := map[string]string{table: "", best: "", lone: "", lines: "", filepath.Join(run, runs.MetricsFile): ""}
		for path := range before {
			before[path] = readFile(t, path)
		}
		contains(t, command(t, line...).want(t, exitFailed).stderr, line[len(line)-1], "name another file")
		for path, text := range before {
			if readFile(t, path) != text {
				t.Errorf("%v: %s has changed", line, path)
			}
		}
	}

	// The same through the standard input.
	in, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var stderr bytes.Buffer
	if code := Run(context.Background(), []string{"predict", run, "-", "--out", table}, in, io.Discard, &stderr); code != exitFailed {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	contains(t, stderr.String(), "standard input")
	if readFile(t, table) != flowers(90) {
		t.Error("the data has changed")
	}

	// What is no input is written over, as is a run's own page.
	out := write(t, "old.csv", "old")
	command(t, "predict", run, table, "--out", out).want(t, exitDone)
	command(t, "report", run, "--out", filepath.Join(run, runs.ReportFile)).want(t, exitDone)
	if !strings.HasPrefix(readFile(t, out), "prediction") {
		t.Error("the old predictions stay")
	}
}

// TestFoldersOfOtherCommands: each command refuses a folder that another one left,
// names that one, and changes nothing.
func TestFoldersOfOtherCommands(t *testing.T) {
	_, sweep := swept(t, "trials: 2\nepochs: 1\nsearch: random\nsettings: {model: linear}\nspace: {optimizer: [adam, momentum]}\n")
	_, run := trained(t)
	for _, row := range []struct{ line, want []string }{
		{[]string{"train", "--resume", sweep}, []string{"sweep --resume"}},
		{[]string{"compare", "--resume", sweep}, []string{"sweep --resume"}},
		{[]string{"eval", sweep, "digits"}, []string{"folder of sweep"}},
		{[]string{"predict", sweep, "digits"}, []string{"folder of sweep"}},
		{[]string{"inspect", sweep}, []string{"folder of sweep"}},
		{[]string{"report", sweep}, []string{"folder of sweep"}},
		{[]string{"runs", "rm", sweep, "--yes"}, []string{"stays", "folder of sweep"}},
		{[]string{"sweep", "--resume", run}, []string{"train --resume"}},
		{[]string{"compare", "--resume", run}, []string{"train --resume"}},
	} {
		before, err := os.ReadDir(sweep)
		if err != nil {
			t.Fatal(err)
		}
		contains(t, command(t, row.line...).want(t, exitFailed).stderr, row.want...)
		if after, err := os.ReadDir(sweep); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%v: the folder holds %v, and held %v: %v", row.line, after, before, err)
		}
	}

	// A sweep that ended between its plan and its settings begins again.
	if err := os.RemoveAll(filepath.Join(sweep, runs.SettingsFile)); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "sweep", "--resume", sweep).want(t, exitFailed).stderr, "ended before it began", "--out")
	empty := filepath.Join(t.TempDir(), "sweep")
	if err := os.MkdirAll(empty, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(empty, runs.PlanFile), []byte(readFile(t, filepath.Join(sweep, runs.PlanFile))), 0o666); err != nil {
		t.Fatal(err)
	}
	file := write(t, "sweep.yaml", "trials: 2\nepochs: 1\nsearch: random\nsettings: {model: linear}\nspace: {optimizer: [adam, momentum]}\n")
	command(t, "sweep", file, "--ui", "none", "--out", empty).want(t, exitDone)
}

// TestManyClasses: a matrix that grows by the square of the classes does not keep a
// run from its end.
func TestManyClasses(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,y\n")
	for i := range 8 * 1001 {
		fmt.Fprintf(&b, "%d.5,c%d\n", i%1001, i%1001)
	}
	_, run := trained(t, "--data", write(t, "classes.csv", b.String()), "--target", "y", "--model", "linear", "--epochs", "1", "--batch", "512")
	if text, err := os.ReadFile(filepath.Join(run, runs.TestFile)); err != nil || strings.Contains(string(text), "confusion") {
		t.Errorf("test.json is %.200s, %v", text, err)
	}
	command(t, "report", run).want(t, exitDone)
}

// TestPathsThatLookLikeFlags: commands that are printed name them as paths.
func TestPathsThatLookLikeFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("-a.csv", []byte(flowers(60)), 0o666); err != nil {
		t.Fatal(err)
	}
	r := command(t, "train", "--data=-a.csv", "--target", "kind", "--model", "linear", "--epochs", "1", "--ui", "none", "--out=-run").want(t, exitDone)
	contains(t, r.stdout, "inspect ./-run", "eval ./-run ./-a.csv", "predict ./-run ./-a.csv", "--config ./-run/config.yaml")
	command(t, "eval", "./-run", "./-a.csv").want(t, exitDone)
	contains(t, command(t, "train", "--resume=-run").want(t, exitDone).stdout, "inspect ./-run")
}
