package weights

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// node is a part of the names of a file that others share.
type node struct {
	name  string
	items []item
}

// item is a node or a layer.
type item struct {
	node *node
	unit *unit
}

// numbered is what PyTorch writes behind the names of a recurrent layer's tensors.
var numbered = regexp.MustCompile(`^(weight|bias)_(ih|hh)_l(\d+(?:_reverse)?)$`)

// combined are names of one product that gives queries, keys and values.
var combined = map[string]bool{"in_proj": true, "c_attn": true, "qkv": true, "Wqkv": true, "qkv_proj": true}

// tree returns the tensors of a file as the tree of their names, without those that fit
// no layer, and the units in it in order.
func tree(f *File, layers []layer) (*node, []*unit) {
	separate := slices.ContainsFunc(layers, func(l layer) bool { return class(l.path) == "query" })
	var list []*unit
	for _, t := range f.Tensors {
		if t.Data == nil || uncounted(t.Name) {
			continue
		}
		path, leaf := parted(t.Name)
		s := source{name: t.Name, full: t.Shape, shape: t.Shape}
		if m := numbered.FindStringSubmatch(leaf); m != nil {
			path, leaf = path+".l"+m[3], m[1]+"_"+m[2]
		}
		if separate && len(t.Shape) > 0 {
			if parts, ok := thirds(s); ok && combined[path[strings.LastIndexByte(path, '.')+1:]] {
				for i, part := range parts {
					put(&list, path+"."+[]string{"query", "key", "value"}[i], leaf, part)
				}
				continue
			}
		}
		put(&list, path, leaf, s)
	}
	list = slices.DeleteFunc(list, func(u *unit) bool {
		return !slices.ContainsFunc(layers, func(l layer) bool { return l.pair(u).lines != nil })
	})
	if slices.IsSortedFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) }) {
		slices.SortStableFunc(list, func(a, b *unit) int { return natural(a.path, b.path) })
	}
	root := &node{}
	for _, u := range list {
		at := root
		for part := range strings.SplitSeq(u.path, ".") {
			next := slices.IndexFunc(at.items, func(i item) bool { return i.node != nil && i.node.name == part })
			if next < 0 {
				next = len(at.items)
				at.items = append(at.items, item{node: &node{name: part}})
			}
			at = at.items[next].node
		}
		at.items = append(at.items, item{unit: u})
	}
	return root, list
}

// put adds a tensor to the unit of its path.
func put(list *[]*unit, path, leaf string, s source) {
	at := slices.IndexFunc(*list, func(u *unit) bool { return u.path == path })
	if at < 0 {
		at = len(*list)
		*list = append(*list, &unit{path: path, leaves: map[string]source{}})
	}
	(*list)[at].leaves[leaf] = s
}

// parted cuts a name into what stands before its last part and that part. Parts stand
// between points or slashes; a number that TensorFlow adds is left out, and in_proj_weight
// of PyTorch has the part in_proj.
func parted(name string) (path, leaf string) {
	name = strings.TrimSuffix(name, ":0")
	name = strings.ReplaceAll(name, "/", ".")
	at := strings.LastIndexByte(name, '.')
	if rest, ok := strings.CutPrefix(name[at+1:], "in_proj_"); ok {
		return strings.TrimPrefix(name[:at+1]+"in_proj", "."), rest
	}
	if at < 0 {
		return "", name
	}
	return name[:at], name[at+1:]
}

// thirds returns the parts of a tensor for queries, keys and values: of its first axis in
// PyTorch's product, of the last one where that is three times the first, as GPT-2 has it;
// not ok says that it has no such parts, as with fewer heads of keys.
func thirds(s source) (parts [3]source, ok bool) {
	axis := 0
	if n := len(s.full); n == 2 && s.full[1] == 3*s.full[0] {
		axis = 1
	}
	n := s.full[axis] / 3
	if s.full[axis] != 3*n {
		return parts, false
	}
	for i := range parts {
		piece := strconv.Itoa(i*n) + ":" + strconv.Itoa((i+1)*n) + "]"
		parts[i] = source{name: s.name, full: s.full, shape: slices.Clone(s.full), piece: "[" + strings.Repeat(":,", axis) + piece}
		parts[i].shape[axis] = n
	}
	return parts, true
}

// natural compares texts, numbers in them as numbers.
func natural(a, b string) int {
	for a != "" && b != "" {
		i, j := digits(a), digits(b)
		if i > 0 && j > 0 {
			x, y := strings.TrimLeft(a[:i], "0"), strings.TrimLeft(b[:j], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
