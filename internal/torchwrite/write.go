// Package torchwrite writes models for PyTorch: weights under its names and in its
// layouts, and a module in Python that reads and runs them.
package torchwrite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"descent/internal/files"
	"descent/internal/network"
	"descent/internal/onnxproto"
	"descent/internal/onnxwrite"
	"descent/internal/safetensors"
	"descent/internal/usage"
	"descent/model"
	"descent/nn"
)

// ModuleFile is the file of the module that reads the weights in a file, named after it as
// Python imports names.
func ModuleFile(weights string) string {
	base := filepath.Base(weights)
	name := strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, strings.TrimSuffix(base, filepath.Ext(base)))
	if name == "" || unicode.IsDigit(rune(name[0])) || slices.Contains(taken, name) {
		name = "model_" + name
	}
	return filepath.Join(filepath.Dir(weights), name+".py")
}

// taken are words of Python and the modules that one which is written imports.
var taken = strings.Fields(`False None True and as assert async await break class continue def del elif else except
	finally for from global if import in is json lambda nonlocal not or pass raise return safetensors torch try while with yield`)

// Write writes the weights of a model to a safetensors file, and the module that reads
// them beside it. What there was stays until both are whole; a module of another origin is
// an error.
func Write(path string, m *model.Model) error {
	module := ModuleFile(path)
	if filepath.Clean(path) == module {
		return usage.Errorf("%s would be both the weights and the module of Python beside them; name it .safetensors", path)
	}
	if old, err := os.ReadFile(module); !errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(string(old), `"""`+written) {
		return usage.Errorf("%s is there and no module of an earlier export; name another file", module)
	}
	w, err := newWriter(m)
	if err != nil {
		return err
	}
	text, err := w.module(filepath.Base(path), m)
	if err != nil {
		return err
	}
	return files.Write(path, func(f io.Writer) error {
		if err := safetensors.Write(f, map[string]string{"format": "pt"}, w.tensors); err != nil {
			return err
		}
		return files.Write(module, func(f io.Writer) error {
			_, err := io.WriteString(f, text)
			return err
		})
	})
}

// writer writes the graph of a network as lines of Python.
type writer struct {
	graph   *onnxproto.Graph
	roles   map[string]nn.Role // of weights, by their names here
	names   map[string]string  // of weights for PyTorch
	turned  map[string]bool    // matrices that PyTorch has the other way round
	consts  map[string]*onnxproto.Tensor
	exprs   map[string]string // what stands for a tensor
	shapes  map[string]string // likewise for those that are shapes
	lines   []string
	tensors []safetensors.Tensor
}

func newWriter(m *model.Model) (*writer, error) {
	g, err := onnxwrite.Bare(m)
	if err != nil {
		return nil, err
	}
	_, params, err := network.Network{Layer: m.Network(), Spec: m.Spec(), Objective: m.Objective()}.Declared()
	if err != nil {
		return nil, err
	}
	w := &writer{
		graph: g, roles: map[string]nn.Role{}, names: map[string]string{}, turned: map[string]bool{},
		consts: map[string]*onnxproto.Tensor{}, exprs: map[string]string{}, shapes: map[string]string{},
	}
	for _, p := range params {
		w.roles[p.Name], w.names[p.Name] = p.Role, p.Name
	}
	for _, t := range g.Initializers {
		w.consts[t.Name] = t
	}
	w.name()
	for _, t := range g.Initializers {
		if t.Type == onnxproto.Float32 && len(t.Dims) > 0 {
			w.hold(t)
		}
	}
	return w, nil
}

// usual are the names that PyTorch has for the operands of a node, behind the first.
var usual = map[string][]string{
	"BatchNormalization": {"weight", "bias", "running_mean", "running_var"},
	"LayerNormalization": {"weight", "bias"},
}

// name finds the names and layouts of weights from where they are used.
func (w *writer) name() {
	straight := map[string]bool{}
	for _, n := range w.graph.Nodes {
		for i, in := range n.Inputs {
			if n.Op == "Gemm" && i == 1 && ints(n, "transB") == nil {
				w.turned[in] = true
			} else {
				straight[in] = true
			}
			if _, ok := w.roles[in]; ok && i > 0 && i <= len(usual[n.Op]) {
				dot := strings.LastIndexByte(in, '.')
				if name := in[:dot+1] + usual[n.Op][i-1]; w.free(name) {
					w.names[in] = name
				}
			}
		}
	}
	for name := range straight {
		delete(w.turned, name)
	}
}

// free reports whether no weight has a name.
func (w *writer) free(name string) bool {
	for _, used := range w.names {
		if used == name {
			return false
		}
	}
	return true
}

// hold adds a tensor to the file of weights.
func (w *writer) hold(t *onnxproto.Tensor) {
	name, ok := w.names[t.Name]
	if !ok {
		name = "constants." + strings.ReplaceAll(t.Name, ".", "_")
		w.names[t.Name] = name
	}
	s := safetensors.Tensor{Name: name, Data: values(t)}
	for _, d := range t.Dims {
		s.Shape = append(s.Shape, int(d))
	}
	if w.turned[t.Name] && len(s.Shape) == 2 {
		rows, columns := s.Shape[0], s.Shape[1]
		turned := make([]float32, len(s.Data))
		for i := range rows {
			for j := range columns {
				turned[j*rows+i] = s.Data[i*columns+j]
			}
		}
		s.Shape, s.Data = []int{columns, rows}, turned
	}
	w.tensors = append(w.tensors, s)
	w.exprs[t.Name] = fmt.Sprintf("p[%s]", quoted(name))
}

// values returns the numbers of a tensor of float32.
func values(t *onnxproto.Tensor) []float32 {
	list := make([]float32, len(t.Raw)/4)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Raw[4*i:]))
	}
	return list
}

// attribute returns an attribute of a node, nil if it has none of that name.
func attribute(n *onnxproto.Node, name string) *onnxproto.Attribute {
	if i := slices.IndexFunc(n.Attributes, func(a *onnxproto.Attribute) bool { return a.Name == name }); i >= 0 {
		return n.Attributes[i]
	}
	return nil
}

// ints returns whole numbers that a node has as an attribute.
func ints(n *onnxproto.Node, name string) []int64 {
	switch a := attribute(n, name); {
	case a == nil:
		return nil
	case a.Type == onnxproto.AttrInt:
		return []int64{a.Int}
	default:
		return a.Ints
	}
}

// list returns the whole numbers of a constant.
func (w *writer) list(name string) []int64 {
	t := w.consts[name]
	if t == nil || t.Type != onnxproto.Int64 {
		return nil
	}
	list := make([]int64, len(t.Raw)/8)
	for i := range list {
		list[i] = int64(binary.LittleEndian.Uint64(t.Raw[8*i:]))
	}
	return list
}
