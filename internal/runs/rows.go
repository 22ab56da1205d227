package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"descent/data"
	"descent/internal/files"
)

// WriteRows leaves which rows the run trained on, so that a model is measured
// on others, or it is said that it is not.
func (f *Folder) WriteRows(train data.Source) error {
	rows, err := data.RowsOf(train)
	if err != nil {
		return err
	}
	return f.Write(RowsFile, rows.Write)
}

// ReadRows returns the rows that the run in folder trained on. They are not
// known of a model outside of a run folder, nor of a run of an earlier build.
func ReadRows(folder string) (rows data.RowSet, known bool, err error) {
	path := filepath.Join(folder, RowsFile)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe might never open
		return rows, false, fmt.Errorf("%s is %s; want a plain file", path, files.Kind(info.Mode()))
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return rows, false, nil
	}
	if err == nil {
		defer file.Close()
		rows, err = data.ReadRowSet(file)
	}
	if err != nil {
		return rows, false, fmt.Errorf("%s: %w; without that file, rows are measured whether the run trained on them or not", path, err)
	}
	return rows, true, nil
}
