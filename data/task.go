package data

import (
	"fmt"
	"slices"

	"descent/internal/suggest"
)

// Task is what is to be learned: which class, how much, or which of several
// labels.
type Task int

const (
	Classification Task = iota + 1 // one of the classes
	Regression                     // numbers
	MultiLabel                     // labels, of which any number holds
)

var taskNames = []string{"classification", "regression", "multilabel"}

// String returns "classification", "regression" or "multilabel".
func (t Task) String() string {
	if t.Valid() {
		return taskNames[t-1]
	}
	return "undecided"
}

// Valid reports whether t is one of the tasks.
func (t Task) Valid() bool { return t >= 1 && int(t) <= len(taskNames) }

// ParseTask reads a task by its name. The empty name, "undecided" and "auto"
// leave the decision to the data.
func ParseTask(name string) (Task, error) {
	switch name {
	case "", "auto", "undecided":
		return 0, nil
	}
	if i := slices.Index(taskNames, name); i >= 0 {
		return Task(i + 1), nil
	}
	return 0, fmt.Errorf("data: there is no task %q%s; it is classification, regression or multilabel",
		name, suggest.DidYouMean(name, taskNames))
}

// MarshalText writes the name of the task.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name of a task.
func (t *Task) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTask(string(text))
	return err
}
