package nn_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
)

// through passes its operand on, for layers of which only the fields matter.
type through struct{}

func (through) Forward(_ *nn.Context, x graph.Tensor) graph.Tensor { return x }

type (
	gated struct {
		nn.Identity
		Units int
		Init  initial.Initializer
	}
	branches []nn.Layer
	every    struct {
		nn.Identity
		Flag      bool
		Small     int8
		Large     uint64
		Rate      float32
		Rates     []float64
		Name      string
		Act       nn.Activation
		Pad       nn.Padding
		Acts      []nn.Activation
		Window    [2]int
		Shape     [3]int
		First     nn.Layer
		Net       nn.Sequential
		Inner     gated
		Blocks    []gated
		Pair      [2]nn.Layer
		Inits     []initial.Initializer
		Side      branches
		Schedule  []stage
		NoReading string
	}
	stage struct {
		Until int
		Layer nn.Layer
	}
	tree struct {
		nn.Identity
		Children []tree
	}
	block[T any] struct {
		nn.Identity
		Value T
	}
)

func (branches) Forward(_ *nn.Context, x graph.Tensor) graph.Tensor { return x }

// sparse is an initializer of one's own.
type sparse struct{ Every int }

func (s sparse) Fill(dst []float32, _ []int, k initial.Key) {
	for i := range dst {
		if dst[i] = 0; i%s.Every == 0 {
			dst[i] = float32(k.Normal(i))
		}
	}
}

func (s sparse) Validate() error { return nil }
func (s sparse) String() string  { return fmt.Sprintf("sparse:%d", s.Every) }

// unheard is an initializer that was not registered.
type unheard struct{ initial.Zeros }

func (unheard) String() string { return "unheard" }

var registerOnce = sync.OnceFunc(func() {
	for _, l := range []nn.Layer{gated{}, branches{}, every{}, tree{}} {
		nn.Register(l)
		nn.Register(l) // again is nothing new
	}
	nn.RegisterName("once-gated", gated{})
	nn.RegisterName("block-of-int", block[int]{})
	nn.RegisterName("block-of-string", block[string]{})
	initial.Register("sparse", func(arg string) (initial.Initializer, error) {
		var s sparse
		_, err := fmt.Sscan(arg, &s.Every)
		return s, err
	})
})

// TestRegister: layers of one's own are written and read as those of the package.
func TestRegister(t *testing.T) {
	registerOnce()
	for _, net := range []nn.Layer{
		gated{}, gated{Units: 3, Init: initial.HeNormal{}}, gated{Init: sparse{2}}, branches{}, branches{nn.ReLU, gated{Units: 1}},
		nn.Sequential{nn.Flatten{}, gated{Units: 2}, nn.Residual{Layers: nn.Sequential{gated{}}, Shortcut: nn.Identity{}}},
		every{}, every{
			Flag: true, Small: -3, Large: 1<<64 - 1, Rate: 0.1, Rates: []float64{0.1, 1e300}, Name: "a \"b\"", Act: nn.GELU, Pad: nn.Same,
			Acts: []nn.Activation{nn.ReLU, nn.Linear}, Window: [2]int{1, 2}, Shape: [3]int{0, 0, 1}, First: gated{Units: 4},
			Net: nn.Sequential{nn.Dense{Units: 1, Init: sparse{5}}}, Inner: gated{Units: 5}, Blocks: []gated{{Units: 6}, {}, {Init: initial.Ones{}}},
			Pair: [2]nn.Layer{nn.ReLU, gated{}}, Inits: []initial.Initializer{initial.Zeros{}, nil, initial.Normal{Std: 2}},
			Side: branches{nn.Tanh}, Schedule: []stage{{1, nn.Flatten{}}, {}},
		},
		tree{}, tree{Children: []tree{{}, {Children: []tree{{}}}}},
		block[int]{Value: 3}, block[string]{Value: "x"},
	} {
		text, err := nn.Marshal(net)
		if err != nil {
			t.Errorf("%#v: %v", net, err)
			continue
		}
		back, err := nn.Unmarshal(text)
		if err != nil || fmt.Sprintf("%#v", back) != fmt.Sprintf("%#v", net) {
			t.Errorf("%s\nreads as %#v, %v\nwant     %#v", text, back, err, net)
		}
		if again, err := nn.Marshal(back); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s, %v after %s", again, err, text)
		}
	}
	for text, want := range map[string]nn.Layer{
		`{"type":"once-gated","units":3}`: gated{Units: 3},
		`{"type":"gated","units":3}`:      gated{Units: 3},
		`{"type":"image"}`:                nn.EnsureChannels{},
		`{"type":"ensurechannels"}`:       nn.EnsureChannels{},
	} {
		l, err := nn.Unmarshal([]byte(text))
		if err != nil || fmt.Sprintf("%#v", l) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s reads as %#v, %v", text, l, err)
		}
	}
	for text, net := range map[string]nn.Layer{
		`{"type":"gated","units":3}`: gated{Units: 3, Init: unheard{}}, // plays no part once weights exist
		`{"type":"image"}`:           nn.EnsureChannels{},              // files go on being what they were
	} {
		if got, err := nn.Marshal(net); err != nil || string(got) != text {
			t.Errorf("%#v is %s, %v; want %s", net, got, err, text)
		}
	}
	for text, want := range map[string]string{
		`{"type":"gated","unit":3}`:                                     `the network, gated: unknown field "unit"; did you mean "units"`,
		`{"type":"sequential","layers":[{"type":"gated","units":"3"}]}`: "layer 0, gated: units: json",
		`{"type":"every","shape":[1]}`:                                  "every: shape: 1 values; want 3",
		`{"type":"every","inner":{"type":"dense"}}`:                     "every: inner: is a dense; want a gated",
		`{"type":"every","net":{"type":"gated"}}`:                       "every: net: is a gated; want a sequential",
		`{"type":"every","schedule":[{"untill":1}]}`:                    `unknown field "untill"`,
		`{"type":"every","schedule":[{"layer":{"type":"mamba"}}]}`:      `layer schedule.0.layer has type "mamba"`,
		`{"type":"every","inits":["he"]}`:                               "unknown initializer",
		`{"type":"branches","layers":[{"type":"gated"}],"units":1}`:     `unknown field "units"`,
		`{"type":"tree","children":` + strings.Repeat(`[{"type":"tree","children":`, 80) + "[]" + strings.Repeat("}]", 80) + "}": "levels deep",
	} {
		_, err := nn.Unmarshal([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.200s: error %v does not say %q", text, err, want)
		}
	}
	for _, l := range []nn.Layer{nn.Sequential{through{}}, every{First: through{}}, every{Pair: [2]nn.Layer{nn.ReLU}}, &gated{}} {
		if _, err := nn.Marshal(l); !errors.Is(err, nn.ErrUnknownLayer) {
			t.Errorf("%#v: error %v", l, err)
		}
	}
	for _, text := range []string{`{"type":"through"}`, `{"type":"every","blocks":[{"type":"gated"},{"type":"through"}]}`, `{"type":"branches","layers":[{"type":"through"}]}`} {
		if _, err := nn.Unmarshal([]byte(text)); !errors.Is(err, nn.ErrUnknownLayer) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

type (
	rate     float64
	Dense    struct{ nn.Identity }
	private  struct{ factor float64 }
	withFunc struct {
		nn.Identity
		Act func(graph.Tensor) graph.Tensor
	}
	withMap struct {
		nn.Identity
		Rates map[string]float64
	}
	withPointer struct {
		nn.Identity
		Other *gated
	}
	withAny struct {
		nn.Identity
		Any any
	}
	withInner struct {
		nn.Identity
		Parts []struct{ Call nn.Func }
	}
	withType struct {
		nn.Identity
		Type string
	}
	withTwins struct {
		nn.Identity
		NoBias  bool
		No_bias bool
	}
)

func (rate) Forward(_ *nn.Context, x graph.Tensor) graph.Tensor { return x }

func (p private) Forward(_ *nn.Context, x graph.Tensor) graph.Tensor { return x.Scale(p.factor) }

// TestRegisterPanics: what cannot be written is refused when it is registered.
func TestRegisterPanics(t *testing.T) {
	registerOnce()
	for _, tt := range []struct {
		name  string
		layer nn.Layer
		want  string
	}{
		{"", nil, "the layer is nil"},
		{"", &gated{}, "*nn_test.gated is a pointer; register nn_test.gated{}"},
		{"", rate(1), "nn_test.rate is a float64; want a struct, or a list of layers"},
		{"", nn.Func(nil), "nn.Func is a func; want a struct"},
		{"", struct{ nn.Identity }{}, "has no name"},
		{"", Dense{}, `nn_test.Dense would have the name "dense", which is that of nn.Dense; give it another with nn.RegisterName`},
		{"", block[bool]{}, ""},
		{"", block[uint]{}, `"block", which is that of nn_test.block[bool]`},
		{"image", through{}, `"image", which is that of nn.EnsureChannels`},
		{"activation", through{}, `cannot have the name "activation"`},
		{"a b", through{}, `cannot have the name "a b"`},
		{"", private{}, "field nn_test.private.factor is unexported"},
		{"", withFunc{}, "field nn_test.withFunc.Act is func(graph.Tensor) graph.Tensor, which a file cannot hold"},
		{"", withMap{}, "withMap.Rates is map[string]float64"},
		{"", withPointer{}, "withPointer.Other is *nn_test.gated"},
		{"", withAny{}, "withAny.Any is interface {}"},
		{"", withInner{}, "withInner.Parts.Call is nn.Func"},
		{"", withType{}, `withType.Type would be written as "type"`},
		{"", withTwins{}, `would be written as "no_bias", as nn_test.withTwins.NoBias is`},
	} {
		said := panicOf(func() {
			if tt.name != "" {
				nn.RegisterName(tt.name, tt.layer)
			} else {
				nn.Register(tt.layer)
			}
		})
		if tt.want == "" && said != "" || !strings.Contains(said, tt.want) || tt.want != "" && !strings.HasPrefix(said, "nn: Register: ") {
			t.Errorf("%T: %q does not say %q", tt.layer, said, tt.want)
		}
	}
	read := func(string) (initial.Initializer, error) { return initial.Zeros{}, nil }
	for name, want := range map[string]string{"zeros": `an initializer "zeros" already`, "": "is no name", "a:b": "is no name"} {
		if said := panicOf(func() { initial.Register(name, read) }); !strings.Contains(said, want) {
			t.Errorf("initializer %q: %q does not say %q", name, said, want)
		}
	}
	if said := panicOf(func() { initial.Register("nothing", nil) }); !strings.Contains(said, "no function") {
		t.Error(said)
	}
}

func panicOf(f func()) (said string) {
	defer func() {
		if v := recover(); v != nil {
			said = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}
