package model_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/objective"
)

// uncalibrated is a case of testdata/calibrate.py.
type uncalibrated struct {
	Name          string
	T             float64
	Before, After float64
	Noise         float64
	Z             []float32
	Y             []int
}

// source returns the logits of a case as samples, and a network that hands them on.
func (c uncalibrated) source(t *testing.T) (data.Source, *model.Model) {
	t.Helper()
	wide, labels := len(c.Z)/len(c.Y), 1
	if c.Name == "labels" {
		wide, labels = 3, 3
	}
	var x [][]float32
	for at := 0; at < len(c.Z); at += wide {
		x = append(x, c.Z[at:at+wide])
	}
	var source data.Source
	var err error
	var o objective.Objective
	switch {
	case labels > 1:
		spec := data.Spec{Name: "labels", Input: []int{3}, Task: data.MultiLabel, Targets: []string{"a", "b", "c"}}
		y := make([]float32, len(c.Y))
		for i, v := range c.Y {
			y[i] = float32(v)
		}
		source, err = data.FromFields(spec, map[string][]float32{data.X: c.Z, data.Y: y})
	default:
		source, err = data.FromClasses(x, c.Y, []string{"a", "b", "c"}[:max(2, wide)])
		if wide == 1 {
			o = objective.Objective{{Task: data.Classification, Loss: loss.BinaryCrossEntropy{PosWeight: 3}}}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(nn.Sequential{nn.Identity{}}, source.Spec(), o, engine.NewStore())
	if err != nil {
		t.Fatal(err)
	}
	return source, m
}

// TestCalibrate: temperatures are those of scipy, and answers stay as they are.
func TestCalibrate(t *testing.T) {
	text, err := os.ReadFile("testdata/calibrate.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []uncalibrated
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tt := range cases {
		t.Run(tt.Name, func(t *testing.T) {
			source, m := tt.source(t)
			c, err := m.Calibrate(background, source)
			if err != nil {
				t.Fatal(err)
			}
			near := func(what string, got, want, within float64) {
				if math.Abs(got-want) > within*(1+math.Abs(want)) {
					t.Errorf("%s is %v, by scipy %v", what, got, want)
				}
			}
			near("T", c.Temperature, tt.T, 2e-4) // a unit of the fourth digit
			near("the loss before", c.Before, tt.Before, 1e-12)
			near("the loss after", c.After, tt.After, 1e-7)
			near("its noise", c.Noise, tt.Noise, 1e-3)
			if !c.Helps() {
				t.Error("it does not help")
			}
			cool, err := m.WithTemperature(c.Temperature)
			if err != nil {
				t.Fatal(err)
			}
			was, err := m.Evaluate(background, source)
			if err != nil {
				t.Fatal(err)
			}
			is, err := cool.Evaluate(background, source)
			if err != nil {
				t.Fatal(err)
			}
			if was.Classification != nil && was.Classification.Accuracy() != is.Classification.Accuracy() {
				t.Errorf("accuracy %v became %v", was.Classification.Accuracy(), is.Classification.Accuracy())
			}
			if math.Abs(was.Plain-c.Before) > 1e-6 || math.Abs(is.Plain-c.After) > 1e-6 {
				t.Errorf("the loss was %v and is %v; it was said to be %v and %v", was.Plain, is.Plain, c.Before, c.After)
			}
			again, err := cool.Calibrate(background, source)
			if err != nil {
				t.Fatal(err)
			}
			near("T of the calibrated model", again.Temperature, c.Temperature, 2e-4)
			if again.Helps() {
				t.Error("a second temperature helps")
			}
		})
	}
}

// TestTemperatureOfWeights: a temperature leaves weights, their names and their hash
// as they are, and is saved.
func TestTemperatureOfWeights(t *testing.T) {
	source := blobs(t, 60, 1)
	for _, tt := range []struct {
		net  nn.Layer
		hash bool
	}{{nn.MLP([]int{7}, 3, nn.ReLU, 0.3, nil), true}, {nn.Dense{Units: 3}, false}} {
		m := trained(t, tt.net, source, nil)
		cool, err := m.WithTemperature(2)
		if err != nil {
			t.Fatal(err)
		}
		if cool, err = cool.WithTemperature(4); err != nil { // instead
			t.Fatal(err)
		}
		if m.Temperature() != 1 || cool.Temperature() != 4 {
			t.Errorf("temperatures %v and %v", m.Temperature(), cool.Temperature())
		}
		if (m.SHA256() == cool.SHA256()) != tt.hash || m.Parameters() != cool.Parameters() {
			t.Errorf("hashes %s, %s", m.SHA256(), cool.SHA256())
		}
		var b bytes.Buffer
		if err := cool.Write(&b); err != nil {
			t.Fatal(err)
		}
		back, err := model.Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		x, y := make([]float32, source.Spec().Size()), make([]float32, 1)
		if err := source.Read([]int{0}, x, y); err != nil {
			t.Fatal(err)
		}
		p, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		q, err := back.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p {
			// Logits are divided by 4: ratios of probabilities have their fourth root.
			if a, b := math.Pow(p[i]/p[0], 0.25), q[i]/q[0]; math.Abs(a-b) > 1e-6*a {
				t.Errorf("class %d: ratio %v, want %v", i, b, a)
			}
		}
	}
}

func TestCalibrateErrors(t *testing.T) {
	numbers, _, _ := line(t, 60, 3)
	classes := blobs(t, 60, 1)
	one := trained(t, nn.Dense{Units: 1}, numbers, nil)
	three := trained(t, nn.Dense{Units: 3}, classes, nil)
	for _, tt := range []struct {
		m      *model.Model
		source data.Source
		want   string
	}{
		{one, numbers, "predicts numbers"},
		{three, nil, "no rows"},
		{three, numbers, "do not fit"},
	} {
		if _, err := tt.m.Calibrate(background, tt.source); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := three.WithTemperature(bad); err == nil || !strings.Contains(err.Error(), "Temperature") {
			t.Errorf("T = %v: error %v", bad, err)
		}
	}
}
