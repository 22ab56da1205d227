package onnxproto

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// Folder is where data outside of a file lies. It counts what is taken from there.
type Folder struct {
	path  string
	taken map[string]int64 // bytes, by the name of a file in it
}

// NewFolder returns the folder at path.
func NewFolder(path string) *Folder { return &Folder{path, map[string]int64{}} }

// Load reads the data of t that lies outside of the file, if it does, from a file in
// folder. A path that leaves the folder, by name or by a link, is refused, and so is more
// than twice what a file holds: tensors may share its bytes, but not any number of them.
func (t *Tensor) Load(folder *Folder) error {
	if t.Location == 0 {
		return nil
	}
	if err := t.load(folder); err != nil {
		return fmt.Errorf("tensor %q: external data: %w", t.Name, err)
	}
	return nil
}

func (t *Tensor) load(folder *Folder) error {
	at := struct {
		location       string
		offset, length int64
	}{length: -1}
	for _, e := range t.External {
		var err error
		switch e.Key {
		case "location":
			at.location = e.Value
		case "offset":
			at.offset, err = strconv.ParseInt(e.Value, 10, 64)
		case "length":
			at.length, err = strconv.ParseInt(e.Value, 10, 64)
		}
		if err != nil {
			return fmt.Errorf("%s is %q; want a number of bytes", e.Key, e.Value)
		}
	}
	if t.Location != 1 {
		return fmt.Errorf("location %d; want 0 or 1", t.Location)
	}
	if !filepath.IsLocal(filepath.FromSlash(at.location)) {
		return fmt.Errorf("%q is no path within the folder of the model", at.location)
	}
	n, err := t.Size()
	if err != nil {
		return err
	}
	size := int64(n) * int64(elements[t.Type].size)
	if at.length >= 0 && at.length != size {
		return fmt.Errorf("shape %v of %v takes %d bytes; the file claims %d", t.Dims, t.Type, size, at.length)
	}
	root, err := os.OpenRoot(folder.path)
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(at.location))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file", at.location)
	}
	if at.offset < 0 || size > info.Size() || at.offset > info.Size()-size {
		return fmt.Errorf("%d bytes from %d on are not in %s, which has %d", size, at.offset, at.location, info.Size())
	}
	file := filepath.Clean(filepath.FromSlash(at.location))
	if folder.taken[file] += size; folder.taken[file] > 2*info.Size() {
		return fmt.Errorf("tensors take %d bytes of %s, which has %d", folder.taken[file], at.location, info.Size())
	}
	t.Raw = make([]byte, size)
	if _, err := f.ReadAt(t.Raw, at.offset); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	t.Location, t.External = 0, nil
	return nil
}
