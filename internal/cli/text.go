package cli

import (
	"fmt"
	"math"
	"strconv"
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

// thousands writes a number with commas and no fraction.
func thousands(v float64) string {
	if !(v >= 0 && v < 1e15) {
		return "?"
	}
	text := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// clock writes seconds as people read them.
func clock(seconds float64) string {
	switch s := int(math.Round(seconds)); {
	case !(seconds >= 0 && seconds < 1e9):
		return "?"
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	default:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
}

// scoreText writes the value of a score; shares of rows are in percent.
func scoreText(name string, v float64) string {
	switch name {
	case "accuracy", "balanced_accuracy":
		return fmt.Sprintf("%.2f %%", 100*v)
	}
	return fmt.Sprintf("%.4g", v)
}

// shape writes dimensions as in 8×8×1.
func shape(dims []int) string {
	var parts []string
	for _, d := range dims {
		parts = append(parts, strconv.Itoa(d))
	}
	return strings.Join(parts, "×")
}

// indent puts spaces before each line.
func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// plural writes a count of things.
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(float64(n)) + " " + one + "s"
}
