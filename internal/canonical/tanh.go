package canonical

import "math"

// Tanh returns the hyperbolic tangent of x, with an error below 2.
//
// It is 1 - 2/(e²ˣ + 1), and near zero x + x³P(x²)/Q(x²), which loses nothing there.
//
// Source: Moshier, Cephes Mathematical Library 2.8, tanh.c, 2000.
func Tanh(x float64) float64 {
	switch size := math.Abs(x); {
	case x == 0:
		return x
	case size > 44.014845965556527:
		return math.Copysign(1, x)
	case size >= 0.625:
		return math.Copysign(1-2/(Exp(2*size)+1), x)
	}
	s := float64(x * x)
	return x + float64(float64(x*s)*polynomial(s, tanhP))/polynomial(s, tanhQ)
}

var (
	tanhP = []float64{-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1}
	tanhQ = []float64{4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1}
)
