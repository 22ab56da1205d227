package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Of a history at most so many ridges are drawn, each so high.
const (
	mostRidges  = 24
	ridgeHeight = 54.0
)

// draw draws a ridge for each moment, to its own height, the latest in front.
func (d Distribution) draw(line liner, moments string) float64 {
	const left, right, top = 16.0, pictureWidth - 70, plotTop + ridgeHeight
	shown := d.shown()
	x := axis{low: math.Inf(1), high: math.Inf(-1), from: left, to: right}
	for _, s := range shown {
		x.take(Numbers{s.Low, s.High})
	}
	x.widen(0)
	last := float64(max(1, len(shown)-1))
	named := int(math.Ceil(float64(len(shown)) * 16 / (plotBase - top))) // so that their words do not touch
	for i, s := range shown {
		part := 1.0
		if len(shown) > 1 {
			part = float64(i) / last
		}
		y := top + part*(plotBase-top)
		line(`<path d="M%g %.2fH%g" stroke="#e4e5e3"/>`, left, y, right)
		line(`<path d="%s" fill="%s" fill-opacity=".92" stroke="#fff"/>`, s.hill(x, y), tone(part))
		if (len(shown)-1-i)%named == 0 {
			line(`<text x="%g" y="%.2f" fill="#5c6570">%s</text>`, right+8, y+4, strconv.FormatFloat(s.At, 'f', -1, 64))
		}
	}
	x.draw(line, plotBase+2)
	line(`<text x="%g" y="%g" fill="#5c6570">%s</text>`, right+8, plotBase+20, escape(moments))
	return plotBase + 36
}

// shown are the spreads to draw: the last, and those before at equal distances.
func (d Distribution) shown() []Spread {
	every := (len(d.Spreads) + mostRidges - 1) / mostRidges
	var list []Spread
	for i, s := range d.Spreads {
		if width := s.High - s.Low; (len(d.Spreads)-1-i)%every == 0 && width-width == 0 && len(s.Counts) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// hill is the outline of a histogram that stands at y.
func (s Spread) hill(x axis, y float64) string {
	most, step := float64(max(1, slices.Max(s.Counts))), (s.High-s.Low)/float64(len(s.Counts))
	var path strings.Builder
	fmt.Fprintf(&path, "M%.2f %.2f", x.at(s.Low), y)
	for k, n := range s.Counts {
		fmt.Fprintf(&path, "L%.2f %.2f", x.at(s.Low+(float64(k)+0.5)*step), y-float64(n)/most*ridgeHeight)
	}
	fmt.Fprintf(&path, "L%.2f %.2fZ", x.at(s.High), y)
	return path.String()
}
