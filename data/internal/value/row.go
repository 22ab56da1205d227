package value

import (
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// Find finds the value of a column in a row: under its name, or under its last key
// in objects; however accents are written.
func Find(row map[string]any, column string) (any, bool) {
	if v, ok := row[column]; ok {
		return v, true
	}
	for at := range len(column) {
		if column[at] != '.' {
			continue
		}
		if inner, ok := row[column[:at]].(map[string]any); ok {
			if v, ok := Find(inner, column[at+1:]); ok {
				return v, true
			}
		}
	}
	return findNormal(row, naming.Normal(column))
}

// findNormal is Find of a name in its normal form, which it compares with those
// of all keys.
func findNormal(row map[string]any, column string) (any, bool) {
	for key, v := range row {
		key = naming.Normal(key)
		if key == column {
			return v, true
		}
		if rest, ok := strings.CutPrefix(column, key+"."); ok {
			if inner, ok := v.(map[string]any); ok {
				if v, ok := findNormal(inner, rest); ok {
					return v, true
				}
			}
		}
	}
	return nil, false
}

// deepestMap bounds how deep maps are listed, as one may hold itself.
const deepestMap = 8

// Keys appends the names of the columns that a row has, sorted.
func Keys(row map[string]any, prefix string, names []string) []string {
	return keys(row, prefix, names, 0)
}

func keys(row map[string]any, prefix string, names []string, depth int) []string {
	for key, v := range row {
		if inner, ok := v.(map[string]any); ok && depth < deepestMap {
			names = keys(inner, prefix+key+".", names, depth+1)
		} else {
			names = append(names, prefix+key)
		}
	}
	slices.Sort(names)
	return names
}
