// Package fault holds the faults of data that callers may ask for with errors.Is,
// and marks errors with them. Package data shows them under names of its own.
package fault

import (
	"errors"
	"fmt"
)

// What can be wrong with data.
var (
	ErrNotRead  = errors.New("the format is not read")
	ErrNoRows   = errors.New("the set is empty; it needs at least one row")
	ErrNoColumn = errors.New("there is no such column")
	ErrCell     = errors.New("a value is not what its column holds")
)

// marked is an error of a kind. Its text is its own.
type marked struct {
	error
	kind error
}

// Errorf is fmt.Errorf of an error of a kind, of which the text says nothing.
func Errorf(kind error, format string, args ...any) error {
	return marked{fmt.Errorf(format, args...), kind}
}

// Is reports whether target is the kind of the error.
func (m marked) Is(target error) bool { return target == m.kind }

// Unwrap returns the error that was marked.
func (m marked) Unwrap() error { return m.error }
