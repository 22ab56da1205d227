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

	"github.com/klauspost/compress/zstd"
)

// Inflation bounds how many bytes a deflated byte can become, and zstdInflation one
// of Zstandard, of which four bytes may be a block of 128 KiB.
const (
	Inflation     = 1032
	zstdInflation = 1 << 15
)

// zstdWindow bounds the memory that decompressing Zstandard takes: it is what its
// highest level asks for, without --ultra and --long.
const zstdWindow = 1 << 27

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
	switch r := r.(type) {
	case *bufio.Reader:
		return &File{r, file, info.Size(), true}, nil
	case *zstd.Decoder:
		return &File{r, file, info.Size() * zstdInflation, false}, nil
	}
	return &File{r, file, info.Size() * Inflation, false}, nil
}

// Close closes the file.
func (o *File) Close() error { return o.file.Close() }

// Raw returns the file to be read at any place, and its size, if it is not compressed.
func (o *File) Raw() (io.ReaderAt, int64, bool) { return o.file, o.Limit, o.Exact }

// Decompress returns the decompressed stream where r begins as gzip, bzip2 or
// Zstandard does, and otherwise r itself, in a bufio.Reader.
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
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		return zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
	}
	return buffered, nil
}

// Explain says what the errors of decompression mean.
func Explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file is truncated; fetch it again: %w", err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrUnknownDictionary):
		return fmt.Errorf("the compressed file was made with --ultra, --long or a dictionary; compress it again without: %w", err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), isZstd(err):
		return fmt.Errorf("the compressed file is damaged; fetch it again: %w", err)
	}
	return err
}

// isZstd reports whether an error says that Zstandard is damaged.
func isZstd(err error) bool {
	for _, other := range []error{
		zstd.ErrReservedBlockType, zstd.ErrCompressedSizeTooBig, zstd.ErrBlockTooSmall, zstd.ErrUnexpectedBlockSize, zstd.ErrMagicMismatch, zstd.ErrWindowSizeTooSmall,
		zstd.ErrFrameSizeExceeded, zstd.ErrFrameSizeMismatch, zstd.ErrCRCMismatch,
	} {
		if errors.Is(err, other) {
			return true
		}
	}
	return false
}
