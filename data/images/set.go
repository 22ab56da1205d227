// Package images reads sets of images from files: below folders that name
// their classes and their parts, in a zip file, or one by one. What it returns
// are raw pixels of one shape; package data makes samples of them.
//
// The way of a file: it is listed, laid out as part and class, decoded, turned as
// its camera says, made grey or coloured, and resized.
package images

// Set is a set of raw images, kept as whole numbers.
type Set struct {
	Shape   []int    // of each: height, width, channels
	Pixels  []uint8  // [n, height, width, channels]
	Wide    []uint16 // the same, of images of 16 bits; then there are no pixels
	Class   []int32  // [n], the number of a class; unknownClass where a file stands in a folder that is none
	Classes []string // none where images lie in no folders of classes
	Names   []string // [n], of the files that the images come from; nil where they have none
	File    string   // of the labels, for messages
	Notes   []string // what whoever reads them should know
}

// Unknown is the class of an image whose folder is no class of the model.
const Unknown = -1

// Labeled reports whether images have classes.
func (s *Set) Labeled() bool { return s.Classes != nil }
