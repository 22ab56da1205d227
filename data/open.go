package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// digitsName is what the embedded digits are called where a path may stand.
const digitsName = "digits"

// Open reads a set by what a user names: "digits" for the embedded set, a
// folder of IDX files, or a CSV file, for which cfg names the target.
func Open(path string, cfg CSVConfig) (Source, error) {
	kind, err := kindOf(path)
	if err != nil {
		return nil, err
	}
	if kind == tableKind {
		t, err := OpenCSV(path, cfg)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	if len(cfg.Targets)+len(cfg.Drop)+len(cfg.Keep)+len(cfg.Categories) > 0 || cfg.Task == Regression {
		return nil, fmt.Errorf("data: %s holds labeled images; targets, columns and tasks are for CSV files", path)
	}
	return openImages(path)
}

// Open reads a set as [Open] does and encodes it with the stored statistics,
// for evaluation and prediction. Of a set with its own test part it is that
// part. A table needs no target, as [Encoder.EncodeCSV] says.
func (e *Encoder) Open(path string) (Source, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	kind, err := kindOf(path)
	if err != nil {
		return nil, err
	}
	if kind == tableKind {
		if e.Kind == imageKind {
			return nil, fmt.Errorf("data: the model was trained on images of %s, and %s is not a folder of IDX files", shapeText(e.Shape), path)
		}
		file, err := openFile(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return e.EncodeCSV(file, path)
	}
	if e.Kind == tableKind {
		return nil, fmt.Errorf("data: the model was trained on a table with the columns %s, and %s holds images; name a CSV file",
			list(e.inputNames()), path)
	}
	raw, err := openImages(path)
	if err != nil {
		return nil, err
	}
	return testPart(raw).(Fitter).Encode(e)
}

// kindOf tells tables from images.
func kindOf(path string) (string, error) {
	if path == digitsName {
		return imageKind, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("data: there is no %q; name a CSV file, a folder of IDX files or %q: %w", path, digitsName, err)
	case err != nil:
		return "", fmt.Errorf("data: %w", err)
	case info.IsDir():
		return imageKind, nil
	}
	return tableKind, nil
}

func openImages(path string) (Source, error) {
	if path == digitsName {
		return readDigits(digitsFile)
	}
	return OpenIDX(path)
}

// testPart returns the test part of a set that has one, and else the set.
func testPart(s Source) Source {
	if p, ok := s.(*Parted); ok && p.Test != nil {
		return p.Test
	}
	return s
}
