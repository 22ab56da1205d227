package nn_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
)

// TestLayerErrors checks that what does not fit is named, with the path of the
// layer, the shapes, and what would be right.
func TestLayerErrors(t *testing.T) {
	image, flat, sequence, grey := graph.Shape(4, 6, 5, 3), graph.Shape(4, 7), graph.Shape(4, 9, 3), graph.Shape(4, 6, 5)
	k3, nan := nn.Square(3), math.NaN()
	for _, tt := range []struct {
		layer nn.Layer
		x     graph.Type
		want  string
	}{
		{nn.Conv2D{Filters: 2, Kernel: k3}, flat, "0.conv2d: Conv2D of [4 7]: takes images [n, h, w, channels]; put nn.Reshape"},
		{nn.Conv2D{Filters: 2, Kernel: k3}, grey, "put nn.EnsureChannels{} before it"},
		{nn.Conv2D{Kernel: k3}, image, "0 filters; want at least 1"},
		{nn.Conv2D{Filters: 2}, image, "kernel [0 0]; want sizes of at least 1, as in nn.Square(3)"},
		{nn.Conv2D{Filters: 2, Kernel: k3, Stride: [2]int{-1, 1}}, image, "stride [-1 1]"},
		{nn.Conv2D{Filters: 2, Kernel: k3, Padding: -3}, image, "padding -3; want nn.Same"},
		{nn.Conv2D{Filters: 2, Kernel: k3, Padding: nn.Causal}, image, "padding nn.Causal, which is for nn.Conv1D alone"},
		{nn.MaxPool1D{Padding: nn.Causal}, sequence, "which is for nn.Conv1D alone"},
		{nn.Conv2D{Filters: 2, Kernel: nn.Square(7)}, image, "a kernel over 7 × 7 is larger than its input of 6 × 5"},
		{nn.Conv2D{Filters: 2, Kernel: k3, Dilation: nn.Square(3)}, image, "a kernel over 7 × 7 is larger"},
		{nn.Conv2D{Filters: 4, Kernel: k3, Groups: 2}, image, "3 channels do not make 2 equal groups"},
		{nn.Conv2D{Filters: 4, Kernel: k3, Groups: 3}, image, "4 filters do not make 3 equal groups"},
		{nn.DepthwiseConv{Kernel: k3, Multiplier: -1}, image, "multiplier -1"},
		{nn.DepthwiseConv{Kernel: k3}, flat, "takes images"},
		{nn.ConvTranspose2D{Filters: 1, Kernel: k3, Padding: 5}, image, "padding 5 takes all rows or columns away"},
		{nn.ConvTranspose2D{Filters: 1, Kernel: k3}, grey, "takes images"},
		{nn.ConvTranspose2D{Kernel: k3}, image, "0 filters"},
		{nn.Conv1D{Filters: 2, Kernel: 3}, image, "takes sequences [n, length, channels]; put nn.Reshape"},
		{nn.Conv1D{Filters: 2, Kernel: 10}, sequence, "a kernel over 1 × 10 is larger"},
		{nn.MaxPool{}, flat, "0.maxpool: MaxPool of [4 7]: takes images"},
		{nn.MaxPool{Window: nn.Square(6)}, image, "a window of 6 × 6 does not fit into 6 × 5"},
		{nn.MaxPool{Window: nn.Square(2), Padding: 2}, image, "less than the window"},
		{nn.AvgPool{Window: [2]int{-1, 2}}, image, "window [-1 2]"},
		{nn.AvgPool{Padding: -7}, image, "padding -7"},
		{nn.MaxPool1D{}, image, "takes sequences"},
		{nn.AvgPool1D{Window: 10}, sequence, "does not fit into 1 × 9"},
		{nn.GlobalAvgPool{}, flat, "[n, ..., channels] with positions between"},
		{nn.GlobalMaxPool{}, flat, "positions between"},
		{nn.BatchNorm{}, graph.Shape(1, 7), "0.batchnorm: BatchNorm of [1 7]: one value a channel has no variance: train with at least 2 rows"},
		{nn.BatchNorm{}, graph.Shape(7), "takes [n, ..., channels]"},
		{nn.BatchNorm{Momentum: 1.5}, image, "momentum 1.5"},
		{nn.BatchNorm{Eps: -1}, image, "epsilon -1; want a small number above 0, such as 1e-05"},
		{nn.LayerNorm{Eps: -1}, image, "epsilon -1"},
		{nn.LayerNorm{}, graph.Shape(7), "takes [n, ..., features]"},
		{nn.RMSNorm{}, graph.Shape(7), "takes [n, ..., features]"},
		{nn.GroupNorm{Groups: 2}, image, "3 channels do not make 2 equal groups"},
		{nn.GroupNorm{Groups: 2, Eps: -1}, image, "epsilon -1"},
		{nn.Residual{Layers: nn.Sequential{nn.Conv2D{Filters: 4, Kernel: nn.Square(1)}}}, image, "the layers give [4 6 5 4], which the shortcut's [4 6 5 3] does not fit; give a Shortcut"},
		{nn.Residual{Layers: nn.Sequential{nn.Conv2D{Filters: 4, Kernel: nn.Square(8)}}}, image, "layer 0.residual.0.conv2d: "},
		{nn.Concat{}, image, "has no branches"},
		{nn.Concat{nn.ReLU, nn.MaxPool{}}, image, "branch 0 gives [4 6 5 3] and branch 1 [4 3 2 3]"},
		{nn.Concat{nn.ReLU, nil}, image, "layer 0.concat.1: Call: the layer is nil"},
		{nn.Embedding{Size: 3}, sequence, "a table of 3 rows of 0"},
		{nn.Tied{Embedding: nn.Embedding{Size: 3}}, flat, "a table of 3 rows of 0"},
		{nn.Tied{Embedding: nn.Embedding{Size: 3, Dim: 2}, Layers: nn.Sequential{nn.Dense{Units: 4}}}, flat, "the layers give [4 7 4], which the table's rows of 2 do not fit"},
		{nn.Positions{Length: 8}, sequence, "a sequence of 9 positions, and there are rows for 8"},
		{nn.Positions{Length: 8}, flat, "takes sequences"},
		{nn.MultiHeadAttention{Heads: 2}, sequence, "2 heads do not share 3 numbers evenly"},
		{nn.MultiHeadAttention{Heads: 3, Groups: 2}, sequence, "3 heads cannot share 2 groups evenly"},
		{nn.MultiHeadAttention{Heads: 1, Rotary: 100}, sequence, "rotary positions turn pairs, and a head has 3 numbers"},
		{nn.MultiHeadAttention{Heads: 1, Rotary: 0.5}, sequence, "rotary positions of base 0.5"},
		{nn.MultiHeadAttention{Heads: 1, Dropout: 1}, sequence, "rate 1"},
		{nn.MultiHeadAttention{Heads: 1, Lengths: "lengths"}, sequence, "the samples have no input field \"lengths\""},
		{nn.MultiHeadAttention{Heads: 1, Lengths: "lengths", Causal: true}, sequence, "leave them out"},
		{nn.MultiHeadAttention{Heads: 1}, flat, "takes sequences"},
		{nn.SwiGLU{}, sequence, "layer 0.swiglu.gate: Dense of [36 3]: 0 units"},
		{nn.SoftCap{}, flat, "a cap of 0; want a number above 0"},
		{nn.GRU{}, sequence, "0 units; want at least 1"},
		{nn.LSTM{Units: 2}, flat, "takes sequences"},
		{nn.SpatialDropout{Rate: 1}, image, "rate 1; want a probability"},
		{nn.DropPath{Rate: -0.1}, image, "rate -0.1"},
		{nn.DropPath{Rate: 0.1}, graph.Shape(4), "takes [n, ..., channels]"},
		{nn.Reshape{Dims: []int{4, 4}}, flat, "a sample of 7 elements does not fill shape [4 4]"},
		{nn.Reshape{Dims: []int{-1, -1}}, flat, "a sample of 7 elements does not fill"},
		{nn.Reshape{Dims: []int{0}}, flat, "want sizes of at least 1"},
		{nn.Pad{Top: -1}, image, "want numbers of at least 0"},
		{nn.Pad{Top: 1}, sequence, "set Left and Right"},
		{nn.Pad{Left: 1}, flat, "takes images"},
		{nn.Select{}, flat, "0.select: Select of [4 7]: no columns"},
		{nn.Select{Columns: []int{0, 7}}, flat, "there is no column 7; there are 7, from 0"},
		{nn.Select{Columns: []int{-1}}, flat, "there is no column -1"},
		{nn.Select{Columns: []int{0}}, graph.Shape(7), "takes [n, ..., columns]"},
		{nn.Scale{}, graph.Shape(7), "takes [n, ..., columns]"},
		{nn.Parametric{}, graph.Shape(7), "takes [n, ..., units]"},
		{nn.Cutpoints{Classes: 1}, graph.Shape(4, 1), "want 2 to 1000"},
		{nn.Cutpoints{Classes: 3}, flat, "takes [n, 1]"},
		{nn.Temperature{}, flat, "temperature 0; want a number above 0"},
		{nn.Temperature{T: nan}, flat, "temperature NaN"},
		{nn.Clamp{Low: []float64{0}}, flat, "High has 0 numbers; want 7, one for each column, or one for all"},
		{nn.Clamp{Low: []float64{0, 0}, High: []float64{1}}, flat, "Low has 2 numbers"},
		{nn.Clamp{Low: []float64{2}, High: []float64{1}}, flat, "column 0 lies between 2 and 1; Low must be below High"},
		{nn.Clamp{Low: []float64{nan}, High: []float64{1}}, flat, "Low of column 0: NaN is no number that float32 holds"},
		{nn.SmoothClip{Limit: -1}, flat, "limit -1; want a number above 0, such as 3"},
		{nn.SmoothClip{Center: []float64{1, 2}}, flat, "Center has 2 numbers; want 7"},
		{nn.SmoothClip{Center: []float64{math.Inf(1)}}, flat, "Center of column 0: +Inf is no number"},
		{nn.SmoothClip{Scale: []float64{0}}, flat, "Scale of column 0 is 0; want a number above 0"},
		{nn.PiecewiseLinear{Edges: [][]float64{{0, 1}}}, flat, "edges of 1 columns; there are 7"},
		{nn.PiecewiseLinear{Edges: [][]float64{{0, 1}}}, sequence, "takes [n, columns]"},
		{nn.PiecewiseLinear{Edges: [][]float64{{0}}}, graph.Shape(4, 1), "column 0 has 1 edges; want at least 2"},
		{nn.PiecewiseLinear{Edges: [][]float64{{0, 1, 1}}}, graph.Shape(4, 1), "edges 1 and 2 of column 0 are 1 and 1; want rising ones"},
		{nn.PiecewiseLinear{Edges: [][]float64{{1e9, 1e9 + 1}}}, graph.Shape(4, 1), "apart also as float32"},
		{nn.PiecewiseLinear{Edges: [][]float64{{0, nan}}}, graph.Shape(4, 1), "edge 1 of column 0: NaN"},
		{nn.QuantileMap{Quantiles: [][]float64{{0, 1, 0}}}, graph.Shape(4, 1), "quantiles 1 and 2 of column 0 are 1 and 0; they must not fall"},
		{nn.QuantileMap{Quantiles: [][]float64{{0, 1, 2}, {0, 1}}}, graph.Shape(4, 2), "column 1 has 2 quantiles, and column 0 has 3"},
		{nn.QuantileMap{}, flat, "edges of 0 columns; there are 7"},
		{nn.Periodic{Units: 1}, flat, "1 units; want at least 2"},
		{nn.Periodic{Frequencies: -1}, flat, "-1 frequencies"},
		{nn.Periodic{Sigma: nan}, flat, "sigma NaN"},
		{nn.Periodic{}, sequence, "takes [n, columns]"},
		{nn.Dense{Units: 1, Scaling: 7}, flat, "there is no Scaling(7); use nn.Standard or nn.NTK"},
		{nn.Ensemble{}, flat, "0.ensemble: Ensemble of [4 7]: has no members"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU}, Weights: []float64{1, 2}}, flat, "2 weights of 1 members"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU}, Weights: []float64{-1}}, flat, "the weight of member 0 is -1; want a number of at least 0"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU}, Weights: []float64{0}}, flat, "the weights add up to 0; want a sum above 0"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU}, Weights: []float64{nan}}, flat, "is NaN"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU}, Of: 9}, flat, "there is no Averaging(9)"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU, nil}}, flat, "layer 0.ensemble.1: Call: the layer is nil"},
		{nn.Ensemble{Members: []nn.Layer{nn.ReLU, nn.Dense{Units: 2}}}, flat, "member 0 gives [4 7] and member 1 [4 2]"},
		{nn.DenseEach{}, sequence, "0 units; want at least 1"},
		{nn.DenseEach{Units: 1}, flat, "0.denseeach: DenseEach of [4 7]: takes [n, k, features]"},
		{nn.DenseEach{Units: 1, Scaling: 3}, sequence, "there is no Scaling(3)"},
		{nn.BatchEnsemble{}, flat, "0 units"},
		{nn.BatchEnsemble{Units: 1}, flat, "0 members; want at least 1"},
		{nn.BatchEnsemble{Units: 1, Members: 2}, sequence, "has 2 members; there are 9"},
		{nn.BatchEnsemble{Units: 1, Members: 2}, image, "takes [n, features] or [n, members, features]"},
		{nn.MemberMean{}, flat, "takes [n, members, outputs]"},
		{nn.MemberMean{Of: 4}, sequence, "there is no Averaging(4)"},
		{nn.EnsureChannels{}, flat, "takes images [n, h, w] or [n, h, w, channels]"},
	} {
		g := graph.New()
		net := nn.Sequential{tt.layer, nn.GlobalAvgPool{}, nn.Conv1D{}} // later calls do nothing
		net.Forward(nn.NewContext(g, true), g.Input("x", tt.x))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "layer 0.") {
			t.Errorf("%T%+v of %v: error %v does not say %q", tt.layer, tt.layer, tt.x, err, tt.want)
		}
		// Not a line of this module is to blame, but the one that called it.
		var shape *graph.ShapeError
		if !errors.As(g.Err(), &shape) || !strings.Contains(shape.Caller, "nn/errors_test.go:") {
			t.Errorf("%T%+v of %v: %v does not name the line here", tt.layer, tt.layer, tt.x, g.Err())
		}
	}
}

// TestSetBufferErrors checks what may be set, and to what.
func TestSetBufferErrors(t *testing.T) {
	for want, set := range map[string]func(c *nn.Context, weight, buffer graph.Tensor){
		"is no buffer":           func(c *nn.Context, weight, _ graph.Tensor) { c.SetBuffer(weight, weight) },
		"has a new value":        func(c *nn.Context, _, b graph.Tensor) { c.SetBuffer(b, b.Neg()); c.SetBuffer(b, b) },
		"value of its own shape": func(c *nn.Context, _, b graph.Tensor) { c.SetBuffer(b, b.Sum()) },
		"Add":                    func(c *nn.Context, _, b graph.Tensor) { c.SetRunning(b, 0.5, c.Buffer("other", initial.Zeros{}, 4)) },
		"no buffer; declare":     func(c *nn.Context, weight, _ graph.Tensor) { c.SetRunning(weight, 0.5, weight) },
		"declared twice":         func(c *nn.Context, _, _ graph.Tensor) { c.Buffer("buffer", initial.Zeros{}, 3) },
	} {
		for _, training := range []bool{true, false} {
			g := graph.New()
			c := nn.NewContext(g, training)
			set(c, c.Param("weight", initial.Ones{}, 3), c.Buffer("buffer", initial.Zeros{}, 3))
			if err := g.Err(); training && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("error %v does not say %q", err, want)
			}
			if !training && len(c.Updates()) != 0 {
				t.Error("a buffer changes at evaluation")
			}
		}
	}
}
