package terminal

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Mark is a place on the x axis.
type Mark struct {
	X    float64
	Name string
}

// PlotLog draws y by x, x positive and rising, on a logarithmic scale of x. The
// scale of y goes from its least to its largest value. Marks stand below.
func PlotLog(x, y []float64, marks []Mark) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range y {
		low, high = min(low, v), max(high, v)
	}
	if !(high > low) {
		high = low + 1
	}
	first, last := math.Log10(x[0]), math.Log10(x[len(x)-1])
	if last == first {
		last++
	}
	at := func(v float64) float64 { return (math.Log10(v) - first) / (last - first) } // in [0, 1]
	d := newCanvas(PlotColumns, PlotRows)
	for i := range PlotWidth {
		d.join(i, d.at((interpolate(x, y, at, float64(i)/(PlotWidth-1))-low)/(high-low)))
	}
	scale := map[int]string{}
	for _, r := range []int{0, PlotRows / 2, PlotRows - 1} {
		scale[r] = fmt.Sprintf("%.3g", high-(high-low)*float64(r)/(PlotRows-1))
	}
	var b strings.Builder
	b.WriteString(d.framed(scale))
	ticks, labels := []rune(strings.Repeat("─", PlotColumns)), newLine()
	for tens := math.Ceil(first - 1e-9); tens <= last+1e-9; tens++ {
		k := int(math.Round((tens - first) / (last - first) * (PlotColumns - 1)))
		ticks[k] = '┴'
		labels.put(k, fmt.Sprintf("%.0e", math.Pow(10, tens)))
	}
	b.WriteString(strings.Repeat(" ", 9) + "└" + string(ticks) + "\n" + labels.text())
	for _, m := range marks {
		line := newLine()
		line.put(int(math.Round(at(m.X)*(PlotColumns-1))), "↑ "+m.Name)
		b.WriteString(line.text())
	}
	return b.String()
}

// interpolate returns y at the share u of the axis, on which x stands at at(x).
func interpolate(x, y []float64, at func(float64) float64, u float64) float64 {
	i := 1
	for i < len(x)-1 && at(x[i]) < u {
		i++
	}
	if i >= len(x) {
		return y[0]
	}
	a, b := at(x[i-1]), at(x[i])
	share := min(max((u-a)/(b-a), 0), 1)
	return y[i-1] + share*(y[i]-y[i-1])
}

// textLine is a line under the axis.
type textLine struct {
	letters []rune
	end     int // of the last word
}

func newLine() *textLine { return &textLine{letters: []rune(strings.Repeat(" ", PlotColumns+20))} }

// put writes a word at a column, unless there is one already.
func (l *textLine) put(column int, word string) {
	if column < l.end || column+utf8.RuneCountInString(word) > len(l.letters) {
		return
	}
	copy(l.letters[column:], []rune(word))
	l.end = column + utf8.RuneCountInString(word) + 1
}

func (l *textLine) text() string {
	return strings.Repeat(" ", 10) + strings.TrimRight(string(l.letters), " ") + "\n"
}
