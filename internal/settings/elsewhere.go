package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/engine"
	"descent/internal/human"
	"descent/internal/network"
	"descent/internal/runs"
	"descent/internal/safetensors"
	"descent/internal/transfer"
	"descent/internal/usage"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/objective"
	"descent/onnx"
	"descent/weights"
)

// MapError says why weights of another program cannot be taken over, with the map that
// was to do it.
type MapError struct {
	Map    weights.Map
	Faults weights.Faults
	text   string
}

func (e *MapError) Error() string { return e.text }
func (e *MapError) Unwrap() error { return e.Faults }

// foreign reports whether training starts from weights of another program: a network as
// .onnx, arrays of NumPy, or a safetensors file that is no model of this project.
func (s *Settings) foreign() bool {
	switch strings.ToLower(filepath.Ext(s.InitFrom)) {
	case ".onnx", ".npz", ".npy":
		return true
	case ".safetensors":
		meta, err := safetensors.ReadMeta(s.InitFrom)
		return err == nil && meta[model.MetadataKey] == ""
	}
	return false
}

// others are files of weights that are not read, and how they become files that are.
var others = map[string]string{
	".pt": asSafetensors, ".pth": asSafetensors, ".bin": asSafetensors, ".ckpt": asSafetensors,
	".h5": asArrays, ".hdf5": asArrays, ".keras": asArrays,
}

const (
	asSafetensors = "a pickle of PyTorch can run any code; in Python, safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") writes what can be read"
	asArrays      = "in Python, numpy.savez(\"weights.npz\", **{w.name: w.numpy() for w in model.weights}) writes what can be read"
)

// startFrom gives the configuration the model whose weights training starts from.
func (j *Job) startFrom() error {
	s := &j.Settings
	j.Config.NewHead = s.Head == "new"
	if s.foreign() {
		return j.startElsewhere()
	}
	if how, ok := others[strings.ToLower(filepath.Ext(s.InitFrom))]; ok {
		return usage.Errorf("init_from: %s: %s", s.InitFrom, how)
	}
	path, err := runs.ModelFile(s.InitFrom)
	if err != nil {
		return err
	}
	j.Config.From, err = model.Load(path)
	return err
}

// startElsewhere makes a model of the network with weights of another program. What its
// last layer has is overwritten if that starts anew.
func (j *Job) startElsewhere() error {
	s := &j.Settings
	goals, f, err := j.traced()
	if err != nil {
		return err
	}
	var store *engine.Store
	if IsONNX(s.InitFrom) {
		store, err = j.ofONNX(f)
	} else {
		store, err = j.ofFile(f)
	}
	if err != nil {
		return err
	}
	j.Config.From, err = model.New(j.Net, j.Spec, goals, store)
	return err
}

// traced returns what the network is trained for, and what it declares.
func (j *Job) traced() (objective.Objective, network.Forward, error) {
	goals, err := objective.For(j.Spec, j.Config.Loss).Filled(j.Spec)
	if err != nil {
		return nil, network.Forward{}, err
	}
	f, err := network.Network{Layer: j.Net, Spec: j.Spec, Objective: goals}.Trace(1, false)
	return goals, f, err
}

// ofFile takes weights from a file of arrays.
func (j *Job) ofFile(traced network.Forward) (*engine.Store, error) {
	s := &j.Settings
	f, err := weights.Open(s.InitFrom)
	if err != nil {
		return nil, fmt.Errorf("init_from: %w", err)
	}
	fields := network.Inputs(j.Spec)
	if j.Map, err = weights.Match(j.Net, j.Spec.Input, f, fields...); err != nil {
		return nil, err
	}
	if s.InitMap != "auto" {
		text, err := os.ReadFile(s.InitMap)
		if err != nil {
			return nil, usage.Errorf("init_map: %w", err)
		}
		if j.Map, err = weights.ParseMap(string(text)); err != nil {
			return nil, usage.Errorf("init_map: %s: %w", s.InitMap, err)
		}
	} else if s.Head == "new" {
		j.Map = j.Map.Anew(transfer.Head(traced)...)
	}
	store, err := weights.Load(j.Net, j.Spec.Input, f, j.Map, fields...)
	if faults, ok := err.(weights.Faults); ok {
		return nil, &MapError{j.Map, faults, fmt.Sprintf("init_from: the weights of %s do not fit:\n  %s\n--print-map prints what belongs where, to be edited for --init-map; --head new starts the last layer anew", s.InitFrom, strings.TrimPrefix(faults.Error(), "weights: "))}
	}
	if err == nil {
		j.noteMap(f)
	}
	return store, err
}

// backbone is the word for all layers but the last one, among patterns to freeze.
const backbone = "backbone"

// frozen returns the patterns of what stays as it starts, with names for that word.
func (j *Job) frozen() ([]string, error) {
	patterns := j.Settings.Train.Freeze
	if !slices.Contains(patterns, backbone) {
		return patterns, nil
	}
	_, f, err := j.traced()
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return p == backbone })
	head := transfer.Head(f)
	for _, p := range f.Params {
		if !slices.Contains(head, p.Name) && strings.HasPrefix(p.Name, j.onnxPath) {
			list = append(list, asPattern.Replace(p.Name))
		}
	}
	return list, nil
}

// asPattern writes a name as a pattern that matches it alone.
var asPattern = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// noteMap says what was taken over and what was not.
func (j *Job) noteMap(f *weights.File) {
	taken, order := map[string]bool{}, 0
	var left []string
	for _, l := range j.Map {
		switch {
		case l.Ours == weights.None && !strings.HasSuffix(l.Theirs, "num_batches_tracked"):
			left = append(left, l.Theirs)
		case l.Ours != weights.None && l.Theirs != weights.None:
			taken[l.Theirs] = true
			if strings.Contains(l.Note, "by order") {
				order++
			}
		}
	}
	note := fmt.Sprintf("init_from: %s of %s taken over", human.Plural(len(taken), "tensor"), j.Settings.InitFrom)
	if order > 0 {
		note += fmt.Sprintf(", %d of them told from others of the same shape by their order; --print-map lists them", order)
	}
	if len(left) > 0 {
		note += fmt.Sprintf("; left out: %s", shortened(left))
	}
	j.Notes = append(j.Notes, note)
}

// shortened lists the first of many names.
func shortened(names []string) string {
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// onnxModel is what --model calls the network of an ONNX file.
const onnxModel = "onnx"

// IsONNX reports whether a path names a file of the format.
func IsONNX(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// onnxNetwork builds the network of a file up to its last layer, means over positions
// where there are some, and a last layer of its own.
func (j *Job) onnxNetwork(file string, outputs int) error {
	s := &j.Settings
	if len(j.Spec.Input) != 3 {
		return fmt.Errorf("model: %s takes images, and the samples of %s have %s", s.Model.Value, s.Data, human.Plural(j.Spec.Size(), "feature"))
	}
	file, tensor, cut := strings.Cut(file, "@")
	if IsONNX(s.InitFrom) && s.InitFrom != file {
		return fmt.Errorf("init_from: weights of %s do not belong to model %s; name one file, or leave out the model", s.InitFrom, s.Model.Value)
	}
	m, err := onnx.Read(file)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	if !cut {
		tensor = backboneOf(m.Network)
	}
	if tensor != "" {
		if m, err = m.Prune(tensor); err != nil {
			return fmt.Errorf("model: %s: %w", file, err)
		}
	}
	n := &m.Network
	if len(n.Inputs) != 1 || !n.Inputs[0].Image {
		return fmt.Errorf("model: %s takes no image alone", file)
	}
	n.Outputs = n.Outputs[:1]
	for i := range n.Inputs[0].Dims {
		if i != 1 { // rows, height and width are those of the data
			n.Inputs[0].Dims[i].Size = 0
		}
	}
	var net nn.Sequential
	if s.Channels == "bgr" {
		net = append(net, turned())
	}
	net = append(net, *n)
	rows, err := nn.Summary(net, j.Spec.Input)
	if err != nil {
		return fmt.Errorf("model: %s on images of %s: %w", file, human.Shape(j.Spec.Input), err)
	}
	j.onnxPath = rows[len(net)-1].Path + "."
	n.KeepStats = j.keepsStats(*n)
	net[len(net)-1] = *n
	if len(rows[len(rows)-1].Output) > 1 {
		net = append(net, nn.GlobalAvgPool{})
	}
	// Numbers that were made for another last layer may be of any size, and random weights
	// of as many as there are would have to be unlearned from few images.
	net = j.joined(append(net, nn.BatchNorm{}, nn.Dense{Units: outputs, Init: initial.Zeros{}}), len(net)+1)
	if last := len(net) - 1; s.Dropout.Value > 0 {
		net = append(net[:last:last], nn.Dropout{Rate: s.Dropout.Value}, net[last])
	}
	j.Net, j.onnx = net, m
	if tensor != "" {
		j.Notes = append(j.Notes, fmt.Sprintf("model: the network of %s up to tensor %s, and a new last layer", file, tensor))
	}
	return nil
}

// turned gives images their channels in the reverse order.
func turned() nn.Layer { return nn.Select{Columns: []int{2, 1, 0}} }

// keepsStats reports whether statistics of batch normalization are frozen.
func (j *Job) keepsStats(n onnx.Network) bool {
	for _, w := range n.Weights {
		if w.Role != "mean" {
			continue
		}
		return slices.Contains(j.Settings.Train.Freeze, backbone) || slices.ContainsFunc(j.Settings.Train.Freeze, func(pattern string) bool {
			ok, _ := nn.Frozen(pattern, j.onnxPath+w.Name)
			return ok
		})
	}
	return false
}

// backboneOf returns the tensor that the last layer of a network for classes reads: the
// product behind which nothing but softmax, means and shapes comes; "" where the network
// ends without one.
func backboneOf(n onnx.Network) string {
	made := map[string]*onnx.Node{}
	for i := range n.Nodes {
		for _, out := range n.Nodes[i].Outputs {
			made[out] = &n.Nodes[i]
		}
	}
	classes := false
	for at := n.Outputs[0]; ; {
		node := made[at]
		if node == nil {
			return ""
		}
		switch node.Op {
		case "Softmax", "LogSoftmax":
			classes = true
		case "Gemm", "MatMul":
			return node.Inputs[0]
		case "Conv":
			if classes {
				return node.Inputs[0]
			}
			return ""
		case "Relu", "GlobalAveragePool", "AveragePool", "ReduceMean", "Flatten", "Reshape", "Squeeze", "Transpose", "Identity", "Dropout", "Add", "Sigmoid":
		default:
			return ""
		}
		at = node.Inputs[0]
		if node.Op == "Add" && made[at] == nil {
			at = node.Inputs[1]
		}
	}
}

// ofONNX takes weights from the network of the file.
func (j *Job) ofONNX(traced network.Forward) (*engine.Store, error) {
	if j.onnx == nil {
		return nil, usage.Errorf("init_from: %s is a whole network; leave out --model %s", j.Settings.InitFrom, j.Settings.Model.Value)
	}
	if j.Settings.Head != "new" {
		return nil, usage.Errorf("init_from: the last layer of %s is for other classes; --head new starts one for those of the data", j.Settings.InitFrom)
	}
	store := engine.NewStore(network.Variables(traced.Params)...)
	if err := nn.Init(traced.Params, 0, store.Value); err != nil {
		return nil, err
	}
	theirs := j.onnx.Store()
	for _, name := range theirs.Names() {
		to := store.Value(j.onnxPath + name)
		if to == nil {
			return nil, fmt.Errorf("init_from: the network has no weight %s", j.onnxPath+name)
		}
		copy(to, theirs.Value(name))
	}
	j.Notes = append(j.Notes, fmt.Sprintf("init_from: %s of %s taken over", human.Plural(len(theirs.Names()), "tensor"), j.Settings.InitFrom))
	return store, nil
}
