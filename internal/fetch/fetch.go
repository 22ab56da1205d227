// Package fetch downloads public data sets: pinned by checksum, from several
// mirrors, and continued where a download broke off.
//
//	set, err := fetch.Lookup("mnist")
//	err = fetch.Get(ctx, set, folder, fetch.Options{})
//
// A folder appears under its name only when it is complete: files are fetched
// and checked in a folder beside it.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Set is a data set as its authors publish it.
type Set struct {
	Name    string
	About   string // source and licence, for people
	Files   []File
	Archive bool     // the one file is a .tar.gz, whose Members make the folder
	Members []Member // of the archive
}

// File is one file to download.
type File struct {
	Name   string
	Size   int64 // bytes
	SHA256 string
	URLs   []string // mirrors, in the order in which they are tried
}

// Member is a file of an archive: the name of its last path element, and how
// long it is.
type Member struct {
	Name string
	Size int64
}

// Options say how to download. The zero value is a plain download.
type Options struct {
	Offline  bool                 // do not use the network: succeed only if the set is there
	Client   *http.Client         // nil: one with the proxy of the environment
	Stall    time.Duration        // without a byte before a mirror is given up; 0: 30 s
	Progress func(Progress)       // called as bytes arrive, on the caller's goroutine
	Note     func(message string) // of a mirror that failed where another is tried
}

// Progress is how far a file is.
type Progress struct {
	File       string
	Done, Size int64 // bytes
}

// ErrOffline is wrapped by the error of a set that is not there, offline.
var ErrOffline = errors.New("not fetched, and the network is not to be used")

// ErrChecksum is wrapped by the error of a file that is not what was pinned.
var ErrChecksum = errors.New("the checksum differs")

// Present reports whether the set lies complete in folder dir, by the sizes of
// its files.
func (s Set) Present(dir string) bool {
	for _, m := range s.contents() {
		info, err := os.Stat(filepath.Join(dir, m.Name))
		if err != nil || info.Size() != m.Size {
			return false
		}
	}
	return true
}

// contents lists what the folder of a set holds.
func (s Set) contents() []Member {
	if s.Archive {
		return s.Members
	}
	var all []Member
	for _, f := range s.Files {
		all = append(all, Member{f.Name, f.Size})
	}
	return all
}

// Get makes dir hold the set, and does nothing if it does. What was downloaded
// before an error or the end of ctx is kept in dir.part, and the next call goes
// on from there.
func Get(ctx context.Context, s Set, dir string, opt Options) error {
	if s.Present(dir) {
		return nil
	}
	if opt.Offline {
		return fmt.Errorf("%s: %s: %w", s.Name, dir, ErrOffline)
	}
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s: %s is there, but does not hold the set; remove it", s.Name, dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	part := dir + ".part"
	if err := os.MkdirAll(part, 0o755); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	for _, f := range s.Files {
		if err := f.get(ctx, part, opt); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if s.Archive {
		archive := filepath.Join(part, s.Files[0].Name)
		if err := unpack(ctx, archive, part, s.Members); err != nil {
			return fmt.Errorf("%s: %s: %w", s.Name, archive, err)
		}
		if err := os.Remove(archive); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if err := os.Rename(part, dir); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}
