package data

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descent/data/images"
	"descent/data/internal/cifar"
	"descent/data/internal/fault"
	"descent/data/internal/idx"
	"descent/data/internal/naming"
)

// OpenIDX reads a folder of IDX files, such as MNIST: train-images-idx3-ubyte
// and train-labels-idx1-ubyte, the same with t10k for the test part, each plain
// or with .gz. Other files are ignored. With both parts the result is a
// [*Parted]; a folder may hold only one.
//
// Labels are 0 to the greatest label of the training part.
func OpenIDX(dir string) (Source, error) {
	set, test, err := idx.Open(dir)
	if err != nil {
		return nil, err
	}
	return imagesOf(naming.Base(dir), set, test), nil
}

// OpenCIFAR reads CIFAR-10's binary version: a folder of data_batch_*.bin for
// training and test_batch.bin, each plain or with .gz, or one such file. With
// both parts the result is a [*Parted]; a folder may hold only one. Classes
// are named by batches.meta.txt where it is there.
//
// Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
// 2009, and the description that comes with the files.
func OpenCIFAR(path string) (Source, error) {
	set, test, err := cifar.Open(path)
	if err != nil {
		return nil, err
	}
	return imagesOf(setName(strings.TrimSuffix(path, ".gz")), set, test), nil
}

// openDigits and openBatches read sets of one size and mode, which need no
// options.
func openDigits(string, setOptions) (Source, error)         { return readDigits(digitsFile) }
func openBatches(path string, _ setOptions) (Source, error) { return OpenCIFAR(path) }

// imageFiles returns what reads image files that lie in a kind of place.
func imageFiles(place images.Place) func(path string, o setOptions) (Source, error) {
	return func(path string, o setOptions) (Source, error) {
		form, err := o.form()
		if err != nil {
			return nil, err
		}
		set, test, err := images.Read(path, place, o.cfg, form)
		if err != nil {
			return nil, err
		}
		return imagesOf(setName(path), set, test), nil
	}
}

// form returns the shape and mode of a model's images, if there is a model.
func (o setOptions) form() (*images.Form, error) {
	e := o.encoder
	if e == nil {
		return nil, nil
	}
	if len(e.Shape) != 3 || e.Shape[2] != 1 && e.Shape[2] != 3 {
		return nil, fmt.Errorf("data: the model takes samples of %s; image files become height×width×1 or height×width×3", naming.Shape(e.Shape))
	}
	return &images.Form{Height: e.Shape[0], Width: e.Shape[1], Channels: e.Shape[2], Wide: e.wide()}, nil
}

// ReadImages reads class/image or split/class/image from a file system, such
// as an embed.FS, as [OpenImages] does from a folder; name stands for it in
// messages.
func ReadImages(fsys fs.FS, name string, cfg ImageConfig) (Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	set, err := readImages(fsys, name, setOptions{cfg: cfg})
	return standardized(set, cfg.Standard), err
}

// readImages is ReadImages with options of a model.
func readImages(fsys fs.FS, name string, o setOptions) (Source, error) {
	form, err := o.form()
	if err != nil {
		return nil, err
	}
	set, test, err := images.ReadFS(fsys, name, o.cfg, form)
	if err != nil {
		return nil, err
	}
	return imagesOf(setName(name), set, test), nil
}

// openFolder reads what a folder holds, itself or in the one folder in it.
func openFolder(dir string, o setOptions) (Source, error) {
	path := dir
	for range images.MaxDepth {
		if idx.Holds(path) {
			return OpenIDX(path)
		}
		batches, err := cifar.Holds(path)
		if err != nil {
			return nil, err
		}
		if batches {
			return OpenCIFAR(path)
		}
		inner, only := onlyFolder(path)
		if !only {
			break
		}
		path = inner
	}
	held, err := images.Holds(dir)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s holds no IDX files ({train,t10k}-{images-idx3,labels-idx1}-ubyte), no CIFAR batches (data_batch_1.bin) and no images (.png, .jpg, .jpeg, .gif)", dir)
	}
	return imageFiles(images.Folder)(dir, o)
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

// setName names a set after its folder or zip file.
func setName(path string) string { return strings.TrimSuffix(naming.Base(path), ".zip") }
