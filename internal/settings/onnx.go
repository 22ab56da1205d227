package settings

import (
	"fmt"
	"path/filepath"
	"strings"

	"descent/data"
	"descent/engine"
	"descent/internal/human"
	"descent/internal/network"
	"descent/internal/usage"
	"descent/nn"
	"descent/nn/initial"
	"descent/onnx"
)

// onnxModel is what --model calls the network of an ONNX file.
const onnxModel = "onnx"

// IsONNX reports whether a path names a file of the format.
func IsONNX(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// ONNXFile is the ONNX file whose network the settings name, "" if they name another.
func (s *Settings) ONNXFile() string {
	if name, file, _ := strings.Cut(s.Model.Value, ":"); s.Model.Given && name == onnxModel {
		file, _, _ = strings.Cut(file, "@")
		return file
	}
	if !s.Model.Given && IsONNX(s.InitFrom) {
		return s.InitFrom
	}
	return ""
}

// takeSize gives images the size that the file fixes whose weights a run starts with, unless
// another is said, and says so.
func (s *Settings) takeSize() (notes []string, err error) {
	if s.InitFrom == "" || s.ONNXFile() == "" || !s.mayBeImages() {
		return nil, nil
	}
	m, err := onnx.Read(s.ONNXFile())
	if err != nil {
		return nil, usage.Errorf("init_from: %w", err)
	}
	if len(m.Inputs) != 1 {
		return nil, nil
	}
	in := m.Inputs[0]
	if !in.Image || in.Dims[2].Size == 0 || in.Dims[3].Size == 0 {
		return nil, nil
	}
	size := fmt.Sprintf("%dx%d", in.Dims[2].Size, in.Dims[3].Size)
	if s.ImageSize == "auto" {
		s.ImageSize = size
		return []string{fmt.Sprintf("images become %s, the size that %s says; --image-size says otherwise", size, s.ONNXFile())}, nil
	}
	if h, w, err := data.ParseImageSize(s.ImageSize); err == nil && (h != in.Dims[2].Size || w != in.Dims[3].Size) {
		notes = []string{fmt.Sprintf("images of %s go into a network that was made for %s", s.ImageSize, size)}
	}
	return notes, nil
}

// onnxNetwork builds the network of a file up to its last layer, means over positions
// where there are some, and a last layer of its own.
func (j *Job) onnxNetwork(file string, outputs int) error {
	s := &j.Settings
	file, tensor, cut := strings.Cut(file, "@")
	if IsONNX(s.InitFrom) && s.InitFrom != file {
		return fmt.Errorf("init_from: weights of %s do not belong to model %s; name one file, or leave out the model", s.InitFrom, s.Model.Value)
	}
	m, err := onnx.Read(file)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	if len(m.Network.Inputs) != len(m.Inputs) || len(m.Inputs) > 0 && m.Network.Inputs[0].Name != m.Inputs[0].Name {
		return fmt.Errorf("model: %s begins with the columns of a table, and predicts; start from the model file or run that it was made of", file)
	}
	if len(j.Spec.Input) != 3 {
		return fmt.Errorf("model: %s takes images, and the samples of %s have %s", s.Model.Value, s.Data, human.Plural(j.Spec.Size(), "feature"))
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
		return fmt.Errorf("model: %s takes %s; want one image [n channels height width] that a convolution reads", file, takes(n.Inputs))
	}
	if c := n.Inputs[0].Dims[1].Size; c == 3 && j.Spec.Input[2] == 1 {
		return fmt.Errorf("model: %s takes images of three channels, and those of %s have one: --image-mode color gives them three", file, s.Data)
	}
	n.Outputs = n.Outputs[:1]
	rows := n.Inputs[0].Dims[0].Size
	for i := range n.Inputs[0].Dims {
		if i != 1 { // rows, height and width are those of the data
			n.Inputs[0].Dims[i].Size = 0
		}
	}
	const several = 3
	if err := n.Fits(several, j.Spec.Input...); err != nil && n.Fits(1, j.Spec.Input...) == nil {
		n.Inputs[0].Dims[0].Size = rows // by which shapes within it are told from others
		if rows > 0 {
			err = n.Fits(several, j.Spec.Input...)
		}
		if err != nil {
			return fmt.Errorf("model: %s takes one image at once, and training takes more: %w", file, err)
		}
	}
	var net nn.Sequential
	if s.Channels == "bgr" {
		net = append(net, turned())
	}
	net = append(net, *n)
	layers, err := nn.Summary(net, j.Spec.Input)
	if err != nil {
		return fmt.Errorf("model: %s on images of %s: %w", file, human.Shape(j.Spec.Input), err)
	}
	j.onnxPath = layers[len(net)-1].Path + "."
	n.KeepStats = j.keepsStats(*n)
	net[len(net)-1] = *n
	if len(layers[len(layers)-1].Output) > 1 {
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

// takes lists what a network takes, with its types and shapes.
func takes(inputs []onnx.Input) string {
	var list []string
	for _, in := range inputs {
		list = append(list, fmt.Sprintf("%s %s", in.Name, in))
	}
	return human.Line(strings.Join(list, ", "))
}
