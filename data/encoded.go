package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"descent/data/internal/fault"
	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/schema"
	"descent/data/internal/scratch"
)

// encodedTable holds the rows of a table as samples, packed; one-hot features are
// written only when read.
type encodedTable struct {
	shared
	spec    Spec
	file    string
	n       int
	lines   grid.RowLines // in the file
	notes   []string
	columns []encodedColumn
	size    int // bytes of a row
	width   int // features
	copies  []copied
	rows    *scratch.Records
	images  *encodedImages // of each row; nil of plain tables
	texts   *grid.Grid     // what columns of text hold; nil where there are none
	y       []float32      // [rows, targets]; NaN where there is none
	wrong   map[int]string // what is wrong with a row's target, of the first rows
	unknown feature.Unknowns
	weights []float32 // of each row; nil where none is known, and all count alike
}

// encodedColumn is what a column becomes.
type encodedColumn struct {
	at, from int // its first feature, and its first byte
	packing  *feature.Packing
}

// copied is columns whose bytes are the features themselves, one behind the other, or
// one column that is not so.
type copied struct {
	at, from, n int // the first feature, the first byte, and how many there are
	packing     *feature.Packing
}

// add adds a column to the rows.
func (s *encodedTable) add(f feature.Feature) {
	p := feature.PackingOf(f)
	s.columns = append(s.columns, encodedColumn{s.width, s.size, p})
	if n := len(s.copies); p.Plain() && n > 0 && s.copies[n-1].packing == nil {
		s.copies[n-1].n++
	} else if p.Plain() {
		s.copies = append(s.copies, copied{s.width, s.size, 1, nil})
	} else {
		s.copies = append(s.copies, copied{s.width, s.size, f.Width(), p})
	}
	s.width += f.Width()
	s.size += p.Size()
}

func (s *encodedTable) Spec() Spec   { return s.spec }
func (s *encodedTable) Len() int     { return s.n }
func (s *encodedTable) vetted() bool { return true }

// Notes says what was passed over in the file, and what the rows hold that
// training did not have.
func (s *encodedTable) Notes() []string {
	return append(slices.Clone(s.notes), s.unknown.Notes(s.Len())...)
}

func (s *encodedTable) Read(rows []int, x, y []float32) error {
	size, targetSize := s.spec.Size(), s.spec.TargetSize()
	if err := checkRead(s.Len(), size, targetSize, rows, x, y); err != nil {
		return err
	}
	if s.images != nil {
		if err := s.images.readPixels(rows, x); err != nil {
			return err
		}
	} else {
		if err := s.readColumns(rows, x, size); err != nil {
			return err
		}
	}
	if y == nil {
		return nil
	}
	return s.readTargets(rows, y)
}

// readColumns reads what the columns become, so many features a row.
func (s *encodedTable) readColumns(rows []int, x []float32, size int) error {
	clear(x[:len(rows)*size])
	return s.rows.Each(rows, func(i int, record []byte) {
		to := x[i*size : (i+1)*size]
		for k := range s.copies {
			c := &s.copies[k]
			if c.packing != nil {
				c.packing.Unpack(to[c.at:c.at+c.n], record[c.from:])
				continue
			}
			from := record[c.from : c.from+4*c.n]
			for j, to := 0, to[c.at:c.at+c.n]; j < len(to); j++ {
				to[j] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*j:]))
			}
		}
	})
}

func (s *encodedTable) readTargets(rows []int, y []float32) error {
	targetSize := s.spec.TargetSize()
	if s.spec.Unlabeled {
		return fmt.Errorf("data: %s has no target %s; prediction needs none, but training and evaluation do", s.file, naming.List(s.spec.Targets))
	}
	for i, r := range rows {
		to := y[i*targetSize : (i+1)*targetSize]
		copy(to, s.y[r*targetSize:])
		for _, v := range to {
			if v != v {
				return s.untargeted(r)
			}
		}
	}
	return nil
}

// firstUntargeted returns the first row without a usable target, or -1.
func (s *encodedTable) firstUntargeted() int {
	width := s.spec.TargetSize()
	for i, v := range s.y {
		if v != v {
			return i / width
		}
	}
	return -1
}

// Targeted returns the rows of a set whose target is there, and a note on those
// that are left out; of a set other than a table, or without any target, it is the
// set itself.
func Targeted(s Source) (Source, string) {
	t, ok := s.(*encodedTable)
	if !ok || t.y == nil || len(t.wrong) > 0 || t.firstUntargeted() < 0 {
		return s, ""
	}
	var rows []int
	width, first := t.spec.TargetSize(), -1
	for row := range t.n {
		if !slices.ContainsFunc(t.y[row*width:(row+1)*width], func(v float32) bool { return v != v }) {
			rows = append(rows, row)
		} else if first < 0 {
			first = row
		}
	}
	return Subset(t, rows), schema.UntargetedNote(t.n-len(rows), t.n, t.spec.Targets, "first in "+t.lines.Place(first))
}

// untargeted says why a row's target cannot be read.
func (s *encodedTable) untargeted(row int) error {
	if problem := s.wrong[row]; problem != "" {
		return fault.Errorf(fault.ErrCell, "%s", problem)
	}
	return fmt.Errorf("data: %s has no usable value for the target %s; prediction needs none, but training and evaluation do",
		s.lines.In(s.file, row), naming.List(s.spec.Targets))
}

func (s *encodedTable) labels() []int32 {
	if s.spec.Task != Classification || s.y == nil || s.firstUntargeted() >= 0 {
		return nil
	}
	labels := make([]int32, len(s.y))
	for i, v := range s.y {
		labels[i] = int32(v)
	}
	return labels
}
