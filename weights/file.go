// Package weights reads weights that other programs wrote, and takes them over into a
// network of package nn.
//
//	file, err := weights.Open("resnet20.safetensors")
//	m, err := weights.Match(net, []int{32, 32, 3}, file) // what belongs where
//	fmt.Print(m)                                         // a text to read and to edit
//	store, err := weights.Load(net, []int{32, 32, 3}, file, m)
//	model, err := model.New(net, spec, nil, store)
//
// Files are safetensors, as PyTorch's libraries write, and .npz or .npy of NumPy. Names
// are those of PyTorch, Keras or Flax, or others that the text of a [Map] gives.
package weights

import (
	"fmt"
	"io"
	"os"

	"descent/internal/half"
	"descent/internal/npy"
	"descent/internal/safetensors"
)

// File is what a file of weights holds.
type File struct {
	Path    string
	Tensors []Tensor // in the order of the file
	Meta    map[string]string
}

// Tensor is an array of numbers by its name.
type Tensor struct {
	Name   string
	Shape  []int     // empty: one number
	Data   []float32 // row-major; nil: whole numbers, which no weights are
	Beyond int       // how many numbers of float64 are beyond those of float32
}

// Open reads a file of weights: safetensors, .npz or .npy. Numbers of 16 bits are
// widened, those of 64 bits rounded.
func Open(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe might never open
		return nil, fmt.Errorf("weights: %s is no plain file", path)
	}
	first, err := beginning(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	f := &File{Path: path}
	if npy.IsArray(first) || string(first[:min(2, len(first))]) == "PK" {
		arrays, err := npy.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("weights: %w", err)
		}
		for _, a := range arrays {
			f.add(a.Name, a.Shape, a.Data, a.F64)
		}
		return f, nil
	}
	s, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w; want a safetensors, .npz or .npy file", err)
	}
	f.Meta = s.Meta
	for _, t := range s.Tensors {
		data := t.Data
		switch {
		case t.BF16 != nil:
			data = half.Widen(t.BF16)
		case t.F64 == nil && t.I64 == nil && t.I8 == nil && data == nil:
			data = []float32{}
		}
		f.add(t.Name, t.Shape, data, t.F64)
	}
	return f, nil
}

func beginning(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	first := make([]byte, 8)
	n, err := io.ReadFull(f, first)
	if err == io.EOF {
		return nil, fmt.Errorf("%s is empty", path)
	}
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return first[:n], nil
}

// add appends a tensor, of float32 or of float64.
func (f *File) add(name string, shape []int, data []float32, wide []float64) {
	t := Tensor{Name: name, Shape: shape, Data: data}
	if t.Name == "" {
		t.Name = "array" // of a .npy file
	}
	if wide != nil {
		t.Data = make([]float32, len(wide))
	}
	for i, v := range wide {
		if t.Data[i] = float32(v); infinite(float64(t.Data[i])) && !infinite(v) {
			t.Beyond++
		}
	}
	f.Tensors = append(f.Tensors, t)
}

// Tensor returns the tensor of that name.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

func infinite(v float64) bool { return v-v != 0 && v == v }
