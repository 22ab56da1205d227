package guide

import (
	"fmt"
	"html"
	"math"
	"strings"

	"descent/optim"
)

// A panel shows one rule; so many stand in a row of a picture.
const (
	panelWidth, panelHeight = 168.0, 100.0
	panelsInRow             = 5
	labelHeight             = 18.0
	gap                     = 8.0
)

// picture draws the walk of every rule over s, each at its best rate, as SVG.
func picture(s surface, rules []optim.Rule) (string, error) {
	rows := (len(rules) + panelsInRow - 1) / panelsInRow
	width := gap + panelsInRow*(panelWidth+gap)
	height := gap + float64(rows)*(panelHeight+labelHeight+gap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="11" role="img">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%d steps of each rule on the %s</title>\n", steps, s.name)
	fmt.Fprintf(&b, `<defs><clipPath id="panel"><rect width="%.0f" height="%.0f"/></clipPath><path id="levels" fill="none" stroke="#c3c9d4" stroke-width="0.7" d="%s"/></defs>`+"\n", panelWidth, panelHeight, s.levels())
	b.WriteString(`<rect width="100%" height="100%" fill="#ffffff"/>` + "\n")
	for i, rule := range rules {
		w, err := best(s, rule)
		if err != nil {
			return "", err
		}
		x := gap + float64(i%panelsInRow)*(panelWidth+gap)
		y := gap + float64(i/panelsInRow)*(panelHeight+labelHeight+gap)
		s.panel(&b, x, y, rule.Name(), w)
	}
	b.WriteString("</svg>\n")
	return b.String(), nil
}

// panel draws one walk, its upper left corner at x, y.
func (s surface) panel(b *strings.Builder, x, y float64, name string, w walk) {
	fmt.Fprintf(b, `<g transform="translate(%.0f %.0f)"><text y="12" fill="#1c2430" font-weight="600">%s</text>`, x, y, html.EscapeString(name))
	fmt.Fprintf(b, `<text x="%.0f" y="12" text-anchor="end" fill="#5b6472">η %s</text>`, panelWidth, rateText(w.rate))
	fmt.Fprintf(b, `<g transform="translate(0 %.0f)" clip-path="url(#panel)"><rect width="%.0f" height="%.0f" fill="#f6f7f9"/><use href="#levels"/>`, labelHeight, panelWidth, panelHeight)
	var line, dots strings.Builder
	for i, p := range w.points {
		px, py := s.place(p)
		if i == 0 {
			fmt.Fprintf(&line, "M%.1f %.1f", px, py)
			continue
		}
		fmt.Fprintf(&line, "L%.1f %.1f", px, py)
		fmt.Fprintf(&dots, "M%.1f %.1fh0", px, py)
	}
	fmt.Fprintf(b, `<path fill="none" stroke="#2a6fbb" stroke-width="1" stroke-linejoin="round" d="%s"/>`, line.String())
	fmt.Fprintf(b, `<path fill="none" stroke="#174a84" stroke-width="2.4" stroke-linecap="round" d="%s"/>`, dots.String())
	px, py := s.place(s.start)
	fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#fff" stroke="#174a84" stroke-width="1.2"/>`, px, py)
	for _, m := range s.minima {
		px, py := s.place(m)
		fmt.Fprintf(b, `<path stroke="#c4501b" stroke-width="1.5" d="M%.1f %.1fl6 6m0 -6l-6 6"/>`, px-3, py-3)
	}
	b.WriteString("</g></g>\n")
}

// rateText is a rate to two digits.
func rateText(rate float64) string {
	if rate >= 10 {
		return fmt.Sprintf("%.0f", rate)
	}
	return fmt.Sprintf("%.2g", rate)
}

// place maps the plane to a panel.
func (s surface) place(p [2]float64) (x, y float64) {
	x = (p[0] - s.low[0]) / (s.high[0] - s.low[0]) * panelWidth
	y = (s.high[1] - p[1]) / (s.high[1] - s.low[1]) * panelHeight
	// Far outside of the panel a line needs no exact end.
	return math.Max(-9e3, math.Min(9e3, x)), math.Max(-9e3, math.Min(9e3, y))
}

// levels draws where s has certain heights, by marching over a grid of
// triangles.
func (s surface) levels() string {
	const columns, rows, count = 42, 25, 9
	least, most := math.Inf(1), math.Inf(-1)
	var at [rows + 1][columns + 1]float64
	point := func(i, j int) [2]float64 {
		return [2]float64{
			s.low[0] + float64(j)/columns*(s.high[0]-s.low[0]),
			s.low[1] + float64(i)/rows*(s.high[1]-s.low[1]),
		}
	}
	for i := range at {
		for j := range at[i] {
			p := point(i, j)
			at[i][j] = s.f(p[0], p[1])
			least, most = math.Min(least, at[i][j]), math.Max(most, at[i][j])
		}
	}
	var b strings.Builder
	for k := 1; k <= count; k++ {
		part := float64(k) / (count + 1)
		level := least + (most-least)*part*part
		for i := range rows {
			for j := range columns {
				for _, corners := range [2][3][2]int{{{i, j}, {i, j + 1}, {i + 1, j}}, {{i + 1, j + 1}, {i, j + 1}, {i + 1, j}}} {
					var ends [][2]float64
					for c := range 3 {
						from, to := corners[c], corners[(c+1)%3]
						a, z := at[from[0]][from[1]]-level, at[to[0]][to[1]]-level
						if a < 0 == (z < 0) {
							continue
						}
						p, q, t := point(from[0], from[1]), point(to[0], to[1]), a/(a-z)
						ends = append(ends, [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
					}
					if len(ends) == 2 {
						x, y := s.place(ends[0])
						u, v := s.place(ends[1])
						fmt.Fprintf(&b, "M%.1f %.1fL%.1f %.1f", x, y, u, v)
					}
				}
			}
		}
	}
	return b.String()
}
