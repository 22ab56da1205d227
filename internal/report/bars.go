package report

import (
	"encoding/json"
	"math"
	"unicode/utf8"
)

// Bars are amounts side by side, each with its name before it and perhaps the ends
// of its interval.
type Bars struct {
	X    Axis  `json:"x"`
	Bars []Bar `json:"bars"`
}

// Bar is one of them, from 0 to Value. Text is read behind it.
type Bar struct {
	Name             string
	Text             string
	Value, Low, High float64 // NaN: none
}

// MarshalJSON implements [json.Marshaler]: a number that is none is null.
func (b Bar) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name string  `json:"name"`
		Text string  `json:"text,omitempty"`
		Span Numbers `json:"span"`
	}{b.Name, b.Text, Numbers{b.Value, b.Low, b.High}})
}

func (Bars) kind() string { return "bars" }

// barHeight is how much room a bar takes.
const barHeight = 24.0

// axis is that of all bars, with 0 on it.
func (b Bars) axis(from, to float64) axis {
	x := axis{low: 0, high: 0, from: from, to: to}
	for _, bar := range b.Bars {
		x.take(Numbers{bar.Value, bar.Low, bar.High})
	}
	if x.low == x.high {
		x.high = 1
	}
	room := 0.03 * (x.high - x.low)
	if x.low < 0 {
		x.low -= room
	}
	x.high += room
	return x
}

// draw draws the bars below each other over one axis.
func (b Bars) draw(line liner) float64 {
	name, text := 0, 0
	for _, bar := range b.Bars {
		name, text = max(name, utf8.RuneCountInString(bar.Name)), max(text, utf8.RuneCountInString(bar.Text))
	}
	left := 24 + min(6.6*float64(name), 260)
	x := b.axis(left, pictureWidth-24-6.6*float64(text))
	base := plotTop + barHeight*float64(len(b.Bars))
	for i, bar := range b.Bars {
		y := plotTop + barHeight*(float64(i)+0.5)
		line(`<text x="%g" y="%.2f" text-anchor="end">%s</text>`, left-8, y+4, escape(clip(bar.Name, 40)))
		line(`<text x="%g" y="%.2f" fill="#5c6570">%s</text>`, x.to+10, y+4, escape(bar.Text))
		color := colors[0]
		if bar.Value < 0 {
			color = colors[1]
		}
		if from, to := x.at(0), x.at(bar.Value); !math.IsNaN(to) {
			line(`<rect x="%.2f" y="%.2f" width="%.2f" height="%g" fill="%s"/>`, min(from, to), y-7, math.Abs(to-from), 14.0, color)
		}
		if low, high := x.at(bar.Low), x.at(bar.High); !math.IsNaN(low + high) {
			line(`<path d="M%.2f %.2fH%.2fM%.2f %.2fv6M%.2f %.2fv6" stroke="#1d2126"/>`, low, y, high, low, y-3, high, y-3)
		}
	}
	line(`<path d="M%.2f %gV%g" stroke="#999"/>`, x.at(0), plotTop, base)
	x.draw(line, base)
	line(`<text x="%g" y="%g" text-anchor="middle" fill="#5c6570">%s</text>`, (x.from+x.to)/2, base+36, escape(b.X.Label))
	return base + 50
}

// clip cuts a text to so many letters.
func clip(text string, letters int) string {
	if utf8.RuneCountInString(text) <= letters {
		return text
	}
	return string([]rune(text)[:letters-1]) + "…"
}

var _ json.Marshaler = Bar{}
