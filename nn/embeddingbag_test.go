package nn_test

import (
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/nn"
	"descent/nn/initial"
)

// TestEmbeddingBag compares with a sum that is written out.
func TestEmbeddingBag(t *testing.T) {
	const size, dim, k = 5, 3, 4
	x := []float64{
		0, 3, 3, -1, 0.5, 1, 2, 7,
		4, -1, -1, -1, 0.25, 0, 0, 0,
	}
	table, strength, bias := make([]float64, size*dim), make([]float64, size), []float64{1, -1, 0.5}
	for i := range table {
		table[i] = float64(i*7%11) / 4
	}
	for i := range strength {
		strength[i] = float64(1+i) / 2
	}
	want := make([]float64, 2*dim)
	for row := range 2 {
		copy(want[row*dim:], bias)
		for j := range k {
			gram := int(x[row*2*k+j])
			for d := 0; gram >= 0 && d < dim; d++ {
				want[row*dim+d] += x[row*2*k+k+j] * strength[gram] * table[gram*dim+d]
			}
		}
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	y := nn.EmbeddingBag{Size: size, Dim: dim, Init: initial.Ones{}, Weighed: true}.Forward(c, g.Input("x", graph.Shape(2, 2*k)))
	if g.Err() != nil {
		t.Fatal(g.Err())
	}
	values := map[string][]float64{"x": x, "weight": table, "strength": strength, "bias": bias}
	ref, engine := enginetest.Both(t, values, 0, y)
	enginetest.Compare(t, "reference", ref[0], want, 1e-12, 1e-12)
	enginetest.Compare(t, "engine", engine[0], want, 1e-6, 1e-6)
	for _, bad := range []nn.EmbeddingBag{{}, {Size: 3}, {Size: 3, Dim: 2, Dropout: 1}} {
		g := graph.New()
		if bad.Forward(nn.NewContext(g, true), g.Input("x", graph.Shape(2, 4))); g.Err() == nil {
			t.Errorf("%+v is no error", bad)
		}
	}
	g = graph.New()
	if (nn.EmbeddingBag{Size: 3, Dim: 2}).Forward(nn.NewContext(g, true), g.Input("x", graph.Shape(2, 5))); g.Err() == nil {
		t.Error("five numbers are no error")
	}
}
