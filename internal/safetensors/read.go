package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"unicode/utf8"

	"descent/internal/half"
)

// ReadFile reads the file at path. An error names it.
func ReadFile(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe might never open
		return nil, fmt.Errorf("safetensors: %s is no plain file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	file, err := Read(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// Parse reads a file held in memory, such as an embedded one. It keeps no
// reference to b.
func Parse(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// Read reads a file of size bytes. An error names what is wrong and the
// tensor that it concerns.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f, err := read(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

// ReadMeta reads the metadata of the file at path, and no tensor.
func ReadMeta(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	meta, _, _, err := readHeader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: safetensors: %w", path, err)
	}
	return meta, nil
}

// readHeader returns what the header says, and where the data starts.
func readHeader(r io.ReaderAt, size int64) (meta map[string]string, entries []entry, start int64, err error) {
	if size < 8 {
		return nil, nil, 0, fmt.Errorf("the file has %d bytes; want at least 8 for the header's length", size)
	}
	var first [8]byte
	if err := full(r, first[:], 0); err != nil {
		return nil, nil, 0, fmt.Errorf("read the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(first[:])
	if n > uint64(size-8) {
		return nil, nil, 0, fmt.Errorf("the header's length is %d, but only %d bytes follow; not a safetensors file, or cut short", n, size-8)
	}
	if n > maxHeader {
		return nil, nil, 0, fmt.Errorf("the header's length is %d; want at most %d", n, maxHeader)
	}
	text := make([]byte, n)
	if err := full(r, text, 8); err != nil {
		return nil, nil, 0, fmt.Errorf("read the header: %w", err)
	}
	if !utf8.Valid(text) {
		return nil, nil, 0, fmt.Errorf("the header is not valid UTF-8")
	}
	meta, entries, err = parseHeader(text)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("header: %w", err)
	}
	return meta, entries, 8 + int64(n), nil
}

func read(r io.ReaderAt, size int64) (*File, error) {
	meta, entries, start, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	if err := tile(entries, size-start); err != nil {
		return nil, err
	}
	f := &File{Meta: meta, Tensors: make([]Tensor, len(entries))}
	buf := make([]byte, min(chunk, size-start))
	for i, e := range entries {
		if f.Tensors[i], err = e.read(r, start, buf); err != nil {
			return nil, fmt.Errorf("read tensor %q: %w", e.name, err)
		}
	}
	return f, nil
}

// full fills b from offset at; a reader may return io.EOF with the last byte.
func full(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// tile sorts the entries by their data and checks that they cover the data
// without gap or overlap. Then all tensors together are as large as the file,
// so none of them can ask for more memory than that.
func tile(entries []entry, data int64) error {
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	end, before := int64(0), "the start of the data"
	for _, e := range entries {
		switch {
		case e.end > data:
			return fmt.Errorf("tensor %q ends at byte %d of the data, which has %d", e.name, e.end, data)
		case e.begin < end:
			return fmt.Errorf("tensor %q begins at byte %d of the data, inside %s, which ends at %d", e.name, e.begin, before, end)
		case e.begin > end:
			return fmt.Errorf("tensor %q begins at byte %d of the data, after a gap: %s ends at %d", e.name, e.begin, before, end)
		}
		end, before = e.end, fmt.Sprintf("%q", e.name)
	}
	if end != data {
		return fmt.Errorf("%d bytes after %s belong to no tensor", data-end, before)
	}
	return nil
}

func (e entry) read(r io.ReaderAt, start int64, buf []byte) (Tensor, error) {
	t := Tensor{Name: e.name, Shape: e.shape}
	var err error
	n, at := int(e.end-e.begin)/e.width, start+e.begin
	little := binary.LittleEndian
	switch e.dtype {
	case "F32":
		t.Data, err = readAll(r, at, n, 4, buf, func(b []byte) float32 { return math.Float32frombits(little.Uint32(b)) })
	case "F16":
		t.Data, err = readAll(r, at, n, 2, buf, func(b []byte) float32 { return half.Float32(little.Uint16(b)) })
	case "BF16":
		t.BF16, err = readAll(r, at, n, 2, buf, little.Uint16)
	case "F64":
		t.F64, err = readAll(r, at, n, 8, buf, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) })
	case "I64":
		t.I64, err = readAll(r, at, n, 8, buf, func(b []byte) int64 { return int64(little.Uint64(b)) })
	case "I32":
		t.I64, err = readAll(r, at, n, 4, buf, func(b []byte) int64 { return int64(int32(little.Uint32(b))) })
	case "I16":
		t.I64, err = readAll(r, at, n, 2, buf, func(b []byte) int64 { return int64(int16(little.Uint16(b))) })
	case "I8":
		t.I8, err = readAll(r, at, n, 1, buf, func(b []byte) int8 { return int8(b[0]) })
	case "U32":
		t.I64, err = readAll(r, at, n, 4, buf, func(b []byte) int64 { return int64(little.Uint32(b)) })
	case "U16":
		t.I64, err = readAll(r, at, n, 2, buf, func(b []byte) int64 { return int64(little.Uint16(b)) })
	default: // U8 and BOOL: width knows no more
		t.I64, err = readAll(r, at, n, 1, buf, func(b []byte) int64 { return int64(b[0]) })
	}
	return t, err
}

func readAll[T any](r io.ReaderAt, at int64, n, width int, buf []byte, get func([]byte) T) ([]T, error) {
	out := make([]T, n)
	for rest := out; len(rest) > 0; {
		part := min(len(rest), len(buf)/width)
		b := buf[:part*width]
		if err := full(r, b, at); err != nil {
			return nil, err
		}
		for i := range part {
			rest[i] = get(b[i*width:])
		}
		rest, at = rest[part:], at+int64(len(b))
	}
	return out, nil
}
