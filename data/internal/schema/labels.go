package schema

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// classesOf names the classes in order, as the file spells them, and numbers
// each row's: by value where all are numbers, and else as text.
func classesOf(g *grid.Grid, col int, numbers bool) (names []string, labels []int32) {
	value := make(map[string]float64)
	g.Tallies(col, true, func(t grid.Tally) bool {
		if _, seen := value[string(t.Text)]; !seen {
			cell := string(t.Text)
			value[cell] = 0
			if numbers {
				value[cell], _ = parse.Number(cell)
			}
			names = append(names, cell)
		}
		return true
	})
	sort.Slice(names, func(i, j int) bool {
		a, b := names[i], names[j]
		return value[a] < value[b] || value[a] == value[b] && a < b
	})
	one := oneSpelling(names, value, numbers)
	number := make(map[string]int32, len(names))
	kept := names[:0]
	for _, name := range names {
		if one[name] == name {
			number[name] = int32(len(kept))
			kept = append(kept, name)
		}
	}
	labels = make([]int32, 0, g.Rows())
	g.EachCell(col, func(text []byte) int32 { return number[one[string(text)]] }, func(label int32) { labels = append(labels, label) })
	return kept, labels
}

// oneSpelling maps each name to the one that stands for it: to itself, but that
// letters are the same however their accents are written, and that among whole
// numbers 1.0 is 1.
func oneSpelling(names []string, value map[string]float64, whole bool) map[string]string {
	for _, v := range value {
		whole = whole && v == math.Trunc(v)
	}
	first := make(map[string]string) // of names that are one
	one := make(map[string]string, len(names))
	for _, name := range names { // sorted: 1 before 1.0, composed letters last
		key := naming.Normal(name)
		if digits, zeros, ok := strings.Cut(name, "."); whole && ok && strings.Trim(zeros, "0") == "" {
			key = digits
		}
		if _, met := first[key]; !met || name == key {
			first[key] = name
		}
		one[name] = key
	}
	for name, key := range one {
		one[name] = first[key]
	}
	return one
}

// noteSpellings says which classes may be one, since only their spelling
// differs.
func noteSpellings(target string, classes []string) []string {
	var notes []string
	for _, like := range []struct {
		key func(string) string
		as  string
	}{
		{func(s string) string {
			if v, ok := parse.Number(s); ok && math.Abs(v) < parse.ExactBelow {
				return parse.FormatNumber(v)
			}
			return ""
		}, "are the same number"},
		{strings.ToLower, "differ only in upper and lower case"},
	} {
		first := make(map[string]string)
		var pair []string
		pairs := 0
		for _, class := range classes {
			key := like.key(class)
			other, met := first[key]
			if !met {
				first[key] = class
			} else if key != "" && other != class {
				if pairs++; pair == nil {
					pair = []string{other, class}
				}
			}
		}
		if pairs == 0 {
			continue
		}
		more := ""
		if pairs > 1 {
			more = fmt.Sprintf(" (and %d more)", pairs-1)
		}
		notes = append(notes, fmt.Sprintf("the classes %q and %q of the target %q%s %s, and are two classes as the file spells them; write them alike if they are one",
			pair[0], pair[1], target, more, like.as))
	}
	return notes
}
