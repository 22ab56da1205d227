package data

// imageSet is a set of raw images, kept as whole numbers.
type imageSet struct {
	shape   []int    // of each: height, width, channels
	pixels  []uint8  // [n, height, width, channels]
	wide    []uint16 // the same, of images of 16 bits; then there are no pixels
	class   []int32  // [n], the number of a class; unknownClass where a file stands in a folder that is none
	classes []string // none where images lie in no folders of classes
	names   []string // [n], of the files that the images come from; nil where they have none
	file    string   // of the labels, for messages
	notes   []string // what whoever reads them should know
}

// unknownClass is the class of an image whose folder is no class of the model.
const unknownClass = -1

// labeled reports whether images have classes.
func (s *imageSet) labeled() bool { return s.classes != nil }
