package data

import (
	"fmt"
	"strings"
)

// didYouMean returns "; did you mean "x"?" for the name nearest to what was
// written, or nothing where none is near.
func didYouMean(written string, names []string) string {
	best, at := len(written)/2+1, -1
	for i, name := range names {
		if d := editDistance(strings.ToLower(written), strings.ToLower(name)); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", names[at])
}

// editDistance counts the insertions, deletions and replacements between two
// strings: Wagner and Fischer, "The string-to-string correction problem",
// JACM 21, 1974, keeping one row.
func editDistance(a, b string) int {
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

// list joins names for a message and stops at a readable length.
func list(names []string) string {
	const most = 8
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", name)
	}
	return b.String()
}
