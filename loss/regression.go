package loss

import (
	"fmt"
	"math"

	"descent/graph"
)

// MSE is the mean squared error over the outputs of a row:
//
//	l = (1/k) Σ (z - y)²
//
//	z [n, k]    y [n, k], or [n] if k is 1    l [n]
//
// Gradient: dz = 2(z - y)/k.
type MSE struct{}

// MAE is the mean absolute error over the outputs of a row:
//
//	l = (1/k) Σ |z - y|
//
//	z [n, k]    y [n, k], or [n] if k is 1    l [n]
//
// Gradient: dz = sign(z - y)/k, 0 where they are equal.
type MAE struct{}

// Huber is quadratic for errors up to δ and linear beyond, with one slope
// where they meet:
//
//	l = (1/k) Σ h(|z - y|),  h(a) = a²/2 if a ≤ δ, else δ(a - δ/2)
//
//	z [n, k]    y [n, k], or [n] if k is 1    l [n]
//
// Gradient: dz = clamp(z - y, ±δ)/k.
//
// Source: Huber, "Robust Estimation of a Location Parameter", Annals of
// Mathematical Statistics 35, 1964. Equal to PyTorch's F.huber_loss.
type Huber struct {
	Delta float64 // δ > 0; [ByName] gives 1
}

// PerSample implements [Loss].
func (l MSE) PerSample(z, y graph.Tensor) graph.Tensor {
	y, ok := matched(l, z, y)
	if !ok {
		return y
	}
	return z.Sub(y).Square().Mean(1)
}

// PerSample implements [Loss].
func (l MAE) PerSample(z, y graph.Tensor) graph.Tensor {
	y, ok := matched(l, z, y)
	if !ok {
		return y
	}
	return z.Sub(y).Abs().Mean(1)
}

// PerSample implements [Loss].
func (l Huber) PerSample(z, y graph.Tensor) graph.Tensor {
	y, ok := matched(l, z, y)
	if !ok {
		return y
	}
	a := z.Sub(y).Abs()
	q := a.Min(a.Const(l.Delta)) // both cases are q(a - q/2)
	return a.Sub(q.Scale(0.5)).Mul(q).Mean(1)
}

// Predict returns z, the predicted targets.
func (MSE) Predict(z graph.Tensor) graph.Tensor { return z }

// Predict returns z, the predicted targets.
func (MAE) Predict(z graph.Tensor) graph.Tensor { return z }

// Predict returns z, the predicted targets.
func (Huber) Predict(z graph.Tensor) graph.Tensor { return z }

// Validate implements [Loss].
func (MSE) Validate() error { return nil }

// Validate implements [Loss].
func (MAE) Validate() error { return nil }

// Validate implements [Loss].
func (l Huber) Validate() error {
	if !(l.Delta > 0) || math.IsInf(l.Delta, 0) {
		return fmt.Errorf("loss: Huber's delta is %v; want a finite number above 0, as in Huber{Delta: 1}", l.Delta)
	}
	return nil
}

// Name implements [Loss].
func (MSE) Name() string { return "mse" }

// Name implements [Loss].
func (MAE) Name() string { return "mae" }

// Name implements [Loss].
func (Huber) Name() string { return "huber" }
