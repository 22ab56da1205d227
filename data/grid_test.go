package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"descent/data/internal/grid"
	"descent/data/internal/input"
)

// cellsOf returns the names and the rows of a grid.

func cellsOf(g *grid.Grid) [][]string {
	all := [][]string{g.Columns}
	for row := range g.Rows() {
		var cells []string
		for col := range g.Columns {
			cells = append(cells, g.Cell(row, col))
		}
		all = append(all, cells)
	}
	return all
}

func utf16Text(text string, high bool) string {
	var b strings.Builder
	for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		if high {
			unit = unit>>8 | unit<<8
		}
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

// TestTableForms reads one table as people and programs write it.

func TestTableForms(t *testing.T) {
	want := "[[name b y] [ä 1.5 u] [ö 2 v]]"
	for _, test := range []struct{ name, text, note string }{
		{"commas", "name,b,y\nä,1.5,u\nö,2,v\n", ""},
		{"no last line end", "name,b,y\nä,1.5,u\nö,2,v", ""},
		{"bars", "name|b|y\nä|1.5|u\nö|2|v\n", ""},
		{"carriage returns", "name,b,y\rä,1.5,u\rö,2,v\r", ""},
		{"blank lines", "\n\nname,b,y\n\nä,1.5,u\n\r\nö,2,v\n\n", ""},
		{"delimiters at line ends", "name;b;y;\nä;1.5;u;\nö;2;v;\n", "column 4"},
		{"delimiters at ends of rows", "name,b,y\nä,1.5,u,\nö,2,v,\n", ""},
		{"delimiter at the end of the header", "name,b,y,\nä,1.5,u\nö,2,v\n", ""},
		{"delimiter said", "sep=;\nname;b;y\nä;1.5;u\nö;2;v\n", ""},
		{"tab said", "\xef\xbb\xbf\"sep=\t\"\r\nname\tb\ty\r\nä\t1.5\tu\r\nö\t2\tv\r\n", ""},
		{"comments", "# made by hand, in May\n#\n\nname,b,y\nä,1.5,u\n# not this\nö,2,v\n", "2 stand above"},
		{"header behind #", "#name,b,y\nä,1.5,u\nö,2,v\n", "#name"},
		{"titles", "Measured in May\n(by hand)\n\nname,b,y\nä,1.5,u\nö,2,v\n", `2 lines above the table, from "Measured in May" on, are left out`},
		{"a footer", "name,b,y\nä,1.5,u\nö,2,v\nTotal of 2\n", `line 4 ("Total of 2") below the table is left out`},
		{"footers", "name,b,y\nä,1.5,u\nö,2,v\n\nend\n(2 rows)\n", `2 lines from line 5 ("end") on below the table are left out`},
		{"blanks", "  name   b  y\n  ä    1.5  u\n  ö      2\tv\n", ""},
		{"single blanks", "name b y\nä 1.5 u\nö 2 v\n", ""},
		{"quotes between blanks", "name   b y\n\"ä\"    1.5 u\n\"ö\"    2 v\n", ""},
		{"UTF-16", utf16Text("name\tb\ty\r\nä\t1.5\tu\r\nö\t2\tv\r\n", false), ""},
		{"UTF-16 of big ends", utf16Text("name,b,y\nä,1.5,u\nö,2,v\n", true), ""},
		{"JSON lines", `{"name":"ä","b":1.5,"y":"u"}` + "\n" + `{"y":"v","name":"ö","b":2}`, ""},
		{"a JSON array", "[\n {\"name\": \"ä\", \"b\": 1.5, \"y\": \"u\"},\n {\"name\": \"ö\", \"b\": 2, \"y\": \"v\"}\n]\n", ""},
	} {
		g, err := readGrid(strings.NewReader(test.text), "t.csv")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got, notes := fmt.Sprint(cellsOf(g)), strings.Join(g.Notes, "; ")
		switch test.note {
		case "column 4":
			got = strings.NewReplacer(" column 4", "", " ]", "]").Replace(got)
		case "#name":
			got = strings.Replace(got, "#", "", 1)
		default:
			if test.note == "" && notes != "" || !strings.Contains(notes, test.note) {
				t.Errorf("%s: notes %q, want %q", test.name, notes, test.note)
			}
		}
		if got != want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

func TestRowNamesWithoutHeader(t *testing.T) {
	for _, text := range []string{"a,y\nr1,1,u\nr2,2,v\n", "a y\nr1 1 u\nr2 2 v\n", "  a  y\nr1 1 u\nr2 2 v\n"} {
		if g, err := readGrid(strings.NewReader(text), "r.csv"); err != nil || fmt.Sprint(cellsOf(g)) != "[[column 1 a y] [r1 1 u] [r2 2 v]]" {
			t.Errorf("%q: %v, %v", text, g, err)
		}
	}
}

func TestTableErrors(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	sparse := func() string {
		var b strings.Builder
		for i := range 30000 {
			fmt.Fprintf(&b, "{\"k%d\":1}\n", i)
		}
		return b.String()
	}
	for _, test := range []struct{ name, text, want string }{
		{"row cut off", "a,b,y\n1,2,3\n4,5,6\n7", "t, line 4 has 1 cells; the header has 3"},
		{"word cut off", "a,b,y\nu,2,3\nv,5,6\nu", "t, line 4 has 1 cells; the header has 3"},
		{"row behind a footer", "a,b\n1,2\n(end)\n3,4\n", "t, line 3 has 1 cells"},
		{"too many footers", "a,b\n1,2\n\nx\ny\nz\nu\n", "t, line 4 has 1 cells"},
		{"a long line", "a,b\n1," + strings.Repeat("2", 2*input.MaxLine) + "\n", "t, line 2: is longer than 4 MiB"},
		{"a long header", strings.Repeat("2", input.MaxLine+10), "is longer than 4 MiB"},
		{"a quote not closed", "a,b\n1,\"2\n" + strings.Repeat("3,4\n", input.MaxLine/2), "t, line 2: is longer than 4 MiB, which no line of a table is; is a quote not closed"},
		{"a long line of blanks", "a  b\n1  2\n1 " + strings.Repeat("2", input.MaxLine) + "\n", "t, line 3: is longer than 4 MiB"},
		{"many columns", strings.Repeat(",", 1<<16+1) + "\n", "more than 65536 columns"},
		{"a long object", `{"a":"` + strings.Repeat("x", input.MaxLine) + `"}`, "t, line 1: is longer than 4 MiB"},
		{"broken object", "{\"a\":1}\n{\"a\":\n", "t, line 3: the file is truncated"},
		{"broken array", "[{\"a\":1},\n", "t, line 2: the file is truncated"},
		{"no object", "{\"a\":1}\n7\n", "t, line 2: 7 stands where an object should"},
		{"syntax", "{\"a\":1}\n{\"b\" 2}\n", "t, line 2: invalid character"},
		{"more after the array", "[{\"a\":1}]\n{\"a\":2}\n", "t, line 2: something follows the array"},
		{"array in an object", "{\"a\":[1]}\n", `t, line 1: "a" is an array`},
		{"key twice", "{\"a\":1,\"a\":2}\n", `t, line 1: an object has the key "a" twice`},
		{"nested twice", "{\"a\":{\"b\":1},\"a.b\":2}\n", `the key "a.b" twice`},
		{"deep", deep, "nested deeper than 32"},
		{"keys without end", sparse(), "most of which they do not share"},
		{"no keys", "{}\n{}\n", "no object names a column"},
	} {
		g, err := readGrid(strings.NewReader(test.text), "t")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %.80v, want %q", test.name, err, g, test.want)
		}
	}
}

func TestJSONRows(t *testing.T) {
	g, err := readGrid(strings.NewReader("{\"a\":10000000000000001,\"b\":{\"c\":true,\"d\":null}}\n{}\n\n{\"e\":\" x \",\"a\":1.0}\n"), "t")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q", cellsOf(g)); got != `[["a" "b.c" "b.d" "e"] ["10000000000000001" "true" "" ""] ["" "" "" ""] ["1.0" "" "" "x"]]` {
		t.Error(got)
	}
	if got := fmt.Sprint(g.Line(0), g.Line(1), g.Line(2)); got != "1 2 4" {
		t.Errorf("rows stand in lines %s", got)
	}
}

// TestGridKeeps compares a grid with the cells that were put into it, over the

// ends of blocks and for columns of all kinds.

func TestGridKeeps(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var rows [][]string
	var text strings.Builder
	text.WriteString("same,few,many,all,seldom\n")
	for i := range 3<<12 + 17 {
		seldom := ""
		if i > 5000 && i%7 == 0 {
			seldom = "s"
		}
		row := []string{"x", fmt.Sprint(random.IntN(5)), fmt.Sprint(random.IntN(600)), fmt.Sprint(random.Uint64()), seldom}
		rows = append(rows, row)
		text.WriteString(strings.Join(row, ",") + "\n")
		if i%1000 == 999 {
			text.WriteString("\n")
		}
	}
	g, err := readGrid(strings.NewReader(text.String()), "t")
	if err != nil {
		t.Fatal(err)
	}
	compare := func() {
		t.Helper()
		got := cellsOf(g)[1:]
		if !slices.EqualFunc(got, rows, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatal("cells differ")
		}
	}
	compare()
	if g.Line(998) != 1000 || g.Line(1000) != 1003 {
		t.Errorf("rows 998 and 1000 stand in lines %d and %d", g.Line(998), g.Line(1000))
	}
	for _, modulus := range []int{3, 5} {
		var left [][]string
		for i, row := range rows {
			if i%modulus != 0 {
				left = append(left, row)
			}
		}
		g.Keep(func(row int) bool { return row%modulus != 0 })
		rows = left
		compare()
	}
	if g.Line(0) != 4 { // rows 0, 1, 2 went: two by the first condition, one by the second
		t.Errorf("the first row left stands in line %d", g.Line(0))
	}
}

// FuzzJSONRows asks that any text is an error or a table with a row for each

// object, with the cells that another decoder finds.
