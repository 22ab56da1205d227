// Package images reads sets of images from files: below folders that name
// their classes and their parts, in a zip file, or one by one. What it returns
// are raw pixels of one shape; package data makes samples of them.
//
// The way of a file: it is listed, laid out as part and class, decoded, turned as
// its camera says, made grey or coloured, and resized.
package images

import (
	"descent/data/internal/scratch"
	"descent/internal/rawbytes"
)

// Set is a set of raw images, kept as whole numbers: in memory, or where GOMEMLIMIT is
// low in a temporary file.
type Set struct {
	Shape  []int    // of each: height, width, channels
	Pixels []uint8  // [n, height, width, channels]
	Wide   []uint16 // the same, of images of 16 bits; then there are no pixels

	Stored     *scratch.Records // the same in a file; then there are neither
	StoredWide bool             // they have 16 bits

	Class   []int32  // [n], the number of a class; unknownClass where a file stands in a folder that is none
	Classes []string // none where images lie in no folders of classes
	Names   []string // [n], of the files that the images come from; nil where they have none
	Kept    []int    // [n], which of the files listed these are; nil where they are all
	File    string   // of the labels, for messages
	Notes   []string // what whoever reads them should know
}

// Unknown is the class of an image whose folder is no class of the model.
const Unknown = -1

// Labeled reports whether images have classes.
func (s *Set) Labeled() bool { return s.Classes != nil }

// IsWide reports whether values have 16 bits.
func (s *Set) IsWide() bool { return s.Wide != nil || s.StoredWide }

// size is how many values an image has.
func (s *Set) size() int {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return n
}

// Visit visits the values of some images, which are wide where those of the set are, and
// else pixels.
func (s *Set) Visit(rows []int, visit func(i int, pixels []uint8, wide []uint16)) error {
	if s.Stored != nil {
		return s.Stored.Each(rows, func(i int, record []byte) {
			if s.StoredWide {
				visit(i, nil, rawbytes.Numbers[uint16](record))
			} else {
				visit(i, record, nil)
			}
		})
	}
	size := s.size()
	for i, r := range rows {
		if s.Wide != nil {
			visit(i, nil, s.Wide[r*size:(r+1)*size])
		} else {
			visit(i, s.Pixels[r*size:(r+1)*size], nil)
		}
	}
	return nil
}

// Part returns a view of the images from a number to another.
func (s *Set) Part(from, to int) *Set {
	set, size := *s, s.size()
	set.Class = set.Class[from:to]
	if set.Names != nil {
		set.Names = set.Names[from:to]
	}
	switch {
	case set.Stored != nil:
		set.Stored = set.Stored.Part(from, to)
	case set.Wide != nil:
		set.Wide = set.Wide[from*size : to*size]
	default:
		set.Pixels = set.Pixels[from*size : to*size]
	}
	return &set
}

// Lay returns where the images are for others on this machine; what is in memory is
// written to a file.
func (s *Set) Lay(to *scratch.File) (scratch.Place, error) {
	switch {
	case s.Stored != nil:
		return s.Stored.Lay(to)
	case s.Wide != nil:
		return to.Lay(rawbytes.Of(s.Wide))
	}
	return to.Lay(s.Pixels)
}

// AtPlace sets the images to those that another process has laid.
func (s *Set) AtPlace(at scratch.Place, wide bool) error {
	size := s.size()
	if s.StoredWide = wide; wide {
		size *= 2
	}
	var err error
	s.Stored, err = scratch.AtPlace(at, size)
	return err
}
