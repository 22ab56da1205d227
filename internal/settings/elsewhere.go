package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"descent/engine"
	"descent/internal/human"
	"descent/internal/network"
	"descent/internal/runs"
	"descent/internal/safetensors"
	"descent/internal/transfer"
	"descent/internal/usage"
	"descent/model"
	"descent/objective"
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
