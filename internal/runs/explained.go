package runs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"descent/data"
	"descent/explain"
	"descent/internal/files"
)

// Explained is which columns matter to the model of a run, and on which rows it does
// worst: explain.json.
type Explained struct {
	Of         string              `json:"of"`         // the rows that it was measured on
	Total      int                 `json:"rows_there"` // of which it took some, or all
	Importance *explain.Importance `json:"importance"`
	Slices     *explain.Slices     `json:"slices"`
}

// WriteExplained leaves what was found.
func (f *Folder) WriteExplained(e *Explained) error {
	return f.Write(ExplainFile, func(w io.Writer) error { return WriteJSON(w, e) })
}

// WriteColumns leaves how the columns of the training rows are spread, so that
// others can be compared with them; nothing of what is no table.
func (f *Folder) WriteColumns(ctx context.Context, train data.Source) error {
	if explain.Suits(train.Spec()) != nil {
		return nil
	}
	p, err := explain.ProfileOf(ctx, train)
	if err != nil {
		return err
	}
	return f.Write(ColumnsFile, func(w io.Writer) error { return WriteJSON(w, p) })
}

// ReadColumns returns how the columns of the rows are spread that the run in folder
// trained on; nil of a model outside of a run folder, and of a run of an earlier
// build.
func ReadColumns(folder string) (*explain.Profile, error) {
	path := filepath.Join(folder, ColumnsFile)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe might never open
		return nil, fmt.Errorf("%s is %s; want a plain file", path, files.Kind(info.Mode()))
	} else if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	p, err := readJSON[explain.Profile](path, mostPictures)
	if err == nil && p != nil {
		err = p.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; without that file, rows are measured and not compared with those of training", path, err)
	}
	return p, nil
}
