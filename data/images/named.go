package images

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Named is an image file that a list names, such as a column of a table.
type Named struct {
	Name string // as the list has it; the image's own
	Path string
	At   string // where the list names it, for messages
}

// ReadNamed reads the files that a list of that name has, in its order, without
// classes. It decides shape and mode by all of them, unless a form is given. What is
// no file is an image that cannot be read.
func ReadNamed(list string, files []Named, cfg Config, form *Form) (*Set, error) {
	listed := make([]imageFile, len(files))
	for i, f := range files {
		file, err := f.file()
		if err != nil && !cfg.SkipCorrupt {
			return nil, corrupt(file, err)
		}
		listed[i] = file
	}
	s := decided{path: list, cfg: cfg}
	if form != nil {
		s.plan = form.plan()
	} else {
		var err error
		if s.plan, s.sizes, err = planImages(listed, cfg); err != nil {
			return nil, err
		}
	}
	return s.part(listed, nil)
}

// file returns the file to be read; one that is not there fails when it is opened, too.
func (n Named) file() (imageFile, error) {
	f := imageFile{name: n.Name, full: fmt.Sprintf("%s: %s", n.At, n.Path)}
	info, err := os.Stat(n.Path)
	switch {
	case n.Name == "":
		f.full, err = n.At, errors.New("the cell is empty")
	case errors.Is(err, fs.ErrNotExist):
		err = fs.ErrNotExist
	case err != nil:
		err = withoutPath(err)
	case !info.Mode().IsRegular():
		err = errors.New("it is no file")
	}
	if err != nil {
		f.open = func() (io.ReadCloser, error) { return nil, err }
		return f, err
	}
	f.size = info.Size()
	f.open = func() (io.ReadCloser, error) { return os.Open(n.Path) }
	return f, nil
}
