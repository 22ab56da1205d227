package transfer

import (
	"strings"

	"descent/data"
	"descent/graph"
)

// rescaleInput changes the first weights where columns are standardized
// otherwise than in the model to start from, so that the network is the same
// function of raw rows. With z = (x - μ)/σ there and z' = (x - μ')/σ' here,
//
//	w·z = w·σ'/σ · z' + w·(μ' - μ)/σ
//
// It does so for networks that begin with an affine map, or with nn.Flatten and
// one; others keep the weights as they are.
func (s *transfer) rescaleInput() {
	if !s.in.known {
		return
	}
	weight, bias := s.first()
	if weight == "" {
		return
	}
	w, b := s.to.Store.Value(weight), s.to.Store.Value(bias)
	units := len(b)
	there := scales(s.from.Spec().Encoder)
	shift := make([]float64, units)
	for i, at := range scales(s.to.Spec.Encoder) {
		j := s.in.position[i]
		if j < 0 || at == there[j] || at.std == 0 || there[j].std == 0 {
			continue
		}
		for k := range units {
			v := float64(w[i*units+k])
			w[i*units+k] = float32(v * (at.std / there[j].std))
			shift[k] += float64(v * ((at.mean - there[j].mean) / there[j].std))
		}
	}
	for k, v := range shift {
		if v != 0 {
			b[k] = float32(float64(b[k]) + v)
		}
	}
}

// scale is how a feature is standardized.
type scale struct{ mean, std float64 }

// scales returns the scale of each feature; the zero value of one that is not
// standardized.
func scales(e *data.Encoder) []scale {
	var list []scale
	for _, c := range e.Columns {
		for i := range c.Features() {
			var at scale
			if i == 0 && c.Std > 0 {
				at = scale{c.Mean, c.Std}
			}
			list = append(list, at)
		}
	}
	return list
}

// first returns weight and bias of the affine map that alone reads the samples
// of a table, "" if there is none.
func (s *transfer) first() (weight, bias string) {
	var maps []graph.Tensor
	for _, x := range graph.Sorted(s.here.Out) {
		for _, in := range x.Inputs() {
			if base(in).Op().Name() == "Input x" && x.Op().Name() != "Reshape" {
				maps = append(maps, x)
			}
		}
	}
	if len(maps) != 1 {
		return "", ""
	}
	for _, x := range graph.Sorted(s.here.Out) {
		if weight, bias = affine(x); weight != "" && x.Inputs()[0] == maps[0] {
			return weight, bias
		}
	}
	return "", ""
}

// rescaleOutput does the same for targets that are standardized otherwise than
// there, where the network ends with an affine map: with y·σ + μ = y'·σ' + μ',
//
//	y' = y·σ/σ' + (μ - μ')/σ'
func (s *transfer) rescaleOutput() {
	here, there := s.to.Spec, s.from.Spec()
	weight, bias := affine(s.here.Out)
	if s.out.what != "targets" || weight == "" || here.Encoder == nil || there.Encoder == nil {
		return
	}
	w, b := s.to.Store.Value(weight), s.to.Store.Value(bias)
	for k, j := range s.out.position {
		if j < 0 {
			continue
		}
		mean, std := there.Encoder.Units(j)
		newMean, newStd := here.Encoder.Units(k)
		if mean == newMean && std == newStd {
			continue
		}
		for i := k; i < len(w); i += len(b) {
			w[i] = float32(float64(w[i]) * (std / newStd))
		}
		b[k] = float32(float64(float64(b[k])*(std/newStd)) + (mean-newMean)/newStd)
	}
}

// affine returns the names of w and b if y is xw + b, else "".
func affine(y graph.Tensor) (weight, bias string) {
	if y.Op().Name() != "Add" {
		return "", ""
	}
	product := y.Inputs()[0]
	if product.Op().Name() != "MatMul" {
		return "", ""
	}
	weight, bias = variable(product.Inputs()[1]), variable(base(y.Inputs()[1]))
	if weight == "" || bias == "" {
		return "", ""
	}
	return weight, bias
}

// base looks through views and broadcasts.
func base(x graph.Tensor) graph.Tensor {
	for x.Op().Name() == "Reshape" || x.Op().Name() == "Broadcast" {
		x = x.Inputs()[0]
	}
	return x
}

// variable is the name of a variable, "" of anything else.
func variable(x graph.Tensor) string {
	name, ok := strings.CutPrefix(x.Op().Name(), "Variable ")
	if !ok {
		return ""
	}
	return name
}
