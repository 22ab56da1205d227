package profile

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Sizes of the picture of a plan, in pixels.
const (
	svgMargin    = 16
	svgStage     = 76  // the column of stages
	svgBoxes     = 720 // that of instructions
	svgMemory    = 300 // that of working memory
	svgGap       = 24
	svgTime      = 900 // height of all waves together, if none is too low to read
	svgLow       = 17  // height of a wave at least
	svgLetter    = 6.2 // width of a letter
	svgWidth     = 2*svgMargin + svgStage + svgBoxes + svgGap + svgMemory
	svgHeadline  = 62
	svgLegend    = 20 // height of the headings of columns
	svgSeparator = 8  // between stages
)

// SVG draws the plans one below the other. Time runs down: a band is a wave,
// as high as it takes long, and each box in it an instruction, as wide as its
// part of the wave, the darker the nearer to the limit. Beside them stands
// the working memory: a box is a value, as wide as it is large, from the wave
// that writes it to the last that reads it.
func (p Profile) SVG(w io.Writer) error {
	var body strings.Builder
	y := float64(svgMargin)
	for i := range p.Plans {
		y = p.Plans[i].draw(&body, y, p.Workers)
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="10">
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, svgWidth, y, &body)
	return err
}

// band is where a wave is drawn.
type band struct {
	y, height float64
	seconds   float64 // that its instructions took
	rows      []*Instruction
}

// draw writes the picture of one plan from y on, and returns where it ends.
func (p *Plan) draw(b *strings.Builder, y float64, workers int) float64 {
	text(b, svgMargin, y+12, `font-size="14" font-weight="bold"`, p.Name)
	about := fmt.Sprintf("%d runs", p.Runs)
	if p.Runs > 0 && p.Seconds > 0 {
		about += fmt.Sprintf(" of %s, workers busy for %.0f %%", duration(p.Seconds/float64(p.Runs)), 100*p.Busy()/p.Seconds/float64(workers))
	}
	text(b, svgMargin, y+28, `fill="#555"`, about+fmt.Sprintf("; %d instructions in %d waves", len(p.Instructions), p.Waves))
	y += svgHeadline - 22
	const left = svgMargin + svgStage
	text(b, left, y+12, `fill="#555"`, "instructions: height is time, colour the part of the machine's limit")
	legend(b, left+svgBoxes-150, y+4)
	text(b, left+svgBoxes+svgGap, y+12, `fill="#555"`, fmt.Sprintf("working memory: %s, without reuse %s", bytesText(p.ArenaBytes), bytesText(p.TensorBytes)))
	y += svgLegend
	bands := p.bands(y)
	for i := range bands {
		p.drawBand(b, &bands[i], i == 0 || bands[i-1].rows[0].Stage != bands[i].rows[0].Stage)
	}
	p.drawMemory(b, bands)
	if n := len(bands); n > 0 {
		y = bands[n-1].y + bands[n-1].height
	}
	return y + 2*svgMargin
}

// bands lays out the waves from y on.
func (p *Plan) bands(y float64) []band {
	bands := make([]band, p.Waves)
	for i := range p.Instructions {
		in := &p.Instructions[i]
		w := &bands[in.Wave]
		w.rows = append(w.rows, in)
		w.seconds += in.Seconds
	}
	busy := p.Busy()
	for i := range bands {
		w := &bands[i]
		if i > 0 && bands[i-1].rows[0].Stage != w.rows[0].Stage {
			y += svgSeparator
		}
		w.y, w.height = y, svgLow
		if busy > 0 {
			w.height = max(svgLow, svgTime*w.seconds/busy)
		}
		y += w.height
	}
	return bands
}

func (p *Plan) drawBand(b *strings.Builder, w *band, first bool) {
	if first {
		text(b, svgMargin, w.y+12, `font-weight="bold"`, w.rows[0].Stage)
	}
	text(b, svgMargin+svgStage-8, w.y+12, `fill="#999" text-anchor="end"`, fmt.Sprint(w.rows[0].Wave))
	x := float64(svgMargin + svgStage)
	const least = 3
	spare := float64(svgBoxes - least*len(w.rows))
	for _, in := range w.rows {
		width := least + spare/float64(len(w.rows))
		if w.seconds > 0 {
			width = least + spare*in.Seconds/w.seconds
		}
		note := in.Name
		if in.Seconds > 0 {
			note = fmt.Sprintf("%s  %s  %.0f %%", in.Name, duration(in.perRun()), 100*in.OfLimit)
		}
		fmt.Fprintf(b, `<g><title>%s, %d tasks</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="#fff"/>`,
			html.EscapeString(note), in.Tasks, x, w.y, width, w.height, shade(in.OfLimit))
		if room := int((width - 8) / svgLetter); room >= 6 {
			colour := `fill="#123"`
			if in.OfLimit > 0.6 {
				colour = `fill="#fff"`
			}
			text(b, x+4, w.y+12, colour, within(in, room))
		}
		b.WriteString("</g>\n")
		x += width
	}
}

// within writes an instruction in at most room letters: its time and its part
// of the limit only if its whole name leaves place for them.
func within(in *Instruction, room int) string {
	figures := ""
	if in.Seconds > 0 {
		figures = fmt.Sprintf("  %s  %.0f %%", duration(in.perRun()), 100*in.OfLimit)
	}
	if left := room - utf8.RuneCountInString(figures); left >= min(utf8.RuneCountInString(in.Name), 24) {
		return strings.TrimRight(pad(in.Name, left), " ") + figures
	}
	return strings.TrimRight(pad(in.Name, room), " ")
}

func (p *Plan) drawMemory(b *strings.Builder, bands []band) {
	if p.ArenaBytes == 0 || len(bands) == 0 {
		return
	}
	const left = svgMargin + svgStage + svgBoxes + svgGap
	last := bands[len(bands)-1]
	fmt.Fprintf(b, `<rect x="%d" y="%.1f" width="%d" height="%.1f" fill="#f3f4f6"/>`+"\n", left, bands[0].y, svgMemory, last.y+last.height-bands[0].y)
	scale := float64(svgMemory) / float64(p.ArenaBytes)
	for i, v := range p.Buffers {
		from, to := bands[v.First], bands[v.Last]
		fmt.Fprintf(b, `<rect x="%.2f" y="%.1f" width="%.2f" height="%.1f" fill="hsl(%d 45%% 62%%)" stroke="#fff" stroke-width="0.5"><title>%s, waves %d to %d</title></rect>`+"\n",
			left+scale*float64(v.Offset), from.y, max(0.6, scale*float64(v.Bytes)), to.y+to.height-from.y, 30+137*i%360, bytesText(v.Bytes), v.First, v.Last)
	}
}

// shade is light where little of the limit is reached.
func shade(ofLimit float64) string {
	s := math.Min(math.Max(ofLimit, 0), 1)
	mix := func(light, dark float64) int { return int(light + s*(dark-light)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(0xf6, 0x1d), mix(0xd9, 0x6f), mix(0xc4, 0x8c))
}

// legend shows the shades.
func legend(b *strings.Builder, x, y float64) {
	text(b, x-8, y+8, `fill="#555" text-anchor="end"`, "0 %")
	const steps = 10
	for i := range steps {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="11" height="10" fill="%s"/>`, x+11*float64(i), y, shade((float64(i)+0.5)/steps))
	}
	text(b, x+11*steps+4, y+8, `fill="#555"`, "100 %")
}

func text(b *strings.Builder, x, y float64, style, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, style, html.EscapeString(s))
}
