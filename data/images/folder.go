package images

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"descent/data/internal/naming"
)

// Place says where image files are.
type Place int

const (
	Folder Place = iota // below a folder
	Zip                 // in a zip file
	File                // one image file
)

// imagesAt lists the image files at path. The closer, which may be nil, is for
// when they were read.
func imagesAt(path string, place Place) (imageList, io.Closer, error) {
	switch place {
	case Zip:
		return listZip(path)
	case File:
		info, err := os.Stat(path)
		if err != nil {
			return imageList{}, nil, fmt.Errorf("data: %w", err)
		}
		open := func() (io.ReadCloser, error) { return os.Open(path) }
		file := imageFile{name: filepath.Base(path), full: path, size: info.Size(), open: open}
		return imageList{files: []imageFile{file}}, nil, nil
	}
	list, err := listFolder(path)
	return list, nil, err
}

// Form is what a model takes: images of one shape and mode.
type Form struct {
	Height, Width, Channels int
	Wide                    bool // 16 bits a value
}

// plan is the shape that images are brought to for a model.
func (f Form) plan() imagePlan {
	return imagePlan{f.Height, f.Width, f.Channels, f.Wide, true, "the model"}
}

// Read reads the image files at path, and those of the test part where
// there is one. Without a form it decides shape and classes, and images without
// classes are an error; with one, shape and mode are the model's, and of a set
// with a test part only that is read.
func Read(path string, place Place, cfg Config, form *Form) (set, test *Set, err error) {
	list, archive, err := imagesAt(path, place)
	if err != nil {
		return nil, nil, err
	}
	if archive != nil {
		defer archive.Close()
	}
	return readFiles(path, list, cfg, form)
}

// ReadFS is Read of a file system; name stands for it in messages.
func ReadFS(fsys fs.FS, name string, cfg Config, form *Form) (set, test *Set, err error) {
	list, err := listImages(fsys, name, nil)
	if err != nil {
		return nil, nil, err
	}
	return readFiles(name, list, cfg, form)
}

// Holds reports whether images lie below a folder. Where there are archives
// instead, the error says so.
func Holds(dir string) (bool, error) {
	list, err := listFolder(dir)
	if err == nil && len(list.files) == 0 && len(list.archives) > 0 {
		err = list.none(dir)
	}
	return len(list.files) > 0, err
}

// readFiles is Read of files that were listed.
func readFiles(path string, list imageList, cfg Config, form *Form) (set, test *Set, err error) {
	if len(list.files) == 0 {
		return nil, nil, list.none(path)
	}
	layout, err := layOut(path, list.files)
	if err != nil {
		return nil, nil, err
	}
	layout.notes = append(list.notes, layout.notes...)
	s := decided{path: path, layout: layout, cfg: cfg}
	if form != nil {
		set, err = s.readFor(*form)
		return set, nil, err
	}
	if !layout.labeled {
		return nil, nil, fmt.Errorf("data: the images of %s, such as %s, lie in no folders named after classes; training needs class/image", path, layout.train[0].full)
	}
	if layout.plainTest {
		s.layout.test = nil
	}
	s.layout.notePlain()
	s.layout.notes = append(s.layout.notes, list.left()...)
	if s.plan, s.sizes, err = planImages(layout.train, cfg); err != nil {
		return nil, nil, err
	}
	return s.read()
}

// readFor reads the set for a model, which decides shape and mode; of a set
// with a test part only that.
func (s decided) readFor(form Form) (*Set, error) {
	s.plan = form.plan()
	if s.layout.plainTest {
		s.layout.labeled = false
		s.layout.notes = append(s.layout.notes, fmt.Sprintf("only the images of %s are taken", s.layout.plain))
	} else {
		s.layout.notePlain()
	}
	if s.layout.test != nil {
		if len(s.layout.train) > 0 && !s.layout.plainTest {
			s.layout.notes = append(s.layout.notes, fmt.Sprintf("of the parts of %s, the test part is taken; name a folder for other images", s.path))
		}
		s.layout.train, s.layout.test = s.layout.test, nil
	}
	set, _, err := s.read()
	return set, err
}

// decided is a set of image files whose shape and parts are decided.
type decided struct {
	path   string
	layout imageLayout
	plan   imagePlan
	sizes  int // that training images have
	cfg    Config
}

func (s decided) read() (train, test *Set, err error) {
	classes := folderClasses(s.layout.train)
	if train, err = s.part(s.layout.train, classes); err != nil {
		return nil, nil, err
	}
	if s.layout.labeled {
		train.Notes = append(noteClasses(classes, s.layout.test), train.Notes...)
	}
	train.Notes = append(slices.Clone(s.layout.notes), train.Notes...)
	if s.layout.test == nil {
		return train, nil, nil
	}
	if err := ofClasses(s.layout.test, classes); err != nil {
		return nil, nil, err
	}
	if test, err = s.part(s.layout.test, classes); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// part decodes the files of one part.
func (s decided) part(files []imageFile, classes []string) (*Set, error) {
	if s.plan.wide {
		l, err := loadImages[uint16](files, s.plan, s.cfg)
		if err != nil {
			return nil, err
		}
		set, err := partOf(s, l, len(files), classes)
		if err != nil {
			return nil, err
		}
		l.into(set, true)
		if narrow := len(l.files) - l.wide; narrow > 0 {
			set.Notes = append(set.Notes, fmt.Sprintf("%d of %d images have 8 bits, and are scaled to 16 (times %d)", narrow, len(l.files), Widen))
		}
		return set, nil
	}
	l, err := loadImages[uint8](files, s.plan, s.cfg)
	if err != nil {
		return nil, err
	}
	set, err := partOf(s, l, len(files), classes)
	if err != nil {
		return nil, err
	}
	l.into(set, false)
	if l.wide > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d of %d images have 16 bits, of which the upper 8 are used, as those of training have 8", l.wide, len(l.files)))
	}
	return set, nil
}

// partOf makes a set of files that were decoded, without their pixels.
func partOf[P pixel](s decided, l loaded[P], files int, classes []string) (*Set, error) {
	if len(l.files) == 0 {
		return nil, fmt.Errorf("data: none of the %d image files can be read, such as %w", files, l.first)
	}
	number := naming.NewIndex(classes)
	class, names := make([]int32, len(l.files)), make([]string, len(l.files))
	for i, f := range l.files {
		names[i] = f.name
		class[i] = Unknown
		if s.layout.labeled {
			class[i], _ = number.Of(f.className())
		}
	}
	shape := []int{s.plan.height, s.plan.width, s.plan.channels}
	set := &Set{File: s.path, Shape: shape, Class: class, Classes: classes, Names: names, Kept: l.kept}
	if !s.layout.labeled {
		set.Classes = nil
	}
	if l.skipped > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d of %d images cannot be read and are left out (first %v)", l.skipped, files, l.first))
	}
	if l.several > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d of %d files hold several images, as animations do; the first is taken", l.several, files))
	}
	if l.resized > 0 && s.sizes > 1 {
		set.Notes = append(set.Notes, fmt.Sprintf("images have %d sizes; %d of %d were resized to %d×%d", s.sizes, l.resized, files, s.plan.height, s.plan.width))
	}
	return set, nil
}
