package data

import (
	"fmt"

	"descent/internal/suggest"
)

// Task is what is to be learned: which class, or how much.
type Task int

const (
	Classification Task = iota + 1
	Regression
)

// String returns "classification" or "regression".
func (t Task) String() string {
	switch t {
	case Classification:
		return "classification"
	case Regression:
		return "regression"
	}
	return "undecided"
}

// ParseTask reads a task by its name. The empty name, "undecided" and "auto"
// leave the decision to the data.
func ParseTask(name string) (Task, error) {
	switch name {
	case "", "auto", "undecided":
		return 0, nil
	case "classification":
		return Classification, nil
	case "regression":
		return Regression, nil
	}
	return 0, fmt.Errorf("data: there is no task %q%s; it is classification or regression",
		name, suggest.DidYouMean(name, []string{"classification", "regression"}))
}

// MarshalText writes the name of the task.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name of a task.
func (t *Task) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTask(string(text))
	return err
}
