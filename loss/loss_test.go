package loss_test

import (
	"math"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/loss"
)

func TestPredict(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	tests := []struct {
		name string
		loss loss.Loss
		dims []int
		z    []float64
		want []float64
	}{
		{"classes", loss.CrossEntropy{}, []int{2, 2}, []float64{0, 0, 1, -1}, []float64{0.5, 0.5, sigmoid(2), sigmoid(-2)}},
		{"one output", loss.BinaryCrossEntropy{}, []int{3, 1}, []float64{0, 3, 30}, []float64{0.5, 0.5, sigmoid(-3), sigmoid(3), sigmoid(-30), sigmoid(30)}},
		{"two outputs", loss.BinaryCrossEntropy{}, []int{1, 2}, []float64{1, -2}, []float64{sigmoid(1), sigmoid(-2)}},
		{"targets", loss.MSE{}, []int{1, 2}, []float64{1, -2}, []float64{1, -2}},
		{"targets", loss.MAE{}, []int{1, 2}, []float64{1, -2}, []float64{1, -2}},
		{"targets", loss.Huber{}, []int{1, 2}, []float64{1, -2}, []float64{1, -2}},
	}
	for _, tt := range tests {
		t.Run(tt.loss.Name()+" "+tt.name, func(t *testing.T) {
			g := graph.New()
			p := tt.loss.Predict(g.Variable("z", graph.Shape(tt.dims...)))
			ref, engine := enginetest.Both(t, map[string][]float64{"z": tt.z}, 0, p)
			enginetest.Compare(t, "reference", ref[0], tt.want, 1e-14, 0)
			enginetest.Compare(t, "engine", engine[0], tt.want, 5e-7, 0)
		})
	}
}

// TestMicroBatches holds what the mean over rows is for: the losses of two
// halves add up to that of the whole, also with class weights.
func TestMicroBatches(t *testing.T) {
	l := loss.CrossEntropy{ClassWeights: []float64{0.25, 4}}
	z := []float64{1, 2, 3, -1, 0.5, 0.5, -2, 2}
	y := []float64{0, 0, 1, 1}
	mean := func(from, to int) float64 {
		g := graph.New()
		rows := l.PerSample(g.Variable("z", graph.Shape(to-from, 2)), g.Input("y", graph.Indices(to-from)))
		ref, _ := enginetest.Both(t, map[string][]float64{"z": z[2*from : 2*to], "y": y[from:to]}, 0, rows.Mean())
		return ref[0][0]
	}
	if whole, parts := mean(0, 4), (mean(0, 1)+3*mean(1, 4))/4; math.Abs(whole-parts) > 1e-7 {
		t.Errorf("whole %v, parts %v", whole, parts)
	}
}

func TestFunc(t *testing.T) {
	l := loss.Func(func(z, y graph.Tensor) graph.Tensor { return z.Sub(y).Square().Square().Mean(1) })
	g := graph.New()
	rows := l.PerSample(g.Variable("z", graph.Shape(2, 2)), g.Input("y", graph.Shape(2, 2)))
	ref, engine := enginetest.Both(t, map[string][]float64{"z": {1, 2, 3, 4}, "y": {0, 0, 3, 2}}, 0, rows)
	enginetest.Compare(t, "reference", ref[0], []float64{8.5, 8}, 0, 0)
	enginetest.Compare(t, "engine", engine[0], []float64{8.5, 8}, 0, 0)
}

func TestShapeErrors(t *testing.T) {
	whole := loss.Func(func(z, y graph.Tensor) graph.Tensor { return z.Mean() })
	none := loss.Func(func(z, y graph.Tensor) graph.Tensor { return graph.Tensor{} })
	tests := []struct {
		name string
		loss loss.Loss
		z, y graph.Type
		want string
	}{
		{"image", loss.CrossEntropy{}, graph.Shape(4, 3, 3), graph.Indices(4), "[rows, classes]"},
		{"one class", loss.CrossEntropy{}, graph.Shape(4, 1), graph.Indices(4), "BinaryCrossEntropy"},
		{"rows", loss.CrossEntropy{}, graph.Shape(4, 3), graph.Indices(5), "labels [4] or probabilities [4 3]"},
		{"weights", loss.CrossEntropy{ClassWeights: []float64{1, 2}}, graph.Shape(4, 3), graph.Indices(4), "2 class weights for 3 classes"},
		{"smoothing", loss.CrossEntropy{LabelSmoothing: 1}, graph.Shape(4, 3), graph.Indices(4), "label smoothing 1"},
		{"two units", loss.BinaryCrossEntropy{}, graph.Shape(4, 2), graph.Indices(4), "give its last layer 1 unit"},
		{"targets", loss.MSE{}, graph.Shape(4, 2), graph.Shape(4, 3), "targets must be [4 2]"},
		{"one target", loss.MAE{}, graph.Shape(4, 1), graph.Shape(4, 2), "targets must be [4] or [4 1]"},
		{"vector", loss.MSE{}, graph.Shape(4), graph.Shape(4), "[rows, outputs]"},
		{"delta", loss.Huber{}, graph.Shape(4, 2), graph.Shape(4, 2), "Huber{Delta: 1}"},
		{"scalar", whole, graph.Shape(4, 2), graph.Shape(4, 2), "want the loss of each row, [4]"},
		{"nothing", none, graph.Shape(4, 2), graph.Shape(4, 2), "returned no tensor"},
		{"nil", loss.Func(nil), graph.Shape(4, 2), graph.Shape(4, 2), "nil"},
	}
	for _, tt := range tests {
		t.Run(tt.loss.Name()+" "+tt.name, func(t *testing.T) {
			g := graph.New()
			tt.loss.PerSample(g.Input("z", tt.z), g.Input("y", tt.y)).Mean()
			if err := g.Err(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not say %q", err, tt.want)
			}
		})
	}
	for _, l := range []loss.Loss{loss.CrossEntropy{}, loss.BinaryCrossEntropy{}, loss.MSE{}, loss.MAE{}, loss.Huber{Delta: 1}, whole} {
		l.PerSample(graph.Tensor{}, graph.Tensor{}) // no panic
		l.Predict(graph.Tensor{})
	}
}

func TestValidate(t *testing.T) {
	nan := math.NaN()
	for _, l := range []loss.Loss{
		loss.CrossEntropy{LabelSmoothing: -0.1}, loss.CrossEntropy{LabelSmoothing: nan}, loss.CrossEntropy{ClassWeights: []float64{1, -1}},
		loss.CrossEntropy{ClassWeights: []float64{0, 0}}, loss.BinaryCrossEntropy{PosWeight: -1}, loss.BinaryCrossEntropy{PosWeight: nan},
		loss.Huber{}, loss.Huber{Delta: math.Inf(1)}, loss.Func(nil),
	} {
		if l.Validate() == nil {
			t.Errorf("%#v is valid", l)
		}
	}
}

func TestByName(t *testing.T) {
	for _, name := range []string{"cross-entropy", "bce", "mse", "mae", "huber"} {
		l, err := loss.ByName(name)
		if err != nil || l.Name() != name || l.Validate() != nil {
			t.Errorf("%q gives %#v, %v", name, l, err)
		}
	}
	if _, err := loss.ByName("crossentropy"); err == nil || !strings.Contains(err.Error(), `did you mean "cross-entropy"`) {
		t.Errorf("error %v does not suggest cross-entropy", err)
	}
}
