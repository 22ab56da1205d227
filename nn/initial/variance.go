package initial

import (
	"fmt"
	"math"
)

// The six initializers that scale with the layer's width draw either from a
// normal distribution, not truncated, or from the uniform one on ±√(3·variance),
// which has the same variance. Fans are those of the weight's shape: in and
// out for a dense layer, times the receptive field for a convolution.

// XavierUniform draws uniformly with variance Gain²·2/(fan_in + fan_out).
//
// Source: Glorot and Bengio, "Understanding the difficulty of training deep
// feedforward neural networks", AISTATS 2010, equation 16.
type XavierUniform struct {
	Gain float64 // 0 means 1; see Gain of nn.Activation
}

// XavierNormal draws from the normal distribution with variance
// Gain²·2/(fan_in + fan_out).
type XavierNormal struct {
	Gain float64 // 0 means 1; see Gain of nn.Activation
}

// HeUniform draws uniformly with variance 2/((1+Slope²)·fan_in).
type HeUniform struct {
	Slope float64 // of the activation below zero: 0 for ReLU
}

// HeNormal draws from the normal distribution with variance
// 2/((1+Slope²)·fan_in).
//
// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015,
// arXiv:1502.01852, equations 10 and 15. PyTorch's kaiming_normal_ with its
// fan_in; Keras truncates the distribution.
type HeNormal struct {
	Slope float64 // of the activation below zero: 0 for ReLU
}

// LeCunUniform draws uniformly with variance 1/fan_in.
type LeCunUniform struct{}

// LeCunNormal draws from the normal distribution with variance 1/fan_in.
//
// Source: LeCun et al., "Efficient BackProp", 1998, equation 16.
type LeCunNormal struct{}

func (x XavierUniform) Fill(dst []float32, dims []int, k Key) {
	uniform(dst, math.Sqrt(3*xavier(x.Gain, dims)), k)
}
func (x XavierNormal) Fill(dst []float32, dims []int, k Key) {
	normal(dst, math.Sqrt(xavier(x.Gain, dims)), k)
}
func (h HeUniform) Fill(dst []float32, dims []int, k Key) {
	uniform(dst, math.Sqrt(3*he(h.Slope, dims)), k)
}
func (h HeNormal) Fill(dst []float32, dims []int, k Key) {
	normal(dst, math.Sqrt(he(h.Slope, dims)), k)
}
func (LeCunUniform) Fill(dst []float32, dims []int, k Key) {
	uniform(dst, math.Sqrt(3*lecun(dims)), k)
}
func (LeCunNormal) Fill(dst []float32, dims []int, k Key) {
	normal(dst, math.Sqrt(lecun(dims)), k)
}

func xavier(gain float64, dims []int) (variance float64) {
	if gain == 0 {
		gain = 1
	}
	in, out := fans(dims)
	return float64(gain*gain) * 2 / (in + out)
}

func he(slope float64, dims []int) (variance float64) {
	in, _ := fans(dims)
	return 2 / ((1 + float64(slope*slope)) * in)
}

func lecun(dims []int) (variance float64) {
	in, _ := fans(dims)
	return 1 / in
}

func (x XavierUniform) Validate() error { return validGain(x.Gain) }
func (x XavierNormal) Validate() error  { return validGain(x.Gain) }
func (h HeUniform) Validate() error     { return validSlope(h.Slope) }
func (h HeNormal) Validate() error      { return validSlope(h.Slope) }
func (LeCunUniform) Validate() error    { return nil }
func (LeCunNormal) Validate() error     { return nil }

func validGain(gain float64) error {
	if !(gain >= 0) || math.IsInf(gain, 0) {
		return fmt.Errorf("gain %v; want a finite number above 0, or 0 for 1", gain)
	}
	return nil
}

func validSlope(slope float64) error {
	if math.IsNaN(slope) || math.IsInf(slope, 0) {
		return fmt.Errorf("slope %v; want a finite number, 0 for ReLU", slope)
	}
	return nil
}
