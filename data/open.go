package data

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"descent/data/internal/naming"
)

// digitsName is what the embedded digits are called where a path may stand.
const digitsName = "digits"

// Open reads a set by what a user names: "digits" for the embedded set; a name
// such as "mnist" for a set that "descent data get" has fetched, unless a file
// here has that name; a folder of IDX files, of CIFAR-10's binary batches or of
// images in a folder a class; a zip file of such folders; or a table, for
// which cfg names the target, in a CSV file, a file of JSON objects, a Parquet file
// or a zip file with one of them; or a table in several files, see [Files]. Files are recognized by their first bytes, and those of
// formats that are not read are named. [OpenImages] takes options for images, and
// [Register] adds formats.
func Open(path string, cfg CSVConfig) (Source, error) {
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if as.set == nil {
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
	if err := cfg.refuseFor(path, as); err != nil {
		return nil, err
	}
	return as.set(f.path, setOptions{})
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
func OpenImages(path string, cfg ImageConfig) (Source, error) {
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
	if !as.images {
		return nil, fmt.Errorf("data: %s is not a folder of images or IDX files, nor a zip file; it is %s", path, as.name)
	}
	set, err := as.set(f.path, setOptions{cfg: cfg})
	return standardized(set, cfg.Standard), err
}

// Open reads a set as [Open] does and encodes it with the stored statistics,
// for evaluation and prediction. Of a set with its own test part it is that
// part. A table needs no target, as [Encoder.EncodeCSV] says. Image files are
// brought to the model's size and mode, and need no class: images alone, and
// folders that no class of the model is named after, are Unlabeled; see
// [RowNames]. Images of other bits than those of training are read as if they
// had theirs, with a note.
func (e *Encoder) Open(path string) (Source, error) { return e.OpenImages(path, ImageConfig{}) }

// OpenImages is [Encoder.Open] with options for image files, of which size and
// mode are the model's.
func (e *Encoder) OpenImages(path string, cfg ImageConfig) (Source, error) {
	if err := errors.Join(e.Validate(), cfg.Validate()); err != nil {
		return nil, err
	}
	if e.Kind == textKind {
		return e.openText(path)
	}
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if err := as.refuse(path); err != nil {
		return nil, err
	}
	switch {
	case as.isTable() && e.Kind == imageKind:
		return nil, fmt.Errorf("data: the model was trained on images of %s, and %s is not a folder of images or IDX files, nor a zip file; it is %s", naming.Shape(e.Shape), path, as.name)
	case as.isTable():
		g, err := f.grid(as)
		if err != nil {
			return nil, err
		}
		return e.encodeTable(g, path, cfg)
	case as.images && e.Kind == tableKind:
		return nil, fmt.Errorf("data: the model was trained on a table with the columns %s, and %s holds images; name a CSV file",
			naming.List(e.inputNames()), path)
	}
	raw, err := as.set(f.path, setOptions{cfg, e})
	if err != nil {
		return nil, err
	}
	set, ok := testPart(raw).(Fitter)
	if !ok {
		return nil, fmt.Errorf("data: the model takes raw rows, and %s is %s, whose samples are none", path, as.name)
	}
	return set.Encode(e)
}

// Open opens a set of samples as s describes them: for prediction and evaluation
// with a model that has this Spec. It is [Encoder.Open] where there is an encoder.
// Else samples are what a registered format reads, of the same shape and, if they
// have a target, of the same one; or rows of numbers, see [ReadSamples].
func (s Spec) Open(path string) (Source, error) {
	if s.Encoder != nil {
		return s.Encoder.Open(path)
	}
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	if as.random != nil || as.joined {
		return nil, fmt.Errorf("data: the model has no encoder: it takes rows of numbers in one file of text, and %s is %s", path, as.name)
	}
	if as.isTable() {
		file, err := os.Open(f.path)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		defer file.Close()
		return ReadSamples(file, f.path, s)
	}
	if as.set == nil || as.images {
		return nil, fmt.Errorf("data: the model has no encoder: it takes samples as a program or a registered format makes them, and %s is %s", path, as.name)
	}
	set, err := as.set(f.path, setOptions{})
	if err != nil {
		return nil, err
	}
	set = testPart(set)
	got := set.Spec()
	switch {
	case !slices.Equal(got.Input, s.Input):
		return nil, fmt.Errorf("data: the model takes samples of %s, and those of %s are %s", naming.Shape(s.Input), path, naming.Shape(got.Input))
	case got.labeled() && (got.Task != s.Task || !slices.Equal(got.Classes, s.Classes) || got.Task != Classification && !slices.Equal(got.Targets, s.Targets)):
		return nil, fmt.Errorf("data: the model is for %s of %s, and %s is for %s of %s", s.Task, naming.List(s.outputNames()), path, got.Task, naming.List(got.outputNames()))
	}
	return set, nil
}

// outputNames are the classes or the targets.
func (s Spec) outputNames() []string {
	if s.Task == Classification {
		return s.Classes
	}
	return s.Targets
}

// testPart returns the test part of a set that has one, and else the set.
func testPart(s Source) Source {
	if p, ok := s.(*Parted); ok && p.Test != nil {
		return p.Test
	}
	return s
}
