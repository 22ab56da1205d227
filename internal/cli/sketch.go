package cli

import (
	"math"
	"strings"
)

// bar draws a share of 1.
func bar(share float64) string {
	const width = 10
	n := int(math.Round(min(max(share, 0), 1) * width))
	return strings.Repeat("█", n) + strings.Repeat("░", width-n)
}

// sparkline draws the last values, the least lowest.
func sparkline(values []float64, most int) string {
	values = values[max(0, len(values)-most):]
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	levels := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, v := range values {
		i := 0
		if high > low {
			i = int((v - low) / (high - low) * float64(len(levels)-1))
		}
		b.WriteRune(levels[min(max(i, 0), len(levels)-1)])
	}
	return b.String()
}
