package model_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/safetensors"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/train"
)

// trained is a model after a few updates.
func trained(t testing.TB, net nn.Layer, source data.Source, l loss.Loss) *model.Model {
	t.Helper()
	trainer := newTrainer(t, net, source.Spec(), train.Config{Loss: l, Epochs: 2, BatchSize: 10})
	steps(t, trainer, source)
	return trainer.Model()
}

func same(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return true
}

// TestSaveLoad: a model that was saved and loaded predicts the same bits.
func TestSaveLoad(t *testing.T) {
	classes := blobs(t, 60, 1)
	targets, _, _ := line(t, 60, 3)
	parts := digits(t)
	for _, tt := range []struct {
		name   string
		net    nn.Layer
		source data.Source
		loss   loss.Loss
	}{
		{"classes", nn.MLP([]int{7}, 3, nn.ReLU, 0.3, nil), classes, nil},
		{"smoothed", nn.MLP([]int{7}, 3, nn.GELU, 0, initial.Orthogonal{}), classes, loss.CrossEntropy{LabelSmoothing: 0.1, ClassWeights: []float64{1, 2, 0.5}}},
		{"regression", nn.MLP([]int{7}, 1, nn.Tanh, 0, nil), targets, nil},
		{"huber", nn.Dense{Units: 1, NoBias: true, L2: 0.1}, targets, loss.Huber{Delta: 0.3}},
		{"digits", nn.MLP([]int{16}, 10, nn.ReLU, 0.2, nil), parts.Train, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := trained(t, tt.net, tt.source, tt.loss)
			path := filepath.Join(t.TempDir(), "m.safetensors")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			loaded, err := model.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := m.Write(&b); err != nil {
				t.Fatal(err)
			}
			read, err := model.Read(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			x := rows(t, tt.source, 40)
			for _, again := range []*model.Model{loaded, read} {
				if !same(predict(t, again, x), predict(t, m, x)) {
					t.Error("predictions differ")
				}
				if again.SHA256() != m.SHA256() || again.Parameters() != m.Parameters() {
					t.Error("weights differ")
				}
				one, err := m.Evaluate(background, tt.source)
				if err != nil {
					t.Fatal(err)
				}
				two, err := again.Evaluate(background, tt.source)
				if err != nil || one.Loss != two.Loss {
					t.Errorf("loss %v, %v, before %v", two.Loss, err, one.Loss)
				}
				var twice bytes.Buffer
				if err := again.Write(&twice); err != nil || !bytes.Equal(twice.Bytes(), b.Bytes()) {
					t.Errorf("written again, the file has other bytes (%v)", err)
				}
			}
		})
	}
}

// TestRawRows: a loaded model takes raw rows, by the encoder in it.
func TestRawRows(t *testing.T) {
	m := trained(t, nn.MLP([]int{16}, 10, nn.ReLU, 0, nil), digits(t).Train, nil)
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	loaded, err := model.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(m *model.Model) data.Source {
		s, err := data.Digits().(data.Fitter).Encode(m.Spec().Encoder)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if !same(predict(t, loaded, rows(t, encoded(loaded), 50)), predict(t, m, rows(t, encoded(m), 50))) {
		t.Error("predictions for raw rows differ")
	}
	report, err := loaded.Evaluate(background, encoded(loaded))
	if err != nil {
		t.Fatal(err)
	}
	if a := report.Score("accuracy"); a < 0.6 { // 0.71 after the two epochs, 0.1 by chance
		t.Errorf("accuracy %v on raw rows", a)
	}
}

// doubled is a layer of the user's own.
type doubled struct{ Units int }

func (d doubled) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	return x.MatMul(c.Param("w", initial.HeNormal{}, x.Dim(-1), d.Units)).Scale(2)
}

// cubed is a loss of the user's own.
type cubed struct{ loss.MSE }

func (cubed) Name() string { return "cubed" }

func (cubed) PerSample(z, y graph.Tensor) graph.Tensor {
	e := z.Sub(y).Abs()
	return e.Mul(e).Mul(e).Mean(1)
}

func TestUsersOwn(t *testing.T) {
	source, _, _ := line(t, 40, 3)
	own := nn.Sequential{doubled{4}, nn.Tanh, nn.Dense{Units: 1}}
	plain := nn.MLP([]int{4}, 1, nn.Tanh, 0, nil)
	for _, tt := range []struct {
		name string
		net  nn.Layer
		loss loss.Loss
		with []model.LoadOption
	}{
		{"layer", own, nil, []model.LoadOption{model.With(own, nil)}},
		{"loss", plain, cubed{}, []model.LoadOption{model.With(nil, cubed{})}},
		{"both", own, cubed{}, []model.LoadOption{model.With(own, cubed{})}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := trained(t, tt.net, source, tt.loss)
			var b bytes.Buffer
			if err := m.Write(&b); err != nil {
				t.Fatal(err)
			}
			_, err := model.Read(b.Bytes())
			says(t, err, "own", "model.With")
			again, err := model.Read(b.Bytes(), tt.with...)
			if err != nil {
				t.Fatal(err)
			}
			x := rows(t, source, 20)
			if !same(predict(t, again, x), predict(t, m, x)) {
				t.Error("predictions differ")
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	m := trained(t, nn.MLP([]int{4}, 3, nn.ReLU, 0, nil), blobs(t, 30, 1), nil)
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	foreign := func() []byte {
		var b bytes.Buffer
		err := safetensors.Write(&b, nil, []safetensors.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{1}}})
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	type tensors = []safetensors.Tensor
	change := func(f func(meta map[string]any, all *tensors)) []byte { return edit(t, m, f) }
	for _, tt := range []struct {
		name string
		file []byte
		says []string
	}{
		{"empty", nil, nil},
		{"text", []byte("accuracy,0.97\n"), nil},
		{"a few bytes", whole[:20], nil},
		{"truncated", whole[:len(whole)-4], nil},
		{"more at the end", append(append([]byte{}, whole...), 0), nil},
		{"foreign", foreign(), []string{"no model of descent"}},
		{"newer", change(func(meta map[string]any, _ *tensors) { meta["format"] = model.Format + 1 }), []string{"format 5", "1 to 4", "newer"}},
		{"no format", change(func(meta map[string]any, _ *tensors) { delete(meta, "format") }), []string{"format 0"}},
		{"metadata of another kind", change(func(meta map[string]any, _ *tensors) { meta["format"] = "one" }), []string{"metadata"}},
		{"no network", change(func(meta map[string]any, _ *tensors) { delete(meta, "network") }), []string{"model.With"}},
		{"other network", change(func(meta map[string]any, _ *tensors) { meta["network"] = map[string]any{"type": "conv"} }), []string{`"conv"`}},
		{"other loss", change(func(meta map[string]any, _ *tensors) { meta["loss"] = map[string]any{"name": "focal"} }), []string{`"focal"`, "model.With"}},
		{"loss with unknown values", change(func(meta map[string]any, _ *tensors) {
			meta["loss"] = map[string]any{"name": "mse", "values": map[string]any{"Gamma": 2}}
		}), []string{"Gamma"}},
		{"no spec", change(func(meta map[string]any, _ *tensors) { delete(meta, "spec") }), []string{"metadata", "shape"}},
		{"a weight larger than the file", change(func(meta map[string]any, _ *tensors) {
			meta["network"].(map[string]any)["layers"].([]any)[1].(map[string]any)["units"] = 1 << 27
		}), []string{"1.dense.weight", "[2 4]", "[2 134217728]"}},
		{"a result larger than memory", change(func(meta map[string]any, _ *tensors) {
			pad := map[string]any{"type": "pad", "top": 1 << 29}
			flat := map[string]any{"type": "globalavgpool"}
			layers := meta["network"].(map[string]any)["layers"].([]any)
			image := map[string]any{"type": "reshape", "dims": []int{1, 1, 2}}
			meta["network"].(map[string]any)["layers"] = append([]any{image, pad, flat}, layers...)
		}), []string{"layer 1.pad makes [536870913 1 2]", "268435456 values"}},
		{"weight missing", change(func(_ map[string]any, all *tensors) { *all = (*all)[1:] }), []string{"3 weights", "4"}},
		{"weight too many", change(func(_ map[string]any, all *tensors) {
			*all = append(*all, safetensors.Tensor{Name: "more", Shape: []int{1}, Data: []float32{1}})
		}), []string{"5 weights", "4"}},
		{"weight of another name", change(func(_ map[string]any, all *tensors) { (*all)[0].Name = "w" }), []string{`no weight "1.dense.weight"`}},
		{"weight of another shape", change(func(_ map[string]any, all *tensors) { (*all)[0].Shape = []int{4, 2} }), []string{"1.dense.weight", "[4 2]", "[2 4]"}},
		{"weight of another type", change(func(_ map[string]any, all *tensors) {
			(*all)[0].Data, (*all)[0].F64 = nil, make([]float64, 8)
		}), []string{"1.dense.weight", "float32"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := model.Read(tt.file)
			says(t, err, append(tt.says, "read model")...)
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			if err := os.WriteFile(path, tt.file, 0o666); err != nil {
				t.Fatal(err)
			}
			_, err = model.Load(path)
			says(t, err, append(tt.says, "load model", path)...)
			if err != nil && strings.Count(err.Error(), path) != 1 {
				t.Errorf("error %q names the file more than once", err)
			}
		})
	}
	_, err := model.Load(filepath.Join(t.TempDir(), "none"))
	says(t, err, "none")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v does not wrap fs.ErrNotExist", err)
	}
}

// TestSaveFails: where a file cannot be written, none is left.
func TestSaveFails(t *testing.T) {
	m := trained(t, nn.Dense{Units: 3}, blobs(t, 30, 1), nil)
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder.safetensors")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"no such folder": filepath.Join(dir, "none", "m.safetensors"),
		"a folder":       folder,
		"below a file":   filepath.Join(file, "m.safetensors"),
	} {
		t.Run(name, func(t *testing.T) {
			says(t, m.Save(path), "save model")
		})
	}
	t.Run("read-only folder", func(t *testing.T) {
		locked := filepath.Join(dir, "locked")
		if err := os.Mkdir(locked, 0o555); err != nil {
			t.Fatal(err)
		}
		if f, err := os.Create(filepath.Join(locked, "probe")); err == nil {
			f.Close()
			os.Remove(f.Name())
			t.Skip("this user writes into read-only folders")
		}
		says(t, m.Save(filepath.Join(locked, "m.safetensors")), "save model")
	})
	var left []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != file {
			left = append(left, path)
		}
		return err
	})
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
		t.Errorf("a file in the way was changed: %q, %v", b, err)
	}
}
