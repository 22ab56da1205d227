package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"unicode"
)

// Charts yields the charts of a page, each under a name for a file and with
// what writes it as an SVG picture.
func (p Page) Charts() iter.Seq2[string, func(io.Writer) error] {
	return func(yield func(string, func(io.Writer) error) bool) {
		used := map[string]int{}
		for _, s := range p.Sections {
			chart, ok := s.Body.(Chart)
			if !ok {
				continue
			}
			name := slug(s.Title)
			if used[name]++; used[name] > 1 {
				name = fmt.Sprintf("%s-%d", name, used[name])
			}
			if !yield(name, func(w io.Writer) error { return chart.writeSVG(w, s.Title) }) {
				return
			}
		}
	}
}

// slug makes a name for a file of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

// colors is the palette on light paper, in the order of page.css.
var colors = [...]string{"#0072b2", "#d55e00", "#009e73", "#b8568f", "#c78a00", "#3a9fd6", "#6b6f76", "#7a5a2e"}

// The picture is so large, with the plot in the middle.
const (
	pictureWidth, plotHeight               = 720.0, 300.0
	plotLeft, plotTop, plotRight, plotBase = 70.0, 44.0, pictureWidth - 16, plotTop + plotHeight
)

// writeSVG draws the chart as a picture of its own.
func (c Chart) writeSVG(w io.Writer, title string) error {
	x, y := c.axes()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	rows := (len(c.Series) + 3) / 4
	height := plotBase + 56 + 18*float64(rows)
	line(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="system-ui, sans-serif" font-size="12" fill="#1d2126">`, pictureWidth, height)
	line(`<rect width="%g" height="%g" fill="#fff"/>`, pictureWidth, height)
	line(`<text x="16" y="26" font-size="15" font-weight="600">%s</text>`, escape(title))
	for _, v := range y.ticks(6) {
		line(`<path d="M%g %.2fH%g" stroke="#e4e5e3"/><text x="%g" y="%.2f" text-anchor="end" fill="#5c6570">%s</text>`, plotLeft, y.at(v), plotRight, plotLeft-8, y.at(v)+4, short(v))
	}
	for _, v := range x.ticks(7) {
		line(`<path d="M%.2f %gv4" stroke="#999"/><text x="%.2f" y="%g" text-anchor="middle" fill="#5c6570">%s</text>`, x.at(v), plotBase, x.at(v), plotBase+18, short(v))
	}
	line(`<text x="%g" y="%g" text-anchor="middle" fill="#5c6570">%s</text>`, (plotLeft+plotRight)/2, plotBase+36, escape(c.X.Label))
	line(`<text transform="translate(16 %g) rotate(-90)" text-anchor="middle" fill="#5c6570">%s</text>`, plotTop+plotHeight/2, escape(c.Y.Label))
	for _, m := range c.Marks {
		line(`<path d="M%.2f %gV%g" stroke="#5c6570" stroke-dasharray="4 4"/><text x="%.2f" y="%g">%s</text>`, x.at(m.X), plotTop, plotBase, x.at(m.X)+5, plotTop+12, escape(m.Label))
	}
	for i, s := range c.Series {
		color, dash := s.look(i)
		s.draw(line, x, y, color, dash)
		lx, ly := plotLeft+160*float64(i%4), plotBase+58+18*float64(i/4)
		line(`<path d="M%g %gh16" stroke="%s" stroke-width="2"%s/><text x="%g" y="%g">%s</text>`, lx, ly-4, color, dash, lx+21, ly, escape(s.Name))
	}
	line(`</svg>`)
	_, err := io.WriteString(w, b.String())
	return err
}

// look returns the color and the dashes of series i.
func (s Series) look(i int) (color, dash string) {
	at := i
	if s.Color > 0 {
		at = s.Color - 1
	}
	if s.Dashed || s.Color == 0 && i >= len(colors) {
		dash = ` stroke-dasharray="5 3"`
	}
	return colors[at%len(colors)], dash
}

func (s Series) draw(line func(string, ...any), x, y axis, color, dash string) {
	var path, band strings.Builder
	pen := "M"
	for i, v := range s.X {
		px, py := x.at(v), y.at(s.Y[i])
		if math.IsNaN(px) || math.IsNaN(py) {
			pen = "M"
			continue
		}
		if s.Points || len(s.X) == 1 {
			line(`<circle cx="%.2f" cy="%.2f" r="3.2" fill="%s"/>`, px, py, color)
			continue
		}
		fmt.Fprintf(&path, "%s%.2f %.2f", pen, px, py)
		pen = "L"
	}
	if len(s.Low) == len(s.X) && len(s.High) == len(s.X) {
		edge := func(values Numbers, i int) {
			if px, py := x.at(s.X[i]), y.at(values[i]); px-px == 0 && py-py == 0 {
				fmt.Fprintf(&band, "%.2f,%.2f ", px, py)
			}
		}
		for i := range s.X {
			edge(s.High, i)
		}
		for i := len(s.X) - 1; i >= 0; i-- {
			edge(s.Low, i)
		}
		line(`<polygon points="%s" fill="%s" fill-opacity=".16"/>`, strings.TrimSpace(band.String()), color)
	}
	if path.Len() > 0 {
		line(`<path d="%s" fill="none" stroke="%s" stroke-width="1.7" stroke-linejoin="round"%s/>`, path.String(), color, dash)
	}
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes all that is written
	return b.String()
}
