package data

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

// goods and bads are words that tell the class of a review.
var (
	goods  = []string{"great", "lovely", "Superb", "schön", "好い"}
	bads   = []string{"dull", "awful", "tedious", "schlecht", "悪い"}
	things = []string{"film", "story", "cast", "music", "ending", "plot", "camera", "scene"}
)

// reviews is a table of free text, numbers and categories.
func reviews(rows int) string {
	var b strings.Builder
	b.WriteString("id,review,title,stars,city,y\n")
	for i := range rows {
		words := goods
		if i%2 == 1 {
			words = bads
		}
		fmt.Fprintf(&b, "k%d,\"The %s was %s, and its %s no %d %s!\",a %s about %s %d,%d.5,%s,%s\n", i, things[i%8], words[i%5], things[i*7%8], i%89, words[i/3%5],
			things[i%8], things[i*5%8], i%97, i*i%11, []string{"Ulm", "Bern", "Graz"}[i%3], []string{"yes", "no"}[i%2])
	}
	return b.String()
}

func reviewTable(t *testing.T, text ...string) *Table {
	t.Helper()
	table, err := readTable(reviews(300), CSVConfig{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestTextColumns: free text is read where it is asked for, and nothing else changes.
func TestTextColumns(t *testing.T) {
	for _, c := range []struct {
		text []string
		want string
	}{
		{nil, "dropped dropped dropped number category"},
		{[]string{"none"}, "dropped dropped dropped number category"},
		{[]string{"auto"}, "dropped text text number category"},
		{[]string{"review"}, "dropped text dropped number category"},
		{[]string{"city,title"}, "dropped dropped text number text"},
	} {
		e := reviewTable(t, c.text...).Spec().Encoder
		var kinds []string
		for _, c := range e.Columns {
			kinds = append(kinds, c.Kind)
		}
		if got := strings.Join(kinds, " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
		text, err := json.Marshal(e)
		if err != nil || strings.Contains(string(text), `"text"`) != strings.Contains(c.want, "text") {
			t.Errorf("%q: %v, %.300s", c.text, err, text)
		}
	}
	for _, cfg := range []CSVConfig{{Text: []string{"nothing"}}, {Text: []string{"y"}}, {Text: []string{"review"}, Drop: []string{"review"}}, {Text: []string{"review"}, Categories: []string{"review"}}} {
		if _, err := readTable(reviews(50), cfg); err == nil {
			t.Errorf("%+v is no error", cfg)
		}
	}
}

// TestTextRows: rows from memory and from files become the same, an encoder comes back
// from JSON, and a row holds what [Text] says.
func TestTextRows(t *testing.T) {
	table := reviewTable(t, "auto")
	e := table.Spec().Encoder
	text, back := stored(t, e)
	if again, _ := json.Marshal(back); string(again) != string(text) {
		t.Error("the encoder changes when it is written and read")
	}
	long := strings.Repeat("lovely film and great cast, ", 4000)
	var b strings.Builder
	b.WriteString("review,title,stars,city\n")
	cells := []string{"The film was great", "", "NA", "what a büstling nonsense", long, "nul \x00 great\x00film", "SCHÖN", "scho\u0308n", "schön", strings.Repeat("x", 100_000), "好い映画", "... !!"}
	for _, cell := range cells {
		fmt.Fprintf(&b, "\"%s\",a film,1.5,Ulm\n", cell)
	}
	source, err := back.EncodeCSV(strings.NewReader(b.String()), "more.csv")
	if err != nil {
		t.Fatal(err)
	}
	size := source.Spec().Size()
	x := make([]float32, len(cells)*size)
	if err := source.Read(Order(len(cells), 0, 0), x, nil); err != nil {
		t.Fatal(err)
	}
	rows := Order(len(cells), 0, 0)
	rower, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string][]float32{}
	length := e.Columns[1].Text.Length
	for i, row := range rows {
		of[cells[row]] = x[i*size : (i+1)*size]
	}
	for cell, x := range of {
		got, err := rower.AppendRow(nil, map[string]any{"review": cell, "title": "a film", "stars": 1.5, "city": "Ulm"})
		if err != nil || !slices.Equal(got, x) {
			t.Errorf("%.40q: a row from memory differs (%v)", cell, err)
		}
		var sums [2]float64
		for j, gram := range x[:length] {
			if gram >= 0 {
				sums[e.Columns[1].Text.Grams[int(gram)]&1] += float64(x[length+j]) * float64(x[length+j])
			} else if x[length+j] != 0 {
				t.Errorf("%.40q: no n-gram has the value %v", cell, x[length+j])
			}
		}
		for _, sum := range sums {
			if sum != 0 && math.Abs(sum-1) > 1e-6 {
				t.Errorf("%.40q: squares add up to %v", cell, sum)
			}
		}
	}
	for _, cell := range []string{"", "NA", strings.Repeat("x", 100_000)} {
		if of[cell][0] != -1 {
			t.Errorf("%.10q has the n-gram %v", cell, of[cell][0])
		}
	}
	for _, cell := range []string{"SCHÖN", "scho\u0308n"} {
		if !slices.Equal(of[cell], of["schön"]) || of[cell][0] == -1 {
			t.Errorf("%q is not schön", cell)
		}
	}
	if of["好い映画"][0] == -1 || of["nul \x00 great\x00film"][0] == -1 || of[long][1] == -1 {
		t.Error("words that training had are not known")
	}
	if row := e.DecodeRow(of[long]); row[0].Column != "review" || !strings.HasSuffix(row[0].Value, " n-grams>") || row[2].Value != "1.5" {
		t.Errorf("decoded %v", row)
	}
}

// TestTextLong: of a text of more n-grams than a row has room for, those that weigh most
// are kept.
func TestTextLong(t *testing.T) {
	e := reviewTable(t, "review").Spec().Encoder
	c := &e.Columns[1]
	whole := e.Columns[1].Text.Length
	c.Text.Length = 5
	var all []string
	all = append(all, goods...)
	all = append(all, things...)
	f, err := c.feature()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, f.Width())
	if _, err := f.Encode(x, strings.Join(all, " ")+strings.Repeat(" film", 30), false); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(x[:5], -1) || !slices.IsSorted(x[:5]) || whole <= 5 {
		t.Errorf("the n-grams are %v", x[:5])
	}
}

// TestBadTexts: what an encoder cannot hold is an error.
func TestBadTexts(t *testing.T) {
	for name, change := range map[string]func(c *Column){
		"none":       func(c *Column) { c.Text = nil },
		"length":     func(c *Column) { c.Text.Length = 1 << 20 },
		"no weights": func(c *Column) { c.Text.Weights = nil },
		"zero":       func(c *Column) { c.Text.Weights[3] = 0 },
		"order":      func(c *Column) { c.Text.Grams[0], c.Text.Grams[1] = c.Text.Grams[1], c.Text.Grams[0] },
	} {
		e := reviewTable(t, "auto").Spec().Encoder
		if c := &e.Columns[1]; c.Kind != parse.TextKind || e.Validate() != nil {
			t.Fatal(e.Validate())
		}
		change(&e.Columns[1])
		if e.Validate() == nil {
			t.Errorf("%s: is no error", name)
		}
	}
	for _, text := range []string{`"*"`, `"////////"`, `"gICAgICAgICAgICA"`} {
		if err := json.Unmarshal([]byte(text), new(Grams)); err == nil {
			t.Errorf("%s is no error", text)
		}
	}
}
