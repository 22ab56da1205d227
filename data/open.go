package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descent/data/images"
	"descent/data/internal/cifar"
	"descent/data/internal/idx"
	"descent/data/internal/naming"
)

// digitsName is what the embedded digits are called where a path may stand.
const digitsName = "digits"

// Open reads a set by what a user names: "digits" for the embedded set; a name
// such as "mnist" for a set that "descent data get" has fetched, unless a file
// here has that name; a folder of IDX files, of CIFAR-10's binary batches or of
// images in a folder a class; a zip file of such folders; or a table, for
// which cfg names the target, in a CSV file, a file of JSON objects or a zip file
// with one of them. Files are recognized by their first bytes, and those of
// formats that are not read are named. [OpenImages] takes options for images.
func Open(path string, cfg CSVConfig) (Source, error) {
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if as.image == "" {
		g, err := f.grid(as)
		if err != nil {
			return nil, err
		}
		t, err := newTable(g, path, cfg)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	if err := cfg.refuseFor(path); err != nil {
		return nil, err
	}
	return readImages(f.path, as.image, images.Config{}, nil)
}

// OpenImages reads what [Open] does but tables, with options for image files.
// IDX files, CIFAR-10 and the digits have one size and mode and ignore them.
//
// Images lie in class/image, split/class/image or class/split/image, where split
// is a word such as train, test or val, below any folders that enclose all; a
// test folder whose images lie in no class folders is left out. Links to folders
// are followed. Rows are sorted by path, classes by name, as the first of their
// folders is spelt; composed and decomposed accents are one name. Where folders
// leave a doubt, a note says how they were understood. An image that cannot be
// read is an error that names it.
//
// Images whose values need 16 bits keep them; of a set of both, those of 8 are
// scaled to 16. The names in a zip file are UTF-8, or a code page that is
// guessed, with a note.
func OpenImages(path string, cfg images.Config) (Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if err := as.refuse(path); err != nil {
		return nil, err
	}
	if as.image == "" {
		return nil, fmt.Errorf("data: %s is not a folder of images or IDX files, nor a zip file; it is %s", path, as.name)
	}
	return readImages(f.path, as.image, cfg, nil)
}

// Open reads a set as [Open] does and encodes it with the stored statistics,
// for evaluation and prediction. Of a set with its own test part it is that
// part. A table needs no target, as [Encoder.EncodeCSV] says. Image files are
// brought to the model's size and mode, and need no class: images alone, and
// folders that no class of the model is named after, are Unlabeled; see
// [RowNames]. Images of other bits than those of training are read as if they
// had theirs, with a note.
func (e *Encoder) Open(path string) (Source, error) { return e.OpenImages(path, images.Config{}) }

// OpenImages is [Encoder.Open] with options for image files, of which size and
// mode are the model's.
func (e *Encoder) OpenImages(path string, cfg images.Config) (Source, error) {
	if err := errors.Join(e.Validate(), cfg.Validate()); err != nil {
		return nil, err
	}
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if err := as.refuse(path); err != nil {
		return nil, err
	}
	switch {
	case as.image == "" && e.Kind == imageKind:
		return nil, fmt.Errorf("data: the model was trained on images of %s, and %s is not a folder of images or IDX files, nor a zip file; it is %s", naming.Shape(e.Shape), path, as.name)
	case as.image == "":
		g, err := f.grid(as)
		if err != nil {
			return nil, err
		}
		return e.encodeGrid(g, naming.Base(path))
	case e.Kind == tableKind:
		return nil, fmt.Errorf("data: the model was trained on a table with the columns %s, and %s holds images; name a CSV file",
			naming.List(e.inputNames()), path)
	}
	raw, err := readImages(f.path, as.image, cfg, e)
	if err != nil {
		return nil, err
	}
	return testPart(raw).(Fitter).Encode(e)
}

// The kinds of image sets; a folder's is found by what it holds.
const (
	folderKind = "folder"
	zipKind    = "zip"
	fileKind   = "file"
	idxKind    = "idx"
	cifarKind  = "cifar"
)

// readImages reads a set of images of a kind.
func readImages(path, kind string, cfg images.Config, e *Encoder) (Source, error) {
	if kind == folderKind {
		var err error
		if path, kind, err = lookInto(path); err != nil {
			return nil, err
		}
	}
	switch kind {
	case digitsName:
		return readDigits(digitsFile)
	case idxKind:
		return OpenIDX(path)
	case cifarKind:
		return OpenCIFAR(path)
	}
	var form *images.Form
	if e != nil {
		if len(e.Shape) != 3 || e.Shape[2] != 1 && e.Shape[2] != 3 {
			return nil, fmt.Errorf("data: the model takes samples of %s; image files become height×width×1 or height×width×3", naming.Shape(e.Shape))
		}
		form = &images.Form{Height: e.Shape[0], Width: e.Shape[1], Channels: e.Shape[2], Wide: e.wide()}
	}
	set, test, err := images.Read(path, map[string]images.Place{folderKind: images.Folder, zipKind: images.Zip, fileKind: images.File}[kind], cfg, form)
	if err != nil {
		return nil, err
	}
	return imagesOf(setName(path), set, test), nil
}

// ReadImages reads class/image or split/class/image from a file system, such
// as an embed.FS, as [OpenImages] does from a folder; name stands for it in
// messages.
func ReadImages(fsys fs.FS, name string, cfg images.Config) (Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	set, test, err := images.ReadFS(fsys, name, cfg)
	if err != nil {
		return nil, err
	}
	return imagesOf(setName(name), set, test), nil
}

// lookInto tells what a folder holds, itself or in the one folder in it.
func lookInto(dir string) (path, kind string, err error) {
	path = dir
	for range images.MaxDepth {
		if idx.Holds(path) {
			return path, idxKind, nil
		}
		batches, err := cifar.Holds(path)
		if err != nil {
			return "", "", err
		}
		if batches {
			return path, cifarKind, nil
		}
		inner, only := onlyFolder(path)
		if !only {
			break
		}
		path = inner
	}
	held, err := images.Holds(dir)
	if err != nil {
		return "", "", err
	}
	if !held {
		return "", "", fmt.Errorf("data: %s holds no IDX files ({train,t10k}-{images-idx3,labels-idx1}-ubyte), no CIFAR batches (data_batch_1.bin) and no images (.png, .jpg, .jpeg, .gif)", dir)
	}
	return dir, folderKind, nil
}

// onlyFolder returns the folder in dir, if it is the only thing there.
func onlyFolder(dir string) (string, bool) {
	entries, err := os.ReadDir(dir)
	found := ""
	for _, entry := range entries {
		switch inner := filepath.Join(dir, entry.Name()); {
		case naming.Hidden(entry.Name()):
		case !isFolder(inner) || found != "":
			return "", false
		default:
			found = inner
		}
	}
	return found, err == nil && found != ""
}

// isFolder reports whether a path is that of a folder, or of a link to one.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// testPart returns the test part of a set that has one, and else the set.
func testPart(s Source) Source {
	if p, ok := s.(*Parted); ok && p.Test != nil {
		return p.Test
	}
	return s
}

// setName names a set after its folder or zip file.
func setName(path string) string { return strings.TrimSuffix(naming.Base(path), ".zip") }
