package model_test

import (
	"math"
	"testing"

	"descent/model"
	"descent/nn"
	"descent/train"
)

// TestViews: predictions are the mean over images moved and mirrored one by
// one.
func TestViews(t *testing.T) {
	source, x := bars(t, 30)
	m := trained(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 5, Activation: nn.Tanh}, nn.Dense{Units: 2}}, source, nil)
	moved := func(image []float32, dy, dx int, flip bool) []float32 {
		out := make([]float32, 36)
		for y := range 6 {
			for x := range 6 {
				sy, sx := y+dy, x+dx
				if flip {
					sx = 5 - sx
				}
				if sy >= 0 && sy < 6 && sx >= 0 && sx < 6 {
					out[6*y+x] = image[6*sy+sx]
				}
			}
		}
		return out
	}
	for _, tt := range []struct {
		views model.Views
		count int
	}{
		{model.Views{}, 1}, {model.Views{Flip: true}, 2}, {model.Views{Shift: 2}, 9}, {model.Views{Flip: true, Shift: 1}, 18},
	} {
		many, err := m.Views(tt.views)
		if err != nil {
			t.Fatal(err)
		}
		i, right, count := 0, 0, 0
		for got, err := range many.Predictions(background, source) {
			if err != nil {
				t.Fatal(err)
			}
			want := 0.0
			count = 0
			for _, flip := range []bool{false, true} {
				for dy := -tt.views.Shift; dy <= tt.views.Shift; dy += max(1, tt.views.Shift) {
					for dx := -tt.views.Shift; dx <= tt.views.Shift; dx += max(1, tt.views.Shift) {
						if !flip || tt.views.Flip {
							want += predict(t, m, moved(x[i], dy, dx, flip))[0]
							count++
						}
					}
				}
			}
			if want /= float64(count); count != tt.count || math.Abs(got[0]-want) > 1e-6 || math.Abs(got[0]+got[1]-1) > 1e-6 {
				t.Errorf("%v: row %d has the probabilities %v, want %v over %d views", tt.views, i, got, want, tt.count)
			}
			if got[i%2] > 0.5 {
				right++
			}
			i++
		}
		r, err := many.Evaluate(background, source)
		if err != nil || r.Classification.Accuracy() != float64(right)/30 {
			t.Errorf("%v: accuracy %v, want %d of 30; %v", tt.views, r.Classification.Accuracy(), right, err)
		}
		if many.SHA256() != m.SHA256() {
			t.Errorf("%v: other weights", tt.views)
		}
	}
}

func TestViewsErrors(t *testing.T) {
	source, _ := bars(t, 4)
	images := newTrainer(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}, source.Spec(), train.Config{}).Model()
	flat, _, _ := line(t, 4, 3)
	plain := newTrainer(t, nn.Dense{Units: 1}, flat.Spec(), train.Config{}).Model()
	for _, tt := range []struct {
		m     *model.Model
		views model.Views
		want  []string
	}{
		{images, model.Views{Shift: 6}, []string{"6 pixels", "[6 6 1]"}},
		{images, model.Views{Shift: -1}, []string{"-1"}},
		{plain, model.Views{Flip: true}, []string{"[3]", "images"}},
	} {
		_, err := tt.m.Views(tt.views)
		says(t, err, tt.want...)
	}
	if m, err := plain.Views(model.Views{}); err != nil || m == nil {
		t.Errorf("no views of a plain sample: %v", err)
	}
}

func TestParseViews(t *testing.T) {
	for text, want := range map[string]model.Views{
		"": {}, "none": {}, "flip": {Flip: true}, "shift:2": {Shift: 2}, "shift:1, flip": {Flip: true, Shift: 1},
	} {
		got, err := model.ParseViews(text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if back, err := model.ParseViews(got.String()); err != nil || back != got {
			t.Errorf("%v became %v: %v", got, back, err)
		}
	}
	for _, text := range []string{"flop", "shift", "shift:0", "shift:-1", "shift:x", "flip:1", "flip,flip", "shift:1,shift:2", "flip,"} {
		_, err := model.ParseViews(text)
		says(t, err, text, "such as flip,shift:1")
	}
}
