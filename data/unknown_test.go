package data

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// paint is a table whose codes, flags and colours are complete.
func paint() string {
	text := "colour,flag,code,size,y\n"
	for i := range 24 {
		text += fmt.Sprintf("%s,%s,%d,%d,%d.5\n", []string{"red", "caf\u00e9", "blue"}[i%3], []string{"True", "False"}[i%2], i%4, i*i, i%5)
	}
	return text
}

func TestWhatTrainingDidNotHave(t *testing.T) {
	table, err := ReadCSV(strings.NewReader(paint()), "train.csv", CSVConfig{Targets: []string{"y"}, Categories: []string{"code"}})
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	features := e.Features()
	for _, test := range []struct{ name, row, set, note string }{
		{"all known", "red,True,2,4", "colour=red flag=True code=2", ""},
		{"a new level", "purple,True,2,4", "flag=True code=2", `1 of 1 rows have levels that training did not have: colour "purple" (1); they count as none of the known ones`},
		{"another case", "Red,True,2,4", "flag=True code=2", `colour "Red" (1, did you mean "red"?)`},
		{"two new levels", "purple,maybe,2,4", "code=2", `colour "purple" (1); flag "maybe" (1)`},
		{"no level", ",True,2,4", "flag=True code=2", "1 of 1 rows lack values that no row of training lacked: colour (1); they count as none of the levels"},
		{"a blank", "\"  \",True,2,4", "flag=True code=2", "no row of training lacked: colour (1)"},
		{"a blank that does not break", "\u00a0\u2003,True,2,4", "flag=True code=2", "no row of training lacked: colour (1)"},
		{"no number", "red,True,2,", "colour=red flag=True code=2", "lack values that no row of training lacked: size (1); they count as the column's median"},
		{"a boolean of JSON", "red,true,2,4", "colour=red flag=True code=2", ""},
		{"a boolean of a spreadsheet", "red,TRUE,2,4", "colour=red flag=True code=2", ""},
		{"a number with a fraction", "red,True,2.0,4", "colour=red flag=True code=2", ""},
		{"a number with zeros", "red,True,02,4", "colour=red flag=True code=2", ""},
		{"another number", "red,True,2.5,4", "colour=red flag=True", `code "2.5" (1)`},
		{"accents behind their letters", "cafe\u0301,True,2,4", "colour=caf\u00e9 flag=True code=2", ""},
		{"the slot's own name", "<unk>,True,2,4", "flag=True code=2", `colour "<unk>" (1)`},
	} {
		s, err := e.EncodeCSV(strings.NewReader("colour,flag,code,size\n"+test.row+"\n"), "raw.csv")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		x, _ := readAll(t, s)
		var set []string
		for i, v := range x {
			if features[i] != "size" && v != 0 {
				set = append(set, features[i])
			}
		}
		notes := strings.Join(s.(*encodedTable).Notes(), "\n")
		_, same, err := ReadCells(strings.NewReader("colour,flag,code,size\n"+test.row+"\n"), "raw.csv", e.Columns)
		if err != nil || strings.Join(same, "\n") != notes {
			t.Errorf("%s: cells have notes %q, %v; want %q", test.name, same, err, notes)
		}
		if got := strings.Join(set, " "); got != test.set || !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
			t.Errorf("%s: set %s, notes %q; want %s, %q", test.name, got, notes, test.set, test.note)
		}
	}
}

func TestUnknownLevelsAreCountedOnce(t *testing.T) {
	e := fitted(t, paint(), "y")
	text := "colour,flag,code,size\n"
	for i := range 40 {
		text += fmt.Sprintf("%s,%s,1,1\n", []string{"a", "b", "b", "red", "c", "c", "d", "blue"}[i%8], []string{"True", "x"}[i/20])
	}
	s, err := e.EncodeCSV(strings.NewReader(text), "raw.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`35 of 40 rows have levels that training did not have: colour "b" (10), "c" (10), "a" (5), and 1 more; flag "x" (20); they count as none of the known ones`}
	if got := s.(*encodedTable).Notes(); !reflect.DeepEqual(got, want) {
		t.Errorf("notes %q", got)
	}
}

// TestUnknownSlotIsNeverSet checks it with an encoder as models of before hold.
func TestUnknownSlotIsNeverSet(t *testing.T) {
	_, e := stored(t, fitted(t, paint(), "y"))
	s, err := e.EncodeCSV(strings.NewReader("colour,flag,code,size\npurple,x,9,1\n,,,\nred,True,1,1\n"), "raw.csv")
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, s)
	for i, v := range x {
		if name := e.Features()[i%s.Spec().Size()]; strings.HasSuffix(name, "<unk>") && v != 0 {
			t.Errorf("row %d sets %s", i/s.Spec().Size(), name)
		}
	}
	for row, want := range []string{"<unk>", "<unk>", "red"} {
		size := s.Spec().Size()
		if got := e.DecodeRow(x[row*size : (row+1)*size])[0]; got.Value != want {
			t.Errorf("row %d: %s is %s, want %s", row, got.Column, got.Value, want)
		}
	}
}

func TestSetsOfTheirOwnSayWhatIsUnknown(t *testing.T) {
	table, err := readTable(paint(), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	own := func(name string) Source {
		s, err := readTable("colour,flag,code,size,y\npurple,True,1,4,2.5\nred,False,1,4,1.5\n", CSVConfig{Keep: []string{"code"}})
		if err != nil {
			t.Fatal(name, err)
		}
		return s
	}
	parts, err := Split(table, SplitConfig{TestSet: own("test"), ValidationSet: own("validation")})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"test: ", "validation: "} {
		if want := part + `1 of 2 rows have levels that training did not have: colour "purple" (1)`; !strings.Contains(strings.Join(parts.Notes, "\n"), want) {
			t.Errorf("notes %q, want %q", parts.Notes, want)
		}
	}
}

func TestAccentsInNames(t *testing.T) {
	e := fitted(t, "gr\u00f6\u00dfe,y\n1,0\n2,1\n5,1\n", "y")
	s, err := e.EncodeCSV(strings.NewReader("gro\u0308\u00dfe\n1\n"), "raw.csv")
	if err != nil || s.Len() != 1 {
		t.Error(err)
	}
	table, err := readTable("gro\u0308\u00dfe,b,y\n1,1,0\n2,3,1\n5,2,1\n", CSVConfig{Drop: []string{"gr\u00f6\u00dfe"}})
	if err != nil || table.Spec().Size() != 1 {
		t.Error(table, err)
	}
	if levels := fitted(t, "c,y\ncaf\u00e9,0\ncafe\u0301,1\ntea,1\n", "y").Columns[0].Levels; len(levels) != 2 {
		t.Errorf("levels %q", levels)
	}
}
