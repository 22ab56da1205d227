package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"descent/internal/report"
)

// everything is a page with a section of each kind.
func everything() report.Page {
	var x, train, valid, noisy report.Numbers
	for i := range 400 {
		t := float64(i)
		x = append(x, t)
		train = append(train, 2.3*math.Exp(-t/90)+0.03)
		valid = append(valid, 2.3*math.Exp(-t/80)+0.11+t*t*4e-7)
		noisy = append(noisy, 2.3*math.Exp(-t/90)+0.03+0.1*math.Sin(t*1.7)*math.Sin(t*t))
	}
	noisy[30] = math.NaN()
	var layers []report.Series
	for k, name := range []string{"0.conv2d", "3.conv2d", "6.dense", "8.dense", "9.dense"} {
		s := report.Series{Name: name, X: x}
		for i := range x {
			s.Y = append(s.Y, math.Exp(-float64(k))*(1+0.2*math.Sin(float64(i)/20+float64(k))))
		}
		layers = append(layers, s)
	}
	var spreads []report.Spread
	for i := range 12 {
		s := report.Spread{At: float64(40 * i), Low: -1 - float64(i)/10, High: 1 + float64(i)/10}
		for b := range 30 {
			z := (float64(b) - 14.5) / (4 + float64(i)/4)
			s.Counts = append(s.Counts, int(1000*math.Exp(-z*z/2)))
		}
		spreads = append(spreads, s)
	}
	return report.Page{
		Title: "A page of everything", Note: "Sections of each kind, with made-up numbers.",
		Sections: []report.Section{
			{Group: "Result", Body: report.Facts{{Name: "test accuracy", Value: "97.10 %", Note: "baseline 10.0 %"}, {Name: "loss", Value: "0.0984"}, {Name: "parameters", Value: "12,810"}, {Name: "status", Value: "done"}}},
			{Group: "Curves", Title: "Loss", Source: "metrics.csv", Body: report.Chart{
				X: report.Axis{Label: "update"}, Y: report.Axis{Label: "loss", Log: true},
				Series: []report.Series{{Name: "train", X: x, Y: train}, {Name: "validation", X: x, Y: valid, Dashed: true, Color: 1}},
				Marks:  []report.Mark{{X: 300, Label: "best"}},
			}},
			{Group: "Curves", Title: "Loss of each update", Source: "steps.csv", Body: report.Chart{
				X: report.Axis{Label: "update"}, Y: report.Axis{Label: "loss"}, Smooth: true,
				Series: []report.Series{{Name: "loss", X: x, Y: noisy, Low: train, High: valid}},
			}},
			{Group: "Curves", Title: "Gradient norm", Source: "probes.jsonl", Body: report.Chart{
				X: report.Axis{Label: "update"}, Y: report.Axis{Label: "‖g‖", Log: true}, Ordered: true, Series: layers,
			}},
			{Group: "Curves", Title: "Trials", Body: report.Chart{
				X: report.Axis{Label: "learning rate", Log: true}, Y: report.Axis{Label: "accuracy"},
				Series: []report.Series{{Name: "trial", Points: true, X: report.Numbers{0.1, 0.001, 0.01, 0.03}, Y: report.Numbers{0.2, 0.8, 0.97, 0.95}}},
			}},
			{Group: "Layers", Title: "Weights", Source: "probes.jsonl", Body: report.Histograms{X: "update", Layers: []report.Distribution{{Name: "1.dense.weight", Spreads: spreads}, {Name: "2.dense.weight", Spreads: spreads[:3]}}}},
			{Group: "Test", Title: "Confusion", Note: "What each class was taken for.", Body: report.Confusion{Classes: []string{"cat", "dog", "fish"}, Counts: [][]int{{90, 9, 1}, {12, 88, 0}, {0, 0, 50}}}},
			{Group: "Test", Title: "Worst samples", Body: report.Images{{PNG: []byte("\x89PNG\r\n\x1a\n"), Lines: []string{"cat", "taken for dog"}}}},
			{Group: "Test", Title: "Worst rows", Body: report.Table{Columns: []string{"row", "label", "loss", "share"}, Rows: []report.Row{{1, "cat", 3.25, report.Quantity{Value: 0.975, Text: "97.50 %"}}, {2, "</script><b>", math.Inf(1), nil}, {3, nil, 0.5, report.Quantity{Value: 1, Text: "100.00 %"}}}}},
			{Group: "Columns", Title: "Importance", Body: report.Bars{X: report.Axis{Label: "the loss rises by"}, Bars: []report.Bar{{Name: "age", Text: "0.31 ± 0.02", Value: 0.31, Low: 0.29, High: 0.33}, {Name: "city", Value: -0.01, Low: math.NaN(), High: math.NaN()}}}},
			{Group: "Columns", Title: "Words", Wide: true, Body: report.Marked{For: "for yes", Against: "against yes", Parts: []report.Passage{{Text: "A "}, {Text: "great", Weight: 1, Note: "+1.20"}, {Text: " film</script>, but "}, {Text: "long", Weight: -0.3, Note: "-0.36"}, {Text: ".\nשלום "}, {Text: "עולם", Weight: 0.6}}}},
			{Group: "Settings", Title: "Settings", Source: "config.yaml", Body: report.Text("data: digits\nepochs: 20\n")},
			{Group: "Both", Title: "Update norms", Source: "probes.jsonl", Body: report.Layers{
				{Name: "1.dense", Chart: report.Chart{X: report.Axis{Label: "update"}, Y: report.Axis{Log: true}, Series: []report.Series{{Name: "a", X: x, Y: train}, {Name: "b", X: x, Y: valid}}}},
				{Name: "2.dense", Chart: report.Chart{X: report.Axis{Label: "update"}, Y: report.Axis{Log: true}, Series: []report.Series{{Name: "b", Color: 2, X: x, Y: noisy}}}},
			}},
			{Group: "Settings", Title: "Again", Body: report.Commands{"descent train --config config.yaml"}},
		},
	}
}

// document is the JSON within a page.
func document(t testing.TB, html string) map[string]any {
	t.Helper()
	m := regexp.MustCompile(`(?s)<script id="data" type="application/json">(.*?)</script>`).FindStringSubmatch(html)
	if m == nil {
		t.Fatal("the page holds no data")
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(m[1]), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestPageIsOneFile(t *testing.T) {
	var b bytes.Buffer
	if err := everything().WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	if path := os.Getenv("REPORT_PAGE"); path != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, address := range regexp.MustCompile(`(?i)(src|href|url)\s*[=(]\s*["']?(https?:)?//[^"')\s]+`).FindAllString(html, -1) {
		t.Errorf("the page asks for %s", address)
	}
	if n := strings.Count(html, "</script>"); n != 2 {
		t.Errorf("%d scripts end, want 2: a text of the data is not escaped", n)
	}
	doc := document(t, html)
	sections := doc["sections"].([]any)
	if len(sections) != len(everything().Sections) {
		t.Fatalf("%d sections", len(sections))
	}
	rows := sections[8].(map[string]any)["body"].(map[string]any)["rows"].([]any)
	if got := rows[1].([]any); got[1] != "</script><b>" || got[2] != "+Inf" {
		t.Errorf("row is %v", got)
	}
	ys := sections[2].(map[string]any)["body"].(map[string]any)["series"].([]any)[0].(map[string]any)["ys"].([]any)
	if ys[30] != nil || ys[0] == nil {
		t.Errorf("NaN became %v", ys[30])
	}
}

func TestSectionNeedsABody(t *testing.T) {
	err := report.Page{Sections: []report.Section{{Title: "nothing"}}}.WriteHTML(&bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("error is %v", err)
	}
}

// TestTitlesAreShown: the title, which goes to a window, holds nothing that is
// obeyed.
func TestTitlesAreShown(t *testing.T) {
	var b strings.Builder
	if err := (report.Page{Title: "run\x1b]0;x\a\u202e<b>"}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `<title>run\x1b]0;x\a\u202e&lt;b&gt;</title>`) {
		t.Error("the title is not escaped")
	}
	if title := document(t, b.String())["title"]; title != `run\x1b]0;x\a\u202e<b>` {
		t.Errorf("the title is %q", title)
	}
}
