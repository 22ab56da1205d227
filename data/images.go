package data

import (
	"fmt"
	"math"
	"slices"
)

// images is a set of raw grey images, kept as bytes and converted when read.
type images struct {
	spec   Spec
	pixels []byte // [n, height, width]
	class  []byte // [n]
	file   string // of the labels, for messages
}

func newImages(name, file string, height, width int, pixels, class []byte, classes []string) *images {
	return &images{
		spec: Spec{
			Name: name, Input: []int{height, width, 1},
			Task: Classification, Classes: classes, Targets: []string{"class"},
		},
		pixels: pixels, class: class, file: file,
	}
}

func (s *images) Spec() Spec   { return s.spec }
func (s *images) Len() int     { return len(s.class) }
func (s *images) vetted() bool { return true }

// Read gives raw pixels, as stored.
func (s *images) Read(rows []int, x, y []float32) error {
	size := s.spec.Size()
	if err := checkRead(s.Len(), size, 1, rows, x, y); err != nil {
		return err
	}
	for i, r := range rows {
		to := x[i*size : (i+1)*size]
		for j, p := range s.pixels[r*size : (r+1)*size] {
			to[j] = float32(p)
		}
	}
	s.readClasses(rows, y)
	return nil
}

func (s *images) readClasses(rows []int, y []float32) {
	if y == nil {
		return
	}
	for i, r := range rows {
		y[i] = float32(s.class[r])
	}
}

func (s *images) labels() []int {
	labels := make([]int, len(s.class))
	for i, c := range s.class {
		labels[i] = int(c)
	}
	return labels
}

// Fit measures one mean and one standard deviation over all pixels of the
// given rows. The sums are whole numbers, hence exact.
func (s *images) Fit(rows []int) (*Encoder, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("data: %s: nothing to fit on: %w", s.spec.name(), errEmpty)
	}
	size := s.spec.Size()
	var count [256]uint64
	for _, r := range rows {
		if r < 0 || r >= s.Len() {
			return nil, fmt.Errorf("data: %s has no row %d; it has rows 0 to %d", s.spec.name(), r, s.Len()-1)
		}
		for _, p := range s.pixels[r*size : (r+1)*size] {
			count[p]++
		}
	}
	var n, sum, squares uint64
	for p, c := range count {
		n += c
		sum += c * uint64(p)
		squares += c * uint64(p*p)
	}
	mean := float64(sum) / float64(n)
	std := math.Sqrt(float64(squares)/float64(n) - mean*mean)
	if count[int(mean)] == n {
		return nil, fmt.Errorf("data: %s: every pixel of the training part is %v; there is nothing to learn", s.spec.name(), mean)
	}
	return &Encoder{
		Kind: imageKind, Shape: s.spec.Input, Mean: mean, Std: std,
		Task: Classification, Classes: s.spec.Classes, Targets: []Target{{Name: "class"}},
	}, nil
}

// Encode returns the images standardized with what e has measured.
func (s *images) Encode(e *Encoder) (Source, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Kind != imageKind {
		return nil, fmt.Errorf("data: the model was trained on a table with the columns %s, and %s holds images of %s pixels",
			list(e.inputNames()), s.spec.name(), shapeText(s.spec.Input))
	}
	if !slices.Equal(e.Shape, s.spec.Input) {
		return nil, fmt.Errorf("data: the model was trained on images of %s, and those of %s are %s",
			shapeText(e.Shape), s.spec.name(), shapeText(s.spec.Input))
	}
	for i, c := range s.class {
		if int(c) >= len(e.Classes) {
			return nil, fmt.Errorf("data: %s: image %d has label %d; the model knows the labels 0 to %d", s.file, i, c, len(e.Classes)-1)
		}
	}
	encoded := &encodedImages{images: s, spec: s.spec}
	encoded.spec.Classes, encoded.spec.Encoder = e.Classes, e
	for p := range encoded.value {
		encoded.value[p] = float32((float64(p) - e.Mean) / e.Std)
	}
	return encoded, nil
}

// encodedImages is a set of images, standardized.
type encodedImages struct {
	images *images
	spec   Spec
	value  [256]float32 // of each byte
}

func (s *encodedImages) Spec() Spec    { return s.spec }
func (s *encodedImages) Len() int      { return s.images.Len() }
func (s *encodedImages) labels() []int { return s.images.labels() }
func (s *encodedImages) vetted() bool  { return true }

func (s *encodedImages) Read(rows []int, x, y []float32) error {
	size := s.spec.Size()
	if err := checkRead(s.Len(), size, 1, rows, x, y); err != nil {
		return err
	}
	for i, r := range rows {
		to := x[i*size : (i+1)*size]
		for j, p := range s.images.pixels[r*size : (r+1)*size] {
			to[j] = s.value[p]
		}
	}
	s.images.readClasses(rows, y)
	return nil
}

// shapeText writes a shape as people do: 28×28×1.
func shapeText(shape []int) string {
	text := ""
	for i, d := range shape {
		if i > 0 {
			text += "×"
		}
		text += fmt.Sprint(d)
	}
	return text
}
