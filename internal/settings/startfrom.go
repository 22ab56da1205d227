package settings

import (
	"path/filepath"
	"strings"

	"descent/engine"
	"descent/internal/network"
	"descent/internal/runs"
	"descent/internal/safetensors"
	"descent/internal/usage"
	"descent/model"
	"descent/objective"
)

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
