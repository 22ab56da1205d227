package model_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/kernel/isa"
	"descent/internal/safetensors"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/objective"
)

const words = 40 // of the vocabulary of texts here

// quantizable are networks with all kinds of weights, and what they read.
func quantizable() map[string]struct {
	net  nn.Layer
	spec data.Spec
} {
	digits := data.Spec{Input: []int{28, 28, 1}, Classes: make([]string, 10)}
	numbers := data.Spec{Input: []int{70}, Classes: make([]string, 10)}
	for i := range 10 {
		digits.Classes[i] = fmt.Sprint(i)
		numbers.Classes[i] = fmt.Sprint(i)
	}
	digits.Task, numbers.Task = data.Classification, data.Classification
	var names []string
	for i := range words {
		names = append(names, fmt.Sprint(i))
	}
	text := data.Spec{Input: []int{textContext}, More: []data.Field{{Name: "next", Kind: data.Class, Shape: []int{textContext}, Role: data.TargetRole, Names: names}}}
	return map[string]struct {
		net  nn.Layer
		spec data.Spec
	}{
		"mlp":   {nn.MLP([]int{130, 40}, 10, nn.ReLU, 0, nil), numbers},
		"lenet": {nn.LeNet(10), digits},
		"gpt":   {nn.GPT(nn.GPTConfig{Vocabulary: words, Context: textContext, Width: 32, Heads: 2, Layers: 2}), text},
		"lstm":  {nn.Sequential{nn.Embedding{Size: words, Dim: 20}, nn.LSTM{Units: 24}, nn.GRU{Units: 20}, nn.Dense{Units: words}}, text},
	}
}

// randomModel has weights that make a difference.
func randomModel(t testing.TB, net nn.Layer, spec data.Spec) *model.Model {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, false)
	net.Forward(c, g.Input("x", graph.Shape(append([]int{1}, spec.Input...)...)))
	if g.Err() != nil {
		t.Fatal(g.Err())
	}
	var variables []engine.Variable
	params := c.Params()
	for i, p := range params {
		variables = append(variables, engine.Variable{Name: p.Name, Type: p.Tensor.Type()})
		params[i].Init = initial.Normal{Std: 0.2}
	}
	store := engine.NewStore(variables...)
	if err := nn.Init(params, 5, store.Value); err != nil {
		t.Fatal(err)
	}
	var o objective.Objective
	if spec.More != nil {
		o = objective.Objective{{Task: data.Classification, Target: "next"}}
	}
	m, err := model.New(net, spec, o, store)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// samples returns random samples, of tokens where there is a vocabulary.
func samples(spec data.Spec, n int) []float32 {
	r := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, n*spec.Size())
	for i := range x {
		x[i] = float32(r.NormFloat64())
		if spec.More != nil {
			x[i] = float32(r.IntN(words))
		}
	}
	return x
}

// TestQuantize wants of a model with narrow weights, of any number of rows and on every
// instruction set, the bits of one of float32 with the rounded weights; and of its file the
// same model, in half or a quarter of the room.
func TestQuantize(t *testing.T) {
	for name, n := range quantizable() {
		for _, p := range []model.Storage{model.BF16, model.Int8} {
			t.Run(name+" "+p.String(), func(t *testing.T) {
				m := randomModel(t, n.net, n.spec)
				before := m.SHA256()
				q, err := m.Quantize(p)
				if err != nil {
					t.Fatal(err)
				}
				if m.SHA256() != before || m.Storage() != model.Float32 || q.Storage() != p || q.SHA256() == before {
					t.Errorf("the model of before has %v and other weights: %v; this one has %v", m.Storage(), m.SHA256() != before, q.Storage())
				}
				rounded, err := model.New(n.net, n.spec, m.Objective(), q.Store())
				if err != nil {
					t.Fatal(err)
				}
				var file bytes.Buffer
				if err := q.Write(&file); err != nil {
					t.Fatal(err)
				}
				again, err := model.Read(file.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				if again.SHA256() != q.SHA256() || again.Storage() != p || again.Parameters() != m.Parameters() {
					t.Errorf("after reading its file: %v, %d parameters, other weights: %v", again.Storage(), again.Parameters(), again.SHA256() != q.SHA256())
				}
				for _, tier := range isa.Tiers() {
					restore := isa.Use(tier)
					for _, rows := range []int{1, 3, 8} {
						x := samples(n.spec, rows)
						want := predict(t, rounded, x)
						if got := predict(t, q, x); !same(got, want) {
							t.Errorf("%v, %d rows: other bits than those of float32 with the same weights", tier, rows)
						}
						if got := predict(t, again, x); !same(got, want) {
							t.Errorf("%v, %d rows: other bits after reading the file", tier, rows)
						}
					}
					restore()
				}
			})
		}
	}
}

// TestQuantizeRounds compares the rounded weights with their definition, in float64.
func TestQuantizeRounds(t *testing.T) {
	n := quantizable()["gpt"]
	m := randomModel(t, n.net, n.spec)
	for _, p := range []model.Storage{model.BF16, model.Int8} {
		q, err := m.Quantize(p)
		if err != nil {
			t.Fatal(err)
		}
		narrow := 0
		for name, got := range q.Weights() {
			was, typ := m.Store().Value(name), m.Store().Type(name)
			if typ.Rank() < 2 {
				if !slices.Equal(was, got) {
					t.Errorf("%v: %s is rounded", p, name)
				}
				continue
			}
			narrow++
			last := typ.Dim(-1)
			for i, v := range was {
				// Of bf16 the step between neighbours is 2⁻⁷ of the power of two below; of int8
				// that of the output: column i%last, or row i/last of a table.
				_, e := math.Frexp(float64(v))
				step := math.Ldexp(1, e-8)
				if p == model.Int8 {
					most := 0.0
					for j, w := range was {
						if table := strings.Contains(name, "embedding") || strings.Contains(name, "positions") || strings.HasSuffix(name, "tied.weight"); j%last == i%last && !table || j/last == i/last && table {
							most = max(most, math.Abs(float64(w)))
						}
					}
					step = most / 127
				}
				if off := math.Abs(float64(got[i]) - float64(v)); off > step/2*(1+1e-6) {
					t.Fatalf("%v: %s[%d] = %v becomes %v: off by %v, at most half of %v is expected", p, name, i, v, got[i], off, step)
				}
			}
		}
		if narrow < 5 {
			t.Errorf("only %d weights are narrow", narrow)
		}
	}
}

// TestQuantizedText: a generator reads narrow weights as the network does.
func TestQuantizedText(t *testing.T) {
	n := quantizable()["gpt"]
	m := randomModel(t, n.net, n.spec)
	for _, p := range []model.Storage{model.BF16, model.Int8} {
		q, err := m.Quantize(p)
		if err != nil {
			t.Fatal(err)
		}
		rounded, err := model.New(n.net, n.spec, m.Objective(), q.Store())
		if err != nil {
			t.Fatal(err)
		}
		var texts [2][]int
		for i, m := range []*model.Model{q, rounded} {
			g, err := m.Generator(model.Sampling{Temperature: 1, Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			if err := g.Read(1, 2, 3, 4, 5, 6, 7, 8, 9); err != nil {
				t.Fatal(err)
			}
			for range 20 {
				token, err := g.Next()
				if err != nil {
					t.Fatal(err)
				}
				texts[i] = append(texts[i], token)
			}
		}
		if !slices.Equal(texts[0], texts[1]) {
			t.Errorf("%v: %v, with float32 %v", p, texts[0], texts[1])
		}
	}
}

// TestQuantizedFile wants files of half and a quarter, whose tensors others read, and an
// error for each that is not what it says.
func TestQuantizedFile(t *testing.T) {
	n := quantizable()["mlp"]
	m := randomModel(t, nn.MLP([]int{512, 256}, 10, nn.ReLU, 0, nil), n.spec)
	size := map[model.Storage]int64{}
	folder := t.TempDir()
	for _, p := range []model.Storage{model.Float32, model.BF16, model.Int8} {
		q, err := m.Quantize(p)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, p.String())
		if err := q.Save(path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size[p] = info.Size()
	}
	if a, b := float64(size[model.BF16])/float64(size[model.Float32]), float64(size[model.Int8])/float64(size[model.Float32]); a > 0.51 || b > 0.27 {
		t.Errorf("files are of %v bytes", size)
	}
	for _, tt := range []struct {
		name, want string
		of         string
		change     func(f *safetensors.File)
	}{
		{"a weight of float32", "is not of int8", "int8", func(f *safetensors.File) {
			w := &f.Tensors[0]
			w.I8, w.Data = nil, make([]float32, len(w.I8))
		}},
		{"no scales", "scales of shape []", "int8", func(f *safetensors.File) { f.Tensors = slices.Delete(f.Tensors, 1, 2) }},
		{"other scales", "want [512]", "int8", func(f *safetensors.File) { s := &f.Tensors[1]; s.Shape, s.Data = []int{1}, s.Data[:1] }},
		{"a scale that is NaN", "scale 3 is NaN", "int8", func(f *safetensors.File) { f.Tensors[1].Data[3] = float32(math.NaN()) }},
		{"a scale that is too large", "scale 3 is 3e+38", "int8", func(f *safetensors.File) { f.Tensors[1].Data[3] = 3e38 }},
		{"a scale below 0", "scale 3 is -1", "int8", func(f *safetensors.File) { f.Tensors[1].Data[3] = -1 }},
		{"-128", "value 2 is -128", "int8", func(f *safetensors.File) { f.Tensors[0].I8[2] = -128 }},
		{"another shape", "has shape [512 70]", "bf16", func(f *safetensors.File) { slices.Reverse(f.Tensors[0].Shape) }},
		{"a weight less", "has no weight", "bf16", func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }},
		{"a bias of bf16", "of float32", "bf16", func(f *safetensors.File) { b := &f.Tensors[1]; b.BF16, b.Data = make([]uint16, len(b.Data)), nil }},
		{"float32 that says nothing", "of float32", "bf16", func(f *safetensors.File) {
			f.Meta[model.MetadataKey] = strings.Replace(f.Meta[model.MetadataKey], `,"storage":"bf16"`, "", 1)
		}},
		{"another storage", `unknown storage of weights "bf17"`, "bf16", func(f *safetensors.File) {
			f.Meta[model.MetadataKey] = strings.Replace(f.Meta[model.MetadataKey], `"storage":"bf16"`, `"storage":"bf17"`, 1)
		}},
	} {
		f, err := safetensors.ReadFile(filepath.Join(folder, tt.of))
		if err != nil {
			t.Fatal(err)
		}
		tt.change(f)
		var b bytes.Buffer
		if err := safetensors.Write(&b, f.Meta, f.Tensors); err != nil {
			t.Fatal(err)
		}
		if _, err := model.Read(b.Bytes()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want an error with %q", tt.name, err, tt.want)
		}
	}
}

// TestQuantizeErrors: what is not finite is named.
func TestQuantizeErrors(t *testing.T) {
	n := quantizable()["mlp"]
	for _, v := range []float64{math.NaN(), math.Inf(1), math.MaxFloat32} {
		for _, p := range []model.Storage{model.BF16, model.Int8} {
			m := randomModel(t, n.net, n.spec)
			name := m.Store().Names()[0]
			m.Store().Value(name)[5] = float32(v)
			q, err := m.Quantize(p)
			if v == math.MaxFloat32 && p == model.Int8 {
				if err != nil {
					t.Fatal(err)
				}
				if w := q.Store().Value(name)[5]; !(w > 0.99*math.MaxFloat32 && w <= math.MaxFloat32) {
					t.Errorf("the largest number became %v", w)
				}
				continue
			}
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("weight %q", name)) {
				t.Errorf("%v of %v: %v", p, v, err)
			}
		}
	}
	if _, err := randomModel(t, n.net, n.spec).Quantize(9); err == nil {
		t.Error("there is a storage 9")
	}
	if _, err := model.ParseStorage("int9"); err == nil || !strings.Contains(err.Error(), "int8") {
		t.Errorf("int9: %v", err)
	}
}

// TestQuantizedMade: what is made of a model with narrow weights is one of float32 with
// these, and predicts alike.
func TestQuantizedMade(t *testing.T) {
	n := quantizable()["mlp"]
	q, err := randomModel(t, n.net, n.spec).Quantize(model.Int8)
	if err != nil {
		t.Fatal(err)
	}
	x := samples(n.spec, 4)
	want := predict(t, q, x)
	warm, err := q.WithTemperature(1)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := q.Quantize(model.Float32)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := model.Join([]*model.Model{q}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range []*model.Model{warm, wide, joined, q.Copy(), q.Workers(1)} {
		if p := m.Storage(); (p == model.Float32) != (i < 3) {
			t.Errorf("%d is of %v", i, p)
		}
		if got := predict(t, m, x); i != 2 && !same(got, want) {
			t.Errorf("%d predicts other bits", i)
		}
	}
	// A second rounding by the same scales changes nothing.
	again, err := q.Quantize(model.BF16)
	if err != nil || again.Storage() != model.BF16 {
		t.Errorf("bf16 of int8: %v", err)
	}
}

// BenchmarkQuantized predicts one sample by several models in turn, whose weights are then
// in no cache of the second level; the least time of a round is the one to read where the
// machine has other work.
func BenchmarkQuantized(b *testing.B) {
	spec := data.Spec{Input: []int{784}, Task: data.Classification, Classes: quantizable()["mlp"].spec.Classes}
	float := randomModel(b, nn.MLP([]int{512, 256}, 10, nn.ReLU, 0, nil), spec)
	x := samples(spec, 1)
	for _, s := range []model.Storage{model.Float32, model.BF16, model.Int8} {
		for _, turns := range []int{1, 8} {
			b.Run(fmt.Sprintf("%v/%d", s, turns), func(b *testing.B) {
				var models []*model.Model
				for range turns {
					m, err := float.Copy().Quantize(s)
					if err != nil {
						b.Fatal(err)
					}
					models = append(models, m)
				}
				dst, least := make([]float64, 0, 10), time.Hour
				for b.Loop() {
					begin := time.Now()
					for _, m := range models {
						if _, err := m.AppendPredict(dst, x); err != nil {
							b.Fatal(err)
						}
					}
					least = min(least, time.Since(begin))
				}
				b.ReportMetric(float64(least.Nanoseconds())/float64(turns), "least-ns")
			})
		}
	}
}
