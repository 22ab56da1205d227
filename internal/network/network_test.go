package network_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/network"
	"descent/nn"
	"descent/objective"
)

// TestMembers checks that the loss of a network whose result is a mean of members
// is the mean of their losses in training, and that of the mean otherwise.
func TestMembers(t *testing.T) {
	const rows, members, outputs = 4, 3, 2
	for _, tt := range []struct {
		spec data.Spec
		of   nn.Averaging
		loss func(z []float64, y float64) float64 // of one row
	}{
		{data.Spec{Input: []int{5}, Task: data.Classification, Classes: []string{"a", "b"}}, nn.Classes, func(z []float64, y float64) float64 {
			return math.Log(math.Exp(z[0])+math.Exp(z[1])) - z[int(y)]
		}},
		{data.Spec{Input: []int{5}, Task: data.Regression, Targets: []string{"u", "v"}}, nn.Values, func(z []float64, y float64) float64 {
			return ((z[0]-y)*(z[0]-y) + (z[1]-y)*(z[1]-y)) / 2
		}},
	} {
		goals, err := objective.For(tt.spec, nil).Filled(tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		net := network.Network{Layer: nn.TabM(members, []int{6}, outputs, nn.Tanh, 0, tt.of), Spec: tt.spec, Objective: goals}
		r := rand.New(rand.NewPCG(1, 2))
		values := map[string][]float64{}
		for _, training := range []bool{true, false} {
			f, err := net.Trace(rows, training)
			if err != nil {
				t.Fatal(err)
			}
			each := graph.Tensor{}
			for _, l := range f.Layers {
				if l.Tensor.Type() == graph.Shape(rows, members, outputs) {
					each = l.Tensor
				}
			}
			draw := func(name string, size int, whole bool) {
				for len(values[name]) < size {
					v := r.NormFloat64()
					if whole {
						v = float64(r.IntN(2))
					}
					values[name] = append(values[name], v)
				}
			}
			for _, p := range f.Params {
				draw(p.Name, p.Tensor.Type().Size(), false)
			}
			draw("x", rows*5, false)
			draw("y", rows, true)
			if tt.of == nn.Values && len(values["y"]) == rows { // both targets of a row are the same number
				y := values["y"]
				values["y"] = []float64{y[0], y[0], y[1], y[1], y[2], y[2], y[3], y[3]}
			}
			ref, engine := enginetest.Both(t, values, 0, f.Losses, each, f.Out)
			for i := range rows {
				y := values["y"][i*len(values["y"])/rows]
				want := 0.0
				for k := range members {
					z := ref[1][(i*members+k)*outputs:]
					want += tt.loss(z, y) / members
				}
				if !training {
					want = tt.loss(ref[2][i*outputs:], y)
				}
				if math.Abs(ref[0][i]-want) > 1e-6 || math.Abs(engine[0][i]-want) > 1e-5 {
					t.Errorf("%v, training %v: the loss of row %d is %v and %v, want %v", tt.of, training, i, ref[0][i], engine[0][i], want)
				}
			}
		}
	}
}
