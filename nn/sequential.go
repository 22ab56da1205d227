package nn

import (
	"strconv"

	"descent/graph"
	"descent/nn/initial"
)

// Sequential applies its layers one after the other. Each is called under its
// number and kind: the second, a [Dense], under "1.dense".
type Sequential []Layer

// Forward implements [Layer].
func (s Sequential) Forward(c *Context, x graph.Tensor) graph.Tensor {
	for i, l := range s {
		x = c.Call(numbered(i, l), l, x)
	}
	return x
}

// numbered is the name of layer i of several, as in "1.dense".
func numbered(i int, l Layer) string {
	if l == nil {
		return strconv.Itoa(i)
	}
	return strconv.Itoa(i) + "." + kind(l)
}

// MLP returns the multilayer perceptron with the given sizes of its hidden
// layers: [Flatten], then for each a [Dense] with act and, if dropout is
// positive, a [Dropout]; the last layer has the given number of outputs and
// no activation. init may be nil: each layer then chooses by its activation.
func MLP(hidden []int, outputs int, act Activation, dropout float64, init initial.Initializer) Sequential {
	s := Sequential{Flatten{}}
	for _, units := range hidden {
		s = append(s, Dense{Units: units, Activation: act, Init: init})
		if dropout != 0 {
			s = append(s, Dropout{Rate: dropout})
		}
	}
	return append(s, Dense{Units: outputs, Init: init})
}
