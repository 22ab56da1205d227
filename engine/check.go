package engine

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"descent/graph"
)

// CheckGradient tests an operation, a layer or a loss: y and its derivatives
// with respect to xs, which are inputs or variables with values in env; without
// xs, all that y is computed from.
//
//   - The derivatives in float64 are those by central differences, within 10⁻⁶ of
//     the largest derivative by that x.
//   - y and the derivatives in float32, as the engine computes them, are those in
//     float64, within 10⁻⁴ of the largest of each.
//
// Of a y with several elements, what is differentiated is their sum, each
// multiplied by a number of its own, so that no element can hide behind another.
// Values of env are rounded to float32 first. Choose some where y is smooth: a
// kink between two differences is a wrong derivative. The work grows with the
// square of the number of values.
//
//	g := graph.New()
//	c := nn.NewContext(g, true)
//	x := g.Input("x", graph.Shape(2, 3))
//	y := c.Call("gated", Gated{Units: 4}, x)
//	err := engine.CheckGradient(env, y)
//
// An error names the x, the element and both numbers.
func CheckGradient(env Env, y graph.Tensor, xs ...graph.Tensor) error {
	if err := env.checkGradient(y, xs); err != nil {
		return fmt.Errorf("engine: check gradient: %w", err)
	}
	return nil
}

const (
	nearDifference = 1e-6
	nearFloat64    = 1e-4
)

func (env Env) checkGradient(y graph.Tensor, xs []graph.Tensor) error {
	if _, err := env.scalars([]graph.Tensor{y}); err != nil {
		return err
	}
	if len(xs) == 0 {
		xs = leaves(y)
	}
	keys := make([]string, len(xs))
	for i, x := range xs {
		if x.Graph() != y.Graph() {
			return fmt.Errorf("x %d is no tensor of the graph of y", i)
		}
		var err error
		if keys[i], err = leafName(x); err != nil {
			return fmt.Errorf("x %d: %w", i, err)
		}
		if _, ok := env.Values[keys[i]]; !ok {
			return fmt.Errorf("no value for %q", keys[i])
		}
	}
	env.Values = rounded(env.Values)
	weights := y.Graph().Input(fmt.Sprintf("weights of %v", y.Type()), y.Type())
	env.Values[weights.Op().(graph.Input).Key] = weightsOf(y.Type().Size())
	sum := y.Mul(weights).Sum()
	outputs := append([]graph.Tensor{y, sum}, graph.Gradient(sum, xs...)...)
	want, err := env.eval64(outputs)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if err := env.differences(sum, want[1][0], key, want[2+i]); err != nil {
			return err
		}
	}
	got, err := env.eval(outputs)
	if err != nil {
		return err
	}
	if err := nearly("y", got[0], want[0]); err != nil {
		return err
	}
	for i, key := range keys {
		if err := nearly(fmt.Sprintf("the derivative by %q", key), got[2+i], want[2+i]); err != nil {
			return err
		}
	}
	return nil
}

// differences compares derivatives by the named value with differences of sum,
// which is at.
func (env Env) differences(sum graph.Tensor, at float64, key string, gradient []float64) error {
	near := nearDifference*largest(gradient) + 1e-9*(1+math.Abs(at))
	values := slices.Clone(env.Values[key])
	moved := env
	moved.Values = maps.Clone(env.Values)
	moved.Values[key] = values
	for i, v := range values {
		h := 6e-6 * max(1, math.Abs(v)) // the cube root of float64's precision: rounding and curvature weigh alike
		var sides [2]float64
		for side, to := range []float64{v + h, v - h} {
			values[i] = to
			s, err := moved.eval64([]graph.Tensor{sum})
			if err != nil {
				return err
			}
			sides[side] = s[0][0]
		}
		values[i] = v
		if d := (sides[0] - sides[1]) / (2 * h); !(math.Abs(d-gradient[i]) <= near) {
			return fmt.Errorf("the derivative by %q, element %d of %d, is %g; by differences it is %g", key, i, len(values), gradient[i], d)
		}
	}
	return nil
}

// nearly returns an error unless values in float32 are those in float64.
func nearly(what string, got []float32, want []float64) error {
	near := nearFloat64 * largest(want)
	for i, v := range want {
		if !(math.Abs(float64(got[i])-v) <= near) {
			return fmt.Errorf("%s, element %d of %d, is %g in float32 and %g in float64", what, i, len(want), got[i], v)
		}
	}
	return nil
}

// leaves lists the inputs and variables that y has derivatives by.
func leaves(y graph.Tensor) (list []graph.Tensor) {
	for _, x := range graph.Sorted(y) {
		if _, err := leafName(x); err == nil {
			list = append(list, x)
		}
	}
	return list
}

// leafName returns the name of an input or variable that has derivatives.
func leafName(x graph.Tensor) (string, error) {
	switch op := x.Op().(type) {
	case graph.Input:
		if op.Typ.DType == graph.Index {
			return "", fmt.Errorf("input %q holds numbers of classes or rows, by which there is no derivative", op.Key)
		}
		return op.Key, nil
	case graph.Variable:
		return op.Key, nil
	}
	return "", fmt.Errorf("%v is neither an input nor a variable", x)
}

// rounded returns values as float32 holds them.
func rounded(values map[string][]float64) map[string][]float64 {
	all := make(map[string][]float64, len(values)+1)
	for key, list := range values {
		to := make([]float64, len(list))
		for i, v := range list {
			to[i] = float64(float32(v))
		}
		all[key] = to
	}
	return all
}

// weightsOf returns numbers of either sign from ½ to 1½, hardly two alike.
func weightsOf(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		_, part := math.Modf(float64(i+1) * (math.Sqrt(5) - 1) / 2)
		list[i] = float64(float32(0.5 + part))
		if i%3 == 1 {
			list[i] = -list[i]
		}
	}
	return list
}

func largest(list []float64) float64 {
	most := 0.0
	for _, v := range list {
		most = max(most, math.Abs(v)) // NaN stays
	}
	return most
}
