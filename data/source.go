// Package data holds samples: where they come from, how they are split,
// encoded, shuffled and cut into batches.
//
// A [Source] gives random access to samples. [Open] reads one from what a
// user names: the embedded digits, a CSV file, a folder of IDX files or of
// images, a zip file of images, or a set that was fetched.
// [Split] cuts it into training, validation and test parts and learns from
// the training part alone how raw rows become samples; that [Encoder] is kept
// with the model, so that prediction takes raw rows. [Batches] delivers
// samples, prepared ahead of their use and varied as [Augment] says.
package data

import (
	"errors"
	"fmt"
	"math"

	"descent/data/internal/fault"
)

// Spec describes samples: enough to build and check a network. Most samples
// are a pair of what a network is applied to, x, and what it is trained for, y.
// [Spec.Fields] lists what there is.
type Spec struct {
	Name      string   // of the data set, for people
	Input     []int    // shape of x in one sample: [height width channels] or [features]
	Task      Task     // what y is: a class, numbers, or labels of which any number holds; 0: there is no y
	Classes   []string // names of the classes, for classification
	Targets   []string // names of the targets or of the labels; at most one for classification
	Horizon   int      `json:",omitempty"` // of a forecast: y has each target at so many steps ahead, [Horizon, targets]; 0: once
	More      []Field  `json:",omitempty"` // fields beside x and y
	Encoder   *Encoder // how raw rows became samples; nil when they already are
	Unlabeled bool     // the rows have no target: y cannot be read
}

// Size returns the number of values in one sample.
func (s Spec) Size() int {
	size := 1
	for _, d := range s.Input {
		size *= d
	}
	return size
}

// Outputs returns the number of outputs that a network needs: one a class, or
// one a target.
func (s Spec) Outputs() int {
	if s.Task == Classification {
		return len(s.Classes)
	}
	return s.TargetSize()
}

// TargetSize returns the number of values per row in y: 1 for classes (the
// number of the class), one a target for regression, at each step of a forecast, and
// for each label 1 where it holds and 0 where it does not.
func (s Spec) TargetSize() int {
	if s.Task == Classification {
		return 1
	}
	return len(s.Targets) * max(1, s.Horizon)
}

// maxValues is how many values a field of one row may have.
const maxValues = math.MaxInt32

// Validate reports what a Spec lacks to describe samples.
func (s Spec) Validate() error {
	if len(s.Input) == 0 {
		return fmt.Errorf("data: %s: the shape of a sample is empty; want [features] or [height width channels]", s.name())
	}
	size := 1
	for _, d := range s.Input {
		if d <= 0 || size > maxValues/d {
			return fmt.Errorf("data: %s: no sample has the shape %v", s.name(), s.Input)
		}
		size *= d
	}
	switch {
	case s.Task == Classification && len(s.Classes) == 0:
		return fmt.Errorf("data: %s: classification needs the names of its classes", s.name())
	case s.Task == Regression && len(s.Targets) == 0:
		return fmt.Errorf("data: %s: regression needs the names of its targets", s.name())
	case s.Task == MultiLabel && len(s.Targets) == 0:
		return fmt.Errorf("data: %s: multi-label classification needs the names of its labels", s.name())
	case s.Horizon < 0 || s.Horizon > 0 && (s.Task != Regression || len(s.Targets) > maxValues/s.Horizon):
		return fmt.Errorf("data: %s: a horizon of %d for %s of %d targets; a forecast is of numbers", s.name(), s.Horizon, s.Task, len(s.Targets))
	case s.Task == 0 && s.More == nil && !s.Unlabeled, s.Task < 0, s.Task > MultiLabel:
		return fmt.Errorf("data: %s: the task is neither classification nor regression nor multilabel, and there are no fields beside x", s.name())
	}
	return s.validateMore()
}

// labeled reports whether y can be read.
func (s Spec) labeled() bool { return !s.Unlabeled && s.Task != 0 }

func (s Spec) name() string {
	if s.Name == "" {
		return "the data"
	}
	return s.Name
}

// Source is a set of samples with random access.
//
// Read copies rows[i] to x[i*Size:] and its target to y[i*TargetSize:], a
// class as its number. y may be nil, and then no target is needed. Read must
// be safe for concurrent use and must not keep its arguments.
type Source interface {
	Spec() Spec
	Len() int
	Read(rows []int, x, y []float32) error
}

// Fitter is a Source of raw rows whose encoding is learned. [Split] fits it
// on the training rows alone and encodes all rows with the result.
type Fitter interface {
	Source
	Fit(rows []int) (*Encoder, error)
	Encode(e *Encoder) (Source, error)
}

// Parted is a set that comes with its own test part, as MNIST does. As a
// Source it is its training part.
type Parted struct {
	Source
	Test Source
}

// labeler is a Source that knows its classes without reading samples.
type labeler interface{ labels() []int32 }

// vetted is a Source that holds finite values and classes in range only.
type vetted interface{ vetted() bool }

func isVetted(s Source) bool {
	v, ok := s.(vetted)
	return ok && v.vetted()
}

// checkRead checks the arguments of Read against the set.
func checkRead(n, size, targetSize int, rows []int, x, y []float32) error {
	if len(x) < len(rows)*size {
		return fmt.Errorf("data: x holds %d values; %d rows of %d need %d", len(x), len(rows), size, len(rows)*size)
	}
	if y != nil && len(y) < len(rows)*targetSize {
		return fmt.Errorf("data: y holds %d values; %d rows of %d need %d", len(y), len(rows), targetSize, len(rows)*targetSize)
	}
	for _, r := range rows {
		if r < 0 || r >= n {
			return fmt.Errorf("data: there is no row %d; the set has rows 0 to %d", r, n-1)
		}
	}
	return nil
}

// ErrLabel is wrapped by the error of a batch with a label that is not the
// number of a class.
var ErrLabel = errors.New("the label is not the number of a class")

// checkFinite checks samples and targets of a source that may hold anything.
func checkFinite(spec Spec, rows []int, x, y []float32) error {
	size, targetSize := spec.Size(), spec.TargetSize()
	for i, r := range rows {
		for j, v := range x[i*size : (i+1)*size] {
			if v-v != 0 {
				return fmt.Errorf("data: row %d, value %d is %v; samples must be finite", r, j, v)
			}
		}
		if y == nil {
			continue
		}
		of := y[i*targetSize : (i+1)*targetSize]
		for j, v := range of {
			if v-v != 0 {
				return fmt.Errorf("data: row %d, target %d is %v; targets must be finite", r, j, v)
			}
			if spec.Task == Classification && (v < 0 || int(v) >= len(spec.Classes) || v != float32(int(v))) {
				return fmt.Errorf("data: row %d is of class %v; classes are 0 to %d: %w", r, v, len(spec.Classes)-1, ErrLabel)
			}
		}
		if spec.Task == MultiLabel {
			if err := checkLabels(spec.Targets, rows[i:i+1], of); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLabels checks the labels of some rows, of the given names.
func checkLabels(names []string, rows []int, y []float32) error {
	for i, v := range y {
		if v != 0 && v != 1 {
			return fmt.Errorf("data: row %d has %v for label %q; it is 1 where the label holds, and 0 where it does not: %w", rows[i/len(names)], v, names[i%len(names)], ErrLabel)
		}
	}
	return nil
}

// checkValues is checkFinite of all fields.
func checkValues(spec Spec, rows []int, x, y []float32, more [][]float32) error {
	for i, f := range spec.More {
		if err := f.check(rows, more[i]); err != nil {
			return err
		}
	}
	return checkFinite(spec, rows, x, y)
}

// readSafely is Read of a source that may belong to the user: its panic comes
// back as an error.
func readSafely(s Source, rows []int, x, y []float32) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("data: Read of %T panicked: %v", s, p)
		}
	}()
	return s.Read(rows, x, y)
}

var errEmpty = fault.ErrNoRows

// each reads all rows of a source in order, chunk by chunk, and checks what
// may need checking. The slices are valid during the call only.
func each(s Source, visit func(rows []int, x, y []float32, more [][]float32) error) error {
	return eachOf(s, 0, s.Len(), visit)
}

// eachOf is each of the rows from a number to another.
func eachOf(s Source, from, n int, visit func(rows []int, x, y []float32, more [][]float32) error) error {
	spec := s.Spec()
	if err := spec.Validate(); err != nil {
		return err
	}
	const chunk = 256
	rows := make([]int, 0, chunk)
	x := make([]float32, chunk*spec.Size())
	var y []float32
	if spec.labeled() {
		y = make([]float32, chunk*spec.TargetSize())
	}
	more, part := make([][]float32, len(spec.More)), make([][]float32, len(spec.More))
	for i, f := range spec.More {
		more[i] = make([]float32, chunk*f.Size())
	}
	trusted := isVetted(s)
	for start := from; start < n; start += chunk {
		rows = rows[:0]
		for r := start; r < min(start+chunk, n); r++ {
			rows = append(rows, r)
		}
		cx, cy := x[:len(rows)*spec.Size()], y
		if y != nil {
			cy = y[:len(rows)*spec.TargetSize()]
		}
		for i, f := range spec.More {
			part[i] = more[i][:len(rows)*f.Size()]
		}
		if err := readSafely(s, rows, cx, cy); err != nil {
			return err
		}
		if err := readFields(s, spec, rows, part); err != nil {
			return err
		}
		if !trusted {
			if err := checkValues(spec, rows, cx, cy, part); err != nil {
				return err
			}
		}
		if err := visit(rows, cx, cy, part); err != nil {
			return err
		}
	}
	return nil
}
