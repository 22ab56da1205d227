package runs_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/runs"
)

// folder makes a run folder of the given files.
func folder(t testing.TB, name string, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(path, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// files are those of a small run of classes.
func files(rate string) map[string]string {
	return map[string]string{
		"config.yaml":  "# what to read\ndata: digits\ntarget: [a, b]\noptimizer:\n  name: adam\n  beta1: 0.9\nlearning_rate: " + rate + "\n",
		"metrics.csv":  "epoch,step,lr,train_loss,val_loss,val_accuracy\n1,10,0.1,2.5,2.25,0.5\n2,20,0.05,1.5,1.75,0.75\n",
		"steps.csv":    "step,epoch,loss,penalty,lr,grad_norm,clip\n1,1,3,0,0.1,4,1\n2,1,2,0,0.1,,1\n3,1,1,0",
		"summary.json": `{"status":"done","best_epoch":2,"epochs":2,"test":{"accuracy":0.7,"loss":1.8},"baseline":{"accuracy":0.1}}`,
		"test.json":    `{"rows":4,"classes":["x","y"],"confusion":[[2,0],[1,1]],"worst":[{"row":3,"loss":2.5,"actual":"y","predicted":"x","probability":0.9,"columns":["age"],"cells":["7"]}]}`,
		"probes.jsonl": `{"step":1,"epoch":0,"params":[{"name":"1.dense.weight","low":-1,"high":1,"counts":[1,2,1],"norm":2,"gradient":0.5,"update":0.02}],"activations":[{"name":"1.dense","low":0,"high":3,"counts":[4,0,1]}]}` + "\n",
	}
}

func TestRead(t *testing.T) {
	r, err := runs.Read(folder(t, "a", files("0.1")))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"data": "digits", "target": "a,b", "optimizer.beta1": "0.9", "status": "done", "test.accuracy": "0.7", "name": "a"} {
		if got, ok := r.Value(key); !ok || got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if _, ok := r.Value("nothing"); ok {
		t.Error("there is a value called nothing")
	}
	if got := r.Metrics.Column("val_loss"); !slices.Equal(got, report.Numbers{2.25, 1.75}) {
		t.Errorf("val_loss is %v", got)
	}
	if got := r.Steps.Column("grad_norm"); r.Steps.Rows() != 2 || got[0] != 4 || !math.IsNaN(got[1]) {
		t.Errorf("the line that is not whole was read, or a missing value was not: %v", got)
	}
	if len(r.Probes) != 1 || r.Probes[0].Params[0].GradNorm != 0.5 || r.Probes[0].Params[0].Counts[1] != 2 {
		t.Errorf("probes are %+v", r.Probes)
	}
}

func TestUnfinishedRun(t *testing.T) {
	f := files("0.1")
	for _, name := range []string{"summary.json", "test.json", "steps.csv", "probes.jsonl"} {
		delete(f, name)
	}
	f["metrics.csv"] = "epoch,step"
	r, err := runs.Read(folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	if r.Status() != "unfinished" || r.Metrics.Rows() != 0 {
		t.Errorf("status %q, %d rows", r.Status(), r.Metrics.Rows())
	}
	if err := runs.Page(r).WriteHTML(&strings.Builder{}); err != nil {
		t.Error(err)
	}
}

func TestFoldersThatAreNoRuns(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"no metrics.csv":           func(f map[string]string) { delete(f, "metrics.csv") },
		"metrics.csv:3":            func(f map[string]string) { f["metrics.csv"] = "epoch,step\n1,10\n2,many\n" },
		"probes.jsonl:1":           func(f map[string]string) { f["probes.jsonl"] = "{\n" },
		"summary.json":             func(f map[string]string) { f["summary.json"] = "[" },
		"config.yaml: yaml: line ": func(f map[string]string) { f["config.yaml"] = "a: [\nb: {" },
	} {
		f := files("0.1")
		change(f)
		_, err := runs.Read(folder(t, "a", f))
		want := strings.TrimPrefix(name, "no ")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestPages(t *testing.T) {
	a, err := runs.Read(folder(t, "a", files("0.1")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := runs.Read(folder(t, "b", files("0.2")))
	if err != nil {
		t.Fatal(err)
	}
	titles := func(p report.Page) (list []string) {
		for _, s := range p.Sections {
			if s.Source == "" && s.Title != "Commands" {
				t.Errorf("section %q does not say where its numbers are from", s.Title)
			}
			list = append(list, s.Group+"/"+s.Title)
		}
		return list
	}
	one := titles(runs.Page(a))
	for _, want := range []string{"Result/", "Curves/Loss", "Curves/Validation accuracy", "Layers/Relative updates", "Layers/Weights", "Layers/Activations", "Test/Confusion", "Test/Worst samples", "Settings/Settings"} {
		if !slices.Contains(one, want) {
			t.Errorf("the page of a run has no %q: %q", want, one)
		}
	}
	for _, not := range []string{"Curves/Clip factor", "Curves/Penalty"} {
		if slices.Contains(one, not) {
			t.Errorf("the page of a run has %q, in which nothing happens", not)
		}
	}
	two := runs.Page(a, b)
	all := titles(two)
	for _, want := range []string{"Results/Settings that differ", "Layers/Gradient norms", "Layers/Weights of a", "Layers/Activations of b", "Test of a/Confusion", "Settings of b/Settings"} {
		if !slices.Contains(all, want) {
			t.Errorf("the page of two runs has no %q: %q", want, all)
		}
	}
	differ := two.Sections[1].Body.(report.Table)
	if len(differ.Rows) != 1 || !slices.Equal(differ.Rows[0], report.Row{"learning_rate", "0.1", "0.2"}) {
		t.Errorf("what differs is %v", differ.Rows)
	}
	accuracy := two.Sections[slices.Index(all, "Curves/Validation accuracy")].Body.(report.Chart)
	if accuracy.Y.Label != "accuracy, %" || !slices.Equal(accuracy.Series[1].Y, []float64{50, 75}) {
		t.Errorf("the curve of the accuracy is %+v", accuracy)
	}
	results := two.Sections[0].Body.(report.Table)
	if i := slices.Index(results.Columns, "test accuracy"); i < 0 || results.Rows[0][i] != report.Score("accuracy", 0.7) {
		t.Errorf("results are %v", results)
	}
	loss := two.Sections[slices.Index(all, "Curves/Loss")].Body.(report.Chart)
	if len(loss.Series) != 4 || loss.Series[0].Name != "a training" || loss.Series[0].Color != loss.Series[1].Color || loss.Series[2].Color == loss.Series[0].Color {
		t.Errorf("the curves are %+v", loss.Series)
	}
}

// TestLayersOfSeveralRuns: of several runs a layer has a chart with a curve of
// each run that has the layer, in the run's color.
// TestLossesOfAPage: a loss is called what it is, and stands beside a baseline
// of the same measure only.
func TestLossesOfAPage(t *testing.T) {
	for _, tt := range []struct {
		settings, test, title string
		beside                bool
	}{
		{"", `"loss":1.8`, "Curves/Loss", true},
		{"class_weights: balanced\n", `"loss":1.8`, "Curves/Weighted loss", false}, // of an earlier build
		{"class_weights: balanced\n", `"loss":1.8,"objective":1.5`, "Curves/Weighted loss", true},
		{"label_smoothing: 0.1\n", `"loss":1.8,"objective":1.9`, "Curves/Smoothed loss", true},
	} {
		f := files("0.1")
		f["config.yaml"] += tt.settings
		f["summary.json"] = `{"status":"done","test":{` + tt.test + `},"baseline":{"loss":2.125}}`
		r, err := runs.Read(folder(t, "a", f))
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		var page bytes.Buffer
		for _, s := range runs.Page(r).Sections {
			titles = append(titles, s.Group+"/"+s.Title)
		}
		if err := runs.Page(r).WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(titles, tt.title) {
			t.Errorf("%s: %q has no %q", tt.settings, titles, tt.title)
		}
		if beside := strings.Contains(page.String(), "baseline 2.125"); beside != tt.beside {
			t.Errorf("%s, test %s: the baseline stands beside: %v", tt.settings, tt.test, beside)
		}
	}
}

func TestLayersOfSeveralRuns(t *testing.T) {
	var list []*runs.Run
	for _, c := range []struct{ name, probes string }{
		{"none", ""},
		{"a", `{"step":1,"params":[{"name":"1.dense","norm":2,"gradient":0.5,"update":0.02}]}` + "\n" + `{"step":9,"params":[{"name":"1.dense","norm":4,"gradient":0.25,"update":0.02}]}` + "\n"},
		{"b", `{"step":1,"params":[{"name":"1.dense","norm":1,"gradient":3,"update":0.1},{"name":"2.dense","norm":1,"gradient":7,"update":0.1}]}` + "\n"},
	} {
		f := files("0.1")
		f["probes.jsonl"] = c.probes
		r, err := runs.Read(folder(t, c.name, f))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	page := runs.Page(list...)
	at := slices.IndexFunc(page.Sections, func(s report.Section) bool { return s.Title == "Gradient norms" })
	if at < 0 {
		t.Fatal("the page has no gradient norms")
	}
	if source := page.Sections[at].Source; strings.Count(source, "probes.jsonl") != 2 {
		t.Errorf("they are from %s", source)
	}
	layers, ok := page.Sections[at].Body.(report.Layers)
	if !ok || len(layers) != 2 || layers[0].Name != "1.dense" || layers[1].Name != "2.dense" {
		t.Fatalf("the layers are %+v", page.Sections[at].Body)
	}
	a, b := layers[0].Chart.Series[0], layers[0].Chart.Series[1]
	if a.Name != "a" || a.Color != 2 || !slices.Equal(a.X, report.Numbers{1, 9}) || !slices.Equal(a.Y, report.Numbers{0.5, 0.25}) {
		t.Errorf("the curve of a is %+v", a)
	}
	if b.Name != "b" || b.Color != 3 || !slices.Equal(b.Y, report.Numbers{3}) {
		t.Errorf("the curve of b is %+v", b)
	}
	if only := layers[1].Chart.Series; len(only) != 1 || only[0].Name != "b" || only[0].Color != 3 || only[0].Y[0] != 7 {
		t.Errorf("the curves of the layer that only b has are %+v", only)
	}
	if err := page.WriteHTML(&strings.Builder{}); err != nil {
		t.Error(err)
	}
}
