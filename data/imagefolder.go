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
func imagesFrom(path, kind string) ([]imageFile, io.Closer, error) {
	if kind == zipKind {
		return listZip(path)
	}
	if kind == fileKind {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, fmt.Errorf("data: %w", err)
		}
		open := func() (io.ReadCloser, error) { return os.Open(path) }
		return []imageFile{{name: filepath.Base(path), full: path, size: info.Size(), open: open}}, nil, nil
	}
	files, err := listFolder(path)
	return files, nil, err
}

// readImageFiles reads the image files at path. Without an encoder it decides
// shape and classes, and images without classes are an error; with one, shape
// and mode are the model's.
func readImageFiles(path, kind string, cfg ImageConfig, e *Encoder) (Source, error) {
	files, archive, err := imagesFrom(path, kind)
	if err != nil {
		return nil, err
	}
	if archive != nil {
		defer archive.Close()
	}
	return readFiles(path, files, cfg, e)
}

// ReadImages reads class/image or split/class/image from a file system, such
// as an embed.FS, as [OpenImages] does from a folder; name stands for it in
// messages.
func ReadImages(fsys fs.FS, name string, cfg ImageConfig) (Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	files, err := listImages(fsys, name)
	if err != nil {
		return nil, err
	}
	return readFiles(name, files, cfg, nil)
}

// readFiles is readImageFiles of files that were listed.
func readFiles(path string, files []imageFile, cfg ImageConfig, e *Encoder) (Source, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("data: %s holds no images (.png, .jpg, .jpeg, .gif)", path)
	}
	layout, err := layOut(path, files)
	if err != nil {
		return nil, err
	}
	if e == nil && !layout.labeled {
		return nil, fmt.Errorf("data: the images of %s, such as %s, lie in no folders named after classes; training needs class/image", path, layout.train[0].full)
	}
	set := imageSet{path: path, layout: layout, cfg: cfg}
	if e != nil {
		if len(e.Shape) != 3 || e.Shape[2] != 1 && e.Shape[2] != 3 {
			return nil, fmt.Errorf("data: the model takes samples of %s; image files become height×width×1 or height×width×3", shapeText(e.Shape))
		}
		set.plan = imagePlan{e.Shape[0], e.Shape[1], e.Shape[2], true, "the model"}
		if layout.test != nil { // only that part will be read
			set.layout.train, set.layout.test = layout.test, nil
		}
	} else if set.plan, set.sizes, err = planImages(layout.train, cfg); err != nil {
		return nil, err
	}
	return set.read()
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
	train.notes = append(slices.Clone(s.layout.notes), train.notes...)
	if s.layout.test == nil {
		return train, nil
	}
	for _, f := range s.layout.test {
		if !slices.Contains(classes, f.className()) {
			return nil, fmt.Errorf("data: %s is of class %q, which has no folder in training; those are %s", f.full, f.className(), list(classes))
		}
	}
	test, err := s.part(s.layout.test, classes)
	if err != nil {
		return nil, err
	}
	return &Parted{Source: train, Test: test}, nil
}

// part decodes the files of one part.
func (s imageSet) part(files []imageFile, classes []string) (*images, error) {
	l, err := loadImages(files, s.plan, s.cfg)
	if err != nil {
		return nil, err
	}
	if len(l.files) == 0 {
		return nil, fmt.Errorf("data: none of the %d image files can be read, such as %w", len(files), l.first)
	}
	number := make(map[string]int32, len(classes))
	for i, name := range classes {
		number[name] = int32(i)
	}
	class, names := make([]int32, len(l.files)), make([]string, len(l.files))
	for i, f := range l.files {
		names[i] = f.name
		class[i] = unknownClass
		if s.layout.labeled {
			class[i] = number[f.className()]
		}
	}
	shape := []int{s.plan.height, s.plan.width, s.plan.channels}
	set := newImages(setName(s.path), s.path, shape, l.pixels, class, classes)
	set.names = names
	if !s.layout.labeled {
		set.spec.Classes, set.spec.Unlabeled = nil, true
	}
	if l.skipped > 0 {
		set.notes = append(set.notes, fmt.Sprintf("%d of %d images cannot be read and are left out (first %v)", l.skipped, len(files), l.first))
	}
	if l.several > 0 {
		set.notes = append(set.notes, fmt.Sprintf("%d of %d files hold several images, as animations do; the first is taken", l.several, len(files)))
	}
	if l.resized > 0 && s.sizes > 1 {
		set.notes = append(set.notes, fmt.Sprintf("images have %d sizes; %d of %d were resized to %d×%d", s.sizes, l.resized, len(files), s.plan.height, s.plan.width))
	}
	return set, nil
}

// setName names a set after its folder or zip file.
func setName(path string) string { return strings.TrimSuffix(baseName(path), ".zip") }
