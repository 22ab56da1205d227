package report

import (
	"fmt"
	"math"
)

// The colors of page.css on light paper: a palette for things that differ, and a
// scale for things in order.
var (
	colors = [...]string{"#0072b2", "#d55e00", "#009e73", "#b8568f", "#c78a00", "#3a9fd6", "#6b6f76", "#7a5a2e"}
	scale  = [...][3]float64{{0x35, 0x2a, 0x5e}, {0x31, 0x5f, 0x8f}, {0x27, 0x90, 0x8c}, {0x6f, 0xb3, 0x56}, {0xd3, 0xb5, 0x2b}}
)

// tone is the color at a part of the scale, from 0 to 1.
func tone(part float64) string {
	last := len(scale) - 1
	k := min(int(part*float64(last)), last-1)
	f := part*float64(last) - float64(k)
	var rgb [3]int
	for i := range rgb {
		rgb[i] = int(math.Round((1-f)*scale[k][i] + f*scale[k+1][i]))
	}
	return fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
}

// look returns the color and the dashes of series i, as the page has them.
func (c Chart) look(i int) (color, dash string) {
	const dashes = ` stroke-dasharray="5 3"`
	s, at := c.Series[i], i
	if s.Dashed {
		dash = dashes
	}
	if n := len(c.Series); c.Ordered && n > 2 {
		return tone(float64(i) / float64(n-1)), dash
	}
	if s.Color > 0 {
		at = s.Color - 1
	} else if i >= len(colors) {
		dash = dashes
	}
	return colors[at%len(colors)], dash
}
