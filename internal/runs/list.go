package runs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// List reads settings and summaries of the run folders in a folder, by name.
// Those that cannot be read are named by the error, beside the others.
func List(folder string) ([]*Run, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %q with runs", folder)
	}
	if err != nil {
		return nil, fmt.Errorf("folder of runs: %w", err)
	}
	var list []*Run
	var errs []error
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if !e.IsDir() || !IsRun(path) {
			continue
		}
		r, err := ReadHead(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, r)
	}
	return list, errors.Join(errs...)
}

// Condition says which runs are meant, by a setting or result.
type Condition struct{ Key, Op, Value string }

// conditionOps are the comparisons, longer ones first.
var conditionOps = []string{"!=", "<=", ">=", "=", "<", ">"}

// ParseCondition reads a condition such as optimizer.name=adam or
// test.accuracy>=0.97.
func ParseCondition(text string) (Condition, error) {
	at := strings.IndexAny(text, "=<>!")
	if at > 0 {
		for _, op := range conditionOps {
			if value, ok := strings.CutPrefix(text[at:], op); ok {
				return Condition{strings.TrimSpace(text[:at]), op, strings.TrimSpace(value)}, nil
			}
		}
	}
	return Condition{}, fmt.Errorf("%q is no condition; want key=value, with =, !=, <, <=, > or >=, as in test.accuracy>=0.97", text)
}

// Holds reports whether the condition holds for a run. For one that does not
// have the key, only != does.
func (c Condition) Holds(r *Run) bool {
	value, ok := r.Value(c.Key)
	if !ok {
		return c.Op == "!="
	}
	order := compareValues(value, c.Value)
	switch c.Op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// compareValues compares numbers as such, other values as text. Whole numbers,
// such as seeds, may be larger than float64 tells apart.
func compareValues(a, b string) int {
	if m, errM := strconv.ParseUint(a, 10, 64); errM == nil {
		if n, errN := strconv.ParseUint(b, 10, 64); errN == nil {
			return cmp.Compare(m, n)
		}
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// Sort orders runs by a setting or result, the largest first if the key begins
// with a minus. Runs that do not have it come last.
func Sort(list []*Run, key string) {
	key, down := strings.CutPrefix(key, "-")
	slices.SortStableFunc(list, func(a, b *Run) int {
		x, okX := a.Value(key)
		y, okY := b.Value(key)
		switch {
		case !okX || !okY:
			return cmp.Compare(rank(okX), rank(okY))
		case down:
			return compareValues(y, x)
		}
		return compareValues(x, y)
	})
}

// rank puts what is there first.
func rank(there bool) int {
	if there {
		return 0
	}
	return 1
}

// Keys lists the settings and results that any of the runs has.
func Keys(list []*Run) []string {
	seen := map[string]bool{"name": true, "status": true}
	for _, r := range list {
		for key := range r.Settings {
			seen[key] = true
		}
		for key := range r.Summary {
			seen[key] = true
		}
	}
	var keys []string
	for key := range seen {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
