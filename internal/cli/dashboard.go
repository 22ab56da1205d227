package cli

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"descent/internal/human"
	"descent/train"
)

// trace is a curve of any length: when it is full, neighbours become their mean.
type trace struct {
	points []float64
	each   int // values a point
	sum    float64
	n      int // values in sum
}

// tracePoints is more than a chart has dots.
const tracePoints = 512

func (t *trace) add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	t.sum, t.n = t.sum+v, t.n+1
	if t.n < max(1, t.each) {
		return
	}
	t.points = append(t.points, t.sum/float64(t.n))
	t.sum, t.n = 0, 0
	if len(t.points) < tracePoints {
		return
	}
	for i := range tracePoints / 2 {
		t.points[i] = t.points[2*i]/2 + t.points[2*i+1]/2
	}
	t.points, t.each = t.points[:tracePoints/2], 2*max(1, t.each)
}

// curves are what has been measured so far.
type curves struct {
	loss, validation trace        // loss by update, by epoch
	last             *train.Epoch // that ended
}

func (c *curves) add(u train.Progress) {
	c.loss.add(u.Step.Loss)
	if u.Epoch != nil {
		c.last = u.Epoch
		if v := u.Epoch.Validation; v != nil {
			c.validation.add(v.Loss)
		}
	}
}

// chartRows is how high a chart is, in lines.
const chartRows = 5

// dashboard is the area of a terminal of that size: where training is and, if
// there is room, curves above it.
func (p *progress) dashboard(u train.Progress, width, height int) []string {
	status := p.statusLine(u, width-1)
	if height < 2*chartRows+2 || width < leastWidth || p.curves.loss.points == nil {
		return []string{status}
	}
	const most, gap = 120, 2
	width = min(width-1, most)
	if p.curves.validation.points == nil {
		return append(chart("loss of updates", p.curves.loss.points, width, p.paint("36")), status)
	}
	half := (width - gap) / 2
	left := chart("loss of updates", p.curves.loss.points, half, p.paint("36"))
	right := chart("validation loss", p.curves.validation.points, half, p.paint("35"))
	for i := range left {
		left[i] += strings.Repeat(" ", gap) + right[i]
	}
	return append(left, status)
}

// paint returns what colors a text, if there are colors.
func (p *progress) paint(code string) func(string) string {
	if !p.color {
		return func(text string) string { return text }
	}
	return func(text string) string { return "\x1b[" + code + "m" + text + "\x1b[0m" }
}

// chart draws points over a scale from the least to the largest, under a title
// with the last. Points that are many times each other are on a logarithmic one.
func chart(title string, points []float64, width int, paint func(string) string) []string {
	low, high := slices.Min(points), slices.Max(points)
	scale := func(v float64) float64 { return v }
	if low > 0 && high > 30*low {
		scale = math.Log
	}
	length := max(scale(high)-scale(low), math.SmallestNonzeroFloat64)
	c := newCanvas(width-10, chartRows)
	for x := range c.width() {
		c.join(x, c.at((scale(points[x*len(points)/c.width()])-scale(low))/length))
	}
	lines := []string{pad(fmt.Sprintf("%8s  %s %.4g", "", title, points[len(points)-1]), width)}
	labels := map[int]string{0: fmt.Sprintf("%.3g", high), chartRows - 1: fmt.Sprintf("%.3g", low)}
	for r := range chartRows {
		lines = append(lines, fmt.Sprintf("%8s │", labels[r])+paint(c.line(r)))
	}
	return lines
}

// statusLine says where training is, in as many words as there is room for.
func (p *progress) statusLine(u train.Progress, width int) string {
	words := []string{
		fmt.Sprintf("epoch %d/%d", u.Step.Epoch+1, p.epochs),
		bar(float64(u.Step.Batch+1) / float64(max(1, u.Step.Batches))),
		fmt.Sprintf("step %d", u.Step.Update),
		fmt.Sprintf("loss %.3g", u.Step.Loss),
		"",
		human.Thousands(u.Samples) + " samples/s",
		human.Clock(u.Left) + " left",
	}
	const barAt, stepAt, scoreAt, samplesAt = 1, 2, 4, 5
	if e := p.curves.last; e != nil && e.Validation != nil {
		score := p.scores[0]
		words[scoreAt] = fmt.Sprintf("validation %s %s", human.Label(score), human.Score(score, e.Validation.Score(score)))
	}
	line := ""
	for _, drop := range []int{-1, barAt, stepAt, samplesAt} { // the least needed first
		if drop >= 0 {
			words[drop] = ""
		}
		line = strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" }), "  ")
		if utf8.RuneCountInString(line) <= width {
			break
		}
	}
	return line
}

// bar draws a share of 1.
func bar(share float64) string {
	const width = 10
	n := int(math.Round(min(max(share, 0), 1) * width))
	return strings.Repeat("█", n) + strings.Repeat("░", width-n)
}
