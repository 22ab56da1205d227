package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"descent/internal/onnxproto"
)

// ReadTensor reads a tensor from a file: .npy of NumPy, or .pb of ONNX.
func ReadTensor(path string) (Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return Tensor{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return Tensor{}, err
	}
	var t Tensor
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npy":
		t, err = parseNpy(data)
	case ".pb":
		t, err = parsePb(data)
	default:
		err = fmt.Errorf("files that end in .npy and .pb are read as tensors, not %q", ext)
	}
	if err != nil {
		return Tensor{}, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func parsePb(data []byte) (Tensor, error) {
	p, err := onnxproto.ParseTensor(data)
	if err != nil {
		return Tensor{}, err
	}
	return fromProto(p)
}

func fromProto(p *onnxproto.Tensor) (Tensor, error) {
	t := Tensor{Type: p.Type.String(), Dims: []int{}}
	for _, d := range p.Dims {
		t.Dims = append(t.Dims, int(d))
	}
	var err error
	t.Values, err = p.Float64Values()
	return t, err
}

// kinds are NumPy's names of types.
var kinds = map[string]onnxproto.DataType{
	"f4": onnxproto.Float32, "f8": onnxproto.Float64, "f2": onnxproto.Float16, "i8": onnxproto.Int64, "i4": onnxproto.Int32, "i2": onnxproto.Int16,
	"i1": onnxproto.Int8, "u8": onnxproto.Uint64, "u4": onnxproto.Uint32, "u2": onnxproto.Uint16, "u1": onnxproto.Uint8, "b1": onnxproto.Bool,
}

var npyHeader = regexp.MustCompile(`^\{'descr': '([<|=])([a-z][0-9])', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\}\s*$`)

// parseNpy reads an array in the format of NumPy, versions 1 to 3.
func parseNpy(data []byte) (Tensor, error) {
	if !bytes.HasPrefix(data, []byte("\x93NUMPY")) || len(data) < 12 {
		return Tensor{}, errors.New("no array of NumPy (.npy)")
	}
	at, length := 10, int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] > 1 {
		at, length = 12, int(binary.LittleEndian.Uint32(data[8:]))
	}
	if length > len(data)-at {
		return Tensor{}, errors.New("the file is cut short")
	}
	m := npyHeader.FindSubmatch(data[at : at+length])
	if m == nil {
		return Tensor{}, errors.New("an array of numbers in little-endian order is wanted")
	}
	typ, ok := kinds[string(m[2])]
	if !ok {
		return Tensor{}, fmt.Errorf("elements of %s are not read", m[2])
	}
	if string(m[3]) == "True" {
		return Tensor{}, errors.New("the array is in Fortran's order; save numpy.ascontiguousarray of it")
	}
	p := onnxproto.Tensor{Type: typ, Raw: data[at+length:]}
	for _, d := range strings.FieldsFunc(string(m[4]), func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseInt(d, 10, 64)
		if err != nil {
			return Tensor{}, err
		}
		p.Dims = append(p.Dims, n)
	}
	return fromProto(&p)
}
