package data

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/data/images"
	"descent/data/internal/grid"
	"descent/data/internal/input"
	"descent/data/internal/naming"
	"descent/internal/suggest"
)

// found is what a user named, and what can be seen of it at once.
type found struct {
	path   string
	folder bool
	head   []byte   // the first bytes, decompressed
	text   []byte   // the same as UTF-8, without a byte order mark
	zipped []string // names in a zip file
	files  []string // several files with tables, if a folder or a pattern means that
}

// recognize finds what a user names, and its format. A name without a file may
// be that of a fetched set, or one that a registered format knows.
func recognize(name string) (*found, *format, error) {
	f := &found{path: name}
	if name != digitsName {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			path, known, fetchErr := fetched(name)
			if !known {
				if as, clash := registeredFor(f); as != nil || clash != nil {
					return f, as, clash
				}
				if f.files = matching(name); f.files != nil {
					return f, f.builtin(), nil
				}
				return nil, nil, nothingAt(name, err)
			}
			if fetchErr != nil {
				return nil, nil, fetchErr
			}
			f.path = path
			info, err = os.Stat(path)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("data: %w", err)
		}
		if f.folder = info.IsDir(); !f.folder {
			if err := f.look(); err != nil {
				return nil, nil, err
			}
		} else {
			f.files = tablesIn(f.path)
		}
	}
	as, err := f.format()
	return f, as, err
}

// nothingAt is the error for a name that is nothing.
func nothingAt(name string, err error) error {
	if target, linkErr := os.Readlink(name); linkErr == nil {
		return fmt.Errorf("data: %s is a link to %s, where nothing is: %w", name, target, err)
	}
	if strings.ContainsAny(name, naming.Wild) {
		return fmt.Errorf("data: no file matches %q: %w", name, err)
	}
	if name == "-" {
		return fmt.Errorf("data: the standard input goes by once, and the data is read more often; write it to a file: %w", err)
	}
	return fmt.Errorf("data: there is no %q%s; name a CSV file or another table, several by a pattern such as 'part-*.csv', a folder of images or IDX files, a zip file of images, %q, or a set to fetch (%s): %w",
		name, suggest.DidYouMean(filepath.Base(name), slices.Concat(beside(name), FetchedNames(), []string{digitsName})), digitsName, strings.Join(FetchedNames(), ", "), err)
}

// beside are the names in the folder of one that is nothing, or some of many.
func beside(name string) []string {
	in, err := os.Open(filepath.Dir(name))
	if err != nil {
		return nil
	}
	defer in.Close()
	names, _ := in.Readdirnames(1000)
	slices.Sort(names)
	return names
}

// look reads the first bytes of a file.
func (f *found) look() error {
	file, err := input.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := f.peek(bufio.NewReaderSize(file, input.Ahead)); err != nil {
		return fmt.Errorf("data: %s: %w", f.path, input.Explain(err))
	}
	if f.begins("PK\x03\x04") {
		if archive, err := zip.OpenReader(f.path); err == nil {
			for _, entry := range archive.File {
				f.zipped = append(f.zipped, entry.Name)
			}
			archive.Close()
		}
	}
	return nil
}

// peek looks at the first bytes of a stream, which stay in it.
func (f *found) peek(r *bufio.Reader) (err error) {
	f.head, err = r.Peek(headBytes)
	f.text, _ = input.Text(bytes.NewReader(f.head)).Peek(input.Ahead)
	if err == io.EOF {
		return nil
	}
	return err
}

// format returns the format of what was found: one that was registered, or one
// of the table.
func (f *found) format() (*format, error) {
	if as, err := registeredFor(f); as != nil || err != nil {
		return as, err
	}
	return f.builtin(), nil
}

// builtin returns the row of the table that knows what was found.
func (f *found) builtin() *format {
	if s := input.Unread(f.head); s != nil && !f.ends(".bin") && !images.IsName(f.path) {
		return &format{name: s.Format, not: s.Not}
	}
	for i := range formats {
		if formats[i].match(f) {
			return &formats[i]
		}
	}
	panic("data: the last format takes every file")
}

func (f *found) begins(magic string) bool { return bytes.HasPrefix(f.head, []byte(magic)) }

// ends reports whether the name of the file has an ending, compressed or not.
func (f *found) ends(endings ...string) bool {
	lower := strings.ToLower(f.path)
	for _, packed := range []string{".gz", ".bz2", ".zst"} {
		lower = strings.TrimSuffix(lower, packed)
	}
	for _, ending := range endings {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

// holds reports whether a zip file holds a file, and others below a prefix.
func (f *found) holds(name, prefix string) bool {
	here, below := false, false
	for _, other := range f.zipped {
		here = here || other == name
		below = below || strings.HasPrefix(other, prefix)
	}
	return here && below
}

// zipOf reports whether all files of a zip file have one of the endings.
func (f *found) zipOf(endings ...string) bool {
	files := 0
	for _, name := range f.zipped {
		if !isFolderOrHidden(name) {
			if files++; !(&found{path: name}).ends(endings...) {
				return false
			}
		}
	}
	return files > 0
}

// isFolderOrHidden tells names in a zip file that are none of data.
func isFolderOrHidden(name string) bool {
	return strings.HasSuffix(name, "/") || naming.HiddenPart(strings.Split(name, "/"))
}

// zippedTable returns the one table in a zip file.
func (f *found) zippedTable() string {
	table := ""
	for _, name := range f.zipped {
		if isFolderOrHidden(name) {
			continue
		}
		if table != "" || !(&found{path: name}).ends(tableEndings...) {
			return ""
		}
		table = name
	}
	return table
}

// unpacked reads the one table in a zip file.
func (f *found) unpacked() (*grid.Grid, error) {
	name := f.zippedTable()
	fail := func(err error) (*grid.Grid, error) { return nil, fmt.Errorf("data: %s: %s: %w", f.path, name, err) }
	archive, err := zip.OpenReader(f.path)
	if err != nil {
		return fail(err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		return fail(err)
	}
	defer file.Close()
	return readGrid(file, f.path+": "+name)
}
