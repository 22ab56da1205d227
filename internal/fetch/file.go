package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// attempts is how often a mirror that breaks off, but gave bytes, is asked to
// go on.
const attempts = 5

// get makes folder hold the file, from the first mirror that has it.
func (f File) get(ctx context.Context, folder string, opt Options) error {
	path := filepath.Join(folder, f.Name)
	if sum, err := sumOf(path); err == nil && sum == f.SHA256 {
		return nil
	}
	part := path + ".part"
	var failures []error
	for _, url := range f.URLs {
		err := f.fromMirror(ctx, url, part, opt)
		if err == nil {
			if err := os.Rename(part, path); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", f.Name, ctx.Err())
		}
		var disk *diskError
		if errors.As(err, &disk) {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		failures = append(failures, fmt.Errorf("%s: %w", url, err))
		if opt.Note != nil && len(failures) < len(f.URLs) {
			opt.Note(fmt.Sprintf("%v; trying the next mirror", failures[len(failures)-1]))
		}
	}
	return fmt.Errorf("%s: no mirror gave the file: %w", f.Name, errors.Join(failures...))
}

// fromMirror downloads to part from one mirror and checks the sum. A file that
// was put together from several answers and is wrong is fetched once more as a
// whole.
func (f File) fromMirror(ctx context.Context, url, part string, opt Options) error {
	resumed := sizeOf(part) > 0
	for {
		if err := f.complete(ctx, url, part, opt); err != nil {
			return err
		}
		sum, err := sumOf(part)
		if err != nil {
			return &diskError{err}
		}
		if sum == f.SHA256 {
			return nil
		}
		if err := os.Remove(part); err != nil {
			return &diskError{err}
		}
		if !resumed {
			return fmt.Errorf("%w: SHA-256 is %s, pinned is %s; the file was thrown away", ErrChecksum, sum, f.SHA256)
		}
		resumed = false
	}
}

// complete asks a mirror until part is as long as the file.
func (f File) complete(ctx context.Context, url, part string, opt Options) error {
	var last error
	for range attempts {
		before := sizeOf(part)
		if before == f.Size {
			return nil
		}
		last = f.request(ctx, url, part, opt)
		if last == nil || sizeOf(part) <= before || ctx.Err() != nil {
			return last
		}
		var disk *diskError
		if errors.As(last, &disk) || errors.Is(last, ErrChecksum) {
			return last
		}
	}
	return last
}

// diskError is a failure to write, which no mirror will mend.
type diskError struct{ error }

func (e *diskError) Unwrap() error { return e.error }

func (e *diskError) Error() string {
	if errors.Is(e.error, syscall.ENOSPC) {
		return e.error.Error() + "; free some space, and the download goes on where it stopped"
	}
	return e.error.Error()
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// sumOf returns the SHA-256 of a file in hexadecimal.
func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
