package runpage_test

import (
	"slices"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/internal/runtest"
)

// TestExplainedRun: the page of a run on a table shows which columns matter; a file
// of elsewhere that cannot be one is named.
func TestExplainedRun(t *testing.T) {
	f := runtest.Files("0.1")
	f["explain.json"] = `{"of":"test part","rows_there":80,"importance":{"rows":80,"repeats":3,"scores":[{"name":"loss","value":{"mean":0.5,"low":0.4,"high":0.6}},{"name":"accuracy","higher_is_better":true,"value":{"mean":0.9,"low":null,"high":null}}],
		"columns":[{"columns":["age"],"costs":[{"mean":0.2,"low":0.1,"high":0.3,"repeats":[0.2]},{"mean":0.05,"low":null,"high":null,"repeats":[0.05]}]}],"alike":null},
		"slices":{"rows":80,"rows_there":80,"looked_at":2,"score":"accuracy","higher_is_better":true,"worst":[{"column":"city","rows_with":"= Bonn","rows":30,"loss":0.7,"loss_of_others":0.4,"worse":{"mean":0.3,"low":0.1,"high":0.5},"p":0.01,"score":0.8,"score_of_others":0.95}]}}`
	r, err := runs.Read(runtest.Folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	sections := runpage.Of(r).Sections
	at := slices.IndexFunc(sections, func(s report.Section) bool { return s.Title == "Which columns matter" })
	if at < 0 {
		t.Fatal("the page does not say which columns matter")
	}
	if b := sections[at].Body.(report.Bars); len(b.Bars) != 1 || b.Bars[0].Name != "age" || b.Bars[0].Text != "0.20 ± 0.10" {
		t.Errorf("%+v", b)
	}
	if worst := sections[at+1].Body.(report.Table); worst.Rows[0][0] != "city = Bonn" || worst.Rows[0][8] != report.Score("accuracy", 0.8) {
		t.Errorf("%+v", worst)
	}
	for _, text := range []string{"{}", `{"importance":{"scores":[{"name":"loss"}],"columns":[{"columns":["a"],"costs":[]}]}}`, `{"importance":`} {
		f["explain.json"] = text
		if _, err := runs.Read(runtest.Folder(t, "b", f)); err == nil || !strings.Contains(err.Error(), "explain.json") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}
