package data

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// imagesFrom lists the image files at path: below a folder, in a zip file, or
// a single one. The closer, which may be nil, is for when they were read.
func imagesFrom(path, kind string) (imageList, io.Closer, error) {
	if kind == zipKind {
		return listZip(path)
	}
	if kind == fileKind {
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

// readImageFiles reads the image files at path. Without an encoder it decides
// shape and classes, and images without classes are an error; with one, shape
// and mode are the model's.
func readImageFiles(path, kind string, cfg ImageConfig, e *Encoder) (Source, error) {
	list, archive, err := imagesFrom(path, kind)
	if err != nil {
		return nil, err
	}
	if archive != nil {
		defer archive.Close()
	}
	return readFiles(path, list, cfg, e)
}

// ReadImages reads class/image or split/class/image from a file system, such
// as an embed.FS, as [OpenImages] does from a folder; name stands for it in
// messages.
func ReadImages(fsys fs.FS, name string, cfg ImageConfig) (Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	list, err := listImages(fsys, name, nil)
	if err != nil {
		return nil, err
	}
	return readFiles(name, list, cfg, nil)
}

// readFiles is readImageFiles of files that were listed.
func readFiles(path string, list imageList, cfg ImageConfig, e *Encoder) (Source, error) {
	if len(list.files) == 0 {
		return nil, list.none(path)
	}
	layout, err := layOut(path, list.files)
	if err != nil {
		return nil, err
	}
	layout.notes = append(list.notes, layout.notes...)
	set := imageSet{path: path, layout: layout, cfg: cfg}
	if e != nil {
		return set.readFor(e)
	}
	if !layout.labeled {
		return nil, fmt.Errorf("data: the images of %s, such as %s, lie in no folders named after classes; training needs class/image", path, layout.train[0].full)
	}
	if layout.plainTest {
		set.layout.test = nil
	}
	set.layout.notePlain()
	set.layout.notes = append(set.layout.notes, list.left()...)
	if set.plan, set.sizes, err = planImages(layout.train, cfg); err != nil {
		return nil, err
	}
	return set.read()
}

// readFor reads the set for a model, which decides shape and mode; of a set
// with a test part only that.
func (s imageSet) readFor(e *Encoder) (Source, error) {
	if len(e.Shape) != 3 || e.Shape[2] != 1 && e.Shape[2] != 3 {
		return nil, fmt.Errorf("data: the model takes samples of %s; image files become height×width×1 or height×width×3", shapeText(e.Shape))
	}
	s.plan = imagePlan{e.Shape[0], e.Shape[1], e.Shape[2], e.wide(), true, "the model"}
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
	return s.read()
}

// imageSet is a set of image files whose shape and parts are decided.
type imageSet struct {
	path   string
	layout imageLayout
	plan   imagePlan
	sizes  int // that training images have
	cfg    ImageConfig
}

func (s imageSet) read() (Source, error) {
	classes := folderClasses(s.layout.train)
	train, err := s.part(s.layout.train, classes)
	if err != nil {
		return nil, err
	}
	if s.layout.labeled {
		train.notes = append(noteClasses(classes, s.layout.test), train.notes...)
	}
	train.notes = append(slices.Clone(s.layout.notes), train.notes...)
	if s.layout.test == nil {
		return train, nil
	}
	if err := ofClasses(s.layout.test, classes); err != nil {
		return nil, err
	}
	test, err := s.part(s.layout.test, classes)
	if err != nil {
		return nil, err
	}
	return &Parted{Source: train, Test: test}, nil
}

// part decodes the files of one part.
func (s imageSet) part(files []imageFile, classes []string) (*images, error) {
	if s.plan.wide {
		l, err := loadImages[uint16](files, s.plan, s.cfg)
		if err != nil {
			return nil, err
		}
		set, err := partOf(s, l, len(files), classes)
		if err != nil {
			return nil, err
		}
		set.wide = l.pixels
		if narrow := len(l.files) - l.wide; narrow > 0 {
			set.notes = append(set.notes, fmt.Sprintf("%d of %d images have 8 bits, and are scaled to 16 (times %d)", narrow, len(l.files), widen))
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
	set.pixels = l.pixels
	if l.wide > 0 {
		set.notes = append(set.notes, fmt.Sprintf("%d of %d images have 16 bits, of which the upper 8 are used, as those of training have 8", l.wide, len(l.files)))
	}
	return set, nil
}

// partOf makes a set of files that were decoded, without their pixels.
func partOf[P pixel](s imageSet, l loaded[P], files int, classes []string) (*images, error) {
	if len(l.files) == 0 {
		return nil, fmt.Errorf("data: none of the %d image files can be read, such as %w", files, l.first)
	}
	number := numberClasses(classes)
	class, names := make([]int32, len(l.files)), make([]string, len(l.files))
	for i, f := range l.files {
		names[i] = f.name
		class[i] = unknownClass
		if s.layout.labeled {
			class[i], _ = number.of(f.className())
		}
	}
	shape := []int{s.plan.height, s.plan.width, s.plan.channels}
	set := newImages(setName(s.path), s.path, shape, nil, class, classes)
	set.names = names
	if !s.layout.labeled {
		set.spec.Classes, set.spec.Unlabeled = nil, true
	}
	if l.skipped > 0 {
		set.notes = append(set.notes, fmt.Sprintf("%d of %d images cannot be read and are left out (first %v)", l.skipped, files, l.first))
	}
	if l.several > 0 {
		set.notes = append(set.notes, fmt.Sprintf("%d of %d files hold several images, as animations do; the first is taken", l.several, files))
	}
	if l.resized > 0 && s.sizes > 1 {
		set.notes = append(set.notes, fmt.Sprintf("images have %d sizes; %d of %d were resized to %d×%d", s.sizes, l.resized, files, s.plan.height, s.plan.width))
	}
	return set, nil
}

// setName names a set after its folder or zip file.
func setName(path string) string { return strings.TrimSuffix(baseName(path), ".zip") }
