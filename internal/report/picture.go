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

// Pictures yields the charts and histograms of a page, those of layers one by
// one, each under a name for a file and with what writes it as an SVG picture.
func (p Page) Pictures() iter.Seq2[string, func(io.Writer) error] {
	return func(yield func(string, func(io.Writer) error) bool) {
		used := map[string]int{}
		for _, s := range p.Sections {
			for title, draw := range s.pictures() {
				name := slug(title)
				if used[name]++; used[name] > 1 {
					name = fmt.Sprintf("%s-%d", name, used[name])
				}
				if !yield(name, func(w io.Writer) error { return writePicture(w, title, draw) }) {
					return
				}
			}
		}
	}
}

// pictures yields those of one section by their titles.
func (s Section) pictures() iter.Seq2[string, drawing] {
	return func(yield func(string, drawing) bool) {
		switch body := s.Body.(type) {
		case Chart:
			yield(s.Title, body.draw)
		case Bars:
			yield(s.Title, body.draw)
		case Layers:
			for _, l := range body {
				if !yield(s.Title+": "+l.Name, l.Chart.draw) {
					return
				}
			}
		case Histograms:
			for _, l := range body.Layers {
				if !yield(s.Title+": "+l.Name, func(line liner) float64 { return l.draw(line, body.X) }) {
					return
				}
			}
		}
	}
}

// slug makes a name for a file of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

// liner adds a line of SVG to a picture.
type liner func(format string, args ...any)

// drawing draws under the title of a picture and returns how high that becomes.
type drawing func(liner) (height float64)

// A picture is so wide, with the plot in the middle.
const (
	pictureWidth, plotHeight               = 720.0, 300.0
	plotLeft, plotTop, plotRight, plotBase = 70.0, 44.0, pictureWidth - 16, plotTop + plotHeight
)

// writePicture writes a drawing as a picture of its own.
func writePicture(w io.Writer, title string, draw drawing) error {
	var b strings.Builder
	height := draw(func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) })
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="system-ui, sans-serif" font-size="12" fill="#1d2126">
<rect width="%g" height="%g" fill="#fff"/>
<text x="16" y="26" font-size="15" font-weight="600">%s</text>
%s</svg>
`, pictureWidth, height, pictureWidth, height, escape(title), b.String())
	return err
}

// draw draws axes, curves and a legend.
func (c Chart) draw(line liner) float64 {
	x, y := c.axes()
	ticks := y.ticks(6)
	for _, v := range ticks {
		line(`<path d="M%g %.2fH%g" stroke="#e4e5e3"/><text x="%g" y="%.2f" text-anchor="end" fill="#5c6570">%s</text>`, plotLeft, y.at(v), plotRight, plotLeft-8, y.at(v)+4, short(v, y.step(ticks)))
	}
	x.draw(line, plotBase)
	line(`<text x="%g" y="%g" text-anchor="middle" fill="#5c6570">%s</text>`, (plotLeft+plotRight)/2, plotBase+36, escape(c.X.Label))
	line(`<text transform="translate(16 %g) rotate(-90)" text-anchor="middle" fill="#5c6570">%s</text>`, plotTop+plotHeight/2, escape(c.Y.Label))
	for _, m := range c.Marks {
		line(`<path d="M%.2f %gV%g" stroke="#5c6570" stroke-dasharray="4 4"/><text x="%.2f" y="%g">%s</text>`, x.at(m.X), plotTop, plotBase, x.at(m.X)+5, plotTop+12, escape(m.Label))
	}
	for i, s := range c.Series {
		color, dash := c.look(i)
		s.draw(line, x, y, color, dash)
		lx, ly := plotLeft+160*float64(i%4), plotBase+58+18*float64(i/4)
		line(`<path d="M%g %gh16" stroke="%s" stroke-width="2"%s/><text x="%g" y="%g">%s</text>`, lx, ly-4, color, dash, lx+21, ly, escape(s.Name))
	}
	return plotBase + 56 + 18*float64((len(c.Series)+3)/4)
}

// draw draws ticks of a horizontal axis.
func (a *axis) draw(line liner, y float64) {
	ticks := a.ticks(7)
	for _, v := range ticks {
		line(`<path d="M%.2f %gv4" stroke="#999"/><text x="%.2f" y="%g" text-anchor="middle" fill="#5c6570">%s</text>`, a.at(v), y, a.at(v), y+18, short(v, a.step(ticks)))
	}
}

func (s Series) draw(line liner, x, y axis, color, dash string) {
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
