// Package input opens files: it decompresses them, makes UTF-8 of their text and
// knows formats by their first bytes.
package input

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// Inflation bounds how many bytes a deflated byte can become.
const Inflation = 1032

// File is a file being read, decompressed where its first bytes say that it
// is compressed.
type File struct {
	io.Reader
	file  *os.File
	Limit int64 // no more bytes than this can come out
	Exact bool  // Limit is the number of bytes, not a bound
}

// Open opens a file, which must be a regular one.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("data: %s is not a file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	r, err := Decompress(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	if _, plain := r.(*bufio.Reader); plain {
		return &File{r, file, info.Size(), true}, nil
	}
	return &File{r, file, info.Size() * Inflation, false}, nil
}

// Close closes the file.
func (o *File) Close() error { return o.file.Close() }

// Decompress returns the decompressed stream where r begins as gzip or bzip2 does,
// and otherwise r itself, in a bufio.Reader.
func Decompress(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	magic, _ := buffered.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, Explain(err)
		}
		return z, nil
	case bytes.HasPrefix(magic, []byte("BZh")) && len(magic) == 4 && magic[3] >= '1' && magic[3] <= '9':
		return bzip2.NewReader(buffered), nil
	}
	return buffered, nil
}

// Explain says what the errors of decompression mean.
func Explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file is truncated; fetch it again: %w", err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("the compressed file is damaged; fetch it again: %w", err)
	}
	return err
}
