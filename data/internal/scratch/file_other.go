//go:build !windows

package scratch

import "os"

// create makes a file and takes its name away.
func create(folder string) (*os.File, error) {
	file, err := os.CreateTemp(folder, "descent-*.tmp")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
