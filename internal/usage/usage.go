// Package usage tells faults of a command line or of settings from all others:
// who made them can put them right, and the command exits with another code.
package usage

import "fmt"

// Error is a fault of the command line or the settings.
type Error struct{ error }

// Unwrap returns the fault itself.
func (e *Error) Unwrap() error { return e.error }

// Mark makes err an [Error]; nil stays nil.
func Mark(err error) error {
	if err == nil {
		return nil
	}
	return &Error{err}
}

// Errorf is [fmt.Errorf] for an [Error].
func Errorf(format string, args ...any) error { return Mark(fmt.Errorf(format, args...)) }
