package data

import (
	"fmt"
	"slices"

	"descent/data/images"
	"descent/data/internal/scratch"
	"descent/internal/rawbytes"
)

// sharable is a set whose samples several processes may read where they lie.
type sharable interface {
	Source
	name() string
	share(name string)
	lay(l *laying) (laidSet, error)
}

// shared is what a set has that others hold, too: a name that tells it apart.
type shared struct{ copyName string }

func (s *shared) name() string      { return s.copyName }
func (s *shared) share(name string) { s.copyName = name }

// wholeOf is the set that a part is a view of.
func wholeOf(s Source) Source {
	if view, ok := s.(*subset); ok {
		return view.of
	}
	return s
}

// setsOf lists the sets that parts are views of, each once, and reports whether all of
// them can be shared.
func setsOf(parts []Parts) (sets []sharable, ok bool) {
	for _, p := range parts {
		for _, part := range []Source{p.Train, p.Validation, p.Test} {
			of, ok := wholeOf(part).(sharable)
			if !ok {
				return nil, false
			}
			if !slices.Contains(sets, of) {
				sets = append(sets, of)
			}
		}
	}
	return sets, true
}

// laid is what parts consist of: as much as one reads to have them, and where the
// rest lies.
type laid struct {
	Places   []scratch.Place
	Encoders []*Encoder
	Sets     []laidSet
	Parts    []laidParts
}

type laidParts struct {
	Train, Validation, Test laidPart
	Counts                  []ClassCount
}

// laidPart is a set, or a view of it.
type laidPart struct {
	Set  int
	View bool
	Rows int // a place, of a view
}

// laidSet is a set by its kind. Places and encoders count from 1; 0 is none.
type laidSet struct {
	Kind    string
	Spec    Spec // but for the encoder
	Encoder int
	N       int
	Rows    int // records of a table
	Y       int
	Weights int
	Images  *laidImages
	Tokens  int
	Bits    int // of a token
	Starts  int // of lines
	Mean    float64
}

type laidImages struct {
	Spec    Spec // but for the encoder
	Encoder int
	Shape   []int
	Classes []string
	Class   int
	Pixels  int
	Wide    bool
}

// The kinds of sets that are laid.
const (
	laidTable   = "table"
	laidPixels  = "images"
	laidWindows = "text"
	laidFree    = "text, beginning anywhere"
	laidLines   = "lines"
)

// laying lays parts for others.
type laying struct {
	laid
	file     *scratch.File
	unshared bool // one of the sets cannot be shared
}

func (l *laying) parts(parts []Parts) error {
	sets, ok := setsOf(parts)
	if l.unshared = !ok; !ok {
		return nil
	}
	for _, set := range sets {
		laid, err := set.lay(l)
		if err != nil || l.unshared {
			return err
		}
		l.Sets = append(l.Sets, laid)
	}
	for _, p := range parts {
		laid := laidParts{Counts: p.Counts}
		for i, to := range []*laidPart{&laid.Train, &laid.Validation, &laid.Test} {
			part := []Source{p.Train, p.Validation, p.Test}[i]
			to.Set = slices.Index(sets, wholeOf(part).(sharable))
			if view, ok := part.(*subset); ok {
				var err error
				if to.View = true; len(view.rows) > 0 {
					if to.Rows, err = l.put(rawbytes.Of(view.rows)); err != nil {
						return err
					}
				}
			}
		}
		l.Parts = append(l.Parts, laid)
	}
	return nil
}

// put lays bytes, and returns the number of their place.
func (l *laying) put(b []byte) (int, error) { return l.at(l.file.Lay(b)) }

func (l *laying) at(p scratch.Place, err error) (int, error) {
	l.Places = append(l.Places, p)
	return len(l.Places), err
}

// spec takes the encoder, of which sets have one together, out of a Spec.
func (l *laying) spec(s Spec) (Spec, int) {
	if s.Encoder == nil {
		return s, 0
	}
	i := slices.Index(l.Encoders, s.Encoder)
	if i < 0 {
		i = len(l.Encoders)
		l.Encoders = append(l.Encoders, s.Encoder)
	}
	s.Encoder = nil
	return s, i + 1
}

func (l *laid) specOf(s Spec, encoder int) Spec {
	if encoder > 0 {
		s.Encoder = l.Encoders[encoder-1]
	}
	return s
}

// numbersAt reads numbers that were put; none of place 0.
func numbersAt[T int8 | int16 | int32 | int | float32](l *laid, place int) ([]T, error) {
	if place == 0 {
		return nil, nil
	}
	b, err := l.Places[place-1].Read()
	if err != nil {
		return nil, err
	}
	return rawbytes.Numbers[T](b), nil
}

// parts returns the parts.
func (l *laid) parts() ([]Parts, error) {
	sets := make([]Source, len(l.Sets))
	for i, of := range l.Sets {
		var err error
		if sets[i], err = l.set(of); err != nil {
			return nil, err
		}
	}
	var all []Parts
	for _, laid := range l.Parts {
		p := Parts{Counts: laid.Counts}
		for i, to := range []*Source{&p.Train, &p.Validation, &p.Test} {
			part := []laidPart{laid.Train, laid.Validation, laid.Test}[i]
			*to = sets[part.Set]
			if part.View {
				rows, err := numbersAt[int](l, part.Rows)
				if err != nil {
					return nil, err
				}
				*to = &subset{sets[part.Set], rows}
			}
		}
		all = append(all, p)
	}
	return all, nil
}

func (l *laid) set(of laidSet) (Source, error) {
	switch spec := l.specOf(of.Spec, of.Encoder); of.Kind {
	case laidTable:
		return l.table(of, spec)
	case laidPixels:
		return l.images(*of.Images)
	case laidWindows, laidFree, laidLines:
		return l.text(of, spec)
	}
	return nil, fmt.Errorf("data: there are no shared sets of kind %q", of.Kind)
}

func (s *encodedTable) lay(l *laying) (set laidSet, err error) {
	if len(s.wrong) > 0 || s.firstUntargeted() >= 0 { // whose rows have to be named
		l.unshared = true
		return set, nil
	}
	set = laidSet{Kind: laidTable, N: s.n}
	set.Spec, set.Encoder = l.spec(s.spec)
	if set.Rows, err = l.at(s.rows.Lay(l.file)); err != nil {
		return set, err
	}
	if s.y != nil {
		if set.Y, err = l.put(rawbytes.Of(s.y)); err != nil {
			return set, err
		}
	}
	if s.weights != nil {
		if set.Weights, err = l.put(rawbytes.Of(s.weights)); err != nil {
			return set, err
		}
	}
	if s.images != nil {
		images, err := s.images.lay(l)
		set.Images = images.Images
		return set, err
	}
	return set, nil
}

// table returns the rows of a table.
func (l *laid) table(of laidSet, spec Spec) (Source, error) {
	s, _, err := spec.Encoder.columns()
	if err != nil {
		return nil, err
	}
	s.spec, s.n, s.file = spec, of.N, spec.Name
	if s.rows, err = scratch.AtPlace(l.Places[of.Rows-1], s.size); err != nil {
		return nil, err
	}
	if s.y, err = numbersAt[float32](l, of.Y); err != nil {
		return nil, err
	}
	if s.weights, err = numbersAt[float32](l, of.Weights); err != nil {
		return nil, err
	}
	if of.Images != nil {
		set, err := l.images(*of.Images)
		if err != nil {
			return nil, err
		}
		s.images = set
		s.images.tabulate(spec.Encoder)
	}
	return s, nil
}

func (s *encodedImages) lay(l *laying) (set laidSet, err error) {
	if slices.Contains(s.images.Class, images.Unknown) && !s.spec.Unlabeled { // which have to be named
		l.unshared = true
		return set, nil
	}
	of := &laidImages{Shape: s.images.Shape, Classes: s.images.Classes, Wide: s.images.IsWide()}
	of.Spec, of.Encoder = l.spec(s.spec)
	if of.Class, err = l.put(rawbytes.Of(s.images.Class)); err != nil {
		return set, err
	}
	of.Pixels, err = l.at(s.images.Lay(l.file))
	return laidSet{Kind: laidPixels, Images: of}, err
}

func (l *laid) images(of laidImages) (*encodedImages, error) {
	set := &images.Set{Shape: of.Shape, Classes: of.Classes, File: of.Spec.Name}
	var err error
	if set.Class, err = numbersAt[int32](l, of.Class); err != nil {
		return nil, err
	}
	if err := set.AtPlace(l.Places[of.Pixels-1], of.Wide); err != nil {
		return nil, err
	}
	s := &encodedImages{images: newImages(of.Spec.Name, set), spec: l.specOf(of.Spec, of.Encoder)}
	s.images.spec.Classes, s.images.spec.Unlabeled = s.spec.Classes, s.spec.Unlabeled
	if s.spec.Encoder != nil {
		s.tabulate(s.spec.Encoder)
	}
	return s, nil
}

// putTokens lays a sequence.
func (l *laying) putTokens(set *laidSet, of sequence) (err error) {
	switch list := of.(type) {
	case packed[int8]:
		set.Bits = 8
		set.Tokens, err = l.put(rawbytes.Of(list))
	case packed[int16]:
		set.Bits = 16
		set.Tokens, err = l.put(rawbytes.Of(list))
	case packed[int32]:
		set.Bits = 32
		set.Tokens, err = l.put(rawbytes.Of(list))
	default:
		l.unshared = true
	}
	return err
}

// tokens reads a sequence.
func (l *laid) tokens(of laidSet) (sequence, error) {
	switch of.Bits {
	case 8:
		list, err := numbersAt[int8](l, of.Tokens)
		return packed[int8](list), err
	case 16:
		list, err := numbersAt[int16](l, of.Tokens)
		return packed[int16](list), err
	}
	list, err := numbersAt[int32](l, of.Tokens)
	return packed[int32](list), err
}

func (w *windows) lay(l *laying) (set laidSet, err error) {
	set.Kind = laidWindows
	set.Spec, set.Encoder = l.spec(w.spec)
	return set, l.putTokens(&set, w.numbers)
}

func (f *free) lay(l *laying) (laidSet, error) {
	set, err := f.windows.lay(l)
	set.Kind = laidFree
	return set, err
}

func (s *lineSet) lay(l *laying) (set laidSet, err error) {
	set = laidSet{Kind: laidLines, Mean: s.mean}
	set.Spec, set.Encoder = l.spec(s.spec)
	if set.Starts, err = l.put(rawbytes.Of(s.starts)); err != nil {
		return set, err
	}
	return set, l.putTokens(&set, s.numbers)
}

// text returns the samples of a text.
func (l *laid) text(of laidSet, spec Spec) (Source, error) {
	list, err := l.tokens(of)
	if err != nil {
		return nil, err
	}
	if of.Kind == laidLines {
		starts, err := numbersAt[int](l, of.Starts)
		return &lineSet{spec: spec, numbers: list, starts: starts, mean: of.Mean}, err
	}
	w := &windows{spec: spec, numbers: list, context: spec.Encoder.Text.Context}
	if of.Kind == laidFree {
		return freeWindows(w), nil
	}
	return w, nil
}
