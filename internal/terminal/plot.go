package terminal

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"descent/internal/human"
)

// A plot in the terminal is so many characters wide and high.
const (
	PlotColumns, PlotRows = 60, 12
	PlotWidth             = 2 * PlotColumns // dots
)

// Curve is a function of the update, sampled: in each column of a plot the
// range that it passes through.
type Curve struct {
	columns     []span
	Top, Bottom Reading
}

type span struct{ from, low, high, to float64 } // first value, least, largest, last

// Reading is the factor at an update.
type Reading struct {
	T      int
	Factor float64
}

// Sample reads f at updates 0 to total-1 in so many columns, at no more than a
// few thousand updates a column.
func Sample(f func(t int) float64, total, columns int) Curve {
	const most = 1 << 12
	c := Curve{Top: Reading{0, f(0)}, Bottom: Reading{0, f(0)}}
	columns = min(columns, total)
	for i := range columns {
		from, end := bound(i, columns, total), bound(i+1, columns, total)
		n := min(end-from, most)
		s := span{low: math.Inf(1), high: math.Inf(-1)}
		for j := range n {
			t := from
			if n > 1 {
				t += int(float64(j) / float64(n-1) * float64(end-1-from))
			}
			y := f(t)
			if j == 0 {
				s.from = y
			}
			s.to, s.low, s.high = y, min(s.low, y), max(s.high, y)
			if y > c.Top.Factor {
				c.Top = Reading{t, y}
			}
			if y < c.Bottom.Factor {
				c.Bottom = Reading{t, y}
			}
		}
		c.columns = append(c.columns, s)
	}
	return c
}

// bound is where column i of n begins, of total updates.
func bound(i, n, total int) int { return total/n*i + total%n*i/n }

// scale is the factor at the upper edge of a plot.
func (c Curve) scale() float64 {
	if c.Top.Factor > 0 {
		return c.Top.Factor
	}
	return 1
}

// Braille draws the curve with a scale from 0 to its highest value.
func (c Curve) Braille() string {
	d := newCanvas(PlotColumns, PlotRows)
	row := func(y float64) int { return d.at(y / c.scale()) }
	for x := range PlotWidth {
		s := c.columns[x*len(c.columns)/PlotWidth]
		low, high := row(s.low), row(s.high)
		if x > 0 { // a jump between two columns is drawn as a line
			before := row(c.columns[(x-1)*len(c.columns)/PlotWidth].to)
			if at := row(s.from); at < before {
				high = max(high, before-1)
			} else if at > before {
				low = min(low, before+1)
			}
		}
		d.fill(x, low, high)
	}
	labels := map[int]string{0: fmt.Sprintf("%.3g", c.scale()), PlotRows / 2: fmt.Sprintf("%.3g", c.scale()/2), PlotRows - 1: "0"}
	return d.framed(labels) + strings.Repeat(" ", 9) + "└" + strings.Repeat("─", PlotColumns) + "\n"
}

// SVG draws the curve as a picture.
func (c Curve) SVG(title string, total, epochs int) string {
	const width, height, left, top = 640.0, 240.0, 60.0, 40.0
	var points strings.Builder
	at := func(i int, part, y float64) {
		x := left + (float64(i)+part)/float64(len(c.columns))*width
		fmt.Fprintf(&points, "%.2f,%.2f ", x, top+height*(1-y/c.scale()))
	}
	for i, s := range c.columns {
		at(i, 0, s.from)
		if s.low < min(s.from, s.to) {
			at(i, 0.5, s.low)
		}
		if s.high > max(s.from, s.to) {
			at(i, 0.5, s.high)
		}
		at(i, 1, s.to)
	}
	var name strings.Builder
	_ = xml.EscapeText(&name, []byte(title)) // a Builder takes all that is written
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 730 320" font-family="sans-serif" font-size="12">` + "\n")
	b.WriteString(`<rect width="730" height="320" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, "<text x=\"%g\" y=\"24\" font-size=\"14\">%s</text>\n", left, name.String())
	for i := range 5 {
		y := top + height*float64(i)/4
		fmt.Fprintf(&b, "<path d=\"M%g %gh%g\" stroke=\"#ddd\"/><text x=\"%g\" y=\"%g\" text-anchor=\"end\">%.3g</text>\n", left, y, width, left-6, y+4, c.scale()*float64(4-i)/4)
	}
	for i := range 5 {
		part := float64(i) / 4
		fmt.Fprintf(&b, "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">%s</text>\n", left+width*part, top+height+18, human.Thousands(float64(total)*part))
	}
	fmt.Fprintf(&b, "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">updates, %s</text>\n", left+width/2, top+height+34, human.Plural(epochs, "epoch"))
	fmt.Fprintf(&b, "<polyline points=\"%s\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\" stroke-linejoin=\"round\"/>\n</svg>\n", strings.TrimSpace(points.String()))
	return b.String()
}
