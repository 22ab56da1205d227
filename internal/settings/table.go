package settings

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/suggest"
)

// Setting is one row of the table of settings: all that the project knows of
// it but what it means. Files, --set, flags, help, checks, the start of a run,
// --resume, comparisons and sweeps read it from here.
type Setting struct {
	key    string // in files and --set; a dot goes into a section
	flag   string // "": the key with dashes
	usage  string // what people read about it
	def    string // its default as it is written; "": the zero value
	before string // what runs of before the setting was there had, and go on with; "": the default

	at    func(*Settings) any // its field; nil: it is kept as text until fill reads it
	check check               // what is wrong with a value by itself
	fill  fill                // what it puts into the configuration of training; nil: nothing, or other code does

	start  Line     // where the start of a run names it
	resume resuming // what a resumed run makes of it
	fixed  string   // why runs that are compared share it; "": they may differ

	basic  bool // in the short help
	listed bool // in the list of runs
	ofRule bool // of the update rule, with which it changes

	group string // of flags in the help
}

// Line is a line of what a run says before it starts, or [Told] or [Silent].
type Line string

// The lines that have settings by name.
const (
	LineNetwork   Line = "network"
	LineObjective Line = "objective"
	LineRule      Line = "rule"
	LineAround    Line = "around"
	LineRun       Line = "run"

	Told   Line = "told"   // in other words than its name
	Silent Line = "silent" // it says nothing about what the run learns
)

// resuming is what a resumed run makes of a setting.
type resuming int

const (
	keeps  resuming = iota // the bits depend on it: it stays as the run was started with
	free                   // the bits do not depend on it: it may be another
	begins                 // it says how a run begins: it means nothing to one that has begun
)

// sameRows is why settings of the data are not varied.
const sameRows = "runs are compared on the same rows"

// table lists every setting once, in the order of files and of the help.
var table = slices.Concat(
	under("Data", dataRows),
	under("Images", imageRows),
	under("Model", modelRows),
	under("Objective", objectiveRows, decideRows),
	under("Optimizer", ruleRows, hyperRows(), aroundRows, scheduleRows),
	under("Run", runRows),
)

func under(group string, lists ...[]Setting) []Setting {
	rows := slices.Concat(lists...)
	for i := range rows {
		rows[i].group = group
	}
	return rows
}

// Find returns the setting of that key.
func Find(key string) (Setting, error) {
	var keys []string
	for _, row := range table {
		if row.key == key {
			return row, nil
		}
		keys = append(keys, row.key)
	}
	return Setting{}, suggest.Unknown("setting", key, keys)
}

// Flag is the name of its flag.
func (row Setting) Flag() string {
	if row.flag != "" {
		return row.flag
	}
	return strings.ReplaceAll(row.key[strings.LastIndex(row.key, ".")+1:], "_", "-")
}

// Varies returns why runs that are compared cannot differ in the setting; nil
// if they can.
func (row Setting) Varies() error {
	if row.fixed == "" {
		return nil
	}
	return fmt.Errorf("%s cannot be varied: %s", row.key, row.fixed)
}

// Listed returns the keys of settings that a list of runs shows.
func Listed() []string {
	var keys []string
	for _, row := range table {
		if row.listed {
			keys = append(keys, row.key)
		}
	}
	return keys
}

// Begun leaves out what says how a run begins, as its weights have moved on.
func (s *Settings) Begun() {
	original := Default()
	for _, row := range table {
		if row.resume == begins {
			_ = row.Set(s, row.Text(&original)) // which it wrote
		}
	}
}

// GoOn takes over from given, by which a run might have been started, what may be another when
// it goes on, and says of the rest what the run keeps.
func (s *Settings) GoOn(given *Settings) (notes []string) {
	original := Default()
	for _, row := range table {
		text, kept := row.Text(given), row.Text(s)
		switch {
		case text == row.Text(&original) || text == kept || text == sharedMicroBatch || row.resume == begins:
		case row.resume == free:
			_ = row.Set(s, text) // which it wrote
		default:
			notes = append(notes, fmt.Sprintf("%s is %s, as the run was started, and not %s", row.key, kept, text))
		}
	}
	return notes
}
