package data

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// cities is a table of 300 cities, of which ten stand in one row, ten in two, and so on
// up to 30.
func cities(t *testing.T, levels ...string) (*Table, error) {
	t.Helper()
	var b strings.Builder
	b.WriteString("city,grade,area,price\n")
	for i := range 300 {
		for j := range 1 + i/10 {
			fmt.Fprintf(&b, "c%d,g%d,%d.5,%d\n", i, (i+j)%7, j%5, i+j)
		}
	}
	return readTable(b.String(), CSVConfig{Targets: []string{"price"}, Levels: levels})
}

// TestLevels: how many levels a category keeps, and how many share one.
func TestLevels(t *testing.T) {
	for _, c := range []struct {
		levels      string
		keeps, rare int
	}{
		{"", 100, 200},
		{"100", 100, 200},
		{"100/10", 100, 200},
		{"1000", 210, 90},
		{"1000/4", 270, 30},
		{"auto", 290, 10},
		{"1000/1", 300, 0},
		{"250/4", 250, 50},
		{"20/1", 20, 280},
		{"city:1000/29", 20, 280},
		{"c*:50", 50, 250},
		{"city:60, c*:50", 60, 240},
		{"c*:50, city:60", 60, 240},
		{"10, city:60", 60, 240},
		{"city:60, auto", 60, 240},
	} {
		var list []string
		if c.levels != "" {
			list = []string{c.levels}
		}
		table, err := cities(t, list...)
		if err != nil {
			t.Errorf("%q: %v", c.levels, err)
			continue
		}
		city := table.whole.Columns[0]
		if len(city.Levels) != c.keeps || len(city.Rare) != c.rare {
			t.Errorf("%q keeps %d levels and has %d rare ones; want %d and %d", c.levels, len(city.Levels), len(city.Rare), c.keeps, c.rare)
		}
		text, err := json.Marshal(city)
		if err != nil || strings.Contains(string(text), "hashed") || strings.Contains(string(text), "empty") {
			t.Errorf("%q is written as %.200s, error %v", c.levels, text, err)
		}
	}
}

// TestLevelsOfBefore: where nothing is said of levels, data has the hash of before.
func TestLevelsOfBefore(t *testing.T) {
	table, err := cities(t)
	if err != nil {
		t.Fatal(err)
	}
	const want = "262b58f7a80cbe479e515ac94f484b61fe78ee2d31f23bc610502e2d25fd6a5b"
	if got, err := Hash(table); got != want || err != nil {
		t.Errorf("hash %s, error %v; want %s", got, err, want)
	}
}

// TestLevelsOfManyColumns: what is left open keeps some thousands of levels in all.
func TestLevelsOfManyColumns(t *testing.T) {
	var b strings.Builder
	columns, rows := 20, 6000
	for i := range columns {
		fmt.Fprintf(&b, "c%d,", i)
	}
	b.WriteString("y\n")
	for row := range rows {
		for i := range columns {
			fmt.Fprintf(&b, "v%d,", row*(i+1)%900)
		}
		fmt.Fprintf(&b, "%d.5\n", row)
	}
	table, err := readTable(b.String(), CSVConfig{Targets: []string{"y"}, Levels: []string{"auto"}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(table.whole.Columns[0].Levels); n != 4096/columns {
		t.Errorf("a column of 20 keeps %d levels; want %d", n, 4096/columns)
	}
}

// TestLevelsTakeTwoBytes: rows are read back with the levels that they have.
func TestLevelsTakeTwoBytes(t *testing.T) {
	table, err := cities(t, "1000/1")
	if err != nil {
		t.Fatal(err)
	}
	for row := range table.Len() {
		x := make([]float32, table.Spec().Size())
		if err := table.Read([]int{row}, x, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := table.whole.DecodeRow(x)[0].Value, table.grid.Cell(row, 0); got != want {
			t.Fatalf("row %d has the level %q; want %q", row, got, want)
		}
	}
}

// TestHashedLevels: levels of a file, of raw rows and of an encoder that was read back
// have the same slot, also in another spelling; a level that training did not have has
// the slot of its hash, if one of training has it.
func TestHashedLevels(t *testing.T) {
	table, err := readTable("id,area,y\n1,2.5,1.5\n2,3.5,2.5\n1,4.5,2.5\n,4.5,7.5\n3,1.5,0.5\n", CSVConfig{Targets: []string{"y"}, Categories: []string{"id"}, Levels: []string{"id:hashed=4"}})
	if err != nil {
		t.Fatal(err)
	}
	e := table.whole
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Encoder
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Validate(); err != nil {
		t.Fatal(err)
	}
	rows, err := NewRowEncoder(&back)
	if err != nil {
		t.Fatal(err)
	}
	// By another program, FNV-1a of "1" to "8" is 0, 1, 2, 3, 0, 1, 2, 3, modulo 4; no
	// level of training is in slot 3.
	for cell, want := range map[string]string{"1": "#0", "1.0": "#0", "2": "#1", "3": "#2", "5": "#0", "7": "#2", "": "", "4": "<unk>", "8": "<unk>"} {
		x, err := rows.AppendRow(nil, map[string]any{"id": cell, "area": 2.5})
		if err != nil {
			t.Fatal(err)
		}
		if got := back.DecodeRow(x)[0].Value; got != want {
			t.Errorf("id %q is decoded as %q; want %q", cell, got, want)
		}
	}
	want := "id=#0 id=#1 id=#2 id=#3 id=<missing> id=<unk> area"
	if got := strings.Join(back.Features(), " "); got != want {
		t.Errorf("features %s; want %s", got, want)
	}
	s, err := back.EncodeCSV(strings.NewReader("id,area\n1,2\n3,2\n"), "new.csv")
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 2*s.Spec().Size())
	if err := s.Read([]int{0, 1}, x, nil); err != nil {
		t.Fatal(err)
	}
	if x[0] != 1 || x[s.Spec().Size()+2] != 1 {
		t.Errorf("rows of a file are encoded as %v", x)
	}
}

// TestHashedIDs: a column that differs in nearly every row is kept where it is hashed.
func TestHashedIDs(t *testing.T) {
	var b strings.Builder
	b.WriteString("user,area,y\n")
	for i := range 400 {
		fmt.Fprintf(&b, "u%d,%d.5,%d.5\n", i%390, i%17, i)
	}
	for _, levels := range []string{"", "user:hashed=64", "user:auto"} {
		cfg := CSVConfig{Targets: []string{"y"}}
		if levels != "" {
			cfg.Levels = []string{levels}
		}
		table, err := readTable(b.String(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if c := table.whole.Columns[0]; (c.Kind == "dropped") != (levels == "") || (c.Hashed == 64) != strings.Contains(levels, "64") {
			t.Errorf("%q: column %+v", levels, c)
		}
	}
}

// TestWrongLevels names what is wrong.
func TestWrongLevels(t *testing.T) {
	for levels, want := range map[string]string{
		"many":          `levels "many": "many" are no levels; want auto, a number of levels such as 1000`,
		"0":             "0 levels; want 1 to 32000",
		"-3":            "-3 levels; want 1",
		"40000":         "40000 levels; want 1 to 32000",
		"100/0":         "0 rows of each level; want 1",
		"hashed=1":      "1 slots; want 2 to 32000",
		"hashed=32768":  "32768 slots; want 2 to 32000",
		"hashed":        `"hashed" are no levels`,
		"town:50":       `has no column "town"`,
		"area:50":       `column "area" has levels to keep, and is read as numbers`,
		"price:50":      `column "price" is none`,
		"city:hashed=x": `"x" are no levels`,
	} {
		if _, err := cities(t, levels); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v; want %q", levels, err, want)
		}
	}
	for _, c := range []Column{
		{Hashed: 40000}, {Hashed: -1}, {Hashed: 4, Levels: []string{"a"}}, {Hashed: 4, Empty: []int{4}}, {Empty: []int{0}}, {Levels: make([]string, 33000)},
	} {
		c.Name, c.Kind = "city", "category"
		e := Encoder{Kind: "table", Task: Regression, Columns: []Column{c}, Targets: []Target{{Name: "y", Std: 1}}}
		if err := e.Validate(); err == nil || !strings.Contains(err.Error(), `column "city"`) {
			t.Errorf("%.60v is valid, or its error does not name the column: %v", c, err)
		}
	}
}
