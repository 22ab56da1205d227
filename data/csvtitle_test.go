package data

import (
	"fmt"
	"strings"
	"testing"
)

// printed writes a table as text: its header, its rows and what is between them.
func printed(header, row string, around ...string) string {
	lines := []string{header}
	if len(around) > 1 {
		lines = append(lines, around[1])
	}
	for i := range 30 {
		lines = append(lines, fmt.Sprintf(row, i*i%31, i*7%53, "abc"[i%3:i%3+1]))
	}
	text := strings.Join(lines, "\n") + "\n"
	if len(around) > 0 {
		text = around[0] + text
	}
	return text + strings.Join(around[min(len(around), 2):], "")
}

func TestLinesAroundTables(t *testing.T) {
	for _, test := range []struct{ name, text, note string }{
		{"title with commas", printed("x,y,c", "%d,%d,%s", "Sales, all shops\nmade in 2020\n\n"), `2 lines above the table, from "Sales, all shops" on`},
		{"title with many", printed("x,y,c,d", "%d,%d,%s,u", "Sales, all\n"), `1 line above the table, from "Sales, all" on`},
		{"padded title", printed("x,y,c", "%d,%d,%s", "Sales,,\nmade in 2020,,\n,,\n"), `3 lines above the table, from "Sales,," on`},
		{"title in front of semicolons", printed("x;y;c", "%d;%d;%s", "Sales, all\n\n"), `1 line above the table, from "Sales, all" on`},
		{"between bars", printed("|x|y|c|", "|%d|%d|%s|"), ""},
		{"ruled", printed("|x  |y  |c  |", "|%3d|%3d|%3s|", "-------------\n", "-------------", "-------------\n"), ""},
		{"as MySQL prints", printed("| x | y | c |", "| %d | %d | %s |", "+---+---+---+\n", "+---+---+---+", "+---+---+---+\n30 rows in set\n"), `line 35 ("30 rows in set") below the table is left out`},
		{"as PostgreSQL prints", printed(" x | y | c ", " %d | %d | %s", "", "---+---+---", "(30 rows)\n"), `("(30 rows)") below the table is left out`},
		{"as Markdown", printed("| x | y | c |", "| %d | %d | %s |", "", "|---|:--|--:|"), ""},
		{"as SQL Server prints", printed("x   y   c", "%-3d %-3d %s", "", "--- --- ---"), ""},
		{"comma in a name", printed("x, z;y;c", "%d,5;%d;%s"), ""},
	} {
		table, err := readTable(test.text, CSVConfig{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		notes := strings.Join(table.Notes(), "\n")
		if table.Len() != 30 || !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
			t.Errorf("%s: %d rows, notes %q", test.name, table.Len(), notes)
		}
		if features := len(table.Spec().Encoder.inputNames()); features != 2 {
			t.Errorf("%s: %d columns:\n%s", test.name, features, table)
		}
	}
}

// TestShortHeaders checks that a first column without a name holds names of rows,
// and that an odd comma is not taken for one.
func TestShortHeaders(t *testing.T) {
	for _, test := range []struct{ name, text, err string }{
		{"names of rows", printed("x,y", "n%[2]d,%[1]d,%[2]d%.0[3]s"), ""},
		{"a comma in each cell", printed("x,y,c", "%d,%d,%s, etc"), `has 4 cells; the header has 3, and the first cells do not name rows, as "8" occurs twice`},
		{"decimal commas in no quotes", printed("x,y", "%d,5,%d%.0s"), `has 3 cells; the header has 2`},
		{"more of them", printed("x,y", "%d,5,%d,2%.0s"), `has 4 cells; the header has 2`},
	} {
		_, err := readTable(test.text, CSVConfig{})
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.err)
		}
	}
}

// TestOneColumn checks that blanks within the cells of a table of one column
// cut nothing.
func TestOneColumn(t *testing.T) {
	g, err := readGrid(strings.NewReader("size\n12 345\n6 789\n"), "raw.csv")
	if err != nil || len(g.Columns) != 1 || g.Cell(0, 0) != "12 345" {
		t.Errorf("%+v, %v", g, err)
	}
}
