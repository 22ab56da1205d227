package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"sync"
)

// Format is a way to read data, for formats that package data does not know. Once
// [Register] has it, [Open] reads what it matches, and [Encoder.Open] does for a
// model.
//
// One of Table, Images and Samples says how. What comes of the first two is
// treated as a CSV file or a folder of images is: columns are found out, rows and
// images encoded, and models trained on them predict from files of any format.
//
// What is wrong with a file comes back as an error. A panic of these functions is
// that of Open, in its caller's goroutine.
type Format struct {
	// Name is the format for people, as it follows "is": "an Arrow file".
	Name string

	// Match reports whether path is of the format. head are its first 512 bytes,
	// decompressed if the file is gzip, bzip2 or Zstandard, and nil of a folder and of a path at
	// which nothing is, as the address of a database.
	Match func(path string, head []byte) bool

	// Table reads a table: the names of its columns, and then row by row the text of
	// its cells, which may be reused from one row to the next. Numbers are written as
	// strconv does, and a cell without a value is empty. In messages rows count as
	// lines, from 1.
	Table func(path string) (columns []string, rows iter.Seq2[[]string, error], err error)

	// Images opens a file system of images, laid out as [OpenImages] says. If it is
	// an io.Closer, it is closed when they were read.
	Images func(path string) (fs.FS, error)

	// Samples reads any other set. If its rows are raw, it is a [Fitter]; otherwise a
	// model has no encoder, and [Spec.Open] opens sets for it.
	Samples func(path string) (Source, error)
}

// registered are the formats that Register was given, in that order.
var registered struct {
	sync.RWMutex
	formats []registeredFormat
}

type registeredFormat struct {
	match func(path string, head []byte) bool
	format
}

// Register adds a format. Formats that were registered are asked before those that
// package data knows, so that one may take files from these. It is an error if a
// format lacks a name, Match, or the one way to read it, or if another has its
// name.
func Register(f Format) error {
	ways := 0
	for _, given := range []bool{f.Table != nil, f.Images != nil, f.Samples != nil} {
		if given {
			ways++
		}
	}
	switch {
	case f.Name == "":
		return errors.New("data: a format without a name")
	case f.Match == nil:
		return fmt.Errorf("data: format %q has no Match", f.Name)
	case ways != 1:
		return fmt.Errorf("data: format %q has %d of Table, Images and Samples; want one of them", f.Name, ways)
	}
	registered.Lock()
	defer registered.Unlock()
	for i := range formats {
		if formats[i].name == f.Name {
			return fmt.Errorf("data: there is a format %q", f.Name)
		}
	}
	for _, other := range registered.formats {
		if other.name == f.Name {
			return fmt.Errorf("data: there is a format %q", f.Name)
		}
	}
	registered.formats = append(registered.formats, registeredFormat{f.Match, format{name: f.Name, rows: f.Table, set: f.set(), images: f.Images != nil}})
	return nil
}

// set returns what reads samples of the format; nil of tables.
func (f Format) set() func(path string, o setOptions) (Source, error) {
	switch {
	case f.Images != nil:
		return func(path string, o setOptions) (Source, error) {
			fsys, err := f.Images(path)
			if err != nil {
				return nil, fmt.Errorf("data: %s: %w", path, err)
			}
			if fsys == nil {
				return nil, fmt.Errorf("data: %s: format %q gave no file system", path, f.Name)
			}
			if c, ok := fsys.(io.Closer); ok {
				defer c.Close()
			}
			return readImages(fsys, path, o)
		}
	case f.Samples != nil:
		return func(path string, _ setOptions) (Source, error) {
			s, err := f.Samples(path)
			if err != nil {
				return nil, fmt.Errorf("data: %s: %w", path, err)
			}
			if s == nil {
				return nil, fmt.Errorf("data: %s: format %q gave no set", path, f.Name)
			}
			if n := s.Len(); n < 0 {
				return nil, fmt.Errorf("data: %s: format %q gave a set of %d rows", path, f.Name, n)
			}
			return s, s.Spec().Validate()
		}
	}
	return nil
}

// registeredFor returns the registered format of what was found, or nil. Two that
// match are an error.
func registeredFor(f *found) (*format, error) {
	registered.RLock()
	all := slices.Clip(registered.formats)
	registered.RUnlock() // Match may take long, and open or register others
	var as *format
	for i := range all {
		r := &all[i]
		if !r.match(f.path, f.head) {
			continue
		}
		if as != nil {
			return nil, fmt.Errorf("data: %s is %s and %s; both formats were registered and match it", f.path, as.name, r.name)
		}
		as = &r.format
	}
	return as, nil
}
