package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/data"
)

// Inputs are the files and folders that a command reads.
type Inputs []input

type input struct {
	name string
	info os.FileInfo
}

// Reads lists what lies at paths, with the files that a pattern or a folder of tables
// means. A name of a set, or of nothing, is no input.
func Reads(paths ...string) (in Inputs) {
	for _, path := range paths {
		in = append(in, Reads(data.Files(path)...)...)
		if info, err := os.Stat(path); err == nil && path != "" {
			in = append(in, input{path, info})
		}
	}
	return in
}

// And returns the inputs and a file that is open.
func (in Inputs) And(name string, file *os.File) Inputs {
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		return append(in, input{name, info})
	}
	return in
}

// Spare returns an error if a file that is written at path would take the place of
// an input or of what a run keeps, by way of links or not.
func (in Inputs) Spare(path string) error {
	info, err := os.Stat(path)
	there := err == nil
	for _, i := range in {
		if there && os.SameFile(info, i.info) {
			return fmt.Errorf("%s is what the command reads as %s, which would be lost; name another file", path, i.name)
		}
	}
	real := path
	if there {
		if real, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	if real, err = filepath.Abs(real); err != nil {
		return err
	}
	folder := filepath.Dir(real)
	if kind, in := keptBy(folder, filepath.Base(real)); kind != "" {
		return fmt.Errorf("%s is a file that %s keeps in %s; name another file", path, kind, in)
	}
	if !there || slices.Contains(readByNone, strings.ToLower(filepath.Ext(real))) {
		return nil
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		for _, i := range in {
			if err == nil && os.SameFile(info, i.info) {
				return fmt.Errorf("%s is part of what the command reads as %s, which would be lost; name another file", path, i.name)
			}
		}
	}
	return nil
}

// readByNone are the ends of names that no folder of data has its data in, so that
// an earlier output there may be written again.
var readByNone = []string{".csv", ".json", ".jsonl", ".ndjson", ".html", ".svg", ".txt"}

// keptBy returns the command that keeps a file of that name in the folder, and
// where; nothing if none does.
func keptBy(folder, name string) (kind, in string) {
	if filepath.Base(folder) == Checkpoints && ofCheckpoints.MatchString(name) {
		folder, name = filepath.Dir(folder), ConfigFile
	}
	if IsRun(folder) && ofRun.MatchString(name) {
		return "train", folder
	}
	if kind := Kind(folder); kind != "" && kind != "train" && ofTrials.MatchString(name) {
		return kind, folder
	}
	return "", ""
}
