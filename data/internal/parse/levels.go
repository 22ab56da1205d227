package parse

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Levels says which levels of a category get a slot of their own.
type Levels struct {
	Most   int // the most frequent, so many
	Least  int // rows that each of these has, where there are more
	Hashed int // slots, of which a level has that of its hash; 0: levels have their own
	Auto   bool
}

// FewLevels is what holds where nothing is said.
var FewLevels = Levels{Most: 100, Least: 10}

// Bounds on levels.
const (
	MostLevels = 32000 // slots of a column, whose numbers take two bytes
	autoLevels = 1000  // that a column keeps where it is left open
	autoLeast  = 2     // rows that each has
	autoSum    = 4096  // levels of all columns, if each keeps at least as many as FewLevels
)

const levelsWanted = "auto, a number of levels such as 1000, the same with the rows that each must have as in 1000/2, or hashed=256"

// ReadLevels reads "auto", "1000", "1000/4" or "hashed=256".
func ReadLevels(text string) (Levels, error) {
	if text == "auto" {
		return Levels{Auto: true}, nil
	}
	count := func(text, what string, least int) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, fmt.Errorf("%q are no levels; want %s", text, levelsWanted)
		}
		if n < least || n > MostLevels {
			return 0, fmt.Errorf("%d %s; want %d to %d", n, what, least, MostLevels)
		}
		return n, nil
	}
	l := FewLevels
	var err error
	if slots, hashed := strings.CutPrefix(text, "hashed="); hashed {
		l.Hashed, err = count(slots, "slots", 2)
		return l, err
	}
	most, least, both := strings.Cut(text, "/")
	if l.Most, err = count(most, "levels", 1); err == nil && both {
		l.Least, err = count(least, "rows of each level", 1)
	}
	return l, err
}

// Of returns l, decided for a table of so many categories if it is left open.
func (l Levels) Of(categories int) Levels {
	if l.Auto {
		l = Levels{Most: min(autoLevels, max(FewLevels.Most, autoSum/max(1, categories))), Least: autoLeast}
	}
	return l
}

// HashSlot returns the slot of a level among so many: 64-bit FNV-1a of its meaning,
// so that it is the same in each spelling.
func HashSlot(level string, slots int) int {
	h := fnv.New64a()
	h.Write([]byte(Meaning(level)))
	return int(h.Sum64() % uint64(slots))
}
