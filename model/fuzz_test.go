package model_test

import (
	"bytes"
	"encoding/json"
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
	f.Fuzz(func(t *testing.T, network, spec, loss string) {
		meta, err := json.Marshal(map[string]any{
			"format": 1, "version": "x", "network": json.RawMessage(network), "spec": json.RawMessage(spec), "loss": json.RawMessage(loss),
		})
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
		largest := m.Spec().Size()
		rows, err := nn.Summary(m.Network(), m.Spec().Input)
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
		got, err := m.Predict(make([]float32, m.Spec().Size()))
		if err != nil || len(got) != m.Spec().Outputs() {
			t.Fatalf("%d predictions, %v; want %d", len(got), err, m.Spec().Outputs())
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
