package initial

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Normal draws from the normal distribution with mean 0 and standard
// deviation Std.
type Normal struct {
	Std float64 // > 0
}

// Uniform draws uniformly from [-Bound, Bound].
type Uniform struct {
	Bound float64 // > 0
}

// TruncatedNormal draws from a normal distribution that is cut at two of its
// standard deviations. It is widened so that what remains has the standard
// deviation Std; the functions of that name in PyTorch and Keras are not, and
// end up with 0.88 of what was asked.
type TruncatedNormal struct {
	Std float64 // of the result, > 0
}

// Signs draws 1 or -1, each with a chance of one half.
type Signs struct{}

// truncatedStd is the standard deviation of the standard normal distribution
// cut at ±2: √(1 - 4φ(2)/(2Φ(2)-1)).
const truncatedStd = 0.87962566103423978

func (n Normal) Fill(dst []float32, _ []int, k Key)          { normal(dst, n.Std, k) }
func (u Uniform) Fill(dst []float32, _ []int, k Key)         { uniform(dst, u.Bound, k) }
func (n TruncatedNormal) Fill(dst []float32, _ []int, k Key) { truncated(dst, n.Std, k) }

func (Signs) Validate() error { return nil }

// Fill implements [Initializer].
func (Signs) Fill(dst []float32, _ []int, k Key) {
	for i := range dst {
		if dst[i] = 1; k.Float64(i) < 0.5 {
			dst[i] = -1
		}
	}
}

func normal(dst []float32, std float64, k Key) {
	for i := range dst {
		dst[i] = float32(std * k.Normal(i))
	}
}

func uniform(dst []float32, bound float64, k Key) {
	for i := range dst {
		dst[i] = float32(bound * (2*k.Float64(i) - 1))
	}
}

// truncated draws by the inverse of the distribution function, so that each
// element takes one draw: x = √2·erf⁻¹((2u-1)·erf(√2)).
func truncated(dst []float32, std float64, k Key) {
	scale, mass := math.Sqrt2*std/truncatedStd, canonical.Erf(math.Sqrt2)
	for i := range dst {
		dst[i] = float32(scale * canonical.Erfinv((2*k.Float64(i)-1)*mass))
	}
}

func (n Normal) Validate() error  { return above0("standard deviation", n.Std, "normal:0.05") }
func (u Uniform) Validate() error { return above0("bound", u.Bound, "uniform:0.05") }
func (n TruncatedNormal) Validate() error {
	return above0("standard deviation", n.Std, "truncated-normal:0.05")
}

func above0(what string, v float64, example string) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s %v; want a finite number above 0, as in %s", what, v, example)
	}
	return nil
}
