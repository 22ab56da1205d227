// Package settings is what a run is made of: the table of all settings, where
// their values come from (defaults, recipes, YAML files, --set, flags), what is
// wrong with them, and the [Job] that they describe: data, network and
// configuration of training.
//
// A setting is one row of the table. One of the trainer alone is that row and
// the field of [train.Config] that it fills; a hyperparameter of an update rule
// is neither, as it comes from package optim.
package settings

import (
	"sync"

	"descent/dist"
	"descent/train"
)

// Settings are what a training run depends on, and nothing else: two runs
// with equal settings and data end in the same bits. A value that only the
// trainer looks at is in Train, or in words until it is read into there.
type Settings struct {
	Data       string
	Target     Columns
	Task       string
	Image      string
	Weight     string
	Drop       Columns
	Keep       Columns
	Category   Columns
	Number     Columns
	Date       Columns
	Levels     Columns
	Text       Columns
	Tokens     Auto[string]
	Lines      bool
	Test       string
	Validation string
	Split      string
	SplitSeed  uint64
	Group      string
	Time       string
	Window     Auto[int]
	Horizon    Auto[int]
	Season     Auto[int]
	Known      Columns

	ImageSize   string
	ImageMode   string
	Mean        string
	Std         string
	Channels    string
	SkipCorrupt bool
	Augment     string
	TTA         string

	Model      Auto[string]
	Activation Auto[string]
	Init       string
	Dropout    Auto[float64]
	InitFrom   string
	InitMap    string
	Head       string

	Loss           Auto[string]
	LabelSmoothing Auto[float64]
	L2             Auto[float64]
	ClassWeights   string
	Calibrate      string
	Threshold      string
	Costs          string
	Intervals      string

	Optimizer    Optimizer
	LearningRate Auto[float64]
	WeightDecay  Auto[float64]
	Groups       Groups
	Schedules    Schedules
	Schedule     Auto[string]
	Warmup       Auto[string]
	ClipNorm     Auto[float64]

	Bag        int
	Folds      Auto[int]
	Best       bool
	Tries      int
	Budget     string
	Batch      Auto[string]
	MicroBatch Auto[string]
	Epochs     Auto[int]
	Monitor    Auto[string]
	Kept       Auto[string]
	Metrics    []string

	Train train.Config      // the fields that are settings as they stand
	words map[string]string // by key, of settings without a field; never changed, but replaced
}

// In has what the settings describe be trained by the members of a group, in
// micro-batches that are shared out unless they are given.
func (s *Settings) In(group dist.Group) {
	s.Train.Group = group
	s.MicroBatch = Given(s.MicroBatch.Or(sharedMicroBatch))
}

// alone takes that back, for trainings on the way to the one that is described.
func (s *Settings) alone() {
	s.Train.Group = nil
	s.MicroBatch = Auto[string]{}
}

// Columns name columns of a table. What is written on the command line stays in
// one piece until the file is known, which may have a name with commas in it.
type Columns []string

// Auto is a value that is decided by the data or by other settings unless it
// is given.
type Auto[T any] struct {
	Value T
	Given bool
}

// Given is a value that is given.
func Given[T any](v T) Auto[T] { return Auto[T]{v, true} }

// Or returns the value if it is given, and otherwise v.
func (a Auto[T]) Or(v T) T {
	if a.Given {
		return a.Value
	}
	return v
}

// Default is what settings are unless they are given.
func Default() Settings { return defaults() }

var defaults = sync.OnceValue(func() Settings {
	var s Settings
	for _, row := range table {
		if row.def == "" { // the zero value
			continue
		}
		if err := row.Set(&s, row.def); err != nil {
			panic("settings: default: " + err.Error()) // which any test finds
		}
	}
	return s
})
