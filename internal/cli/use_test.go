package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/runs"
)

// flowerRun trains on flowers with a test file, and returns both paths.
func flowerRun(t testing.TB, args ...string) (sum map[string]any, run, test string) {
	t.Helper()
	train := write(t, "train.csv", flowers(240))
	test = write(t, "test.csv", flowers(300)[:2500])
	test = write(t, "test.csv", readFile(t, test)[:strings.LastIndex(readFile(t, test), "\n")+1])
	sum, run = trained(t, append([]string{"--data", train, "--target", "kind", "--test", test, "--epochs", "30"}, args...)...)
	return sum, run, test
}

func evalJSON(t testing.TB, args ...string) map[string]any {
	t.Helper()
	r := command(t, append([]string{"eval", "--json"}, args...)...).want(t, exitDone)
	var sum map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestEvalEqualsTrain(t *testing.T) {
	sum, run, test := flowerRun(t)
	e := evalJSON(t, run, test)
	for _, name := range []string{"loss", "accuracy", "f1"} {
		if a, b := score(t, sum, "test", name), score(t, e, "test", name); a != b {
			t.Errorf("%s was %v at the end of training, and is %v now", name, a, b)
		}
	}
	if e["weights_sha256"] != sum["weights_sha256"] {
		t.Error("eval measured other weights")
	}
	r := command(t, "eval", run, test).want(t, exitDone)
	contains(t, r.stdout, "test.csv, ", "baseline: always", "predicted", "next", "predict")
}

// TestEvalKnowsTheSplit checks that data seen in training is not taken for a
// test.
func TestEvalKnowsTheSplit(t *testing.T) {
	sum, run := trained(t)
	e := evalJSON(t, run, "digits")
	if e["part"] != "test" || e["rows"] != 359.0 || score(t, e, "test", "loss") != score(t, sum, "test", "loss") {
		t.Errorf("eval measured %v", e)
	}
	if score(t, e, "baseline", "loss") != score(t, sum, "baseline", "loss") {
		t.Error("the baseline differs")
	}
	for part, rows := range map[string]float64{"train": 1258, "validation": 180, "all": 1797} {
		if e := evalJSON(t, run, "digits", "--part", part); e["rows"] != rows {
			t.Errorf("part %s: %v rows, want %v", part, e["rows"], rows)
		}
	}
	lone := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(lone, []byte(readFile(t, filepath.Join(run, runs.BestFile))), 0o666); err != nil {
		t.Fatal(err)
	}
	if e := evalJSON(t, lone, "digits"); e["part"] != "all" || e["rows"] != 1797.0 {
		t.Errorf("a model without a run measured %v", e)
	}
}

func TestPredict(t *testing.T) {
	_, run, _ := flowerRun(t)
	rows := "color,length\nred,0.1\nblue,1\nblue,2\n,\n"
	path := write(t, "new.csv", rows)
	plain := command(t, "predict", run, path).want(t, exitDone)
	if plain.stdout != "prediction\nrose\niris\nviolet\n"+plain.stdout[strings.LastIndex(strings.TrimSpace(plain.stdout), "\n")+1:] {
		t.Errorf("predictions:\n%s", plain.stdout)
	}
	if from := commandIn(t, rows, "predict", run, "-").want(t, exitDone); from.stdout != plain.stdout {
		t.Errorf("from standard input:\n%s", from.stdout)
	}
	lines := write(t, "new.jsonl", `{"color":"red","length":0.1}
{"length":1,"color":"blue","more":true}
{"color":"blue","length":"2"}
{"color":null}
`)
	if from := command(t, "predict", run, lines).want(t, exitDone); from.stdout != plain.stdout {
		t.Errorf("from JSON lines:\n%s", from.stdout)
	}
	out := filepath.Join(t.TempDir(), "out.csv")
	r := command(t, "predict", run, path, "--out", out).want(t, exitDone)
	if readFile(t, out) != plain.stdout || r.stdout != "" {
		t.Error("--out has other predictions")
	}
	contains(t, r.stderr, "next")
}

// TestPredictNeedsNoTarget: rows whose target is missing or of another class are predicted
// among others.
func TestPredictNeedsNoTarget(t *testing.T) {
	_, run, test := flowerRun(t)
	want := command(t, "predict", run, test).want(t, exitDone).stdout
	text, err := os.ReadFile(test)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, target := range []string{"", "zebra"} {
		line := lines[i+1]
		lines[i+1] = line[:strings.LastIndexByte(line, ',')+1] + target
	}
	part := write(t, "part.csv", strings.Join(lines, "\n"))
	if got := command(t, "predict", run, part).want(t, exitDone).stdout; got != want {
		t.Errorf("predicted:\n%s\nwant\n%s", got, want)
	}
	contains(t, command(t, "eval", run, part).want(t, exitFailed).stderr, "line 2 has no usable value")
}

func TestProbabilities(t *testing.T) {
	_, run, test := flowerRun(t)
	r := command(t, "predict", run, test, "--probabilities").want(t, exitDone)
	records, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(records[0], " "); got != "prediction p_iris p_rose p_violet" {
		t.Errorf("the header is %s", got)
	}
	j := command(t, "predict", run, test, "--probabilities", "--format", "jsonl").want(t, exitDone)
	lines := strings.Split(strings.TrimSpace(j.stdout), "\n")
	if len(lines) != len(records)-1 {
		t.Fatalf("%d lines, %d records", len(lines), len(records)-1)
	}
	for i, record := range records[1:] {
		var line struct {
			Prediction    string
			Probabilities map[string]float64
		}
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			t.Fatal(err)
		}
		sum, most, likeliest := 0.0, 0.0, ""
		for c, text := range record[1:] {
			p, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			class := strings.TrimPrefix(records[0][c+1], "p_")
			if line.Probabilities[class] != p {
				t.Errorf("row %d: p(%s) is %v as JSON, %v as CSV", i, class, line.Probabilities[class], p)
			}
			if sum += p; p > most {
				most, likeliest = p, class
			}
		}
		if sum < 0.99999 || sum > 1.00001 || likeliest != record[0] || line.Prediction != record[0] {
			t.Errorf("row %d: %v and %s", i, record, lines[i])
		}
	}
}

func TestPredictTargets(t *testing.T) {
	path := write(t, "houses.csv", houses(400))
	_, run := trained(t, "--data", path, "--target", "price,rent", "--epochs", "60", "--model", "linear", "--lr", "0.01")
	rows := write(t, "new.csv", "age,size\n10,50\n")
	r := command(t, "predict", run, rows).want(t, exitDone)
	records, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
	if err != nil || len(records) != 2 || strings.Join(records[0], " ") != "price rent" {
		t.Fatalf("%v, %v", records, err)
	}
	for i, want := range []float64{45000, 28} {
		if got, err := strconv.ParseFloat(records[1][i], 64); err != nil || got < 0.9*want || got > 1.1*want {
			t.Errorf("%s is %s, want about %v", records[0][i], records[1][i], want)
		}
	}
	contains(t, command(t, "predict", run, rows, "--format", "jsonl").stdout, `{"prediction":{"price":`, `"rent":`)
	contains(t, command(t, "predict", run, rows, "--probabilities").want(t, exitUsage).stderr, "price, rent")
}

func TestPredictNamesTheCell(t *testing.T) {
	_, run, _ := flowerRun(t)
	bad := write(t, "bad.csv", "length,color\n1,red\nlong,red\n")
	contains(t, command(t, "predict", run, bad).want(t, exitFailed).stderr, "bad.csv", "line 3", "length", "long")
	lacks := write(t, "lacks.csv", "length\n1\n")
	contains(t, command(t, "predict", run, lacks).want(t, exitFailed).stderr, "lacks.csv", `"color"`)
	contains(t, command(t, "eval", run, write(t, "new.csv", "length,color\n1,red\n")).want(t, exitFailed).stderr, `"kind"`)
}

func TestInspect(t *testing.T) {
	_, run, _ := flowerRun(t)
	r := command(t, "inspect", run).want(t, exitDone)
	contains(t, r.stdout, "dense", "16", "total", "target", "length", "color", "category", "cross-entropy", "format 1", "next")
	j := command(t, "inspect", run, "--json").want(t, exitDone)
	var i inspection
	if err := json.Unmarshal([]byte(j.stdout), &i); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, l := range i.Layers {
		sum += l.Parameters
	}
	if sum != i.Parameters || sum == 0 {
		t.Errorf("the layers have %d parameters, the model %d", sum, i.Parameters)
	}
}

func TestVersion(t *testing.T) {
	defer func(args []string) { os.Args = args }(os.Args)
	os.Args = []string{os.Args[0], "nothing"} // is not read
	contains(t, command(t, "version").want(t, exitDone).stdout, "descent", "go1.", "kernels")
	contains(t, command(t).want(t, exitDone).stdout, "train", "predict", "eval", "inspect", "version")
}

// cancelAt ends a context when a text has been written.
type cancelAt struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (c *cancelAt) Write(p []byte) (int, error) {
	n, err := c.Buffer.Write(p)
	if strings.Contains(c.String(), c.text) {
		c.cancel()
	}
	return n, err
}

// TestInterrupt ends runs before and after the first epoch.
func TestInterrupt(t *testing.T) {
	for _, at := range []string{"folder", "epoch   2/"} {
		out := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		stderr := &cancelAt{text: at, cancel: cancel}
		var stdout bytes.Buffer
		code := Run(ctx, []string{"train", "--model", "mlp:16", "--epochs", "500", "--ui", "plain", "--out", out}, nil, &stdout, stderr)
		if code != exitInterrupted {
			t.Fatalf("exit %d, want 130: %s", code, stderr.String())
		}
		contains(t, stderr.String(), "interrupted", "last.safetensors", "--resume")
		contains(t, readFile(t, filepath.Join(out, runs.SummaryFile)), `"status": "interrupted"`)
		for _, file := range []string{runs.BestFile, runs.LastFile} {
			command(t, "eval", filepath.Join(out, file), "digits", "--part", "all").want(t, exitDone)
		}
	}
}
