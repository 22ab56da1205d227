package runpage

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/runs"
)

var texts = regexp.MustCompile(`{"value":[^,]*,"text":("[^"]*")}`)

// TestCandidates: the baseline is no candidate that was tried, and the interval of a
// score is written as the score.
func TestCandidates(t *testing.T) {
	loss := []float64{.6, .4, .5}
	low, high := .7, .8
	r := &runs.Run{Tried: []runs.Candidate{
		{Number: 2, Settings: "mlp:8", Loss: &loss[1], Mean: .75, Low: &low, High: &high, Score: "f1", Folds: runs.Measures{"accuracy": .5, "f1": .76}, Weight: 1},
		{Number: 1, Settings: "linear", Loss: &loss[2], Mean: .7, Score: "f1", Folds: runs.Measures{"accuracy": .5, "f1": .71}},
		{Settings: "baseline", Loss: &loss[0], Folds: runs.Measures{"accuracy": .5, "f1": .5}},
	}}
	r.Summary = map[string]any{"validation.accuracy": .5, "validation.f1": .76}
	sections := candidateSections(r, "Tried")
	table, err := json.Marshal(sections[0].Body.(report.Table).Rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"50.00 %","0.76","0.75","0.7","0.8"`, `"50.00 %","0.71","0.7",null,null`, `"50.00 %","0.5",null,null,null`} {
		if !strings.Contains(texts.ReplaceAllString(string(table), "$1"), want) {
			t.Errorf("%s\nwant %s", table, want)
		}
	}
	for _, s := range sections[1].Body.(report.Chart).Series {
		if len(s.X) != 2 {
			t.Errorf("%s has %d points of 2 candidates", s.Name, len(s.X))
		}
	}
}
