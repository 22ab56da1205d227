package canonical

import "math"

// Pow returns xʸ, with an error below 4 for y up to 4 in size; it grows with y.
//
// |y| is a whole number n and a rest of at most a half: x to that is e to the rest times
// log x, multiplied by those squares of squares of x that the bits of n name, the lowest
// first. Exponents of 2 are kept apart, so that nothing between overflows. The bits are
// those of Go's math.Pow on amd64, which multiplies in the same order.
//
// Source: Knuth, The Art of Computer Programming 2, 4.6.3, algorithm A (binary method).
func Pow(x, y float64) float64 {
	switch {
	case y == 1:
		return x
	case math.Abs(y) == 0.5 && x > 0 && !math.IsInf(x, 1):
		if y < 0 {
			return 1 / math.Sqrt(x)
		}
		return math.Sqrt(x)
	case x == 0 || x == 1 || x-x != 0 || y == 0 || y-y != 0:
		return math.Pow(x, y) // a special case, of which no bit is computed
	}
	n, rest := math.Modf(math.Abs(y))
	if x < 0 && rest != 0 {
		return math.NaN()
	}
	n = min(n, 1<<63) // where all but 1 and -1 are zero or infinite
	power := scaled{fraction: 1}
	if rest > 0.5 {
		n, rest = n+1, rest-1
	}
	if rest != 0 {
		power.fraction = Exp(rest * Log(x))
	}
	var square scaled
	square.fraction, square.exponent = math.Frexp(x)
	for bits := uint64(n); bits > 0; bits /= 2 {
		if bits%2 == 1 {
			power = scaled{power.fraction * square.fraction, power.exponent + square.exponent}
		}
		square = square.squared()
	}
	if y < 0 {
		return math.Ldexp(1/power.fraction, -power.exponent)
	}
	return math.Ldexp(power.fraction, power.exponent)
}

// scaled is fraction·2^exponent.
type scaled struct {
	fraction float64
	exponent int
}

// squared returns the square, with a fraction from a half to one. Its exponent is at most so
// large that no rest brings it back among those of float64, and a sum of many stays an int.
func (s scaled) squared() scaled {
	const most = 1 << 20
	f, e := float64(s.fraction*s.fraction), 2*s.exponent
	if f < 0.5 {
		f, e = 2*f, e-1
	}
	return scaled{f, max(-most, min(most, e))}
}
