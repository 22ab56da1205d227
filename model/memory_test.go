package model_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// houses returns a model of a table, and the table as text.
func houses(t *testing.T) (*model.Model, string) {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintln(&b, "rooms,city,garden,sold")
	for i := range 90 {
		fmt.Fprintf(&b, "%d,%s,%v,%s\n", 1+i%5, []string{"Bonn", "Köln", "Ulm"}[i%3], i%2 == 0, []string{"soon", "late"}[i%7/4])
	}
	table, err := data.ReadCSV(bytes.NewReader(b.Bytes()), "houses.csv", data.CSVConfig{Targets: []string{"sold"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(table, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	trainer := newTrainer(t, nn.MLP([]int{8}, 2, nn.ReLU, 0, nil), parts.Train.Spec(), train.Config{Epochs: 3, Seed: 1})
	m, err := trainer.Fit(background, parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	return m, b.String()
}

// TestPredictRow: a row as a JSON object, a map, a struct and floats is predicted
// as the same row of a file, to the bit.
func TestPredictRow(t *testing.T) {
	m, text := houses(t)
	source, err := m.Spec().Encoder.EncodeCSV(bytes.NewReader([]byte(text)), "houses.csv")
	if err != nil {
		t.Fatal(err)
	}
	var want [][]float64
	for values, err := range m.Predictions(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, slices.Clone(values))
	}
	type house struct {
		Rooms  int
		City   string `json:"city"`
		Garden bool   `csv:"garden"`
		Other  string
	}
	x := make([]float32, m.Spec().Size())
	for i := range 12 {
		h := house{1 + i%5, []string{"Bonn", "Köln", "Ulm"}[i%3], i%2 == 0, "x"}
		if err := source.Read([]int{i}, x, nil); err != nil {
			t.Fatal(err)
		}
		object := fmt.Sprintf(`{"rooms": %d, "city": %q, "garden": %v, "more": [1]}`, h.Rooms, h.City, h.Garden)
		rows := []any{
			h, &h, x, []byte(object), json.RawMessage(object),
			map[string]any{"rooms": h.Rooms, "city": h.City, "garden": h.Garden},
			map[string]any{"rooms": fmt.Sprint(h.Rooms), "city": h.City, "garden": fmt.Sprint(h.Garden)},
		}
		together, err := m.PredictRows(background, rows...)
		if err != nil {
			t.Fatal(err)
		}
		for j, row := range rows {
			p, err := m.PredictRow(background, row)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.Values, want[i]) || !slices.Equal(together[j].Values, want[i]) {
				t.Errorf("row %d as %T: %v, together %v, want %v", i, row, p.Values, together[j].Values, want[i])
			}
			class, probability := p.Class()
			if v, ok := p.Value(class); !ok || v != probability || probability < 0.5 || p.Labels() != nil {
				t.Errorf("class %q with %v, %v", class, probability, v)
			}
		}
	}
	if none, err := m.PredictRows(background); err != nil || len(none) != 0 {
		t.Errorf("no rows: %v, %v", none, err)
	}
}

func TestPredictRowErrors(t *testing.T) {
	m, _ := houses(t)
	good := map[string]any{"rooms": 1, "city": "Bonn", "garden": true}
	for _, tt := range []struct {
		row  any
		says []string
	}{
		{map[string]any{"rooms": 1, "citty": "Bonn", "garden": true}, []string{"city", "citty"}},
		{map[string]any{"rooms": "many", "city": "Bonn", "garden": true}, []string{"rooms", "many"}},
		{[]byte(`{"rooms": 1`), []string{"JSON"}},
		{[]byte(`[1]`), []string{"JSON"}},
		{[]byte(`null`), []string{"one JSON object"}},
		{[]byte(`{} {}`), []string{"one JSON object"}},
		{[]byte(`{"rooms": 1, "city": "Bonn", "garden": true}]`), []string{"one JSON object"}},
		{[]float32{1}, []string{"1 values", "shape"}},
		{image.NewGray(image.Rect(0, 0, 2, 2)), []string{"table", "no images"}},
		{7, []string{"not int"}},
		{nil, []string{"not <nil>"}},
	} {
		_, err := m.PredictRow(background, tt.row)
		says(t, err, tt.says...)
		_, err = m.PredictRows(background, good, tt.row)
		says(t, err, append(tt.says, "row 1")...)
	}
	over, cancel := context.WithCancel(background)
	cancel()
	if _, err := m.PredictRow(over, good); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

// TestPredictImage: an image, and the bytes of its file, are predicted as the file.
func TestPredictImage(t *testing.T) {
	dir := t.TempDir()
	for i := range 24 {
		class := []string{"dark", "light"}[i%2]
		img := image.NewGray(image.Rect(0, 0, 6, 6))
		for p := range img.Pix {
			img.Pix[p] = uint8(40 + 120*(i%2) + (i*37+p*11)%60)
		}
		img.SetGray(0, 0, color.Gray{uint8(i)})
		var b bytes.Buffer
		if err := errors.Join(png.Encode(&b, img), os.MkdirAll(filepath.Join(dir, class), 0o777), os.WriteFile(filepath.Join(dir, class, fmt.Sprint(i)+".png"), b.Bytes(), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	set, err := data.Open(dir, data.CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(set, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	trainer := newTrainer(t, nn.MLP([]int{4}, 2, nn.ReLU, 0, nil), parts.Train.Spec(), train.Config{Epochs: 2, Seed: 1})
	m, err := trainer.Fit(background, parts.Train, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "light", "3.png")
	source, err := m.Spec().Encoder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for values, err := range m.Predictions(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		want = slices.Clone(values)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []any{file, img} {
		if p, err := m.PredictRow(background, row); err != nil || !slices.Equal(p.Values, want) {
			t.Errorf("%T: %v, %v, want %v", row, p.Values, err, want)
		}
	}
	_, err = m.PredictRow(background, map[string]any{})
	says(t, err, "images", "no rows")
	_, err = m.PredictRow(background, []byte("no image"))
	if !errors.Is(err, data.ErrCorruptImage) {
		t.Errorf("%v is no ErrCorruptImage", err)
	}
}

// TestWarm: many goroutines, whose batches have many sizes, share few plans, and
// predict the same as one alone.
func TestWarm(t *testing.T) {
	m, _ := houses(t)
	if err := m.Warm(1, 7, 300); err != nil {
		t.Fatal(err)
	}
	says(t, m.Warm(0), "0 rows")
	size := m.Spec().Size()
	x := make([]float32, 300*size)
	for i := range x {
		x[i] = float32(i%17)/8 - 1
	}
	want, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 6 {
		all.Go(func() {
			for n := 1 + g; n <= 300; n += 23 {
				got, err := m.Predict(x[:n*size])
				if err != nil || !slices.Equal(got, want[:2*n]) {
					t.Errorf("%d rows differ from those among 300: %v", n, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestPredictRowWithImage: a row with an image beside its columns is predicted as
// that of the file, whatever the image is given as; the bytes of an image are one.
func TestPredictRowWithImage(t *testing.T) {
	dir := t.TempDir()
	var table bytes.Buffer
	fmt.Fprintln(&table, "photo,age,tags")
	for i := range 24 {
		img := image.NewGray(image.Rect(0, 0, 4, 4))
		for p := range img.Pix {
			img.Pix[p] = uint8((i*37 + p*11) % 251)
		}
		var b bytes.Buffer
		if err := errors.Join(png.Encode(&b, img), os.WriteFile(filepath.Join(dir, fmt.Sprint(i)+".png"), b.Bytes(), 0o666)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "%d.png,%d,%s\n", i, i*i%13, []string{"a;b", "b", "", "a"}[i%4])
	}
	path := filepath.Join(dir, "photos.csv")
	if err := os.WriteFile(path, table.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, beside := range []bool{true, false} {
		cfg := data.CSVConfig{Targets: []string{"tags"}, Task: data.MultiLabel, Image: "photo"}
		net := nn.Sequential{nn.Flatten{}, nn.Join{Field: data.RowField}, nn.Dense{Units: 2}}
		if !beside {
			cfg.Drop, net = []string{"age"}, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}
		}
		set, err := data.Open(path, cfg)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := data.Split(set, data.SplitConfig{})
		if err != nil {
			t.Fatal(err)
		}
		trained, err := newTrainer(t, net, parts.Train.Spec(), train.Config{Epochs: 2, Seed: 1}).Fit(background, parts.Train, nil)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "model.safetensors")
		if err := trained.Save(file); err != nil {
			t.Fatal(err)
		}
		m, err := model.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := m.Spec().Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var rows []any
		var want [][]float64
		for values, err := range m.Predictions(background, source) {
			if err != nil {
				t.Fatal(err)
			}
			i := len(want) / 4
			photo := filepath.Join(dir, fmt.Sprint(i)+".png")
			content, err := os.ReadFile(photo)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			age := i * i % 13
			object, _ := json.Marshal(map[string]any{"photo": content, "age": age}) // in base64
			for _, row := range []any{map[string]any{"photo": base64.StdEncoding.EncodeToString(content), "age": age}, map[string]any{"photo": content, "age": age}, map[string]any{"photo": img, "age": age}, object} {
				rows, want = append(rows, row), append(want, slices.Clone(values))
			}
			p, err := m.PredictRow(background, content)
			if beside != (err != nil) || !beside && !slices.Equal(p.Values, values) {
				t.Errorf("the bytes of an image: %v, %v; want %v", p.Values, err, values)
			}
		}
		got, err := m.PredictRows(background, rows...)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got {
			if !slices.Equal(p.Values, want[i]) {
				t.Errorf("row %d as %T: %v, want %v", i/4, rows[i], p.Values, want[i])
			}
		}
		_, err = m.PredictRows(background, rows[0], map[string]any{"age": 3})
		says(t, err, "row 1", "lacks the columns \"photo\"")
		_, err = m.PredictRow(background, map[string]any{"photo": filepath.Join(dir, "0.png"), "age": 3})
		says(t, err, "photo", "a path is not followed")
		_, err = m.PredictRow(background, []float32{1})
		says(t, err, "1 values", "[4 4 1]")
	}
}
