package weights

import (
	"fmt"
	"slices"
	"strings"

	"descent/graph"
	"descent/nn"
)

// Match finds what of a file belongs where in net, which takes samples of the given
// shape and fields, by names, shapes and order:
//
//   - A network has layers one after the other, and names of a file are a tree whose
//     leaves are layers. Match looks for an order of the tree in which each layer meets
//     one of its kind and shapes. Of several orders it takes that of the file, or, where
//     a file is sorted by names, that of the names, with numbers as numbers; a batch
//     normalization comes behind what stands beside it.
//   - Queries, keys, values and the parts of gated networks go by their names alone.
//   - Axes change place as PyTorch, Keras or Flax have them, told apart by names such as
//     weight and kernel, and by shapes.
//
// What has no counterpart stands in the map as "?", and Load refuses it: edit the map, or
// name the layers that start anew with [Map.Anew].
func Match(net nn.Layer, input []int, f *File, fields ...nn.Field) (Map, error) {
	t, err := trace(net, input, fields)
	if err != nil {
		return nil, err
	}
	return t.match(f), nil
}

// Anew returns the map with these parameters started as in a network that is trained
// from nothing, and what nothing takes then left out.
func (m Map) Anew(params ...string) Map {
	var out Map
	for _, l := range m {
		switch {
		case l.Theirs != Unknown && l.Theirs != None && slices.Contains(params, l.Ours):
			l.Ours, l.To, l.Axes, l.Add, l.Note = None, "", "", false, ""
		case l.Theirs != Unknown && l.Ours == Unknown:
			l.Ours = None
		case slices.Contains(params, l.Ours):
			continue
		}
		out = append(out, l)
	}
	for _, name := range params {
		out = append(out, Line{Theirs: None, Ours: name, Note: "starts anew"})
	}
	return out
}

func (t traced) match(f *File) Map {
	if m := t.same(f); m != nil {
		return m
	}
	layers := t.layers()
	root, units := tree(f, layers)
	s := &search{layers: layers, fits: fits(layers, units), steps: 200_000}
	s.step(0, &frame{node: root, done: make([]bool, len(root.items))})
	s.rest(units)
	return s.text(f, t.params)
}

// same is the map of a file that has the network's own names and shapes.
func (t traced) same(f *File) (m Map) {
	for _, p := range t.params {
		x, ok := f.Tensor(p.Name)
		if !ok || !slices.Equal(x.Shape, p.Tensor.Type().Dims()) {
			return nil
		}
		m = append(m, Line{Theirs: p.Name, Ours: p.Name})
	}
	for _, x := range f.Tensors {
		if !slices.ContainsFunc(t.params, func(p nn.Param) bool { return p.Name == x.Name }) {
			m = append(m, Line{Theirs: x.Name, Ours: Unknown, Note: fmt.Sprint(x.Shape)})
		}
	}
	return m
}

// layers puts parameters together that one layer declared.
func (t traced) layers() []layer {
	var list []layer
	flat := flattened(t.out)
	for _, p := range t.params {
		path, leaf := "", p.Name
		if at := strings.LastIndexByte(p.Name, '.'); at >= 0 {
			path, leaf = p.Name[:at], p.Name[at+1:]
		}
		at := slices.IndexFunc(list, func(l layer) bool { return l.path == path })
		if at < 0 {
			at = len(list)
			list = append(list, layer{path: path, kind: t.kinds[path], params: map[string]nn.Param{}})
		}
		l := &list[at]
		l.leaves, l.params[leaf] = append(l.leaves, leaf), p
		if dims := flat[p.Name]; dims != nil {
			l.images = dims
		}
	}
	return list
}

// flattened returns, of each matrix that reads images [h, w, c] as rows, these sizes.
func flattened(out graph.Tensor) map[string][]int {
	list := map[string][]int{}
	for _, y := range graph.Sorted(out) {
		if y.Op().Name() != "MatMul" {
			continue
		}
		name, ok := strings.CutPrefix(y.Inputs()[1].Op().Name(), "Variable ")
		x := y.Inputs()[0]
		if !ok || x.Op().Name() != "Reshape" {
			continue
		}
		if d := x.Inputs()[0].Type().Dims(); len(d) == 4 && d[1]*d[2]*d[3] == x.Dim(-1) && d[1]*d[2] > 1 && d[3] > 1 {
			list[name] = d[1:]
		}
	}
	return list
}

// fits returns the units that are of each layer's kind and shapes.
func fits(layers []layer, units []*unit) []map[*unit]bool {
	named := map[string]bool{} // classes that names of the file say
	for _, u := range units {
		named[class(u.path)] = true
	}
	list := make([]map[*unit]bool, len(layers))
	for i, l := range layers {
		list[i] = map[*unit]bool{}
		for _, u := range units {
			ours, theirs := class(l.path), class(u.path)
			if ours != theirs && (ours != "" && named[ours] || theirs != "" && l.mentions()) {
				continue
			}
			if l.pair(u).whole {
				list[i][u] = true
			}
		}
	}
	return list
}

// mentions reports whether the layer has a class, or stands beside some that do.
func (l layer) mentions() bool { return class(l.path) != "" || strings.HasSuffix(l.path, ".out") }

// search looks for an order of the tree in which units fit layers.
type search struct {
	layers   []layer
	fits     []map[*unit]bool
	steps    int // that are left
	now      []*unit
	assigned []*unit // of each layer; nil: none
}

// frame is a node of the tree of which some items are done, within others.
type frame struct {
	node   *node
	done   []bool
	within *frame
}

func (f *frame) after(item int) *frame {
	done := slices.Clone(f.done)
	done[item] = true
	return &frame{f.node, done, f.within}
}

// step looks for units of the layers from i on, and reports whether all have one.
func (s *search) step(i int, f *frame) bool {
	if i > len(s.assigned) || s.assigned == nil {
		s.assigned = slices.Clone(s.now)
	}
	if i == len(s.layers) {
		return true
	}
	for f != nil && !slices.Contains(f.done, false) {
		f = f.within
	}
	if s.steps--; f == nil || s.steps < 0 {
		return false
	}
	for _, at := range s.order(i, f.node) {
		it := f.node.items[at]
		switch next := f.after(at); {
		case f.done[at]:
		case it.node != nil:
			if s.step(i, &frame{it.node, make([]bool, len(it.node.items)), next}) {
				return true
			}
		case s.fits[i][it.unit]:
			s.now = append(s.now, it.unit)
			if s.step(i+1, next) {
				return true
			}
			s.now = s.now[:i]
		}
	}
	return false
}

// order is that in which the items of a node are tried: a batch normalization stands
// beside the layer that it normalizes.
func (s *search) order(i int, n *node) (first []int) {
	var others []int
	beside := ""
	if _, ok := s.layers[i].params["variance"]; ok && i > 0 {
		beside, _ = parted(s.now[i-1].path)
		beside += "."
	}
	for at, it := range n.items {
		if beside != "" && it.node != nil && slices.ContainsFunc(it.node.items, func(in item) bool {
			return in.unit != nil && s.fits[i][in.unit] && strings.TrimPrefix(beside, ".")+it.node.name == in.unit.path
		}) {
			first = append(first, at)
		} else {
			others = append(others, at)
		}
	}
	return append(first, others...)
}

// rest gives layers that have none a unit that nothing has taken: the first that fits,
// then the first that is of their kind.
func (s *search) rest(units []*unit) {
	s.assigned = append(s.assigned, make([]*unit, len(s.layers)-len(s.assigned))...)
	for _, whole := range []bool{true, false} {
		for i, l := range s.layers {
			if s.assigned[i] != nil {
				continue
			}
			at := slices.IndexFunc(units, func(u *unit) bool {
				return !slices.Contains(s.assigned, u) && (s.fits[i][u] || !whole && class(l.path) == class(u.path) && l.alike(u))
			})
			if at >= 0 {
				s.assigned[i] = units[at]
			}
		}
	}
}

// alike reports whether u has what l has, of as many axes.
func (l layer) alike(u *unit) bool {
	p := l.pair(u)
	for _, line := range p.lines {
		axes := len(l.dims(strings.TrimPrefix(line.Ours, l.path+".")))
		if a, err := parseAxes(line.Axes); err == nil {
			axes = len(a.from)
		}
		for _, s := range u.leaves {
			if s.name == line.Theirs && len(s.full) != axes {
				return false
			}
		}
	}
	return p.kind
}

// text writes what was found as a map.
func (s *search) text(f *File, params []nn.Param) (m Map) {
	lines := map[string][]Line{} // by parameter
	lies := map[matrix]int{}
	for i, l := range s.layers {
		if s.assigned[i] != nil {
			lies[l.pair(s.assigned[i]).matrix]++
		}
	}
	for i, l := range s.layers {
		if s.assigned[i] == nil {
			continue
		}
		p := l.pair(s.assigned[i])
		for _, line := range p.lines {
			if p.matrix == square && lies[straight] > lies[transposed] && line.Axes == "OI>IO" { // as the others
				line.Axes = ""
			}
			x, _ := f.Tensor(line.Theirs)
			line.Note = fmt.Sprint(x.Shape) + s.how(i)
			lines[line.Ours] = append(lines[line.Ours], line)
		}
	}
	for _, p := range params {
		if lines[p.Name] == nil {
			lines[p.Name] = []Line{{Theirs: Unknown, Ours: p.Name, Note: p.Tensor.Type().String()}}
		}
		m = append(m, lines[p.Name]...)
	}
	return append(m, leftOver(f, m)...)
}

// how says how a unit was found for layer i.
func (s *search) how(i int) string {
	if n := len(s.fits[i]); n > 1 {
		return fmt.Sprintf(", one of %d alike, by order", n)
	}
	return ""
}

// leftOver has a line for each tensor that has none.
func leftOver(f *File, m Map) (more Map) {
	for _, x := range f.Tensors {
		if slices.ContainsFunc(m, func(l Line) bool { return l.Theirs == x.Name }) {
			continue
		}
		l := Line{Theirs: x.Name, Ours: Unknown, Note: fmt.Sprint(x.Shape)}
		twin := slices.IndexFunc(m, func(l Line) bool {
			t, ok := f.Tensor(l.Theirs)
			return ok && len(t.Data) > 1 && slices.Equal(t.Shape, x.Shape) && slices.Equal(t.Data, x.Data)
		})
		switch {
		case uncounted(x.Name):
			l.Ours, l.Note = None, "no weight"
		case x.Data == nil:
			l.Ours, l.Note = None, "whole numbers"
		case twin >= 0:
			l.Ours, l.Note = None, "the same numbers as "+m[twin].Theirs
		}
		more = append(more, l)
	}
	return more
}
