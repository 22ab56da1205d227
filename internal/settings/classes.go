package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"descent/data"
	"descent/internal/human"
	"descent/internal/network"
	"descent/internal/usage"
)

// muchMemory is what classes may take, in bytes, unless the task is given.
const muchMemory = 1 << 30

// affordClasses refuses, before memory is taken, a target of so many classes
// that it is hardly meant. Of k classes the last layer has weights, gradients
// and what the rule remembers of them, and each measured part counts which
// class is taken for which.
func (j *Job) affordClasses() error {
	s := &j.Settings
	if j.Spec.Task != data.Classification || s.Task == data.Classification.String() {
		return nil
	}
	k, width := float64(len(j.Spec.Classes)), float64(j.Spec.Size())
	if m, err := parseModel(s.Model.Value); err == nil && len(m.hidden) > 0 {
		width = float64(m.hidden[len(m.hidden)-1])
	}
	const copies = 4 // weights, gradients, two moments; four bytes each
	if bytes := float64(4*copies*k*width) + float64(8*k*k); bytes > muchMemory {
		return asClasses(fmt.Errorf("the target %s has %s classes, for which training takes about %.1f GB of memory, in the last layer and to count which class is taken for which; name another target, or task regression for amounts: %w",
			FormatList(j.Spec.Targets), human.Thousands(k), bytes/1e9, data.ErrDoubtfulTarget))
	}
	return nil
}

// mostWeights is what a network may have: with gradients and two moments they take 34 GB.
const mostWeights = 1 << 31

// affordWeights refuses, before memory is taken, a network of more weights than is meant.
func (j *Job) affordWeights() error {
	_, params, err := network.Network{Layer: j.Net, Spec: j.Spec}.Declared()
	if err != nil {
		return nil // which training tells of
	}
	if n := network.Values(params); n > mostWeights {
		return fmt.Errorf("model: %s would have %s weights on this data, and at most %s are trained here; give smaller sizes", j.Settings.Model.Value, human.Thousands(float64(n)), human.Thousands(mostWeights))
	}
	return nil
}

// asClasses adds to the error of a doubtful target how to go on.
func asClasses(err error) error {
	if !errors.Is(err, data.ErrDoubtfulTarget) {
		return err
	}
	return usage.Mark(fmt.Errorf("%w Then say --task classification", err))
}

// PrepareAgain is [Prepare] for a run that was begun: its target is not in doubt.
func PrepareAgain(s Settings) (*Job, error) {
	j, err := undoubted(s, Prepare)
	if file := s.ONNXFile(); file != "" && errors.Is(err, fs.ErrNotExist) {
		if _, gone := os.Stat(file); gone != nil {
			err = fmt.Errorf("%w; the run began with the network of %s and reads it again: put the file back where it was", err, file)
		}
	}
	return j, err
}

// OpenDataAgain is [OpenData] for a run that was begun.
func OpenDataAgain(s *Settings) (data.Source, error) {
	return undoubted(*s, func(s Settings) (data.Source, error) { return OpenData(&s) })
}

func undoubted[T any](s Settings, open func(Settings) (T, error)) (T, error) {
	opened, err := open(s)
	if errors.Is(err, data.ErrDoubtfulTarget) {
		s.Task = data.Classification.String()
		return open(s)
	}
	return opened, err
}
