package runpage_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/internal/runtest"
)

func TestPages(t *testing.T) {
	a, err := runs.Read(runtest.Folder(t, "a", runtest.Files("0.1")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := runs.Read(runtest.Folder(t, "b", runtest.Files("0.2")))
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
	one := titles(runpage.Of(a))
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
	two := runpage.Of(a, b)
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
		f := runtest.Files("0.1")
		f["config.yaml"] += tt.settings
		f["summary.json"] = `{"status":"done","test":{` + tt.test + `},"baseline":{"loss":2.125}}`
		r, err := runs.Read(runtest.Folder(t, "a", f))
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		var page bytes.Buffer
		for _, s := range runpage.Of(r).Sections {
			titles = append(titles, s.Group+"/"+s.Title)
		}
		if err := runpage.Of(r).WriteHTML(&page); err != nil {
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

// TestLayersOfSeveralRuns: of several runs a layer has a chart with a curve of
// each run that has the layer, in the run's color.
func TestLayersOfSeveralRuns(t *testing.T) {
	var list []*runs.Run
	for _, c := range []struct{ name, probes string }{
		{"none", ""},
		{"a", `{"step":1,"params":[{"name":"1.dense","norm":2,"gradient":0.5,"update":0.02}]}` + "\n" + `{"step":9,"params":[{"name":"1.dense","norm":4,"gradient":0.25,"update":0.02}]}` + "\n"},
		{"b", `{"step":1,"params":[{"name":"1.dense","norm":1,"gradient":3,"update":0.1},{"name":"2.dense","norm":1,"gradient":7,"update":0.1}]}` + "\n"},
	} {
		f := runtest.Files("0.1")
		f["probes.jsonl"] = c.probes
		r, err := runs.Read(runtest.Folder(t, c.name, f))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	page := runpage.Of(list...)
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

// TestUnfinishedRun: a page shows what there is, also of a run that has hardly begun.
func TestUnfinishedRun(t *testing.T) {
	f := runtest.Files("0.1")
	for _, name := range []string{"summary.json", "test.json", "steps.csv", "probes.jsonl"} {
		delete(f, name)
	}
	f["metrics.csv"] = "epoch,step"
	r, err := runs.Read(runtest.Folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	if err := runpage.Of(r).WriteHTML(&strings.Builder{}); err != nil {
		t.Error(err)
	}
}
