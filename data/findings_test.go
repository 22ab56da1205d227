package data

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

// columnOf reads a table of one column of interest, its header first, beside a
// plain one and a target, and returns the encoder and the notes.
func columnOf(cfg CSVConfig, comma string, rows int, value func(i int) string) (*Encoder, []string, error) {
	var b strings.Builder
	b.WriteString(strings.Join([]string{"v", "x", "y"}, comma) + "\n")
	for i := range rows {
		fmt.Fprintf(&b, "\"%s\"%s%d%s%d\n", value(i), comma, i*i%31, comma, i*7%53)
	}
	table, err := readTable(b.String(), cfg)
	if err != nil {
		return nil, nil, err
	}
	return table.Spec().Encoder, table.Notes(), nil
}

// pick goes through texts.
func pick(texts ...string) func(i int) string {
	return func(i int) string { return texts[i%len(texts)] }
}

// among puts a word into each n-th row of amounts such as 30.5.
func among(n int, word ...string) func(i int) string {
	return func(i int) string {
		if i%n == n-1 {
			return word[i/n%len(word)]
		}
		return fmt.Sprintf("%d.5", 30+i*7%97)
	}
}

func TestNotations(t *testing.T) {
	for _, test := range []struct {
		cells    []string
		notation string
		values   []float64
	}{
		{[]string{"1.5", "-2", "3e2"}, "", []float64{1.5, -2, 300}},
		{[]string{"3,5", "1,25", "7"}, "1.234,56", []float64{3.5, 1.25, 7}},
		{[]string{"1.234,56", "7,5", "1.000.000"}, "1.234,56", []float64{1234.56, 7.5, 1e6}},
		{[]string{"1,234.56", "7", "1,000,000"}, "1,234.56", []float64{1234.56, 7, 1e6}},
		{[]string{"12,34,567.5", "7"}, "1,234.56", []float64{1234567.5, 7}},
		{[]string{"1 234,56", "7,5"}, "1 234,56", []float64{1234.56, 7.5}},
		{[]string{"1\u00a0234,56", "1\u202f234", "1\u2009234", "-7"}, "1 234,56", []float64{1234.56, 1234, 1234, -7}},
		{[]string{"1 234.56", "12 345 678"}, "1 234.56", []float64{1234.56, 12345678}},
		{[]string{"1'234.56", "7"}, "1'234.56", []float64{1234.56, 7}},
		{[]string{"1’234.56", "7"}, "1'234.56", []float64{1234.56, 7}},
		{[]string{"$1,234", "$7.50", "-$3", "$-4", "($5)", "6"}, "$1,234.56", []float64{1234, 7.5, -3, -4, -5, 6}},
		{[]string{"1.234,56 €", "7 €", "-3€"}, "1.234,56 €", []float64{1234.56, 7, -3}},
		{[]string{"1.234 €", "7 €"}, "1.234,56 €", []float64{1234, 7}},
		{[]string{"£12,000", "£7,500"}, "£1,234.56", []float64{12000, 7500}},
		{[]string{"CHF 1'234.50", "CHF 5.-", "CHF 7.--"}, "CHF 1'234.56", []float64{1234.5, 5, 7}},
		{[]string{"1 234 kr", "7 kr"}, "1 234.56 kr", []float64{1234, 7}},
		{[]string{"USD 5", "USD 1,000"}, "USD 1,234.56", []float64{5, 1000}},
		{[]string{"12 %", "7.5%", "0"}, "1,234.56 %", []float64{12, 7.5, 0}},
		{[]string{"12,5 %", "7 %"}, "1.234,56 %", []float64{12.5, 7}},
		{[]string{"\u22125", "7", "+3"}, "1,234.56", []float64{-5, 7, 3}},
		{[]string{"5-", "7"}, "1,234.56", []float64{-5, 7}},
		{[]string{"(1,234.50)", "7"}, "1,234.56", []float64{-1234.5, 7}},
		{[]string{"1,5E+03", "2,5e-1", "7"}, "1.234,56", []float64{1500, 0.25, 7}},
		{[]string{"１２", "７．５"}, "1,234.56", []float64{12, 7.5}},
		{[]string{",5", "1,5"}, "1.234,56", []float64{0.5, 1.5}},
	} {
		e, notes, err := columnOf(CSVConfig{Keep: []string{"v"}}, ";", 60, pick(test.cells...))
		if err != nil {
			t.Errorf("%q: %v", test.cells, err)
			continue
		}
		c := e.Columns[0]
		if c.Kind != parse.NumberKind || c.Notation != test.notation || len(notes) > 0 {
			t.Errorf("%q: %s in %q, notes %q; want %q", test.cells, c.Kind, c.Notation, notes, test.notation)
			continue
		}
		r, err := c.readsAs()
		if err != nil || r.Notation.String() != c.Notation {
			t.Errorf("%q: the notation %q comes back as %q, %v", test.cells, c.Notation, r.Notation, err)
		}
		for i, cell := range test.cells {
			if v, ok := r.Parse(cell); !ok || math.Abs(v-test.values[i]) > 1e-9 {
				t.Errorf("%q in %q is %v, %v; want %v", cell, c.Notation, v, ok, test.values[i])
			}
		}
	}
}

func TestDoubtfulMarks(t *testing.T) {
	grouped := func(i int) string { return fmt.Sprintf("%d,%03d", 1+i%9, i*37%1000) }
	pointed := func(i int) string { return fmt.Sprintf("%d.%03d", 1+i%9, i*37%1000) }
	beside := func(value func(int) string, other string) func(int) string {
		return func(i int) string { return value(i) + "\";\"" + other }
	}
	for _, test := range []struct {
		name, comma, header string
		cfg                 CSVConfig
		value               func(i int) string
		notation, note      string
	}{
		{"commas", ",", "v", CSVConfig{}, grouped, "1,234.56", `"1,000" is read as 1000; --number "v:comma" reads it the other way`},
		{"commas, told", ",", "v", CSVConfig{Numbers: []string{"v:comma"}}, grouped, "1.234,56", ""},
		{"commas, told otherwise", ",", "v", CSVConfig{Numbers: []string{"v:point"}}, grouped, "1,234.56", ""},
		{"commas by a pattern", ",", "v", CSVConfig{Numbers: []string{"v*:comma"}}, grouped, "1.234,56", ""},
		{"commas between semicolons", ";", "v", CSVConfig{}, grouped, "1.234,56", `"1,000" is read as 1; --number "v:point"`},
		{"commas beside decimal points", ";", "v\";\"w", CSVConfig{}, beside(grouped, "2.5"), "1,234.56", ""},
		{"commas beside decimal commas", ";", "v\";\"w", CSVConfig{}, beside(grouped, "2,5"), "1.234,56", ""},
		{"points", ";", "v", CSVConfig{}, pointed, "", ""},
		{"points beside decimal commas", ";", "v\";\"w", CSVConfig{}, beside(pointed, "2,5"), "1.234,56", `points are read as between thousands`},
		{"points beside decimal commas, told", ";", "v\";\"w", CSVConfig{Numbers: []string{"v:point"}}, beside(pointed, "2,5"), "", ""},
		{"points, told", ",", "v", CSVConfig{Numbers: []string{"v:comma"}}, pointed, "1.234,56", ""},
	} {
		text := "\"" + test.header + "\"" + test.comma + "y\n"
		for i := range 60 {
			text += "\"" + test.value(i) + "\"" + test.comma + fmt.Sprint(i*7%53) + "\n"
		}
		table, err := readTable(text, test.cfg)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		c, notes := table.Spec().Encoder.Columns[0], strings.Join(table.Notes(), "\n")
		if c.Notation != test.notation || !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
			t.Errorf("%s: %q, notes %q; want %q and %q", test.name, c.Notation, notes, test.notation, test.note)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	for _, test := range []struct {
		name  string
		value func(i int) string
		want  string
	}{
		{"two decimal marks", pick("1,5", "2.25"), `line 2, column "v": "1,5" is a number as in 1234,56, and "2.25" in line 3 as in 1234.56: no one notation explains the column`},
		{"percent and plain", pick("5 %", "0.05"), `line 2, column "v": "5 %" beside "0.05" in line 3: the column looks like numbers, with % and without`},
		{"two currencies", pick("5 €", "$5"), `"5 €" beside "$5" in line 3`},
		{"versions", pick("1.2.3", "1.2", "2.0.1"), "category"},
		{"addresses", pick("192.168.1.1", "10.0.0.1", "10.0.0.2"), "category"},
		{"ordinals", pick("1st", "2nd", "3rd"), "category"},
		{"ranges", pick("1-2", "3-4", "5-6"), "category"},
		{"few with a unit", pick("10s", "20s", "30s"), "category"},
		{"many with a unit", func(i int) string { return fmt.Sprintf("%d kg", i*7%61) }, "number"},
		{"two units", func(i int) string { return fmt.Sprintf("%d %s", i%5, []string{"m", "km"}[i%2]) }, "category"},
		{"groups of four", pick("1,2345", "2,3456", "1,5"), "number"},
		{"lists of codes", pick("1,2", "1,2,3", "2"), "category"},
		{"signs twice", pick("-5-", "--5", "7"), "category"},
		{"half a parenthesis", pick("(5", "5)", "7"), "category"},
		{"dots", pick("1.", "..5", "7"), "category"},
	} {
		e, _, err := columnOf(CSVConfig{}, ";", 60, test.value)
		got := fmt.Sprint(err)
		if err == nil {
			got = e.Columns[0].Kind
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestRegressionNamesWords checks that a slip in the target is named, not the
// first number in local notation.
func TestRegressionNamesWords(t *testing.T) {
	text := "x;y\n"
	for i := range 60 {
		text += fmt.Sprintf("%d;%d.500,25 €\n", i*i, 1+i%50)
	}
	text += "7;ask\n8;ask\n"
	for _, task := range []Task{0, Regression} {
		_, err := readTable(text, CSVConfig{Task: task})
		if want := `line 62, column "y": "ask" is not a number`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", task, err, want)
		}
	}
	_, _, err := columnOf(CSVConfig{Numbers: []string{"v"}}, ";", 60, pick("5 €", "5 kg", "6 kg", "7 kg"))
	if want := `column "v" cannot be read as numbers, as was asked for; its first cell is "5 €" in line 2`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("two units: %v", err)
	}
}

// TestNotationOfRawRows checks prediction and targets in the notation of
// training.
func TestNotationOfRawRows(t *testing.T) {
	text := "area;price\n"
	for i := range 60 {
		text += fmt.Sprintf("%d,5;%d.%03d,25 €\n", i, 1+i%9, i*37%1000)
	}
	text += "-;-\n"
	table, err := ReadCSV(strings.NewReader(text), "t.csv", CSVConfig{Targets: []string{"price"}})
	if err != nil {
		t.Fatal(err)
	}
	if table.Len() != 60 || !strings.Contains(strings.Join(table.Notes(), "\n"), "1 of 61 rows have no value for the target") {
		t.Errorf("%d rows, notes %q", table.Len(), table.Notes())
	}
	text2, err := json.Marshal(table.Spec().Encoder)
	if err != nil {
		t.Fatal(err)
	}
	e := new(Encoder)
	if err := json.Unmarshal(text2, e); err != nil {
		t.Fatal(err)
	}
	if e.Task != Regression || e.Targets[0].Notation != "1.234,56 €" {
		t.Fatalf("%s of %+v", e.Task, e.Targets)
	}
	c := e.Columns[0]
	for _, test := range []struct {
		area, price string
		plain       bool
		wantArea    float64
		wantPrice   float64
		err         string
	}{
		{"3,5", "1.234,50 €", false, 3.5, 1234.5, ""},
		{"3.5", "1234.5", false, 3.5, 1234.5, ""},
		{"1.234", "1.234", false, 1234, 1234, ""},
		{"1.234", "1.234", true, 1.234, 1.234, ""},
		{"-", "7", false, c.Median, 7, ""},
		{"viel", "7", false, 0, 0, `"viel" is not a number such as 1.234,56, as the column holds`},
		{"3,5", "$7", false, 0, 0, `"$7" is not a number such as 1.234,56 €`},
	} {
		g, err := readGrid(strings.NewReader("area;price\n"+test.area+";"+test.price+"\n"), "raw.csv")
		if err != nil {
			t.Fatal(err)
		}
		g.Plain = test.plain
		s, err := e.encodeGrid(g, "raw")
		x, y := make([]float32, e.Spec().Size()), make([]float32, 1)
		if err == nil {
			err = s.Read([]int{0}, x, y)
		}
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q, %q: %v, want %q", test.area, test.price, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q, %q: %v", test.area, test.price, err)
			continue
		}
		area, price := float64(x[0])*c.Std+c.Mean, e.DecodeTarget(y)[0]
		if math.Abs(area-test.wantArea) > 1e-3 || math.Abs(price-test.wantPrice) > 1e-2 {
			t.Errorf("%q, %q are %v and %v", test.area, test.price, area, price)
		}
	}
}

// TestNumbersOfJSON checks that a number of JSON is what it is, whatever the
// notation of its column.
func TestNumbersOfJSON(t *testing.T) {
	e, _, err := columnOf(CSVConfig{}, ";", 60, func(i int) string { return fmt.Sprintf("%d.%03d,5", 1+i%9, i*37%1000) })
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.EncodeCSV(strings.NewReader(`{"v": 1.234, "x": 1}
{"v": "1.234,0", "x": 1}
{"v": null, "x": 1}
`), "raw.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, s)
	c := e.Columns[0]
	for i, want := range []float64{1.234, 1234, c.Median} {
		if got := float64(x[2*i])*c.Std + c.Mean; math.Abs(got-want) > 1e-3 {
			t.Errorf("object %d is %v, want %v", i, got, want)
		}
	}
}

// TestTargetsOfClassesKeepWords checks that words stay classes.
func TestTargetsOfClassesKeepWords(t *testing.T) {
	text := "x,y\n"
	for i := range 60 {
		text += fmt.Sprintf("%d.5,%s\n", i*i, pick("1", "2", "none")(i))
	}
	table, err := readTable(text, CSVConfig{})
	if err != nil || len(table.Spec().Classes) != 3 || table.Len() != 60 {
		t.Errorf("%v, %v", table, err)
	}
	text = "x,y\n"
	for i := range 60 {
		text += fmt.Sprintf("%d.5,%s\n", i*i, pick("$5", "$10", "$20")(i))
	}
	table, err = readTable(text, CSVConfig{})
	if err != nil || strings.Join(table.Spec().Classes, " ") != "$10 $20 $5" {
		t.Errorf("%v, %v", table, err)
	}
}
