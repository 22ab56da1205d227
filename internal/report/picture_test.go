package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"descent/internal/report"
)

// pictures returns the pictures of a page by name.
func pictures(t testing.TB, p report.Page) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, draw := range p.Pictures() {
		var b bytes.Buffer
		if err := draw(&b); err != nil {
			t.Fatal(err)
		}
		all[name] = b.String()
	}
	return all
}

func TestPictures(t *testing.T) {
	all := pictures(t, everything())
	if len(all) != 9 {
		t.Fatalf("%d pictures are drawn", len(all))
	}
	for name, text := range all {
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%s has a place that is none:\n%s", name, text)
		}
	}
	for name, parts := range map[string][]string{
		"loss":                   {">0.1<", ">1<", ">best<", ">validation<", "stroke-dasharray"},
		"loss-of-each-update":    {"<polygon", ">update<"},
		"trials":                 {"<circle", ">0.001<", ">0.1<"},
		"gradient-norm":          {`stroke="#352a5e"`, `stroke="#27908c"`, `stroke="#d3b52b"`}, // from the first to the last of the layers
		"update-norms-1-dense":   {">Update norms: 1.dense<", ">a<", ">b<"},
		"update-norms-2-dense":   {`stroke="#d55e00"`, ">b<"},
		"weights-2-dense-weight": {">Weights: 2.dense.weight<", ">update<", ">0<", ">40<", ">80<", ">-1<", `fill="#352a5e"`, `fill="#d3b52b"`},
	} {
		for _, part := range parts {
			if !strings.Contains(all[name], part) {
				t.Errorf("%s has no %q:\n%s", name, part, all[name])
			}
		}
	}
}

// TestPicturesOfHistograms counts ridges, and looks for where they stand.
func TestPicturesOfHistograms(t *testing.T) {
	nan := math.NaN()
	history := func(n int) (list []report.Spread) {
		for i := range n {
			list = append(list, report.Spread{At: float64(1000 * i), Low: -1, High: 1, Counts: []int{1, 2, 1}})
		}
		return list
	}
	for _, row := range []struct {
		name    string
		spreads []report.Spread
		ridges  int
		parts   []string
	}{
		{"none", nil, 0, []string{"</svg>"}},
		// A bin of the largest count is 54 high, and bins have their middles at
		// -2/3, 0 and 2/3 between 16 and 650.
		{"one", history(1), 1, []string{"M16.00 344.00L121.67 317.00L333.00 290.00L544.33 317.00L650.00 344.00Z", ">0<"}},
		{"two", history(2), 2, []string{"M16.00 98.00L121.67 71.00L333.00 44.00", "M16.00 344.00L121.67 317.00", ">1000<"}},
		{"many", history(100), 20, []string{">99000<", ">89000<"}},
		{"of one value", []report.Spread{{Low: 2, High: 2, Counts: []int{7}}}, 1, []string{">2<"}},
		{"of nothing", []report.Spread{{Low: -1, High: 1, Counts: []int{0, 0}}}, 1, nil},
		{"not finite", []report.Spread{{Low: nan, High: nan, Counts: []int{1}}, {Low: 0, High: math.Inf(1), Counts: []int{1}}}, 0, nil},
	} {
		p := report.Page{Sections: []report.Section{{Title: "h", Body: report.Histograms{X: "update", Layers: []report.Distribution{{Name: row.name, Spreads: row.spreads}}}}}}
		for _, text := range pictures(t, p) {
			if n := strings.Count(text, "fill-opacity"); n != row.ridges || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Errorf("%s: %d ridges, want %d:\n%s", row.name, n, row.ridges, text)
			}
			for _, part := range row.parts {
				if !strings.Contains(text, part) {
					t.Errorf("%s has no %q:\n%s", row.name, part, text)
				}
			}
		}
	}
}

// TestPicturesOfLittle draws charts with nothing to scale axes by.
func TestPicturesOfLittle(t *testing.T) {
	nan := math.NaN()
	p := report.Page{}
	for title, s := range map[string]report.Series{
		"none": {}, "one": {X: report.Numbers{3}, Y: report.Numbers{5}}, "equal": {X: report.Numbers{1, 2}, Y: report.Numbers{0, 0}},
		"gaps": {X: report.Numbers{1, 2, 3}, Y: report.Numbers{nan, nan, nan}}, "negative": {X: report.Numbers{1, 2}, Y: report.Numbers{-1, -2}},
	} {
		for _, log := range []bool{false, true} {
			p.Sections = append(p.Sections, report.Section{Title: title, Body: report.Chart{Y: report.Axis{Log: log}, Series: []report.Series{s}}})
		}
	}
	for name, text := range pictures(t, p) {
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || len(text) > 20_000 {
			t.Errorf("%s:\n%.2000s", name, text)
		}
	}
}

// TestTicksDiffer: no two ticks of an axis read alike, whatever its values.
func TestTicksDiffer(t *testing.T) {
	for _, y := range [][]float64{{0.99991, 0.99999}, {1.7e9, 1.7e9 + 3}, {1e-9, 1.0001e-9}, {-5, 5}, {0, 1e12}, {1e9 + 0.1, 1e9 + 0.2}} {
		page := report.Page{Sections: []report.Section{{Title: "chart", Body: report.Chart{Series: []report.Series{{Name: "s", X: report.Numbers{0, 1}, Y: y}}}}}}
		for _, svg := range pictures(t, page) {
			seen := map[string]bool{}
			for _, part := range strings.Split(svg, `text-anchor="end"`)[1:] {
				text, _, _ := strings.Cut(part, "</text>")
				_, text, _ = strings.Cut(text, ">")
				if seen[text] {
					t.Errorf("%v: %s stands twice", y, text)
				}
				seen[text] = true
			}
			if len(seen) < 2 {
				t.Errorf("%v: the ticks are %v", y, seen)
			}
		}
	}
}
