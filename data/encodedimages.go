package data

import "descent/data/images"

// encodedImages is a set of images, standardized.
type encodedImages struct {
	shared
	images *rawImages
	spec   Spec
	value  [][256]float32 // of each byte, a table a channel
	wide   [][]float32    // the same of each value of 16 bits, for sets of such
}

// tabulate computes what each pixel becomes. Where the set has other bits than
// the images of training, it is as if it had been read with theirs.
func (s *encodedImages) tabulate(e *Encoder) {
	encode := func(c, p int) float32 {
		mean, std := e.channel(c)
		return float32((float64(p) - mean) / std)
	}
	for c := range s.images.channels() {
		if !s.images.IsWide() {
			var value [256]float32
			for p := range value {
				if value[p] = encode(c, p); e.wide() {
					value[p] = encode(c, p*images.Widen)
				}
			}
			s.value = append(s.value, value)
			continue
		}
		wide := make([]float32, 1<<16)
		for p := range wide {
			if wide[p] = encode(c, p); !e.wide() {
				wide[p] = encode(c, p>>8)
			}
		}
		s.wide = append(s.wide, wide)
	}
}

func (s *encodedImages) Spec() Spec         { return s.spec }
func (s *encodedImages) Len() int           { return s.images.Len() }
func (s *encodedImages) Notes() []string    { return s.images.Set.Notes }
func (s *encodedImages) labels() []int32    { return s.images.labels() }
func (s *encodedImages) rowNames() []string { return s.images.Names }
func (s *encodedImages) vetted() bool       { return true }

func (s *encodedImages) Read(rows []int, x, y []float32) error {
	size := s.spec.Size()
	if err := checkRead(s.Len(), size, 1, rows, x, y); err != nil {
		return err
	}
	if err := s.readPixels(rows, x); err != nil {
		return err
	}
	return s.images.readClasses(rows, y)
}

func (s *encodedImages) readPixels(rows []int, x []float32) error {
	size := s.spec.Size()
	return s.images.Visit(rows, func(i int, pixels []uint8, wide []uint16) {
		if to := x[i*size : (i+1)*size]; s.wide != nil {
			s.standardizeWide(to, wide)
		} else {
			s.standardize(to, pixels)
		}
	})
}

// standardize writes the values that bytes stand for.
func (s *encodedImages) standardize(to []float32, pixels []byte) {
	switch len(s.value) {
	case 1:
		value := &s.value[0]
		for j, p := range pixels {
			to[j] = value[p]
		}
	case 3:
		red, green, blue := &s.value[0], &s.value[1], &s.value[2]
		for len(pixels) >= 3 && len(to) >= 3 {
			to[0], to[1], to[2] = red[pixels[0]], green[pixels[1]], blue[pixels[2]]
			to, pixels = to[3:], pixels[3:]
		}
	default:
		for j, p := range pixels {
			to[j] = s.value[j%len(s.value)][p]
		}
	}
}

// standardizeWide writes the values that pixels of 16 bits stand for.
func (s *encodedImages) standardizeWide(to []float32, pixels []uint16) {
	for c, value := range s.wide {
		for j := c; j < len(pixels); j += len(s.wide) {
			to[j] = value[pixels[j]]
		}
	}
}

// RowNames returns what the rows of a set are called, such as the paths of
// image files; nil where they have no names.
func RowNames(s Source) []string {
	switch s := s.(type) {
	case *Parted:
		return RowNames(s.Source)
	case *subset:
		return s.rowNames()
	case *fittedSubset:
		return s.rowNames()
	case reshaped:
		return RowNames(s.Source)
	case interface{ rowNames() []string }:
		return s.rowNames()
	}
	return nil
}

func (s *subset) rowNames() []string {
	all := RowNames(s.of)
	if all == nil {
		return nil
	}
	names := make([]string, len(s.rows))
	for i, r := range s.rows {
		if r >= 0 && r < len(all) {
			names[i] = all[r]
		}
	}
	return names
}
