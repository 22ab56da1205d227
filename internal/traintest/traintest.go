// Package traintest helps tests that train and look at models.
package traintest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/canonical"
	"descent/internal/rng"
	"descent/internal/safetensors"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// New returns a trainer that the end of the test closes.
func New(t testing.TB, net nn.Layer, spec data.Spec, cfg train.Config) *train.Trainer {
	t.Helper()
	trainer, err := train.New(net, spec, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	return trainer
}

// Steps trains to the end and returns all updates.
func Steps(t testing.TB, trainer *train.Trainer, source data.Source) []train.Step {
	t.Helper()
	var all []train.Step
	for step, err := range trainer.Steps(context.Background(), source) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, step)
	}
	return all
}

// Weights copies the weights of a model.
func Weights(m *model.Model) map[string][]float64 {
	all := map[string][]float64{}
	for name, values := range m.Weights() {
		for _, v := range values {
			all[name] = append(all[name], float64(v))
		}
	}
	return all
}

// Edit returns the bytes of a model file after a change to its metadata and
// tensors.
func Edit(t testing.TB, m *model.Model, change func(meta map[string]any, tensors *[]safetensors.Tensor)) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	if err := json.Unmarshal([]byte(file.Meta["descent"]), &meta); err != nil {
		t.Fatal(err)
	}
	change(meta, &file.Tensors)
	text, err := json.Marshal(meta)
	if err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := safetensors.Write(&b, map[string]string{"descent": string(text)}, file.Tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// WithWeights returns m with other weights.
func WithWeights(t testing.TB, m *model.Model, values map[string][]float64) *model.Model {
	t.Helper()
	file := Edit(t, m, func(_ map[string]any, tensors *[]safetensors.Tensor) {
		for _, w := range *tensors {
			if len(values[w.Name]) != len(w.Data) {
				t.Fatalf("%d values for weight %s of %d", len(values[w.Name]), w.Name, len(w.Data))
			}
			for i, v := range values[w.Name] {
				w.Data[i] = float32(v)
			}
		}
	})
	again, err := model.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// Distance is the largest difference of two sets of weights, relative to the
// larger of 1 and the value.
func Distance(a, b map[string][]float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for name, x := range a {
		if len(b[name]) != len(x) {
			return math.Inf(1)
		}
		for i, v := range x {
			d := math.Abs(v-b[name][i]) / math.Max(1, math.Abs(v))
			if math.IsNaN(d) {
				return math.Inf(1)
			}
			worst = math.Max(worst, d)
		}
	}
	return worst
}

// Says fails the test unless err holds all the words.
func Says(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one that says %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

// Line returns n rows of d inputs in [-1, 1) and a noisy linear target.
func Line(t testing.TB, n, d int) (source data.Source, x, y [][]float32) {
	t.Helper()
	x, y = make([][]float32, n), make([][]float32, n)
	key := rng.Key{Seed: 5}
	for i := range x {
		x[i] = make([]float32, d)
		sum := 0.7
		for j := range x[i] {
			x[i][j] = float32(2*key.Float64(i*d+j) - 1)
			sum += float64(x[i][j]) * (float64(j%3) - 0.8) // slopes -0.8, 0.2, 1.2
		}
		y[i] = []float32{float32(sum + 0.3*canonical.Sin(float64(17*i)))}
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return source, x, y
}

// Blobs returns n rows around the corners of a triangle, in three classes,
// and noise in a few labels.
func Blobs(t testing.TB, n int, seed uint64) data.Source {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	key := rng.Key{Seed: seed}
	for i := range x {
		c := i % 3
		angle := 2 * math.Pi * float64(c) / 3
		x[i] = []float32{
			float32(canonical.Cos(angle) + 0.6*key.Normal(2*i)),
			float32(canonical.Sin(angle) + 0.6*key.Normal(2*i+1)),
		}
		labels[i] = c
		if i%11 == 0 {
			labels[i] = (c + 1) % 3
		}
	}
	source, err := data.FromClasses(x, labels, []string{"red", "green", "blue"})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// Digits is the embedded set, split.
func Digits(t testing.TB) data.Parts {
	t.Helper()
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// Rows reads samples of a source, one after the other.
func Rows(t testing.TB, s data.Source, n int) []float32 {
	t.Helper()
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	x := make([]float32, n*s.Spec().Size())
	if err := s.Read(list, x, nil); err != nil {
		t.Fatal(fmt.Errorf("read: %w", err))
	}
	return x
}

// Bars is n small images [6 6 1] of a bar: upright (class 0) or level.
func Bars(t testing.TB, n int) (data.Source, [][]float32) {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	key := rng.Key{Seed: 11}
	for i := range x {
		x[i] = make([]float32, 36)
		at := 1 + i/2%4
		for j := range 6 {
			pixel := 6*at + j
			if i%2 == 0 {
				pixel = 6*j + at
			}
			x[i][pixel] = 2
		}
		for j := range x[i] {
			x[i][j] += float32(0.3 * key.Normal(36*i+j))
		}
		labels[i] = i % 2
	}
	source, err := data.FromClasses(x, labels, []string{"upright", "level"})
	if err != nil {
		t.Fatal(err)
	}
	source, err = data.Reshape(source, 6, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	return source, x
}

// Predict is the model's prediction for x.
func Predict(t testing.TB, m *model.Model, x []float32) []float64 {
	t.Helper()
	y, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// Told is a Config.Callback that tells f and never ends training.
func Told(f func(train.Progress)) func(*train.Trainer, train.Progress) error {
	return func(_ *train.Trainer, p train.Progress) error {
		f(p)
		return nil
	}
}
