package onnx

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/internal/npy"
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
	if p.Type == onnxproto.String {
		a, err := heldArray(p)
		if err != nil {
			return Tensor{}, err
		}
		return a.tensor(), nil
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

// parseNpy reads an array in the format of NumPy.
func parseNpy(data []byte) (Tensor, error) {
	list, err := npy.Parse(data)
	if err != nil {
		return Tensor{}, err
	}
	if len(list) != 1 {
		return Tensor{}, fmt.Errorf("%d arrays; want one", len(list))
	}
	a := list[0]
	t := Tensor{Type: kinds[a.Type].String(), Dims: a.Shape, Values: slices.Clone(a.F64)}
	for _, v := range a.Data {
		t.Values = append(t.Values, float64(v))
	}
	for _, v := range a.I64 {
		t.Values = append(t.Values, float64(v))
	}
	return t, nil
}
