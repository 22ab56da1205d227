package model

import (
	"fmt"
	"slices"

	"descent/graph"
	"descent/internal/half"
	"descent/internal/kernel/tile"
	"descent/internal/safetensors"
)

// scaleName is the tensor of the scales of a weight in a file.
func scaleName(weight string) string { return weight + ".scale" }

// tensors returns the weights as they stand in a file: bf16 as BF16, int8 as I8 with
// the scales behind it.
func (m *Model) tensors() (list []safetensors.Tensor) {
	all := m.Store()
	for _, name := range all.Names() {
		t, values := safetensors.Tensor{Name: name, Shape: all.Type(name).Dims()}, all.Value(name)
		how, ok := m.stored(name)
		switch {
		case !ok:
			t.Data = values
		case how.Format == tile.BF16:
			t.BF16 = make([]uint16, len(values))
			for i, v := range values {
				t.BF16[i] = half.Nearest(v)
			}
		default:
			t.I8 = make([]int8, len(values))
			matrix, scales := how.Matrix(all.Type(name)), m.narrow.scales[name]
			row, column := place(how, matrix)
			for k := range matrix.Inner {
				for j, s := range scales {
					at := k*row + j*column
					t.I8[at] = tile.Whole(values[at], s)
				}
			}
			list = append(list, t)
			t = safetensors.Tensor{Name: scaleName(name), Shape: []int{len(scales)}, Data: scales}
		}
		list = append(list, t)
	}
	return list
}

// stored returns how a weight stands in a file, and whether in fewer bits than 32.
func (m *Model) stored(name string) (how graph.Narrow, ok bool) {
	if m.narrow == nil {
		return how, false
	}
	how, ok = m.narrow.how[name]
	return how, ok
}

// openNarrow makes of m, which knows its network, a model with the weights in file, of
// which those that p stores in fewer bits must be so.
func (m *Model) openNarrow(file *safetensors.File, p Storage) (*Model, error) {
	_, params, err := m.net.Declared()
	if err != nil {
		return nil, err
	}
	n := &narrow{storage: p, how: stored(params, p), scales: map[string][]float32{}}
	wide := &safetensors.File{}
	scales := map[string]bool{}
	for _, w := range params {
		how, ok := n.how[w.Name]
		if !ok {
			continue
		}
		t, ok := file.Tensor(w.Name)
		if !ok {
			return nil, fmt.Errorf("the file has no weight %q", w.Name)
		}
		if want := w.Tensor.Type(); !slices.Equal(t.Shape, want.Dims()) {
			return nil, fmt.Errorf("weight %q has shape %v in the file, the network takes %v of %v", w.Name, t.Shape, want, p)
		}
		matrix := how.Matrix(w.Tensor.Type())
		if p == Int8 {
			s, _ := file.Tensor(scaleName(w.Name))
			if n.scales[w.Name], err = scalesOf(s, matrix.Columns); err != nil {
				return nil, fmt.Errorf("weight %q: %w", w.Name, err)
			}
			scales[s.Name] = true
		}
		if t.Data, err = float32s(t, how, matrix, n.scales[w.Name]); err != nil {
			return nil, fmt.Errorf("weight %q: %w", w.Name, err)
		}
		t.BF16, t.I8 = nil, nil
		wide.Tensors = append(wide.Tensors, t)
	}
	for _, t := range file.Tensors {
		if _, ok := n.how[t.Name]; !ok && !scales[t.Name] {
			wide.Tensors = append(wide.Tensors, t)
		}
	}
	if err := m.declare(from(wide)); err != nil {
		return nil, err
	}
	return m.narrowed(m.weights, n)
}

// scalesOf returns the scales of so many outputs.
func scalesOf(t safetensors.Tensor, columns int) ([]float32, error) {
	if len(t.Shape) != 1 || len(t.Data) != columns {
		return nil, fmt.Errorf("has scales of shape %v in the file; want [%d] of float32", t.Shape, columns)
	}
	for i, s := range t.Data {
		if !finite(float32(127*s)) || s < 0 {
			return nil, fmt.Errorf("scale %d is %v; want a number of at least 0 whose product with 127 is finite", i, s)
		}
	}
	return t.Data, nil
}

// float32s are the values of a weight that a file has in fewer bits.
func float32s(t safetensors.Tensor, how graph.Narrow, m tile.Narrow, scales []float32) ([]float32, error) {
	switch {
	case how.Format == tile.BF16 && t.BF16 != nil:
		return half.Widen(t.BF16), nil
	case how.Format == tile.Int8 && t.I8 != nil:
		values := make([]float32, m.Inner*m.Columns)
		row, column := place(how, m)
		for k := range m.Inner {
			for j, s := range scales {
				at := k*row + j*column
				if t.I8[at] == -128 {
					return nil, fmt.Errorf("value %d is -128; want -127 to 127", at)
				}
				values[at] = float32(float32(t.I8[at]) * s)
			}
		}
		return values, nil
	}
	return nil, fmt.Errorf("is not of %v in the file, as its metadata says", Storage(how.Format))
}
