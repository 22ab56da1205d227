package data

import (
	"fmt"
	"strings"
	"testing"
)

// kinds returns what each column became, as in "a:number b:dropped".
func kinds(e *Encoder) string {
	var all []string
	for _, c := range e.Columns {
		all = append(all, c.Name+":"+c.Kind)
	}
	return strings.Join(all, " ")
}

func TestColumnsAreChosen(t *testing.T) {
	text := "week,a_id,b_id,size/m2,note,y\n"
	for i := range 30 {
		text += fmt.Sprintf("%d,%d,%d,%d,n%d,%d.5\n", i+1, i%3, i*i%7, i*i, i, i)
	}
	for _, test := range []struct {
		name string
		cfg  CSVConfig
		want string
	}{
		{"nothing", CSVConfig{}, "week:dropped a_id:number b_id:number size/m2:number note:dropped"},
		{"a counter is kept", CSVConfig{Keep: []string{"week"}}, "week:number a_id:number b_id:number size/m2:number note:dropped"},
		{"a counter is numbers", CSVConfig{Numbers: []string{"week"}}, "week:number a_id:number b_id:number size/m2:number note:dropped"},
		{"a counter is codes", CSVConfig{Categories: []string{"week"}}, "week:category a_id:number b_id:number size/m2:number note:dropped"},
		{"an identifier is codes", CSVConfig{Categories: []string{"note"}}, "week:dropped a_id:number b_id:number size/m2:number note:category"},
		{"a pattern", CSVConfig{Categories: []string{"*_id"}}, "week:dropped a_id:category b_id:category size/m2:number note:dropped"},
		{"a pattern over a slash", CSVConfig{Drop: []string{"size*"}}, "week:dropped a_id:number b_id:number size/m2:dropped note:dropped"},
		{"a list in one text", CSVConfig{Categories: []string{"a_id, b_id"}}, "week:dropped a_id:category b_id:category size/m2:number note:dropped"},
		{"names over a pattern", CSVConfig{Drop: []string{"*"}, Keep: []string{"week", "size/m2"}}, "week:number a_id:dropped b_id:dropped size/m2:number note:dropped"},
		{"a pattern leaves targets alone", CSVConfig{Drop: []string{"[by]*"}}, "week:dropped a_id:number b_id:dropped size/m2:number note:dropped"},
		{"kept and codes", CSVConfig{Keep: []string{"week"}, Categories: []string{"week"}}, "week:category a_id:number b_id:number size/m2:number note:dropped"},
	} {
		table, err := readTable(text, test.cfg)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := kinds(table.Spec().Encoder); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestNamesAreTakenWhole(t *testing.T) {
	const header = "\"strength(MPa, megapascals)\",\"a,b\",a,b,all*,all1,[x],\"say \"\"hi\"\"\",\"p, q\"\n"
	text := header
	for i := range 12 {
		text += fmt.Sprintf("%d.5,%d,%d,%d,%d,%d,%d,%d,%d\n", i, i*i, i*3%7, i%5, i%3, i%4, i*i%5, i%7, i*i%11)
	}
	for _, test := range []struct{ written, targets string }{
		{"strength(MPa, megapascals)", "strength(MPa, megapascals)"},
		{"a,b", "a,b"},
		{"b,a", "b|a"},
		{`b,"a,b"`, "b|a,b"},
		{`"p, q"`, "p, q"},
		{`"p, q", a`, "p, q|a"},
		{"b, strength(MPa, megapascals), a", "b|strength(MPa, megapascals)|a"},
		{"a,b,all1", "a,b|all1"},
		{"all*", "all*"},
		{"all?", "all*|all1"},
		{"[x]", "[x]"},
		{`say "hi"`, `say "hi"`},
		{`b,"strength(MPa, megapascals)"`, "b|strength(MPa, megapascals)"},
	} {
		table, err := ReadCSV(strings.NewReader(text), "t.csv", CSVConfig{Targets: []string{test.written}})
		if err != nil {
			t.Errorf("%s: %v", test.written, err)
			continue
		}
		if got := strings.Join(table.Spec().Targets, "|"); got != test.targets {
			t.Errorf("%s is %s, want %s", test.written, got, test.targets)
		}
	}
}

func TestWrongChoices(t *testing.T) {
	text := "week,a_id,b_id,\"p, q\",y\n1,5,6,1,0\n2,6,5,2,1\n3,5,many,3,1\n"
	one := func(name string) []string { return []string{name} }
	for _, test := range []struct {
		name string
		cfg  CSVConfig
		want string
	}{
		{"pattern", CSVConfig{Keep: one("weke*")}, `no column "weke*", nor one that matches it as a pattern; did you mean "week"?`},
		{"broken pattern", CSVConfig{Keep: one("[week")}, `no column "[week", nor one that matches it as a pattern; did you mean "week"?`},
		{"empty name", CSVConfig{Keep: one("")}, `no column ""`},
		{"half of a name", CSVConfig{Targets: one("p, z")}, `no column "p" to be the target`},
		{"how a comma is written", CSVConfig{Targets: one("p, z")}, `nor one "p, z"; did you mean "p, q"?; a name with a comma in it may stand in double quotes`},
		{"drop and keep", CSVConfig{Drop: one("week"), Keep: one("week")}, `"week" is both dropped and kept`},
		{"drop and keep by patterns", CSVConfig{Drop: one("a*"), Keep: one("*_id")}, `"a_id" is both dropped and kept`},
		{"drop and number", CSVConfig{Drop: one("week"), Numbers: one("week")}, `"week" is both dropped and a number`},
		{"number and category", CSVConfig{Numbers: one("week"), Categories: one("week")}, `"week" is both a category and a number`},
		{"number and date", CSVConfig{Numbers: one("week"), Dates: one("week")}, `"week" is both a number and a date`},
		{"target and category", CSVConfig{Categories: one("y")}, `"y" is a target and cannot be in category too`},
		{"target by a list", CSVConfig{Drop: one("y,week")}, `"y" is a target and cannot be in drop too`},
		{"only the target", CSVConfig{Drop: one("y*")}, `drop "y*" matches no column but "y"`},
		{"words among numbers", CSVConfig{Numbers: one("b_id")}, `t.csv, line 4, column "b_id": "many" is not a number`},
	} {
		_, err := readTable(text, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
