package nn_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"descent/nn"
	"descent/nn/initial"
)

func TestJSON(t *testing.T) {
	net := nn.Sequential{
		nn.EnsureChannels{}, nn.Conv2D{Filters: 4, Kernel: nn.Square(3), Padding: nn.Same, Stride: [2]int{2, 1}, Groups: 2, Init: initial.HeNormal{}},
		nn.Residual{Layers: nn.Sequential{nn.BatchNorm{Eps: 0.5}, nn.ReLU}, Shortcut: nn.Sequential{nn.MaxPool{Padding: 1}}, Activation: nn.Tanh},
		nn.Concat{nn.Pad{Left: 1}, nn.Residual{Layers: nn.Sequential{nn.DropPath{Rate: 0.5}}, Shortcut: nn.GELU}},
		nn.Residual{Shortcut: nn.Identity{}}, nn.Identity{}, nn.Residual{Shortcut: nn.AvgPool{Window: nn.Square(3), Padding: nn.Same}}, nn.Reshape{Dims: []int{3, -1}},
		nn.Flatten{}, nn.Dense{Units: 8, Activation: nn.SELU, Init: initial.Normal{Std: 0.125}, NoBias: true, L1: 1e-5, L2: 0.1},
		nn.Sequential{nn.Dropout{Rate: 0.3}, nn.LeakyReLU}, nn.Dense{Units: 2},
		nn.Concat{nn.Select{Columns: []int{2, 0}}, nn.PiecewiseLinear{Edges: [][]float64{{-1, 0.1}, {0, 1, 1e9}}}, nn.SmoothClip{Scale: []float64{2}}},
		nn.Periodic{Units: 3, Sigma: 1}, nn.QuantileMap{Quantiles: [][]float64{{0, 0, 1}}, Normal: true}, nn.Scale{Init: initial.Constant{Value: 2}}, nn.Dense{Units: 3, Scaling: nn.NTK},
		nn.Ensemble{Members: []nn.Layer{nn.Sequential{nn.Parametric{Activation: nn.SiLU}}, nn.Identity{}}, Weights: []float64{0.25, 1}, Of: nn.Labels},
		nn.Clamp{Low: []float64{0}, High: []float64{1}}, nn.Temperature{T: 1.25},
	}
	text, err := nn.Marshal(net)
	if err != nil {
		t.Fatal(err)
	}
	back, err := nn.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%#v", back), fmt.Sprintf("%#v", net); got != want {
		t.Errorf("%s\nreads as %s, want %s", text, got, want)
	}
	again, err := nn.Marshal(back)
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("%s, %v after %s", again, err, text)
	}
	for _, l := range []nn.Layer{sharing{}, nn.Func(nil), nil, nn.Sequential{nn.ReLU, sharing{}}} {
		if _, err := nn.Marshal(l); !errors.Is(err, nn.ErrUnknownLayer) {
			t.Errorf("%T: error %v", l, err)
		}
	}
	for text, want := range map[string]string{
		`{"type":"mamba"}`: `type "mamba"`,
		`{"type":"sequential","layers":[{"type":"flatten"},{"type":"sequential","layers":[{"type":"xlstm"}]}]}`: "layer 1.0 has type",
		`{"type":"dense","units":3,"colour":1}`:                                "colour",
		`{"type":"dense","units":"3"}`:                                         "dense",
		`{"type":"dense","units":3,"activation":"rellu"}`:                      `did you mean "relu"`,
		`{"type":"dense","units":3,"init":"he"}`:                               "initializer",
		`{"type":"dense","noBias":true}`:                                       `unknown field "noBias"; did you mean "no_bias"`,
		`{"type":"conv2d","kernel":[3]}`:                                       "the network, conv2d: kernel: 1 sizes; want two",
		`{"type":"conv2d","padding":"some"}`:                                   `padding: padding "some"; want same, valid`,
		`{"type":"conv2d","padding":"-3"}`:                                     `padding "-3"`,
		`{"type":"residual","layers":{"type":"flatten"}}`:                      "layers: is a flatten; want a sequential",
		`{"type":"residual","shortcut":{"type":"x"}}`:                          `layer shortcut has type "x"`,
		`{"type":"concat","layers":[{"type":"residual","shortcut":{"a":1}}]}`:  `layer 0.shortcut has type ""`,
		`{"type":"concat","layers":[{"type":"maxpool"},{"type":"pad","x":1}]}`: `layer 1, pad: unknown field "x"`,
		`{"type":"ensemble","of":"class"}`:                                     `averaging "class"; did you mean "classes"`,
		`{"type":"dense","scaling":"ntc"}`:                                     `scaling "ntc"; did you mean "ntk"`,
		`{"type":"ensemble","members":[{"type":"relu"}]}`:                      `layer members.0 has type "relu"`,
		`{"type":"dropout","rate":0.1}{}`:                                      "invalid",
		`null`:                                                                 `type ""`,
		`[`:                                                                    "unexpected end",
	} {
		_, err := nn.Unmarshal([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not say %q", text, err, want)
		}
	}
	deep := strings.Repeat(`{"type":"sequential","layers":[`, 5000) + strings.Repeat("]}", 5000)
	if _, err := nn.Unmarshal([]byte(deep)); err == nil || !strings.Contains(err.Error(), "levels deep") {
		t.Error("5000 levels are taken")
	}
}

// TestJSONKnowsEveryLayer fails if a type with a Forward method cannot be read
// from its name, but those that hold code.
func TestJSONKnowsEveryLayer(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Forward" || f.Recv == nil || strings.HasSuffix(name, "_test.go") {
				continue
			}
			found++
			layer := f.Recv.List[0].Type.(*ast.Ident).Name
			_, err := nn.Unmarshal(fmt.Appendf(nil, `{"type":%q}`, strings.ToLower(layer)))
			if errors.Is(err, nn.ErrUnknownLayer) && layer != "Func" {
				t.Errorf("layer %s has no JSON form", layer)
			}
		}
	}
	if found < 25 {
		t.Errorf("found only %d layers in the source", found)
	}
}

// FuzzUnmarshal asks that any text is an error or reads as a network that is
// written and read again as itself.
func FuzzUnmarshal(f *testing.F) {
	registerOnce()
	f.Add([]byte(`{"type":"sequential","layers":[{"type":"flatten"},{"type":"dense","units":3,"init":"orthogonal:2"}]}`))
	f.Add([]byte(`{"type":"residual","layers":{"type":"sequential","layers":[]},"shortcut":{"type":"conv2d","kernel":[1,1],"padding":"same"}}`))
	f.Add([]byte(`{"type":"reshape","dims":[3,-1]}`))
	f.Add([]byte(`{"type":"dropout","rate":1e400}`))
	f.Add([]byte(`{"type":"concat","layers":[{"type":"image"},{"type":"join","field":"m","layers":{"type":"sequential","layers":[{"type":"identity"}]}}]}`))
	f.Add([]byte(`{"type":"tree","children":[{"type":"tree"},{"type":"tree","children":[]}]}`))
	f.Add([]byte(`{"type":"activation","name":"gelu"}`))
	f.Add([]byte(`{"type":"ensemble","members":[{"type":"select","columns":[1]},{"type":"piecewiselinear","edges":[[0,1]]}],"weights":[1,0],"of":"labels"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := nn.Unmarshal(text)
		if err != nil {
			return
		}
		once, err := nn.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		back, err := nn.Unmarshal(once)
		if err != nil || fmt.Sprintf("%#v", back) != fmt.Sprintf("%#v", l) {
			t.Fatalf("%s reads as %#v, %v, want %#v", once, back, err, l)
		}
	})
}
