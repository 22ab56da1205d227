package human

import (
	"math"
	"strconv"
)

// Number writes v in as few digits as it is read back from, with an exponent
// only where there would be many zeros.
func Number(v float64) string {
	if a := math.Abs(v); a == 0 || a >= 1e-4 && a < 1e21 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return Float(v)
}

// Within writes v in as few digits as lie no farther from it than half a step:
// all that was computed where values are a step apart, and nothing beyond.
func Within(v, step float64) string {
	if math.Abs(v) <= step/2 {
		return "0"
	}
	for digits := range 17 {
		text := strconv.FormatFloat(v, 'e', digits, 64)
		if near, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(near-v) <= step/2 {
			return Number(near)
		}
	}
	return Number(v) // NaN, infinite, or steps finer than those of float64
}

// Rounded writes v in that many digits, in more where they are of the whole
// part: a large number loses its fraction, not its end.
func Rounded(v float64, digits int) string {
	if a := math.Abs(v); a >= math.Pow10(digits)-0.5 && a < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', digits, 64)
}

// Measured writes a mean in six digits, or as many as it takes to tell a
// thousandth of the deviation around it.
func Measured(mean, std float64) string {
	six := strconv.FormatFloat(mean, 'g', 6, 64)
	if v, err := strconv.ParseFloat(six, 64); err == nil && math.Abs(v-mean) <= std/1000 || !(std > 0) {
		return six
	}
	return Within(mean, std/1000)
}

// Decoded writes a value that float32 held as (v-mean)/std: the fewest digits
// that tell it from its neighbours there. Of values much nearer to the mean than
// the deviation it writes no digits that are smaller than float32 tells beside
// the deviation.
func Decoded(v, mean, std float64) string {
	z := float32(math.Abs(v-mean) / std)
	step := float64(math.Nextafter32(z, math.MaxFloat32) - z)
	if mean != 0 {
		step = max(step, 0x1p-24)
	}
	const rounding = 0x1p-52 // of the arithmetic in float64
	return Within(v, step*std+2*rounding*math.Abs(v))
}
