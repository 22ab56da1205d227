// Package npy reads arrays of NumPy: .npy files, and .npz files, which are zip files
// of them.
//
// A file begins with "\x93NUMPY", two bytes of version and the length of a header, a
// literal of Python such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
// Numbers of any width and byte order are read; objects and strings are refused. What
// a header claims takes no memory before that many bytes are seen to be there.
//
// Source: NumPy's documentation of numpy.lib.format, versions 1.0 to 3.0.
package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"
	"strings"

	"descent/internal/half"
)

// Array is one array, row-major whatever its order in the file. One of Data, F64 and
// I64 holds its elements.
type Array struct {
	Name  string // in the .npz file, without .npy; "" of a .npy file
	Type  string // in the file, such as f4 or i8
	Shape []int  // empty: a scalar
	Data  []float32
	F64   []float64
	I64   []int64
}

// Bounds on what a file may claim.
const (
	maxHeader = 1 << 20
	maxRank   = 32
	maxArrays = 100_000
	inflates  = 1100 // a byte of a zip file holds so many at most
)

// IsArray reports whether a file that begins with b is a .npy file.
func IsArray(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }

const magic = "\x93NUMPY"

// ReadFile reads the arrays of a .npy or .npz file, those of the second in its order.
// An error names the file, and the array that it concerns.
func ReadFile(path string) ([]Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	list, err := read(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// Parse reads a file that is held in memory.
func Parse(b []byte) ([]Array, error) { return read(bytes.NewReader(b), int64(len(b))) }

func read(r io.ReaderAt, size int64) ([]Array, error) {
	var first [len(magic)]byte
	if n, err := r.ReadAt(first[:], 0); n < len(first) {
		return nil, fmt.Errorf("not an array of NumPy, or cut short: %w", err)
	}
	if IsArray(first[:]) {
		a, err := readArray(io.NewSectionReader(r, 0, size), size)
		if err != nil {
			return nil, err
		}
		return []Array{a}, nil
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("neither a .npy nor a .npz file: %w", err)
	}
	if len(z.File) > maxArrays {
		return nil, fmt.Errorf("%d files in it; want %d at most", len(z.File), maxArrays)
	}
	var list []Array
	seen := map[string]bool{}
	claimed := uint64(0) // several may name the same bytes
	for _, f := range z.File {
		claimed += min(f.UncompressedSize64, math.MaxInt64/maxArrays)
		if claimed > inflates*uint64(size) {
			return nil, fmt.Errorf("arrays of more than %d bytes, out of %d", claimed, size)
		}
		name := strings.TrimSuffix(f.Name, ".npy")
		if name == f.Name {
			return nil, fmt.Errorf("%q in it is no .npy file", f.Name)
		}
		if seen[name] {
			return nil, fmt.Errorf("array %q is there twice", name)
		}
		seen[name] = true
		a, err := inZip(f)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		a.Name = name
		list = append(list, a)
	}
	return list, nil
}

// inZip reads one file of a zip file.
func inZip(f *zip.File) (Array, error) {
	if f.UncompressedSize64 > inflates*f.CompressedSize64+1024 {
		return Array{}, fmt.Errorf("claims %d bytes, out of %d", f.UncompressedSize64, f.CompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return Array{}, err
	}
	defer r.Close()
	return readArray(r, int64(f.UncompressedSize64))
}

// readArray reads a .npy file of so many bytes.
func readArray(r io.Reader, size int64) (Array, error) {
	var lead [len(magic) + 2]byte
	if _, err := io.ReadFull(r, lead[:]); err != nil || !IsArray(lead[:]) {
		return Array{}, errors.New("does not begin as a .npy file does")
	}
	width := 2
	if version := lead[len(magic)]; version != 1 {
		if version != 2 && version != 3 {
			return Array{}, fmt.Errorf("version %d of the format; known are 1, 2 and 3", version)
		}
		width = 4
	}
	var length [4]byte
	if _, err := io.ReadFull(r, length[:width]); err != nil {
		return Array{}, errors.New("ends within its header")
	}
	n := int64(binary.LittleEndian.Uint32(length[:]))
	begin := int64(len(lead) + width)
	if n > maxHeader || begin+n > size {
		return Array{}, fmt.Errorf("a header of %d bytes; the file has %d", n, size)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Array{}, errors.New("ends within its header")
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return Array{}, fmt.Errorf("header: %w", err)
	}
	return h.read(r, size-begin-n)
}

// read reads the elements, of which the file has so many bytes.
func (h header) read(r io.Reader, have int64) (Array, error) {
	a := Array{Type: h.kind, Shape: h.shape}
	count := uint64(1)
	for _, d := range h.shape {
		hi, lo := bits.Mul64(count, uint64(d))
		if hi != 0 || lo > math.MaxInt32*1024 {
			return a, fmt.Errorf("shape %v has more elements than can be read", h.shape)
		}
		count = lo
	}
	if want := int64(count) * int64(h.width()); want != have {
		return a, fmt.Errorf("%s of shape %v takes %d bytes, %d are there", h.kind, h.shape, want, have)
	}
	n := int(count)
	var err error
	switch order := h.order; h.kind {
	case "f2":
		a.Data, err = elements(r, n, 2, func(b []byte) float32 { return half.Float32(order.Uint16(b)) })
	case "f4":
		a.Data, err = elements(r, n, 4, func(b []byte) float32 { return math.Float32frombits(order.Uint32(b)) })
	case "f8":
		a.F64, err = elements(r, n, 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) })
	case "i1":
		a.I64, err = elements(r, n, 1, func(b []byte) int64 { return int64(int8(b[0])) })
	case "i2":
		a.I64, err = elements(r, n, 2, func(b []byte) int64 { return int64(int16(order.Uint16(b))) })
	case "i4":
		a.I64, err = elements(r, n, 4, func(b []byte) int64 { return int64(int32(order.Uint32(b))) })
	case "i8":
		a.I64, err = elements(r, n, 8, func(b []byte) int64 { return int64(order.Uint64(b)) })
	case "u2":
		a.I64, err = elements(r, n, 2, func(b []byte) int64 { return int64(order.Uint16(b)) })
	case "u4":
		a.I64, err = elements(r, n, 4, func(b []byte) int64 { return int64(order.Uint32(b)) })
	case "u8":
		a.I64, err = elements(r, n, 8, func(b []byte) int64 { return int64(order.Uint64(b)) })
		if i := slices.IndexFunc(a.I64, func(v int64) bool { return v < 0 }); i >= 0 {
			return a, fmt.Errorf("%d is larger than 2⁶³-1", uint64(a.I64[i]))
		}
	default: // u1 and b1: parseHeader knows no more
		a.I64, err = elements(r, n, 1, func(b []byte) int64 { return int64(b[0]) })
	}
	if err != nil {
		return a, fmt.Errorf("%s of shape %v: %w", h.kind, h.shape, err)
	}
	if h.fortran {
		a.Data, a.F64, a.I64 = rowMajor(a.Data, a.Shape), rowMajor(a.F64, a.Shape), rowMajor(a.I64, a.Shape)
	}
	return a, nil
}

// elements reads so many of a width. Memory grows with what is read, as a zip file may
// end before what it claims.
func elements[T any](r io.Reader, n, width int, get func([]byte) T) ([]T, error) {
	const chunk = 1 << 16
	out := make([]T, 0, min(n, chunk))
	buffer := make([]byte, min(n, chunk)*width)
	for len(out) < n {
		b := buffer[:min(n-len(out), chunk)*width]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, fmt.Errorf("after %d of %d elements: %w", len(out), n, err)
		}
		out = slices.Grow(out, len(b)/width)
		for i := 0; i < len(b); i += width {
			out = append(out, get(b[i:]))
		}
	}
	return out, nil
}

// rowMajor puts elements whose first index runs fastest into the order in which the last
// one does.
func rowMajor[T any](x []T, shape []int) []T {
	if len(x) == 0 || len(shape) < 2 {
		return x
	}
	out, index := make([]T, len(x)), make([]int, len(shape))
	for i := range out {
		at := 0
		for axis := len(shape) - 1; axis >= 0; axis-- {
			at = at*shape[axis] + index[axis]
		}
		out[i] = x[at]
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out
}
