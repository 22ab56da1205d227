package train

import (
	"slices"

	"descent/internal/suggest"
)

// named returns the value whose name stands in a list, the first being 0; 0 and an error
// where none has it.
func named[T ~int | ~uint8](what, text string, names []string) (T, error) {
	i := slices.Index(names, text)
	if i < 0 {
		return 0, suggest.Unknown(what, text, names)
	}
	return T(i), nil
}
