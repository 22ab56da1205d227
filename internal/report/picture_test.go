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

// pictures returns the charts of a page by name.
func pictures(t testing.TB, p report.Page) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, draw := range p.Charts() {
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
	if len(all) != 4 {
		t.Fatalf("%d charts are drawn", len(all))
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
		"loss":                {">0.1<", ">1<", ">best<", ">validation<", "stroke-dasharray"},
		"loss-of-each-update": {"<polygon", ">update<"},
		"trials":              {"<circle", ">0.001<", ">0.1<"},
	} {
		for _, part := range parts {
			if !strings.Contains(all[name], part) {
				t.Errorf("%s has no %q:\n%s", name, part, all[name])
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
