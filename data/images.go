package data

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"descent/data/images"
	"descent/data/internal/naming"
)

// rawImages is a set of raw images, which are converted when read.
type rawImages struct {
	*images.Set
	spec     Spec
	standard ImageStandard // zero: measured
}

// newImages makes a source of a set of raw images.
func newImages(name string, set *images.Set) *rawImages {
	return &rawImages{Set: set, spec: Spec{
		Name: name, Input: set.Shape,
		Task: Classification, Classes: set.Classes, Targets: []string{"class"}, Unlabeled: !set.Labeled(),
	}}
}

// standardized gives a source of images, perhaps with a test part, the standard that it
// is fitted with.
func standardized(s Source, by ImageStandard) Source {
	switch s := s.(type) {
	case *rawImages:
		s.standard = by
	case *Parted:
		standardized(s.Source, by)
	}
	return s
}

// imagesOf makes a source of a set and of its test part, if it has one.
func imagesOf(name string, set, test *images.Set) Source {
	if test == nil {
		return newImages(name, set)
	}
	return &Parted{Source: newImages(name, set), Test: newImages(name, test)}
}

func (s *rawImages) Spec() Spec         { return s.spec }
func (s *rawImages) Len() int           { return len(s.Class) }
func (s *rawImages) Notes() []string    { return s.Set.Notes }
func (s *rawImages) rowNames() []string { return s.Names }
func (s *rawImages) vetted() bool       { return true }

// Read gives raw pixels, as stored.
func (s *rawImages) Read(rows []int, x, y []float32) error {
	size := s.spec.Size()
	if err := checkRead(s.Len(), size, 1, rows, x, y); err != nil {
		return err
	}
	err := s.Visit(rows, func(i int, pixels []uint8, wide []uint16) {
		to := x[i*size : (i+1)*size]
		for j, p := range wide {
			to[j] = float32(p)
		}
		for j, p := range pixels {
			to[j] = float32(p)
		}
	})
	if err != nil {
		return err
	}
	return s.readClasses(rows, y)
}

func (s *rawImages) readClasses(rows []int, y []float32) error {
	if y == nil {
		return nil
	}
	if s.spec.Unlabeled {
		return fmt.Errorf("data: the images of %s lie in no folders named after classes; prediction needs none, but training and evaluation do", s.File)
	}
	for i, r := range rows {
		if s.Class[r] == images.Unknown {
			return fmt.Errorf("data: %s lies in no folder named after a class of the model; those are %s", s.Names[r], naming.List(s.spec.Classes))
		}
		y[i] = float32(s.Class[r])
	}
	return nil
}

func (s *rawImages) labels() []int32 {
	if s.spec.Unlabeled {
		return nil
	}
	if slices.Contains(s.Class, images.Unknown) {
		return nil
	}
	return s.Class
}

// Fit measures the mean and the standard deviation of each channel over all
// pixels of the given rows, unless they are given. The sums are whole numbers, hence exact.
func (s *rawImages) Fit(rows []int) (*Encoder, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("data: %s: nothing to fit on: %w", s.spec.name(), errEmpty)
	}
	if s.spec.Unlabeled {
		return nil, s.readClasses(nil, []float32{})
	}
	for _, r := range rows {
		if r < 0 || r >= s.Len() {
			return nil, fmt.Errorf("data: %s has no row %d; it has rows 0 to %d", s.spec.name(), r, s.Len()-1)
		}
	}
	e := &Encoder{Kind: imageKind, Task: Classification, Classes: s.spec.Classes, Targets: []Target{{Name: "class"}}}
	if err := s.measure(e, rows); err != nil {
		return nil, err
	}
	return e, nil
}

// measure puts into e how the pixels of rows, nil for all, are standardized.
func (s *rawImages) measure(e *Encoder, rows []int) error {
	if rows == nil {
		rows = natural(s.Len())
	}
	channels := s.channels()
	count, spread, values := make([][]uint64, channels), spreadOf, 1<<8
	if s.IsWide() {
		spread, values = spreadOfWide, 1<<16
	}
	for c := range count {
		count[c] = make([]uint64, values)
	}
	if err := s.Visit(rows, func(_ int, pixels []uint8, wide []uint16) {
		tally(count, pixels)
		tally(count, wide)
	}); err != nil {
		return err
	}
	means, stds := make([]float64, channels), make([]float64, channels)
	flat := 0
	for c := range count {
		var constant bool
		means[c], stds[c], constant = spread(count[c])
		if constant { // such a channel becomes 0
			flat++
			stds[c] = 1
		}
	}
	if flat == channels {
		return fmt.Errorf("data: %s: every pixel of the training part is %v; there is nothing to learn", s.spec.name(), shade(means))
	}
	e.Shape = s.spec.Input
	if s.standard != (ImageStandard{}) {
		copy(means, s.standard.Mean[:])
		copy(stds, s.standard.Std[:])
	}
	if s.IsWide() {
		e.Bits = 16
		for c := range means {
			if s.standard != (ImageStandard{}) {
				means[c], stds[c] = means[c]*images.Widen, stds[c]*images.Widen
			}
		}
	}
	if channels == 1 {
		e.Mean, e.Std = means[0], stds[0]
	} else {
		e.Means, e.Stds = means, stds
	}
	return nil
}

// tally counts the values of an image, of each channel.
func tally[P uint8 | uint16](count [][]uint64, pixels []P) {
	for c, hist := range count {
		if len(hist) < 1+int(^P(0)) { // of sets that have other values
			return
		}
		hist = hist[:1+int(^P(0))] // every value is within, and the compiler knows
		for j := c; j < len(pixels); j += len(count) {
			hist[pixels[j]]++
		}
	}
}

// spreadOf returns the mean and the standard deviation of the bytes counted.
func spreadOf(count []uint64) (mean, std float64, constant bool) {
	var n, sum, squares uint64
	for p, c := range count {
		n += c
		sum += c * uint64(p)
		squares += c * uint64(p*p)
	}
	mean = float64(sum) / float64(n)
	return mean, math.Sqrt(float64(squares)/float64(n) - float64(mean*mean)), count[int(mean)] == n
}

// shade writes a pixel: one number for grey, and else one a channel.
func shade(means []float64) any {
	if len(means) == 1 {
		return means[0]
	}
	return means
}

func (s *rawImages) channels() int { return s.spec.Input[len(s.spec.Input)-1] }

// Encode returns the images standardized with what e has measured.
func (s *rawImages) Encode(e *Encoder) (Source, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Kind == tableKind {
		return nil, fmt.Errorf("data: the model was trained on a table with the columns %s, and %s holds images of %s pixels",
			naming.List(e.inputNames()), s.spec.name(), naming.Shape(s.spec.Input))
	}
	if names := e.besides(); len(names) > 0 {
		return nil, fmt.Errorf("data: the model takes the columns %s beside an image, and %s holds images alone; name a table with them and the paths of images in column %q",
			naming.List(names), s.spec.name(), e.Image)
	}
	if !slices.Equal(e.Shape, s.spec.Input) {
		return nil, fmt.Errorf("data: the model was trained on images of %s, and those of %s are %s",
			naming.Shape(e.Shape), s.spec.name(), naming.Shape(s.spec.Input))
	}
	raw, err := s.renumbered(e.Classes)
	if err != nil {
		return nil, err
	}
	encoded := &encodedImages{images: raw, spec: raw.spec}
	encoded.spec.Classes, encoded.spec.Encoder = e.Classes, e
	if e.Kind == pictureKind { // of any task, whose targets only a table has
		encoded.spec = e.spec(raw.spec.Name)
		encoded.spec.Unlabeled = raw.spec.Unlabeled || e.Task != Classification
	}
	encoded.tabulate(e)
	return encoded, nil
}

// renumbered returns the set with its classes numbered as a model knows them.
// An image in a folder that is no class stays, for prediction; where none lies
// in a class, the set is unlabeled. Any other label that the model does not
// know is an error.
func (s *rawImages) renumbered(classes []string) (*rawImages, error) {
	if s.spec.Unlabeled || slices.Equal(s.spec.Classes, classes) {
		return s, nil
	}
	number := naming.NewIndex(classes)
	raw, out := *s.Set, *s
	out.Set = &raw
	out.Class = make([]int32, len(s.Class))
	known := 0
	for i, c := range s.Class {
		out.Class[i] = images.Unknown
		if c == images.Unknown {
			continue
		}
		to, ok := number.Of(s.spec.Classes[c])
		switch {
		case ok:
			out.Class[i] = to
			known++
		case s.Names == nil:
			return nil, fmt.Errorf("data: %s: image %d has label %d (%s); the model knows the labels 0 to %d: %s",
				s.File, i, c, s.spec.Classes[c], len(classes)-1, naming.List(classes))
		}
	}
	out.spec.Classes = classes
	out.spec.Unlabeled = known == 0
	return &out, nil
}

// wide reports whether the model was trained on images of 16 bits.
func (e *Encoder) wide() bool { return e.Bits == 16 }

// channel returns the mean and the standard deviation of a channel.
func (e *Encoder) channel(c int) (mean, std float64) {
	if e.Means == nil {
		return e.Mean, e.Std
	}
	return e.Means[c], e.Stds[c]
}

// validateImage checks the fields that encode images.
func (e *Encoder) validateImage() error {
	if err := e.spec("encoder").Validate(); err != nil {
		return err
	}
	if e.Bits != 0 && e.Bits != 16 {
		return fmt.Errorf("data: encoder: images of %d bits; want 16, or none for 8", e.Bits)
	}
	if len(e.Shape) >= 2 && e.Shape[0] > images.MaxPixels/e.Shape[1] {
		return fmt.Errorf("data: encoder: images of %s; at most %d pixels are made", naming.Shape(e.Shape), images.MaxPixels)
	}
	if e.Means == nil && e.Stds == nil {
		return checkSpread("the image", e.Mean, e.Std)
	}
	channels := e.Shape[len(e.Shape)-1]
	if len(e.Means) != channels || len(e.Stds) != channels {
		return fmt.Errorf("data: encoder: %d means and %d standard deviations for images of %s; want one of each a channel",
			len(e.Means), len(e.Stds), naming.Shape(e.Shape))
	}
	var errs []error
	for c := range e.Means {
		errs = append(errs, checkSpread(fmt.Sprintf("channel %d", c), e.Means[c], e.Stds[c]))
	}
	return errors.Join(errs...)
}

// spreadOfWide returns the mean and the standard deviation of the values of 16
// bits counted. It computes in whole numbers up to the last division, as
// squares of far values would cost the digits of a narrow spread.
func spreadOfWide(count []uint64) (mean, std float64, constant bool) {
	n, sum, squares, used := new(big.Int), new(big.Int), new(big.Int), 0
	for p, c := range count {
		if c == 0 {
			continue
		}
		used++
		times, value := new(big.Int).SetUint64(c), big.NewInt(int64(p))
		n.Add(n, times)
		times.Mul(times, value)
		sum.Add(sum, times)
		squares.Add(squares, times.Mul(times, value))
	}
	squares.Mul(squares, n).Sub(squares, new(big.Int).Mul(sum, sum)) // n² times the variance
	mean, _ = new(big.Rat).SetFrac(sum, n).Float64()
	variance, _ := new(big.Rat).SetFrac(squares, new(big.Int).Mul(n, n)).Float64()
	return mean, math.Sqrt(variance), used == 1
}
