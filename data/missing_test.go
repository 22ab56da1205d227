package data

import (
	"fmt"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

func TestWordsForMissing(t *testing.T) {
	for _, word := range []string{
		"", "?", "NULL", "null", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NaN", "nan", "-nan", "-NaN", "1.#QNAN", "-1.#IND", "1.#IND", "\\N",
		"#NV", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!",
	} {
		for _, others := range []func(i int) string{among(10, word), pick("red", "green", word)} {
			e, notes, err := columnOf(CSVConfig{}, ",", 60, others)
			if err != nil {
				t.Errorf("%q: %v", word, err)
				continue
			}
			if c := e.Columns[0]; !c.Missing || len(c.Levels) == 3 || len(c.Absent)+len(notes) > 0 {
				t.Errorf("%q: %+v, notes %q", word, c, notes)
			}
		}
	}
	for _, word := range []string{"None", "none", "nil", "-", "--", "—", ".", "missing", "Unknown", "n.d.", "k. A."} {
		e, notes, err := columnOf(CSVConfig{}, ",", 60, among(10, word))
		if err != nil {
			t.Errorf("%q: %v", word, err)
			continue
		}
		if c := e.Columns[0]; c.Kind != parse.NumberKind || !c.Missing || len(c.Absent) != 1 || len(notes) != 1 || !strings.Contains(notes[0], fmt.Sprintf("%q (6 cells, first in line 11) is read as missing", word)) {
			t.Errorf("%q: %+v, notes %q", word, c, notes)
		}
		e, notes, err = columnOf(CSVConfig{}, ",", 60, pick("red", "green", word))
		if err != nil || len(e.Columns[0].Levels) != 3 || len(notes) > 0 {
			t.Errorf("%q among words: %v, notes %q, %v", word, e, notes, err)
		}
	}
}

func TestOtherWordsAmongNumbers(t *testing.T) {
	for _, test := range []struct {
		name  string
		cfg   CSVConfig
		value func(i int) string
		want  string // "kind absent" or the error
	}{
		{"one word again and again", CSVConfig{}, among(10, "fehlt"), `number ["fehlt"]`},
		{"three words", CSVConfig{}, among(6, "fehlt", "defekt", "-"), `number ["-" "defekt" "fehlt"]`},
		{"different words", CSVConfig{}, among(20, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), `line 21, column "v": "one" is not a number`},
		{"a slip with a unit", CSVConfig{}, among(200, "12,5x"), `line 201, column "v": "12,5x" is not a number`},
		{"bounds", CSVConfig{}, among(200, "<5"), `line 201, column "v": "<5" is not a number`},
		{"many bounds", CSVConfig{}, func(i int) string { return fmt.Sprintf("%s%d.5", []string{"", "", "", "<"}[i%4], 3*i) }, `it is not read as numbers for cells such as "<1`},
		{"dates in two orders", CSVConfig{}, func(i int) string {
			return fmt.Sprintf([]string{"%02[1]d.%02[2]d.20%02[3]d", "%02[2]d/%02[1]d/20%02[3]d"}[i%2], 1+i%28, 1+i%12, 10+i/28)
		}, `it is not read as dates, as "13.01.2010" is written day first and "`},
		{"dates and many words", CSVConfig{}, func(i int) string {
			return fmt.Sprintf([]string{"%02d.%02d.20%02d", "soon%d%d%d", "%02d.%02d.20%02d"}[i%3], 1+i%28, 1+i%12, 10+i/28)
		}, `it is not read as dates for cells such as "soon`},
		{"few codes", CSVConfig{}, pick("0", "1", "2", "3+", "other"), "category []"},
		{"few codes and a word", CSVConfig{}, pick("0", "1", "2", "other"), "category []"},
		{"asked for numbers", CSVConfig{Numbers: []string{"v"}}, among(10, "fehlt"), `"fehlt" is not a number, as was asked for`},
		{"asked for categories", CSVConfig{Categories: []string{"v"}}, among(10, "-"), "category []"},
		{"mostly words", CSVConfig{}, pick("a1", "b", "c", "4"), "category []"},
	} {
		e, _, err := columnOf(test.cfg, ",", 240, test.value)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%s %q %s", e.Columns[0].Kind, e.Columns[0].Absent, e.Columns[0].Why)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
