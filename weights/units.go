package weights

import (
	"fmt"
	"slices"
	"strings"

	"descent/nn"
)

// source is a tensor of the file, or a piece of one.
type source struct {
	name, piece string
	full, shape []int // of the tensor and of the piece
}

// unit is what a layer has in the file: tensors by the last part of their names.
type unit struct {
	path   string // before that part
	leaves map[string]source
}

// words of a leaf in PyTorch, Keras and Flax for what the parameters of nn are called.
// Which of them stands for another is seen from the others of its layer.
var words = map[string][]string{
	"weight":    {"weight", "kernel", "depthwise_kernel", "embeddings", "embedding", "weight_ih"},
	"bias":      {"bias", "bias_ih"},
	"recurrent": {"weight_hh", "recurrent_kernel"},
	"scale":     {"weight", "gamma", "scale"},
	"shift":     {"bias", "beta"},
	"mean":      {"running_mean", "moving_mean", "mean"},
	"variance":  {"running_var", "moving_variance", "var", "variance"},
}

// layer is a layer of the network that has parameters.
type layer struct {
	path, kind string
	leaves     []string // in the order of declaration
	params     map[string]nn.Param
	images     []int // [h, w, c] that a matrix reads flattened; nil: none
}

func (l layer) dims(leaf string) []int { return l.params[leaf].Tensor.Type().Dims() }

// pairing is what a layer takes of a unit.
type pairing struct {
	lines  []Line
	kind   bool   // everything of both has its place
	whole  bool   // and fits
	matrix matrix // how its matrix lies in the file
}

// matrix says how a matrix that PyTorch calls weight lies in a file.
type matrix int

const (
	noMatrix   matrix = iota // it is another thing
	transposed               // [out, in], as Linear has it
	straight                 // [in, out], as GPT-2 has it
	square                   // its sizes do not say
)

// pair says how the tensors of u become the parameters of l; none says that they are
// not of one kind.
func (l layer) pair(u *unit) (p pairing) {
	left := map[string]bool{}
	for leaf := range u.leaves {
		left[leaf] = true
	}
	taken := map[string]bool{}
	fits := true
	add := func(leaf string, from, to, axes string, adds bool, theirs string) {
		s := u.leaves[theirs]
		if from == "" {
			from = s.piece
		}
		line := Line{Theirs: s.name, From: from, Ours: l.params[leaf].Name, To: to, Axes: axes, Add: adds}
		if _, err := line.move(Tensor{Name: s.name, Shape: s.full}, l.params[leaf]); err != nil {
			fits = false
		}
		p.lines = append(p.lines, line)
		taken[leaf] = true
		delete(left, theirs)
	}
	if !l.gated(u, add) {
		for _, leaf := range l.leaves {
			for _, word := range words[leaf] {
				s, ok := u.leaves[word]
				if !ok || !left[word] {
					continue
				}
				axes := ""
				if leaf == "weight" {
					axes, p.matrix = l.axes(word, s.shape)
				} else if len(s.shape) == 2 && len(l.dims(leaf)) == 1 { // a bias of heads
					axes = "HD>(HD)"
				}
				add(leaf, "", "", axes, false, word)
				break
			}
		}
	}
	p.kind = len(left) == 0 && len(taken) == len(l.leaves)
	p.whole = p.kind && fits
	return p
}

// axes says how the axes of a weight of theirs become those of ours.
func (l layer) axes(word string, shape []int) (text string, lies matrix) {
	ours := l.dims("weight")
	torch := word == "weight" || word == "weight_ih"
	table := l.params["weight"].Role == nn.Table
	switch {
	case table:
		return "", noMatrix
	case len(ours) == 2 && len(shape) == 4 && torch:
		return "OI11>IO", noMatrix
	case len(ours) == 2 && len(shape) == 3 && word == "kernel":
		if shape[0] == ours[0] {
			return "IHD>I(HD)", noMatrix
		}
		return "HDO>(HD)O", noMatrix
	case len(ours) == 2 && len(shape) == 2 && torch:
		asIs, turned := slices.Equal(shape, ours), shape[0] == ours[1] && shape[1] == ours[0]
		switch {
		case l.images != nil && turned:
			return fmt.Sprintf("O(CHW)>(HWC)O,H=%d,W=%d", l.images[0], l.images[1]), transposed
		case asIs && turned:
			return "OI>IO", square
		case asIs:
			return "", straight
		}
		return "OI>IO", transposed
	case len(ours) == 4 && len(shape) == 4 && word == "depthwise_kernel":
		return "HWCM>HW1(CM)", noMatrix
	case len(ours) == 4 && len(shape) == 4 && torch && l.kind == "convtranspose2d":
		return "IOHW>HWOI", noMatrix
	case len(ours) == 4 && len(shape) == 4 && torch:
		return "OIHW>HWIO", noMatrix
	case len(ours) == 3 && len(shape) == 3 && torch:
		return "OIL>LIO", noMatrix
	}
	return "", noMatrix
}

// gated adds the lines of a recurrent layer, and reports whether l and u are such.
//
// PyTorch's gates are in the order of ours, with two biases; Keras's LSTM is in that
// order, too, and its GRU has update, reset, new in place of reset, update, new.
func (l layer) gated(u *unit, add func(leaf, from, to, axes string, adds bool, theirs string)) bool {
	_, recurrent := l.params["recurrent"]
	_, torch := u.leaves["weight_hh"]
	_, keras := u.leaves["recurrent_kernel"]
	if !recurrent || !torch && !keras {
		return false
	}
	h := l.dims("recurrent")[0]
	_, gru := l.params["recurrent_bias"]
	span := func(a, b int) string { return fmt.Sprintf("%d:%d", a*h, b*h) }
	switch {
	case torch:
		add("weight", "", "", "OI>IO", false, "weight_ih")
		add("recurrent", "", "", "OI>IO", false, "weight_hh")
		if _, ok := u.leaves["bias_ih"]; !ok {
			break
		}
		add("bias", "", "", "", false, "bias_ih")
		if gru {
			add("bias", "["+span(0, 2)+"]", "["+span(0, 2)+"]", "", true, "bias_hh")
			add("recurrent_bias", "["+span(2, 3)+"]", "", "", false, "bias_hh")
		} else {
			add("bias", "", "", "", true, "bias_hh")
		}
	case !gru:
		add("weight", "", "", "", false, "kernel")
		add("recurrent", "", "", "", false, "recurrent_kernel")
		if _, ok := u.leaves["bias"]; ok {
			add("bias", "", "", "", false, "bias")
		}
	default:
		for ours, theirs := range []int{1, 0, 2} {
			to, from := "[:,"+span(ours, ours+1)+"]", "[:,"+span(theirs, theirs+1)+"]"
			add("weight", from, to, "", false, "kernel")
			add("recurrent", from, to, "", false, "recurrent_kernel")
			if len(u.leaves["bias"].shape) != 2 {
				continue // without the bias behind the reset it is another layer
			}
			add("bias", "[0,"+span(theirs, theirs+1)+"]", "["+span(ours, ours+1)+"]", "", false, "bias")
			if ours < 2 {
				add("bias", "[1,"+span(theirs, theirs+1)+"]", "["+span(ours, ours+1)+"]", "", true, "bias")
			} else {
				add("recurrent_bias", "[1,"+span(theirs, theirs+1)+"]", "", "", false, "bias")
			}
		}
	}
	return true
}

// uncounted reports whether a tensor is none of a network's numbers, by its name.
func uncounted(name string) bool { return strings.HasSuffix(name, "num_batches_tracked") }

// classes of layers that others of the same shape stand beside, by the last part of
// their names that says so.
var classes = map[string]string{
	"query": "query", "q": "query", "q_proj": "query", "q_lin": "query", "to_q": "query", "wq": "query", "query_proj": "query",
	"key": "key", "k": "key", "k_proj": "key", "k_lin": "key", "to_k": "key", "wk": "key", "key_proj": "key",
	"value": "value", "v": "value", "v_proj": "value", "v_lin": "value", "to_v": "value", "wv": "value", "value_proj": "value",
	"gate": "gate", "gate_proj": "gate", "w1": "gate",
	"up": "up", "up_proj": "up", "w3": "up",
	"down": "down", "down_proj": "down", "w2": "down",
	"q_norm": "query_norm", "query_norm": "query_norm", "k_norm": "key_norm", "key_norm": "key_norm",
}

// class is what the last part of a path says.
func class(path string) string {
	return classes[strings.ToLower(path[strings.LastIndexAny(path, "./")+1:])]
}
