package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

// TestLargeNumbersDecode: numbers that differ in their last digits alone are
// shown as they were read.
func TestLargeNumbersDecode(t *testing.T) {
	var file strings.Builder
	file.WriteString("time,year,small,price\n")
	var want [][]string
	for i := range 40 {
		row := []string{fmt.Sprint(1700000000 + i), fmt.Sprint(2019 + i%4), fmt.Sprintf("%.7f", 5+float64(i)*1e-7)}
		want = append(want, row)
		fmt.Fprintf(&file, "%s,%d.%d\n", strings.Join(row, ","), 1_000_000_000, i)
	}
	path := filepath.Join(t.TempDir(), "prices.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	table, err := OpenCSV(path, CSVConfig{Targets: []string{"price"}, Task: Regression})
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	source, err := table.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, source)
	size := source.Spec().Size()
	for i, row := range want {
		for k, c := range e.DecodeRow(x[i*size : (i+1)*size]) {
			if c.Column == "year" && len(e.Columns[k].Levels) > 0 {
				continue
			}
			if text := strings.TrimRight(strings.TrimRight(row[k], "0"), "."); c.Value != row[k] && c.Value != text {
				t.Errorf("row %d: %s is %s, decoded %s", i, c.Column, row[k], c.Value)
			}
		}
	}
	for _, text := range []string{"mean 1700000019.5", "mean 1000000000.296"} {
		if !strings.Contains(e.String(), text) {
			t.Errorf("%q is not in %s", text, e)
		}
	}
}

// TestSchemaKeepsItsLines: a name cannot break a line of the schema.
func TestSchemaKeepsItsLines(t *testing.T) {
	e := &Encoder{Kind: tableKind, Task: Classification, Classes: []string{"a\nb", "c"}, Targets: []Target{{Name: "y\ntask  forged"}},
		Columns: []Column{{Name: "x\n\x1b[2J", Kind: parse.NumberKind, Std: 1}}}
	if text := e.String(); strings.Contains(text, "\ntask  forged") || strings.Contains(text, "\x1b") {
		t.Errorf("the schema is %q", text)
	}
}
