package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/data/images"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
)

// Files returns the files that a name of data means, sorted by their names: those that
// a pattern such as "logs/*.csv" matches, as of [filepath.Match], and those with tables
// in a folder of such. It returns nothing for any other name.
//
// [Open] reads them as one table. They are of one format and have the same columns, in
// any order, but that objects lack keys; Parquet files have the same types. Messages
// name the file and the line. Names that begin with . or _ are left out, and files
// without rows are, with a note.
func Files(name string) []string {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return matching(name)
	case info.IsDir():
		return tablesIn(name)
	}
	return nil
}

// matching returns the files that a pattern matches, without hidden ones.
func matching(pattern string) []string {
	if !strings.ContainsAny(pattern, naming.Wild) {
		return nil
	}
	files, _ := filepath.Glob(pattern) // a pattern that is none matches nothing
	hidden := strings.HasPrefix(filepath.Base(pattern), ".")
	return slices.DeleteFunc(files, func(file string) bool { return !hidden && isAside(filepath.Base(file)) })
}

// joinedFiles reads the files with parts of a table.
func (f *found) joinedFiles() (*grid.Grid, error) {
	g, err := grid.Join(f.path, f.files, openGrid)
	if err != nil || !f.folder {
		return g, err
	}
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	var others []string
	for _, entry := range entries {
		if name := entry.Name(); !isAside(name) && !slices.Contains(f.files, filepath.Join(f.path, name)) {
			others = append(others, name)
		}
	}
	if others != nil {
		g.Notes = append(g.Notes, fmt.Sprintf("left out of %s, as no tables: %s", f.path, naming.List(others)))
	}
	return g, nil
}

// isAside tells what programs leave beside the files of a table, such as _SUCCESS.
func isAside(name string) bool { return naming.Hidden(name) || strings.HasPrefix(name, "_") }

// tablesIn returns the files of a folder that holds files with tables, and no other
// folders, images or archives; nothing for any other folder.
func tablesIn(folder string) (files []string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		name := entry.Name()
		switch path := filepath.Join(folder, name); {
		case isAside(name):
		case images.IsName(name), isArchive(name), isFolder(path):
			return nil
		case (&found{path: name}).ends(tableEndings[2:]...):
			files = append(files, path)
		}
	}
	return files
}

func isArchive(name string) bool {
	return (&found{path: name}).ends(".zip", ".tar", ".tgz", ".7z", ".rar")
}
