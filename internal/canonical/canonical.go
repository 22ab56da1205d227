// Package canonical holds functions of float64 that have the same bits on every
// machine, for whatever the host computes of weights, rates, draws and scores.
//
// Those of package math differ in the last bit between architectures: some are
// in assembly, and some compilers round a product and a sum once. Here each is
// one sequence of additions, multiplications, divisions and declared fused
// multiply-adds, all rounded as IEEE 754 says. The sequences are those that math
// of Go 1.26 runs on amd64 with multiply-adds, so that runs made there with math
// keep their bits; where that is wrong, as said below, these are right. Special
// cases are those of math. Errors are in units in the last place of the exact
// result, measured against 60 digits.
package canonical

// polynomial returns c[0] + c[1]·x + c[2]·x² + …, by Horner's rule.
func polynomial(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = float64(y*x) + c[i]
	}
	return y
}

// ln2 in two parts, of which the first has 21 bits of zeros at its end, so that
// its product by an exponent is exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)
