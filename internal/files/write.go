package files

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"descent/internal/disk"
)

// Write makes a file that appears under its name when it is complete and
// on the disk. What is no file, such as /dev/stdout, is written to.
func Write(path string, content func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(content(file), file.Close())
	}
	removeLeft(path)
	temp := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = errors.Join(lock(file), content(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// removeLeft removes what processes left that ended while they wrote the file at
// path. One that still writes has locked its own.
func removeLeft(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path)) // if it fails, so does what follows
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), filepath.Base(path))
		if !ok || !e.Type().IsRegular() || Unfinished.FindString(name) != name {
			continue
		}
		left := filepath.Join(filepath.Dir(path), e.Name())
		if file, err := Lock(left); err == nil {
			file.Close()
			os.Remove(left)
		}
	}
}

// Unfinished are the names of files on their way to another name.
var Unfinished = regexp.MustCompile(`\.[0-9a-f]{8}\.tmp$`)
