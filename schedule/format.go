package schedule

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Format is the inverse of [Parse]: the text that reads back as s. Lengths
// are in updates. nil is constant; a schedule from elsewhere prints by its
// String method, or as %T{fields}, which Parse does not read.
func Format(s Schedule) string {
	switch s := s.(type) {
	case nil:
		return Constant{}.String()
	case fmt.Stringer:
		return s.String()
	}
	return fmt.Sprintf("%T%+v", s, s)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
