package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"descent/data/internal/input"
	"descent/data/internal/naming"
)

// ReadSamples reads samples of kind s as numbers, for models whose samples a
// program made, so that no encoder says what raw rows are: a row a line, the values
// of x one after the other, between commas, and behind them, if they are to be
// measured, those of y: a class by name or number, or the targets. A first line that
// holds no number is a heading. name stands for the file in messages, which name
// the line.
func ReadSamples(r io.Reader, name string, s Spec) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if len(s.More) > 0 {
		return nil, fmt.Errorf("data: %s: samples with a field %q beside x are no rows of numbers; use FromFields", name, s.More[0].Name)
	}
	plain, err := input.Decompress(r)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	text := bufio.NewReader(plain)
	if mark, _ := text.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		text.Discard(len(byteOrderMark)) // which are there
	}
	in := csv.NewReader(text)
	in.ReuseRecord, in.TrimLeadingSpace, in.Comment = true, true, '#'
	read := &samples{spec: s, file: name}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("data: %s: %w", name, err)
		}
		line, _ := in.FieldPos(0)
		if heads := !read.begun && !slices.ContainsFunc(record, isNumber); heads {
			read.begun = true
			continue
		}
		read.begun = true
		if err := read.add(record); err != nil {
			return nil, fmt.Errorf("data: %s, line %d: %w", name, line, err)
		}
	}
	if read.rows == 0 {
		return nil, fmt.Errorf("data: %s: %w", name, errEmpty)
	}
	read.spec.Name, read.spec.Unlabeled = naming.Base(name), !read.labeled
	values := map[string][]float32{X: read.x}
	if read.labeled {
		values[Y] = read.y
	}
	return FromFields(read.spec, values)
}

// byteOrderMark is how some programs begin a text in UTF-8.
const byteOrderMark = "\ufeff"

// isNumber reports whether a cell is a number, though it may not be finite.
func isNumber(cell string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(cell), 32)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// samples gathers rows of numbers.
type samples struct {
	spec    Spec
	file    string
	rows    int
	begun   bool // the first line was read
	labeled bool // rows have targets
	x, y    []float32
}

func (s *samples) add(record []string) error {
	size, targets := s.spec.Size(), s.spec.TargetSize()
	if s.rows == 0 {
		s.labeled = len(record) == size+targets && s.spec.Task.Valid()
	}
	want := size
	if s.labeled {
		want += targets
	}
	if len(record) != want {
		return fmt.Errorf("%d values; a sample of shape %v has %d, and %d more where its target stands behind it", len(record), s.spec.Input, size, targets)
	}
	for i, cell := range record {
		var v float32
		var err error
		switch {
		case i < size:
			v, err = number32(cell)
		case s.spec.Task == Classification:
			v, err = s.class(cell)
		default:
			v, err = number32(cell)
		}
		if err != nil {
			return fmt.Errorf("value %d: %w", i+1, err)
		}
		if i < size {
			s.x = append(s.x, v)
		} else {
			s.y = append(s.y, v)
		}
	}
	s.rows++
	return nil
}

// class returns the number of a class by its name, or by its number.
func (s *samples) class(cell string) (float32, error) {
	for i, name := range s.spec.Classes {
		if name == strings.TrimSpace(cell) {
			return float32(i), nil
		}
	}
	if v, err := number32(cell); err == nil && v >= 0 && int(v) < len(s.spec.Classes) && v == float32(int(v)) {
		return v, nil
	}
	return 0, fmt.Errorf("%q is no class; those are %s", cell, strings.Join(s.spec.Classes, ", "))
}

func number32(cell string) (float32, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 32)
	if err != nil || v-v != 0 {
		return 0, fmt.Errorf("%q is no finite number", cell)
	}
	return float32(v), nil
}
