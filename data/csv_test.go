package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/internal/parse"
	"descent/data/internal/schema"
)

func readTable(text string, cfg CSVConfig) (*Table, error) {
	if cfg.Targets == nil {
		cfg.Targets = []string{"y"}
	}
	return ReadCSV(strings.NewReader(text), "t.csv", cfg)
}

func TestCSVErrors(t *testing.T) {
	twenty := ""
	for i := range 30 {
		twenty += fmt.Sprintf("%d.5,%d\n", i, i%2)
	}
	for _, test := range []struct {
		name, text string
		cfg        CSVConfig
		want       string
	}{
		{"empty", "", CSVConfig{}, "t.csv is empty"},
		{"header only", "a,y\n", CSVConfig{}, "a header and no rows"},
		{"no header", "1,2\n3,4\n", CSVConfig{}, "line 1 holds numbers"},
		{"ragged", "a,y\n1,2\n1,2,3\n", CSVConfig{}, "t.csv, line 3 has 3 cells; the header has 2"},
		{"short", "a,y\n1,2\n1\n", CSVConfig{}, "line 3 has 1 cells"},
		{"quote", "a,y\n1,\"2\n", CSVConfig{}, "t.csv, line 2: byte 6: a quoted cell is not closed"},
		{"quote open", "a,y\nx,1\n\"x,2\nx,3\nx,4\n", CSVConfig{}, "t.csv, line 3: a cell that opens with a quote here is not closed, or wrongly 2 lines below"},
		{"quote open to the next", "a,y\nx,1\n\"x,2\nx,3\n\"x\",4\n", CSVConfig{}, "t.csv, line 3: a cell that opens with a quote here is not closed, or wrongly 2 lines below, at byte 1"},
		{"quote in a cell", "a,y\n1,2\n5\" pipe,2\n", CSVConfig{}, "t.csv, line 3: byte 2 is a quote in a cell that has none around it"},
		{"quote in a quoted cell", "a,y\n1,2\n\"a \"b\" c\",2\n", CSVConfig{}, "t.csv, line 3: byte 4: a quoted cell is not closed, or has a single quote inside"},
		{"twice", "a,y,a\n1,2,3\n", CSVConfig{}, `columns 1 and 3 are both named "a"`},
		{"utf-8", "a,y\n1,2\nf\xfc,4\n", CSVConfig{}, "line 3, column 1 is not UTF-8"},
		{"utf-16", "\xff\xfea\x00", CSVConfig{}, "a header and no rows"},
		{"target", "a,speed\n1,2\n3,4\n", CSVConfig{Targets: []string{"sped"}}, `no column "sped" to be the target; did you mean "speed"?`},
		{"no target", "a,speed\n1,2\n", CSVConfig{Targets: []string{}}, `which column is the target? It has "a", "speed"`},
		{"same target twice", "a,y\n1,2\n", CSVConfig{Targets: []string{"y", "y"}}, "named twice"},
		{"drop", "alpha,y\n1,2\n", CSVConfig{Drop: []string{"alfa"}}, `did you mean "alpha"?`},
		{"drop and keep", "a,y\n1,2\n", CSVConfig{Drop: []string{"a"}, Keep: []string{"a"}}, "both dropped and kept"},
		{"drop the target", "a,y\n1,2\n", CSVConfig{Drop: []string{"y"}}, "is a target"},
		{"all targets missing", "a,y\n1,\n2,?\n", CSVConfig{}, `no row has a value for the target "y"`},
		{"constant target", "a,y\n1,2\n2,2\n", CSVConfig{}, "nothing to learn"},
		{"infinity", "a,y\n1,2\n-inf,3\n", CSVConfig{}, `t.csv, line 3, column "a": -inf is infinite`},
		{"beyond float64", "a,y\n1,2\n1e999,3\n", CSVConfig{}, `line 3, column "a": 1e999 is infinite`},
		{"infinite target", "a,y\n1,2\n2,Infinity\n", CSVConfig{}, `line 3, column "y"`},
		{"one word among numbers", "a,y\n" + twenty + "oops,1\n", CSVConfig{}, `line 32, column "a": "oops" is not a number`},
		{"one word among numeric targets", "y,a\n" + twenty + "oops,1\n", CSVConfig{}, `line 32, column "y": "oops" is not a number`},
		{"task", "a,y\n1,2\n3,4\n", CSVConfig{Task: 4}, "no task 4"},
		{"text for regression", "a,y\n1,b\n2,c\n", CSVConfig{Task: Regression}, `line 2, column "y": "b" is not a number`},
		{"text among several", "a,y,z\n1,1,b\n2,2,c\n", CSVConfig{Targets: []string{"y", "z"}}, `column "z": "b" is not a number`},
		{"several classes", "a,y,z\n1,1,1\n2,2,2\n", CSVConfig{Targets: []string{"y", "z"}, Task: Classification}, "classification has one target"},
		{"only the target", "y\n1\n2\n", CSVConfig{}, "only the target"},
		{"nothing left", "a,y\n5,1\n5,2\n", CSVConfig{}, `no column left to predict from: "a" is constant (5)`},
		{"huge numbers", "a,y\n1e308,1\n-1e308,2\n", CSVConfig{}, "cannot be standardized"},
	} {
		_, err := readTable(test.text, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestCSVSpellings(t *testing.T) {
	want := "a\nb,c"
	for name, text := range map[string]string{
		"plain":     "k,w,y\n\"a\nb,c\",1,0\nd,2,1\nd,4,1\n",
		"mark":      "\xef\xbb\xbfk,w,y\n\"a\nb,c\",1,0\nd,2,1\nd,4,1\n",
		"semicolon": "k;w;y\n\"a\nb,c\";1;0\nd;2;1\nd;4;1\n",
		"tab":       "k\tw\ty\n\"a\nb,c\"\t1\t0\nd\t2\t1\nd\t4\t1\n",
		"spaces":    "k, w, y\n\"a\nb,c\", 1, 0\nd, 2 , 1\nd, 4, 1\n",
		"crlf":      "k,w,y\r\n\"a\r\nb,c\",1,0\r\nd,2,1\r\nd,4,1\r\n",
	} {
		table, err := readTable(text, CSVConfig{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c := table.Spec().Encoder.Columns; c[0].Levels[0] != want || c[1].Median != 2 || table.Len() != 3 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestTaskDecision(t *testing.T) {
	column := func(value func(i int) string) string {
		text := "a,y\n"
		for i := range 60 {
			text += fmt.Sprintf("%d.25,%s\n", i*i, value(i))
		}
		return text
	}
	integers := func(n int) func(int) string { return func(i int) string { return fmt.Sprint(i % n) } }
	for _, test := range []struct {
		name, text string
		cfg        Task
		want       Task
		outputs    int
		reason     string
	}{
		{"text", column(func(i int) string { return string(rune('a' + i%3)) }), 0, Classification, 3, "text of 3 values"},
		{"two fractions", column(func(i int) string { return []string{"0.5", "1.5"}[i%2] }), 0, Classification, 2, "two values"},
		{"20 integers", column(integers(20)), 0, Classification, 20, "whole numbers of 20 values"},
		{"21 integers", column(integers(21)), 0, Regression, 1, "more than 20"},
		{"integers written as fractions", column(func(i int) string { return fmt.Sprintf("%d.0", i%3) }), 0, Classification, 3, "whole numbers"},
		{"fractions", column(func(i int) string { return fmt.Sprintf("%d.5", i%3) }), 0, Regression, 1, "fractions"},
		{"asked", column(integers(5)), Regression, Regression, 1, "asked for, though"},
		{"asked the other way", column(integers(21)), Classification, Classification, 21, "asked for, though"},
	} {
		table, err := readTable(test.text, CSVConfig{Task: test.cfg})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		spec := table.Spec()
		if spec.Task != test.want || spec.Outputs() != test.outputs || !strings.Contains(table.Reason(), test.reason) {
			t.Errorf("%s: %s of %d outputs because %q", test.name, spec.Task, spec.Outputs(), table.Reason())
		}
	}
}

func TestColumnDecision(t *testing.T) {
	const rows = 300
	for _, test := range []struct {
		name  string
		value func(i int) string
		kind  string
		why   string
	}{
		{"n", func(i int) string { return fmt.Sprint(i * i % 17) }, parse.NumberKind, ""},
		{"year", func(i int) string { return fmt.Sprint(1900 + i) }, parse.NumberKind, ""},
		{"row", func(i int) string { return fmt.Sprint(i) }, parse.DroppedKind, "numbers the rows"},
		{"customer_id", func(i int) string { return fmt.Sprint(i * 7919 % 100003) }, parse.DroppedKind, "numbers the rows"},
		{"shop_id", func(i int) string { return fmt.Sprint(i * 7 % 9) }, parse.NumberKind, ""},
		{"same", func(i int) string { return "7" }, parse.DroppedKind, "is constant (7)"},
		{"sometimes", func(i int) string { return []string{"7", ""}[i%2] }, parse.NumberKind, ""},
		{"one word", func(i int) string { return "on" }, parse.DroppedKind, "is constant (on)"},
		{"word or not", func(i int) string { return []string{"on", "null"}[i%2] }, parse.CategoryKind, ""},
		{"nothing", func(i int) string { return []string{"", "NA", "NaN", "null", "?"}[i%5] }, parse.DroppedKind, "holds no values"},
		{"color", func(i int) string { return []string{"red", "green", "blue"}[i%3] }, parse.CategoryKind, ""},
		{"code", func(i int) string { return []string{"0", "1", "2", "3+"}[i%4] }, parse.CategoryKind, ""},
		{"name", func(i int) string { return fmt.Sprintf("n%d", i) }, parse.DroppedKind, "identifies rows"},
		{"review", func(i int) string { return fmt.Sprintf("a long story about item number %d", i) }, parse.DroppedKind, "is free text"},
		{"day", func(i int) string { return fmt.Sprintf("2020-01-%02d", 1+i%28) }, parse.DateKind, ""},
		{"hex", func(i int) string { return fmt.Sprintf("inf%d", i%3) }, parse.CategoryKind, ""},
	} {
		text := "x," + test.name + ",y\n"
		for i := range rows {
			text += fmt.Sprintf("%d,%s,%d\n", i*i%11, test.value(i), i%2)
		}
		table, err := readTable(text, CSVConfig{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		e := table.Spec().Encoder
		c := e.Columns[1]
		if c.Kind != test.kind || !strings.Contains(c.Why, test.why) {
			t.Errorf("%s: %s %q, want %s %q", test.name, c.Kind, c.Why, test.kind, test.why)
		}
		if noted := strings.Contains(strings.Join(e.Notes(), "\n"), fmt.Sprintf("%q", test.name)); noted != (test.kind == parse.DroppedKind) {
			t.Errorf("%s: notes %q", test.name, e.Notes())
		}
		if !strings.Contains(table.String(), test.name) {
			t.Errorf("%s is not in the schema:\n%s", test.name, table)
		}
	}
}

func TestCSVConfig(t *testing.T) {
	text := "id,code,junk,y\n"
	for i := range 30 {
		text += fmt.Sprintf("%d,%d,%d,%d\n", i, i%3, i*i, i%2)
	}
	table, err := readTable(text, CSVConfig{Drop: []string{"junk"}, Keep: []string{"id"}, Categories: []string{"code"}})
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	for i, kind := range []string{parse.NumberKind, parse.CategoryKind, parse.DroppedKind} {
		if e.Columns[i].Kind != kind {
			t.Errorf("%s is %s, want %s", e.Columns[i].Name, e.Columns[i].Kind, kind)
		}
	}
	if notes := e.Notes(); len(notes) > 0 {
		t.Errorf("what was asked for is noted: %q", notes)
	}
}

func TestRowsWithoutTarget(t *testing.T) {
	table, err := readTable("a,y\n1,\n2,u\n3,v\n4,?\n", CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	want := `2 of 4 rows have no value for the target "y" and are left out (first in line 2)`
	if table.Len() != 2 || len(table.Notes()) != 1 || table.Notes()[0] != want {
		t.Errorf("%d rows, notes %q", table.Len(), table.Notes())
	}
}

func TestTargetOfNames(t *testing.T) {
	text := "a,y\n"
	for i := range 40 {
		text += fmt.Sprintf("%d,name%d\n", i*i, i)
	}
	_, err := readTable(text, CSVConfig{})
	if !errors.Is(err, schema.ErrDoubtfulTarget) || !strings.Contains(err.Error(), `"y" is different in each of 40 rows`) {
		t.Error(err)
	}
	table, err := readTable(text, CSVConfig{Task: Classification})
	if err != nil || len(table.Notes()) != 1 || !strings.Contains(table.Notes()[0], "40 classes in 40 rows") {
		t.Fatalf("asked for: %v", err)
	}
	if _, err := Split(table, SplitConfig{}); err == nil || !strings.Contains(err.Error(), "40 classes in 40 rows; each keeps a row in training") {
		t.Errorf("split: %v", err)
	}
}

func TestCountedRowsAreTheOnlyColumn(t *testing.T) {
	table, err := readTable("x,y\n1,1.5\n2,2.5\n3,4.5\n", CSVConfig{})
	if err != nil || table.Spec().Size() != 1 {
		t.Fatalf("%v, %v", table, err)
	}
}

func TestSeveralTargets(t *testing.T) {
	table, err := readTable("x,y,z\n1,10,0\n2,20,1\n5,30,0\n4,40,1\n", CSVConfig{Targets: []string{"y", "z"}})
	if err != nil {
		t.Fatal(err)
	}
	_, y := readAll(t, table)
	got := table.Spec().Encoder.DecodeTarget(y)
	for i, want := range []float64{10, 0, 20, 1, 30, 0, 40, 1} {
		if d := got[i] - want; d > 1e-5 || d < -1e-5 {
			t.Errorf("target %d is %v, want %v", i, got[i], want)
		}
	}
}

func TestZippedCSV(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, "a,y\n1,u\n2,v\n3,v\n")
	z.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "small.csv.gz")
	write := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(b.Bytes())
	table, err := OpenCSV(path, CSVConfig{Targets: []string{"y"}})
	if err != nil || table.Len() != 3 || table.Spec().Name != "small" {
		t.Fatalf("%v, %v", table, err)
	}
	write(b.Bytes()[:b.Len()-9])
	if _, err := OpenCSV(path, CSVConfig{Targets: []string{"y"}}); err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("truncated: %v", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{smallTable, "a,kind\n1,x\n2,y\n", "a;kind\n\"1\";x\n", "\xef\xbb\xbfid,kind\n0,1\n1,2\n", "kind\n\n", "a,kind\n1e999,\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ReadCSV(strings.NewReader(text), "fuzz.csv", CSVConfig{Targets: []string{"kind"}})
		if err != nil {
			return
		}
		spec := table.Spec()
		x, y := readAll(t, table)
		if err := checkFinite(spec, natural(table.Len()), x, y); err != nil {
			t.Error(err)
		}
		if spec.Size() != len(spec.Encoder.Features()) {
			t.Errorf("%d features, %d names", spec.Size(), len(spec.Encoder.Features()))
		}
	})
}
