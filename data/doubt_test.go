package data

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"descent/data/internal/schema"
)

// targets is a table of n rows with a target y.
func targets(n int, y func(i int) string) string {
	text := "a,y\n"
	for i := range n {
		text += fmt.Sprintf("%d.5,%s\n", i*i, y(i))
	}
	return text
}

func TestDoubtfulTargets(t *testing.T) {
	words := func(every int, number func(i int) string) func(int) string {
		return func(i int) string {
			if i%every == 7 {
				return "call us"
			}
			return number(i)
		}
	}
	price := func(i int) string { return fmt.Sprintf("%d.95", 100+i*7) }
	for _, test := range []struct {
		name, text, want string // want is "" for classes
	}{
		{"prices", targets(300, words(60, price)), `line 9, column "y": "call us" is not a number, and 295 of 300 values of the target are (all but lines 9, 69, 129, 189, 249)`},
		{"whole prices", targets(300, words(60, func(i int) string { return fmt.Sprint(1000 + i) })), "295 of 300 values"},
		{"many words of one kind", targets(300, words(10, price)), "270 of 300 values of the target are (all but lines 9, 19, 29, 39, 49 and 25 more)"},
		{"few rows", targets(16, words(20, price)), `line 9, column "y": "call us" is not a number, and 15 of 16`},
		{"names of rows", targets(50, func(i int) string { return fmt.Sprintf("n%d", i) }), "different in each of 50 rows"},
		{"nearly names", targets(600, func(i int) string { return fmt.Sprintf("n%d", i%400) }), "400 classes in 600 rows"},
		{"codes with letters", targets(300, func(i int) string { return []string{"401", "402.5", "V27", "E84", "250"}[i%5] }), ""},
		{"grades and one word", targets(300, func(i int) string { return []string{"1", "2", "3", "4", "absent"}[i%5] }), ""},
		{"codes of many kinds", targets(300, func(i int) string {
			if i%3 == 0 {
				return fmt.Sprintf("V%d", i%30)
			}
			return fmt.Sprint(400 + i%60)
		}), ""},
		{"many classes", targets(900, func(i int) string { return fmt.Sprintf("n%d", i%300) }), ""},
	} {
		table, err := readTable(test.text, CSVConfig{})
		switch {
		case test.want == "" && (err != nil || table.Spec().Task != Classification):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (!errors.Is(err, schema.ErrDoubtfulTarget) && !strings.Contains(fmt.Sprint(err), "is not a number") || !strings.Contains(fmt.Sprint(err), test.want)):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if test.want == "" {
			continue
		}
		if table, err := readTable(test.text, CSVConfig{Task: Classification}); err != nil || table.Spec().Task != Classification {
			t.Errorf("%s, asked for: %v", test.name, err)
		}
	}
}
