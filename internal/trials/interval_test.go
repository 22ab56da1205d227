package trials

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/settings"
)

// TestScoresStayWhatTheyCanBe: no interval of accuracies ends above 1 or 100 %,
// and text and page show equal numbers.
func TestScoresStayWhatTheyCanBe(t *testing.T) {
	base, err := settings.Prepare(settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	c := comparisonOf(base, "accuracy", map[string][]float64{"adam": {1, 0.9, 1}, "sgd": {0.1, 0, 0}})
	r, err := c.result()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		for _, i := range []interval{row.Validation, row.Test, row.Final, row.Scores["accuracy"]} {
			if i.Low < 0 || i.High > 1 || i.Low > i.Mean || i.Mean > i.High {
				t.Errorf("%s has an accuracy of %v (%v to %v)", row.Name, i.Mean, i.Low, i.High)
			}
		}
	}
	text, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(text), `"high":1}`) || !strings.Contains(string(text), `"low":0,`) {
		t.Errorf("%v: there is no end of 0 and of 1 in %s", err, text)
	}

	all := c.Text(r)
	for _, want := range []string{"96.67 ± 14.34 %", "(82.32 to 100.00 %)"} {
		if !strings.Contains(all, want) {
			t.Errorf("the text has no %q:\n%s", want, all)
		}
	}
	page := c.page(r)
	table := page.Sections[slices.IndexFunc(page.Sections, func(s report.Section) bool { return s.Title == "All settings" })].Body.(report.Table)
	for i, want := range []string{"96.67 %", "82.32 %", "100.00 %"} {
		if got, _ := table.Rows[0][2+i].(report.Quantity); got.Text != want || got.Value > 1 {
			t.Errorf("the page has %+v, want %s", got, want)
		}
	}
	chart := page.Sections[slices.IndexFunc(page.Sections, func(s report.Section) bool { return s.Title == "Validation accuracy" })].Body.(report.Chart)
	if y := chart.Series[0].Y[0]; chart.Y.Label != "accuracy, %" || math.Abs(y-290./3) > 1e-9 {
		t.Errorf("the curve has %v on the axis %q", y, chart.Y.Label)
	}
}

func TestIntervals(t *testing.T) {
	nan := math.NaN()
	for _, row := range []struct {
		score        string
		values       []float64
		margin, ends string
	}{
		{"accuracy", nil, "-", ""},
		{"accuracy", []float64{nan, 0.5}, "50.00 %", ""},
		{"accuracy", []float64{0.5, 0.5, nan}, "50.00 ± 0.00 %", "50.00 to 50.00 %"},
		{"f1", []float64{0.9, 1}, "0.95 ± 0.64", "0.3147 to 1"},
		{"r2", []float64{0.9, 1}, "0.95 ± 0.64", "0.3147 to 1"},
		{"r2", []float64{0, 0.1}, "0.05 ± 0.64", "-0.5853 to 0.6853"},
		{"mse", []float64{0, 10}, "5 ± 64", "0 to 68.53"},
	} {
		i := intervalOf(row.score, row.values)
		if got := i.margin(row.score); got != row.margin {
			t.Errorf("%s of %v is %q, want %q", row.score, row.values, got, row.margin)
		}
		if got := i.ends(row.score); got != row.ends {
			t.Errorf("%s of %v is %q, want %q", row.score, row.values, got, row.ends)
		}
	}
}

func TestSecondsText(t *testing.T) {
	for seconds, want := range map[numeral]string{0.0304: "0.03", 7.26: "7.3", 152.4: "152", 12345: "12,345"} {
		if got := secondsText(seconds); got != want {
			t.Errorf("%v is written %q, want %q", seconds, got, want)
		}
	}
}
