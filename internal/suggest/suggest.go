// Package suggest words the error for a name that does not exist, with the
// one that was probably meant.
package suggest

import (
	"fmt"
	"strings"
)

// readable is how many names a message lists at most beside the nearest one.
const readable = 16

// most is how many names are listed where none is near.
const most = 64

// Unknown returns the error for a word that is none of names:
//
//	unknown optimizer "adma"; did you mean "adam"? (one of sgd, momentum, adam)
//	unknown optimizer "x"; want one of sgd, momentum, adam
//
// Of many names only the nearest is given, or the first ones.
func Unknown(what, word string, names []string) error {
	list := strings.Join(names, ", ")
	switch mean := DidYouMean(word, names); {
	case len(names) == 0:
		return fmt.Errorf("unknown %s %q; none is taken", what, word)
	case mean == "" && len(names) > most:
		return fmt.Errorf("unknown %s %q; want one of %s and %d more", what, word, strings.Join(names[:most], ", "), len(names)-most)
	case mean == "":
		return fmt.Errorf("unknown %s %q; want one of %s", what, word, list)
	case len(names) > readable:
		return fmt.Errorf("unknown %s %q%s", what, word, mean)
	default:
		return fmt.Errorf("unknown %s %q%s (one of %s)", what, word, mean, list)
	}
}

// DidYouMean returns `; did you mean "x"?` for the name nearest to word, or
// nothing where none is near: one slip in three letters, a word cut short, or
// one spelled out.
func DidYouMean(word string, names []string) string {
	best, least := "", (len(word)+2)/3+1
	for _, name := range names {
		w, n := strings.ToLower(word), strings.ToLower(name)
		d := distance(w, n)
		if min(len(w), len(n)) >= 3 && (strings.HasPrefix(n, w) || strings.HasPrefix(w, n)) {
			d = min(d, 1)
		}
		if d < least && d < max(len(w), len(n)) { // some letter is the same
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the insertions, deletions and replacements between two
// strings: Wagner and Fischer, "The string-to-string correction problem",
// JACM 21, 1974, keeping one row.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
