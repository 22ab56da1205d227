package model_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/safetensors"
	"descent/model"
	"descent/nn"
)

// FuzzModel asks that any metadata of a model file is an error or a model that
// predicts, and that is the same after it was written and read.
func FuzzModel(f *testing.F) {
	dense, _ := nn.Marshal(nn.MLP([]int{3}, 2, nn.ReLU, 0.1, nil))
	conv, _ := nn.Marshal(nn.CNN(16, 3))
	f.Add(string(dense), `{"Input":[4],"Task":"classification","Classes":["a","b"]}`, `{"name":"cross-entropy"}`)
	f.Add(string(conv), `{"Input":[8,8,3],"Task":"classification","Classes":["a","b","c"]}`, `{"name":"cross-entropy","values":{"LabelSmoothing":0.1}}`)
	f.Add(`{"type":"dense","units":1}`, `{"Input":[2],"Task":"regression","Targets":["y"]}`, `{"name":"mse"}`)
	f.Add(`{"type":"pad","top":1073741824}`, `{"Input":[2,2,1],"Task":"regression","Targets":["y"]}`, `{"name":"huber","values":{"Delta":2}}`)
	f.Add(string(dense), `{"Input":[2],"Task":"classification","Classes":["a","b"],"More":[{"Name":"age","Kind":"numbers","Role":"target","Shape":[2]},{"Name":"m","Kind":"numbers","Role":"target"}]}`,
		`[{"task":"classification","weight":0.5},{"task":"regression","target":"age","mask":"m","loss":{"name":"mae"}}]`)
	f.Add(`{"type":"sequential","layers":[{"type":"join","field":"place"},{"type":"dense","units":2}]}`,
		`{"Input":[3],"Task":"multilabel","Targets":["a","b"],"More":[{"Name":"place","Kind":"numbers","Role":"input","Shape":[2]}]}`, `[{"task":"multilabel"}]`)
	f.Add(`{"type":"sequential","layers":[{"type":"embedding","dim":4},{"type":"dense","units":3}]}`,
		`{"Input":[3],"Unlabeled":true,"More":[{"Name":"tags","Kind":"class","Role":"target","Shape":[3],"Names":["a","b","c"]}]}`, `[{"task":"classification","target":"tags"}]`)
	f.Add(`{"type":"identity"}`, `{"Input":[2,2,1],"More":[{"Name":"q","Kind":"tokens","Role":"input","Names":["a"]}]}`, `[{"task":"regression","target":"x"}]`)
	for _, net := range []nn.Layer{
		nn.LinearForecast(3, 1, ""), nn.MixerForecast(nn.MixerConfig{Window: 6, Columns: 2, Horizon: 3, Targets: 1, Blocks: 1, Width: 2}, "known"),
		nn.PatchForecast(nn.PatchConfig{Window: 6, Horizon: 3, Targets: 1, Length: 3, Stride: 2, Layers: 1, Heads: 1, Width: 2, Hidden: 2}, ""),
	} {
		text, _ := nn.Marshal(net)
		f.Add(string(text), `{"Input":[6,2],"Task":"regression","Targets":["y"],"Horizon":3}`, `{"name":"mse"}`)
		f.Add(string(text), `{"Input":[6,2],"Task":"regression","Targets":["y"],"Horizon":3,"More":[{"Name":"known","Kind":"numbers","Role":"input","Shape":[3,2]}]}`, `{"name":"huber"}`)
	}
	f.Fuzz(func(t *testing.T, network, spec, trained string) {
		entries := map[string]any{"format": 1, "version": "x", "network": json.RawMessage(network), "spec": json.RawMessage(spec)}
		if entries["loss"] = json.RawMessage(trained); strings.HasPrefix(strings.TrimSpace(trained), "[") { // the goals of format 2
			delete(entries, "loss")
			entries["format"], entries["objective"] = 2, json.RawMessage(trained)
		}
		meta, err := json.Marshal(entries)
		if err != nil {
			return // one of them is no JSON
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, map[string]string{"descent": string(meta)}, zeros(network, spec)); err != nil {
			return // a name that no file takes
		}
		m, err := model.Read(b.Bytes())
		if err != nil {
			t.Log(err)
			return
		}
		fields, largest := map[string][]float32{}, 0
		for _, field := range m.Spec().Fields() {
			if largest = max(largest, field.Size()); field.Role == data.InputRole && field.Size() <= 1<<20 {
				fields[field.Name] = make([]float32, field.Size())
			}
		}
		rows, err := m.Layers()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			n := 1
			for _, d := range row.Output {
				n *= d
			}
			largest = max(largest, n, row.MultiplyAdds)
		}
		if largest > 1<<20 {
			return // would take too long
		}
		got, err := m.PredictFields(fields)
		if err != nil || len(got) != len(m.Objective()) {
			t.Fatalf("predictions %v, error %v", got, err)
		}
		if g := m.Objective()[0]; len(fields) == 1 && g.Target == data.Y && len(got[g.Name]) != m.Spec().Outputs() {
			t.Fatalf("%d predictions, want %d", len(got[g.Name]), m.Spec().Outputs())
		}
		b.Reset()
		if err := m.Write(&b); err != nil {
			t.Fatal(err)
		}
		if again, err := model.Read(b.Bytes()); err != nil || again.SHA256() != m.SHA256() {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

// zeros returns the weights of a network, if it has few.
func zeros(network, spec string) (all []safetensors.Tensor) {
	var s data.Spec
	if json.Unmarshal([]byte(spec), &s) != nil || s.Validate() != nil {
		return nil
	}
	layer, err := nn.Unmarshal([]byte(network))
	if err != nil {
		return nil
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	for _, f := range s.More {
		c.Provide(f.Name, g.Input(f.Name, graph.Shape(append([]int{1}, f.Shape...)...)))
	}
	layer.Forward(c, g.Input("x", graph.Shape(append([]int{1}, s.Input...)...)))
	total := 0
	for _, p := range c.Params() {
		if total += p.Tensor.Type().Size(); total > 1<<17 {
			return nil
		}
		all = append(all, safetensors.Tensor{Name: p.Name, Shape: p.Tensor.Type().Dims(), Data: make([]float32, p.Tensor.Type().Size())})
	}
	return all
}
