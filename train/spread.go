package train

import "math"

// Spread is a histogram: how many values lie in each of [SpreadBins] bins of
// equal width from Low to High, the least and the largest value. Of more than
// 8192 values, so many are taken at even distances.
type Spread struct {
	Name   string  `json:"name"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Counts []int   `json:"counts"`
}

// SpreadBins is the number of bins of a [Spread].
const SpreadBins = 48

// mostSpread bounds the values that a Spread counts.
const mostSpread = 8192

// spreadOf counts the finite ones among values.
func spreadOf(name string, values []float32) Spread {
	stride := (len(values) + mostSpread - 1) / mostSpread
	stride |= 1 // odd, so that no channel of a power of two is left out
	low, high := float32(math.Inf(1)), float32(math.Inf(-1))
	for i := 0; i < len(values); i += stride {
		if v := values[i]; v-v == 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	s := Spread{Name: name, Counts: make([]int, SpreadBins)}
	if low > high {
		return s
	}
	s.Low, s.High = float64(low), float64(high)
	scale := 0.0
	if high > low {
		scale = SpreadBins / (s.High - s.Low)
	}
	for i := 0; i < len(values); i += stride {
		if v := values[i]; v-v == 0 {
			s.Counts[min(int((float64(v)-s.Low)*scale), SpreadBins-1)]++
		}
	}
	return s
}

// squaredDistance is ‖a - b‖², in float64; a nil b is 0.
func squaredDistance(a, b []float32) (sum float64) {
	if b == nil {
		for _, v := range a {
			sum += float64(float64(v) * float64(v))
		}
		return sum
	}
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += float64(d * d)
	}
	return sum
}
