package torchwrite

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/model"
	"descent/nn"
)

// quoted writes a text of Python.
func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always has a JSON form, which Python reads alike
	return string(text)
}

const head = `import json

import torch
import torch.nn.functional as F


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, shape in PARAMETERS.items():
            self._hold(name).register_parameter(name.split(".")[-1], torch.nn.Parameter(torch.zeros(shape)))
        for name, shape in BUFFERS.items():
            self._hold(name).register_buffer(name.split(".")[-1], torch.zeros(shape))

    def _hold(self, name):
        module = self
        for part in name.split(".")[:-1]:
            if part not in module._modules:
                module.add_module(part, torch.nn.Module())
            module = module._modules[part]
        return module

`

const tail = `

def load(path):
    """The model, in inference, with the weights of a safetensors file; safetensors.torch.load_file reads the same."""
    with open(path, "rb") as f:
        entries = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = bytearray(f.read())
    state = {}
    for name, entry in entries.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            state[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).reshape(entry["shape"])
    model = Model()
    model.load_state_dict(state)
    return model.eval()
`

// module returns the text of the module.
func (w *writer) module(file string, m *model.Model) (string, error) {
	var inputs []string
	for i, in := range w.graph.Inputs {
		name := in.Name
		if name != data.X {
			name = fmt.Sprintf("field%d", i)
		}
		w.exprs[in.Name] = name
		inputs = append(inputs, name)
	}
	var results []string
	for _, n := range w.graph.Nodes {
		if err := w.node(n); err != nil {
			return "", err
		}
	}
	for _, out := range w.graph.Outputs {
		results = append(results, quoted(out.Name)+": "+w.exprs[out.Name])
	}
	var b strings.Builder
	name := strings.TrimSuffix(filepath.Base(ModuleFile(file)), ".py")
	fmt.Fprintf(&b, "\"\"\"%s\n\n    from %s import load\n    y = load(%s)(%s)\n\"\"\"\n", doc(m), name, quoted(file), strings.Join(inputs, ", "))
	b.WriteString(head)
	fmt.Fprintf(&b, "    def forward(self, %s):\n        p = dict(self.named_parameters())\n        p.update(self.named_buffers())\n", strings.Join(inputs, ", "))
	for _, line := range w.lines {
		fmt.Fprintf(&b, "        %s\n", line)
	}
	if len(results) == 1 {
		fmt.Fprintf(&b, "        return %s\n", w.exprs[w.graph.Outputs[0].Name])
	} else {
		fmt.Fprintf(&b, "        return {%s}\n", strings.Join(results, ", "))
	}
	b.WriteString(tail)
	var tables [2]strings.Builder // of parameters and of buffers
	roles := map[string]nn.Role{}
	for at, name := range w.names {
		if role, ok := w.roles[at]; ok {
			roles[name] = role
		}
	}
	for _, t := range w.tensors {
		role, ok := roles[t.Name]
		dims := make([]int64, len(t.Shape))
		for i, d := range t.Shape {
			dims[i] = int64(d)
		}
		table := &tables[0]
		if !ok || role == nn.Buffer {
			table = &tables[1]
		}
		fmt.Fprintf(table, "    %s: %s,\n", quoted(t.Name), tuple(dims))
	}
	fmt.Fprintf(&b, "\n\nPARAMETERS = {\n%s}\n\nBUFFERS = {\n%s}\n", tables[0].String(), tables[1].String())
	return b.String(), nil
}

// written begins each module.
const written = "A network that descent trained, for PyTorch.\n"

// doc says what the module takes and gives.
func doc(m *model.Model) string {
	s := m.Spec()
	var b strings.Builder
	b.WriteString(written + "\n")
	line := func(format string, args ...any) {
		text := strings.ReplaceAll(fmt.Sprintf(format, args...), `"""`, "'''")
		b.WriteString(strings.ReplaceAll(human.Line(text), `\`, `\\`) + "\n")
	}
	e := s.Encoder
	switch {
	case e.OfText():
		line("x: numbers of tokens, int64 [n, %d]", s.Input[0])
	case e != nil && e.Shape != nil:
		means, stds := e.Means, e.Stds
		if means == nil {
			means, stds = []float64{e.Mean}, []float64{e.Std}
		}
		line("x: images [n, channels, height, width] of %s, a pixel p as (p - mean)/std with mean %v and std %v of each channel", human.Shape(s.Input), means, stds)
	case len(s.Input) == 3:
		line("x: samples of %s, with their last axis behind the first", human.Shape(s.Input))
	case e != nil && e.Series != nil:
		line("x: windows of standardized columns [n, %d, %d]", s.Input[0], s.Input[1])
	case e != nil:
		line("x: encoded rows [n, %d]: %s", s.Input[0], strings.Join(e.Features(), ", "))
	default:
		line("x: samples of %s", human.Shape(s.Input))
	}
	switch s.Task {
	case data.Classification:
		line("y: what the loss reads, of which softmax makes probabilities, if there is one for each class: %s", strings.Join(s.Classes, ", "))
	case data.MultiLabel:
		line("y: logits of %s", strings.Join(s.Targets, ", "))
	case data.Regression:
		line("y: %s", strings.Join(s.Targets, ", "))
		for i, t := range s.Targets {
			if e != nil {
				mean, std := e.Units(i)
				line("   %s is y*%v + %v", t, std, mean)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
