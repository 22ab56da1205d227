package canonical

import "math"

// Pow returns xʸ, with an error below 4 for y up to 4 in size; it grows with y.
//
// y is a whole number n and a rest of at most a half: xʸ is e to the rest times
// log x, multiplied by the squares of squares of x that make up xⁿ. Exponents are
// added up apart, so that nothing between overflows.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case y == 1:
		return x
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN()
	case math.IsInf(y, 0) || x == 0 || math.IsInf(x, 0):
		return math.Pow(x, y) // a special case, of which no bit is computed
	case y == 0.5:
		return math.Sqrt(x)
	case y == -0.5:
		return 1 / math.Sqrt(x)
	}
	n, rest := math.Modf(math.Abs(y))
	switch {
	case rest != 0 && x < 0:
		return math.NaN()
	case n >= 1<<63 && x == -1:
		return 1
	case n >= 1<<63 && (math.Abs(x) < 1) == (y > 0):
		return 0
	case n >= 1<<63:
		return math.Inf(1)
	}
	product, exponent := 1.0, 0
	if rest > 0.5 {
		rest, n = rest-1, n+1
	}
	if rest != 0 {
		product = Exp(rest * Log(x))
	}
	square, e := math.Frexp(x) // x to 2ⁱ, for bit i of n
	for left := int64(n); left != 0; left >>= 1 {
		if e < -1<<12 || 1<<12 < e { // too far for a float64, whatever follows
			exponent += e
			break
		}
		if left&1 == 1 {
			product *= square
			exponent += e
		}
		square = float64(square * square)
		e *= 2
		if square < 0.5 {
			square, e = 2*square, e-1
		}
	}
	if y < 0 {
		product, exponent = 1/product, -exponent
	}
	return math.Ldexp(product, exponent)
}
