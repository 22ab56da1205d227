package onnx_test

import (
	"math"
	"testing"

	"descent/onnx"
)

// TestRecurrentWays: an LSTM as one operation gives what it gives unrolled, as one with
// peepholes is, which are zero here: samples of different lengths, in both directions,
// from states that are given.
func TestRecurrentWays(t *testing.T) {
	const steps, rows, width, units, directions = 5, 3, 2, 4, 2
	values := func(n, k int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(math.Cos(1.7*float64(i) + float64(k)))
		}
		return v
	}
	outputs := func(peepholes bool) map[string]onnx.Tensor {
		m := newMaker(14).input("x", steps, rows, width).output("y").output("h").output("c")
		weight := func(name string, k int, dims ...int64) {
			n := 1
			for _, d := range dims {
				n *= int(d)
			}
			m.weight(name, dims, values(n, k)...)
		}
		weight("w", 1, directions, 4*units, width)
		weight("r", 2, directions, 4*units, units)
		weight("b", 3, directions, 8*units)
		weight("h0", 4, directions, rows, units)
		weight("c0", 5, directions, rows, units)
		in := []string{"x", "w", "r", "b", "l", "h0", "c0"}
		m.ints("l", 5, 2, 4)
		if peepholes {
			m.weight("p", []int64{directions, 3 * units}, make([]float32, directions*3*units)...)
			in = append(in, "p")
		}
		m.node("LSTM", append(in, "y"), attrInt("hidden_size", units), attrText("direction", "bidirectional"))
		m.p.Graph.Nodes[0].Outputs = []string{"y", "h", "c"}
		model, err := onnx.Parse(m.bytes(), "")
		if err != nil {
			t.Fatal(err)
		}
		x := onnx.Tensor{Type: "float32", Dims: []int{steps, rows, width}}
		for _, v := range values(steps*rows*width, 0) {
			x.Values = append(x.Values, float64(v))
		}
		out, err := model.Run(map[string]onnx.Tensor{"x": x})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got, want := outputs(false), outputs(true)
	for name, w := range want {
		for i, v := range w.Values {
			if off := math.Abs(got[name].Values[i] - v); !(off < 1e-6) {
				t.Errorf("output %s: number %d is off by %g", name, i, off)
				break
			}
		}
	}
}
