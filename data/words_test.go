package data

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// wordsOf cuts a text by an encoder of reviews.
func wordsOf(t testing.TB, e *Encoder, text string) *Words {
	t.Helper()
	w, err := e.Columns[1].Words(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWords(t *testing.T) {
	e := reviewTable(t, "review").Spec().Encoder
	for text, want := range map[string]string{
		"":                                  "",
		"NA":                                "",
		"\u00a0NA \t":                       "",
		" ( great\n":                        "( great",
		" \t ":                              "",
		"great":                             "great",
		"It isn't great, 'is' it?!":         "It isn't great , ' is ' it ?!",
		"L’été — schön<br /><br />3.5€":     "L’été — schön < br />< br /> 3 . 5 €",
		"scho\u0308n":                       "schön",
		"好い映画 DVDを":                         "好 い 映 画 DVD を",
		"ที่ดี":                             "ที่ ดี",
		"a\xffb":                            "a \ufffd b",
		"x\u0301\u0302 \u0301y":             "x\u0301\u0302 \u0301y",
		"rock'n'roll o' '' 'tis 12'000\x00": "rock'n'roll o ' '' ' tis 12'000",
	} {
		w := wordsOf(t, e, text)
		var got []string
		for _, s := range w.Spans {
			got = append(got, w.Text[s[0]:s[1]])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is cut into %q", text, got)
		}
	}
	for _, c := range []Column{{Name: "a", Kind: "number"}, {Name: "b", Kind: "text"}} {
		if _, err := c.Words("x"); err == nil || !strings.Contains(err.Error(), c.Name) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// TestWordsLeftOut: without some words a text becomes, to the bit, what the rest of it
// becomes as a cell of a row, also where a text has more n-grams than a row has room for.
func TestWordsLeftOut(t *testing.T) {
	table, err := readTable(strings.ReplaceAll(reviews(300), "scene", "NA"), CSVConfig{Text: []string{"review"}})
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	draw := rand.New(rand.NewPCG(1, 2))
	vocabulary := slices.Concat(goods, bads, things, []string{"The", "its", "no", "was", "isn't", "NA", "?", "-", "...", "<br />", "\u0338", "=", "\u0301", "ที่", "\u3099", "か", "’", "'", "\ufffd", "572", "\u00a0", "ſ", "n/a"})
	check := func(text string) {
		rower, err := NewRowEncoder(e)
		if err != nil {
			t.Fatal(err)
		}
		w := wordsOf(t, e, text)
		row := func(cell string) []float32 {
			x, err := rower.AppendRow(nil, map[string]any{"review": cell, "stars": 1.5, "city": "Ulm"})
			if err != nil {
				t.Fatal(err)
			}
			return x[:2*e.Columns[1].Text.Length]
		}
		x := make([]float32, 2*e.Columns[1].Text.Length)
		w.Encode(x, 0, 0)
		if !slices.Equal(x, row(text)) {
			t.Errorf("%.80q is not encoded as its row", text)
		}
		for range min(len(w.Spans), 20) {
			from := draw.IntN(len(w.Spans))
			before := min(len(w.Spans), from+1+draw.IntN(3))
			w.Encode(x, from, before)
			rest := w.Text[:w.Spans[from][0]] + " " + w.Text[w.Spans[before-1][1]:]
			if !slices.Equal(x, row(rest)) {
				t.Errorf("%.80q without %q is not encoded as %.80q", text, w.Text[w.Spans[from][0]:w.Spans[before-1][1]], rest)
			}
		}
		w.Encode(x, 0, 0)
		if !slices.Equal(x, row(text)) {
			t.Errorf("%.80q is another after words were left out", text)
		}
	}
	texts := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(vocabulary[draw.IntN(len(vocabulary))])
			b.WriteString([]string{" ", "", ", ", "\n"}[draw.IntN(4)])
		}
		return b.String()
	}
	for i := range 400 {
		check(texts(i % 23))
	}
	check("great NA") // of which what is left is missing
	check("NA ?")
	check(strings.Repeat("great ", 300) + "dull film") // n-grams are counted up to 255
	check(texts(2000))
	e.Columns[1].Text.Length = 5
	for i := range 50 {
		check(texts(i))
	}
}

// TestTextOf: the text of a row is that of the file, in parts and in other files, too.
func TestTextOf(t *testing.T) {
	table := reviewTable(t, "review")
	parts, err := Split(table, SplitConfig{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	e := parts.Test.Spec().Encoder
	rower, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, parts.Test.Spec().Size())
	for row := range parts.Test.Len() {
		text, err := TextOf(parts.Test, row, "review")
		if err != nil {
			t.Fatal(err)
		}
		if err := parts.Test.Read([]int{row}, x, nil); err != nil {
			t.Fatal(err)
		}
		cells := map[string]any{}
		for _, c := range e.DecodeRow(x) {
			cells[c.Column] = c.Value
		}
		cells["review"] = text
		if y, err := rower.AppendRow(nil, cells); err != nil || !slices.Equal(x, y) {
			t.Fatalf("row %d is not that of %q: %v", row, text, err)
		}
	}
	_, back := stored(t, e)
	more, err := back.EncodeCSV(strings.NewReader("stars,city,review\n1,Ulm,\n2,Bern,\" so, so \"\n"), "more.csv")
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range []string{"", "so, so"} {
		if got, err := TextOf(more, row, "review"); got != want || err != nil {
			t.Errorf("row %d has %q: %v", row, got, err)
		}
	}
	plain, err := FromTargets([][]float32{{1}}, [][]float32{{1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set    Source
		row    int
		column string
		want   string
	}{{more, 2, "review", "rows 0 to 1"}, {more, -1, "review", "no row -1"}, {more, 0, "title", `column "title"`}, {plain, 0, "review", "does not know the text"}} {
		if _, err := TextOf(c.set, c.row, c.column); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one that says %s", err, c.want)
		}
	}
}
