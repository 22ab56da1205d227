package report

import (
	"math"
	"strconv"
	"strings"
)

// axis maps values to places in a picture.
type axis struct {
	low, high float64 // values, or their logarithms
	from, to  float64
	log       bool
}

// axes returns axes that all series fit between.
func (c Chart) axes() (x, y axis) {
	x = axis{low: math.Inf(1), high: math.Inf(-1), from: plotLeft, to: plotRight, log: c.X.Log}
	y = axis{low: math.Inf(1), high: math.Inf(-1), from: plotBase, to: plotTop, log: c.Y.Log}
	for _, s := range c.Series {
		x.take(s.X)
		for _, values := range []Numbers{s.Y, s.Low, s.High} {
			y.take(values)
		}
	}
	for _, m := range c.Marks {
		x.take(Numbers{m.X})
	}
	x.widen(0)
	y.widen(0.05)
	return x, y
}

// scale returns v or its logarithm, NaN if it has no place on the axis.
func (a *axis) scale(v float64) float64 {
	if a.log {
		v = math.Log10(v)
	}
	if v-v != 0 {
		return math.NaN()
	}
	return v
}

func (a *axis) take(values Numbers) {
	for _, v := range values {
		if v = a.scale(v); !math.IsNaN(v) {
			a.low, a.high = min(a.low, v), max(a.high, v)
		}
	}
}

// widen adds a part of the range on both sides; a range of one value, or none,
// becomes one.
func (a *axis) widen(part float64) {
	if a.low > a.high {
		a.low, a.high = 0, 1
	}
	room := part * (a.high - a.low)
	if a.low == a.high {
		room = 0.5
		if !a.log && a.low != 0 {
			room = math.Abs(a.low) / 10
		}
	}
	a.low, a.high = a.low-room, a.high+room
}

// at returns the place of v.
func (a *axis) at(v float64) float64 {
	return a.from + (a.scale(v)-a.low)/(a.high-a.low)*(a.to-a.from)
}

// ticks lists round values on the axis, about n of them.
func (a *axis) ticks(n int) (values []float64) {
	if a.log && a.high-a.low >= 1 {
		every := math.Ceil((a.high - a.low) / float64(n))
		for e := math.Ceil(a.low); e <= a.high; e += every {
			values = append(values, math.Pow(10, e))
		}
		if len(values) > 1 {
			return values
		}
	}
	low, high := a.low, a.high
	if a.log {
		low, high = math.Pow(10, low), math.Pow(10, high)
	}
	rough := (high - low) / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*step >= rough*0.999 {
			step *= m
			break
		}
	}
	values = nil
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
		values = append(values, i*step)
	}
	return values
}

// step is how far ticks are apart; 0 if they are so by a factor.
func (a *axis) step(ticks []float64) float64 {
	if a.log || len(ticks) < 2 {
		return 0
	}
	return ticks[1] - ticks[0]
}

// short writes the value of a tick, in as many digits as tell it from the next.
func short(v, step float64) string {
	if math.Abs(v) < step/2 {
		return "0" // whatever its sign
	}
	digits := 4
	if step > 0 { // on a logarithmic axis there is none
		digits = max(digits, int(math.Floor(math.Log10(math.Abs(v)))-math.Floor(math.Log10(step)+1e-9))+1)
	}
	text := strconv.FormatFloat(v, 'g', min(digits, 15), 64)
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok {
		n, _ := strconv.Atoi(exponent) // it was just written
		return mantissa + "e" + strconv.Itoa(n)
	}
	return text
}
