package runpage_test

import (
	"fmt"
	"strings"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/internal/report"
	"descent/internal/runpage"
)

// TestWordSections: the text stands on the page as it is, with what changes much marked by
// sign and size, and a table of all words.
func TestWordSections(t *testing.T) {
	w := &explain.Words{Column: "review", Text: "No great  film, alas", Outputs: []string{"no", "yes"}, Prediction: []float64{0.25, 0.75}, Count: 5, Each: 1}
	at := 0
	for i, text := range []string{"No", "great", "film", ",", "alas"} {
		at += strings.Index(w.Text[at:], text)
		change := []float64{0.5, 2, 0.01, 0, -1}[i]
		w.Parts = append(w.Parts, explain.Word{Text: text, From: at, To: at + len(text), Without: []float64{0.5, 0.5}, Change: []float64{-change, change}})
		at += len(text)
	}
	spec := data.Spec{Task: data.Classification, Targets: []string{"liked"}, Classes: w.Outputs}
	sections := runpage.WordSections("Words", spec, []int{1}, []*explain.Words{w, {Column: "title", Outputs: w.Outputs}})
	if len(sections) != 2 || sections[0].Title != "Words of review: probability of liked yes" {
		t.Fatalf("%+v", sections)
	}
	var text strings.Builder
	for _, p := range sections[0].Body.(report.Marked).Parts {
		if p.Weight == 0 {
			text.WriteString(p.Text)
			continue
		}
		fmt.Fprintf(&text, "[%s %g: %s]", p.Text, p.Weight, p.Note)
	}
	want := "[No 0.25: +0.50; without it 50.0 %] [great 1: +2.00; without it 50.0 %]  film, [alas -0.5: -1.00; without it 50.0 %]"
	if text.String() != want {
		t.Errorf("the text is\n%s, want\n%s", text.String(), want)
	}
	if rows := sections[1].Body.(report.Table).Rows; len(rows) != 5 || rows[0][0] != "great" || rows[0][1] != 2 || rows[1][0] != "alas" || rows[4][0] != "," {
		t.Errorf("%+v", rows)
	}
	for i := range w.Parts {
		w.Parts[i].Change[1] = 0
	}
	for _, p := range runpage.WordSections("Words", spec, []int{1}, []*explain.Words{w})[0].Body.(report.Marked).Parts {
		if p.Weight != 0 {
			t.Errorf("a word that changes nothing is marked: %+v", p)
		}
	}
	if of := runpage.WordSections("Words", data.Spec{Task: data.Regression}, []int{0}, []*explain.Words{w})[0]; of.Body.(report.Marked).For != "makes it more" || !strings.Contains(of.Note, "how much the prediction falls without it") {
		t.Errorf("%+v", of)
	}
}
