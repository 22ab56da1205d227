package runs

import (
	"fmt"
	"os"
	"path/filepath"
)

// Inputs are the files and folders that a command reads.
type Inputs []input

type input struct {
	name string
	info os.FileInfo
}

// Reads lists what lies at paths. A name of a set, or of nothing, is no input.
func Reads(paths ...string) (in Inputs) {
	for _, path := range paths {
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
	if why := keptIn(folder, filepath.Base(real)); why != "" {
		return fmt.Errorf("%s is a file of %s; name another file", path, why)
	}
	for there && folder != filepath.Dir(folder) {
		info, err := os.Stat(folder)
		for _, i := range in {
			if err == nil && os.SameFile(info, i.info) {
				return fmt.Errorf("%s is part of what the command reads as %s, which would be lost; name another file", path, i.name)
			}
		}
		folder = filepath.Dir(folder)
	}
	return nil
}

// keptIn says what a file belongs to that a command of the program left in a
// folder; nothing if none did.
func keptIn(folder, name string) string {
	above := filepath.Dir(folder)
	switch {
	case filepath.Base(folder) == Checkpoints && IsRun(above) && ofCheckpoints.MatchString(name):
		return "the run " + above
	case IsRun(folder) && ofRun.MatchString(name):
		return "the run " + folder
	}
	kind := Kind(folder)
	if kind != "" && kind != "train" && ofTrials.MatchString(name) {
		return "the folder of " + kind + " " + folder
	}
	return ""
}
