package data

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// ClassCount is how many rows of a class each part has.
type ClassCount struct {
	Class                   string
	Train, Validation, Test int
}

// String returns the sizes of the parts, the class counts and the notes.
func (p Parts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "training %d rows, validation %d, test %d\n", p.Train.Len(), p.Validation.Len(), p.Test.Len())
	for _, c := range p.Counts {
		fmt.Fprintf(&b, "  class %s: %d, %d, %d\n", c.Class, c.Train, c.Validation, c.Test)
	}
	for _, note := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	return b.String()
}

// parts encodes a set, takes its parts and looks for what deserves a note.
func (d division) parts() (Parts, error) {
	s, cfg, rows := d.set, d.cfg, d.rows
	var p Parts
	p.note("", s)
	if d.keys.note != "" {
		p.Notes = append(p.Notes, d.keys.note)
	}
	var e *Encoder
	encoded := s
	if raw, ok := s.(Fitter); ok {
		var err error
		if e, err = raw.Fit(rows[0]); err != nil {
			return p, err
		}
		if encoded, err = raw.Encode(e); err != nil {
			return p, err
		}
		p.Notes = append(p.Notes, e.Notes()...)
	}
	p.Train, p.Validation, p.Test = Subset(encoded, rows[0]), Subset(encoded, rows[1]), Subset(encoded, rows[2])
	var err error
	if cfg.ValidationSet != nil {
		if p.Validation, err = p.adopt(cfg.ValidationSet, e, encoded.Spec(), "validation"); err != nil {
			return p, err
		}
	}
	if cfg.TestSet != nil {
		if p.Test, err = p.adopt(cfg.TestSet, e, encoded.Spec(), "test"); err != nil {
			return p, err
		}
	}
	if err := p.count(); err != nil {
		return p, err
	}
	if err := p.noteOverlap(); err != nil {
		return p, err
	}
	d.hint(&p)
	return p, p.noteLeaks(cfg.Seed)
}

// note takes over what a set has to say about itself.
func (p *Parts) note(part string, s Source) {
	if noted, ok := s.(interface{ Notes() []string }); ok {
		for _, note := range noted.Notes() {
			p.Notes = append(p.Notes, part+note)
		}
	}
}

// adopt makes a set of its own a part: encoded as training is, and describing
// the same samples.
func (p *Parts) adopt(s Source, e *Encoder, want Spec, part string) (Source, error) {
	s = testPart(s)
	if raw, ok := s.(interface {
		Encode(*Encoder) (Source, error)
	}); ok && e != nil {
		var err error
		if s, err = raw.Encode(e); err != nil {
			return nil, fmt.Errorf("%s set: %w", part, err)
		}
	}
	p.note(part+": ", s)
	s, note := Targeted(s)
	if note != "" {
		p.Notes = append(p.Notes, part+": "+note)
	}
	got := s.Spec()
	switch {
	case s.Len() == 0:
		return nil, fmt.Errorf("data: %s set %s: %w", part, got.name(), errEmpty)
	case !slices.Equal(got.Input, want.Input):
		return nil, fmt.Errorf("data: %s set %s has samples of %s; those of training are %s", part, got.name(), naming.Shape(got.Input), naming.Shape(want.Input))
	case got.Task != want.Task:
		return nil, fmt.Errorf("data: %s set %s is for %s; training is %s", part, got.name(), got.Task, want.Task)
	case got.Task == Classification && !slices.Equal(got.Classes, want.Classes):
		return nil, fmt.Errorf("data: %s set %s has the classes %s; those of training are %s", part, got.name(), naming.List(got.Classes), naming.List(want.Classes))
	case got.Outputs() != want.Outputs():
		return nil, fmt.Errorf("data: %s set %s has %d targets; training has %d", part, got.name(), got.Outputs(), want.Outputs())
	case got.Unlabeled && len(want.Input) == 3 && (e == nil || e.OfImages()):
		return nil, fmt.Errorf("data: %s set %s: its images lie in no folders named after the classes of training, which are %s", part, got.name(), naming.List(want.Classes))
	case got.Unlabeled:
		return nil, fmt.Errorf("data: %s set %s has no target", part, got.name())
	}
	return s, nil
}

// count counts classes and notes those that cannot be learned or measured.
func (p *Parts) count() error {
	if err := p.tally(); err != nil {
		return err
	}
	for _, c := range p.Counts {
		switch others := c.Validation + c.Test; {
		case c.Train == 0:
			p.Notes = append(p.Notes, fmt.Sprintf("class %q has no row in training and cannot be learned", c.Class))
		case c.Train == 1 && others == 0:
			p.Notes = append(p.Notes, fmt.Sprintf("class %q has a single row, which is kept in training; nothing measures how well it is learned", c.Class))
		}
	}
	return nil
}

// tally counts the classes of each part.
func (p *Parts) tally() error {
	spec := p.Train.Spec()
	if spec.Task != Classification {
		return nil
	}
	p.Counts = make([]ClassCount, len(spec.Classes))
	for i, class := range spec.Classes {
		p.Counts[i].Class = class
	}
	for i, part := range []Source{p.Train, p.Validation, p.Test} {
		labels, err := labelsOf(part)
		if err != nil {
			return err
		}
		for _, label := range labels {
			c := &p.Counts[label]
			*[]*int{&c.Train, &c.Validation, &c.Test}[i]++
		}
	}
	return nil
}

// ClassCounts returns how many rows of each class a set has.
func ClassCounts(s Source) ([]int, error) {
	spec := s.Spec()
	if spec.Task != Classification {
		return nil, fmt.Errorf("data: %s is for %s; only classes can be counted", spec.name(), spec.Task)
	}
	labels, err := labelsOf(s)
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(spec.Classes))
	for _, label := range labels {
		counts[label]++
	}
	return counts, nil
}

// labelsOf returns the class of each row.
func labelsOf(s Source) ([]int32, error) {
	if known, ok := s.(labeler); ok {
		if labels := known.labels(); labels != nil {
			return labels, nil
		}
	}
	labels := make([]int32, 0, s.Len())
	err := each(s, func(rows []int, _, y []float32, _ [][]float32) error {
		if y == nil {
			return fmt.Errorf("data: %s has no classes to read", s.Spec().name())
		}
		for i := range rows {
			labels = append(labels, int32(y[i]))
		}
		return nil
	})
	return labels, err
}
