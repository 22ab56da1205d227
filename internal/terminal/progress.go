// Package terminal is what people read: text without what a terminal obeys,
// progress, curves and tables.
package terminal

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"descent/internal/human"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/train"
)

// How progress is shown.
const (
	Auto  = "auto"  // live on a terminal, else plain
	Plain = "plain" // a line an epoch
	None  = "none"  // nothing
)

// Progress shows people what training does: lines that stay, and on a terminal
// an area below them that is drawn again and again. Notices may come from other
// goroutines than the rest.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	plain bool
	live  bool
	color bool
	size  func() (width, height int) // of the terminal
	now   func() time.Time

	Epochs int
	Scores []string // shown beside the loss, the first where there is room for one
	Last   bool     // the last epoch is kept, and none is marked as the best

	area   area
	next   time.Time // the area may be drawn again
	stays  string    // lines that the next drawing puts above the area
	curves curves
}

// leastWidth is that of a terminal for which progress is live.
const leastWidth = 60

// NewProgress chooses how progress on w is shown. It is live only where w is a
// terminal that is wide enough and can move its cursor, and has colors unless
// NO_COLOR is set.
func NewProgress(w io.Writer, ui string) (*Progress, error) {
	p := &Progress{w: w, now: time.Now, color: os.Getenv("NO_COLOR") == ""}
	switch ui {
	case None:
	case Plain:
		p.plain = true
	case Auto:
		p.plain = true
		if file, ok := w.(*os.File); ok && isTerminal(w) && os.Getenv("TERM") != "dumb" {
			p.size = func() (int, int) {
				width, height, err := term.GetSize(int(file.Fd()))
				if err != nil || width <= 0 {
					return 80, 24
				}
				return width, height
			}
			width, _ := p.size()
			p.live = width >= leastWidth
			p.plain = !p.live
		}
	default:
		return nil, usage.Mark(fmt.Errorf("--ui: %w", suggest.Unknown("display", ui, []string{Auto, Plain, None})))
	}
	return p, nil
}

// Shows reports whether anything is shown.
func (p *Progress) Shows() bool { return p.live || p.plain }

// Printf prints what stays.
func (p *Progress) Printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Shows() {
		p.stays += human.Escape(fmt.Sprintf(format, args...))
		p.draw()
	}
}

// Report takes note of an update.
func (p *Progress) Report(u train.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.Epoch != nil && p.Shows() {
		p.stays += p.epochLine(u) + "\n"
	}
	if !p.live {
		p.draw()
		return
	}
	p.curves.add(u)
	if p.due() {
		width, height := p.size()
		p.draw(p.dashboard(u, width, height)...)
	}
}

// Moment shows a line until the next one, or on what is no terminal for good.
func (p *Progress) Moment(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.live:
		p.draw(human.Line(line))
	case p.plain:
		p.stays += human.Line(line) + "\n"
		p.draw()
	}
}

// Passing shows a line until the next one, where that is a matter of a moment: on a
// terminal, as often as an area is drawn.
func (p *Progress) Passing(line string) {
	if p.live && p.due() {
		p.Moment(line)
	}
}

// due reports whether the area may be drawn again, which it is at most ten
// times a second.
func (p *Progress) due() bool {
	now := p.now()
	if now.Before(p.next) {
		return false
	}
	p.next = now.Add(100 * time.Millisecond)
	return true
}

// draw writes what stays, and below it the lines of the area.
func (p *Progress) draw(lines ...string) {
	text := p.stays
	if p.live {
		width, _ := p.size()
		text = p.area.replace(text, lines, width)
	}
	if p.stays = ""; text != "" {
		fmt.Fprint(p.w, text)
	}
}

// Finish removes the area.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw()
}

func (p *Progress) epochLine(u train.Progress) string {
	e := u.Epoch
	line := fmt.Sprintf("epoch %*d/%d  step %d  loss %s", len(fmt.Sprint(p.Epochs)), e.Epoch+1, p.Epochs, e.Updates, human.Score("loss", e.TrainLoss))
	if v := e.Validation; v != nil {
		line += fmt.Sprintf("  validation loss %s", human.Score("loss", v.Loss))
		for _, score := range p.Scores {
			line += fmt.Sprintf("  %s %s", human.Label(score), human.Score(score, v.Score(score)))
		}
	}
	if !p.live { // where the area says so
		line += fmt.Sprintf("  rate %.3g  %s samples/s  %s left", e.Rate, human.Thousands(u.Samples), human.Clock(u.Left))
	}
	if e.Best && e.Validation != nil && !p.Last {
		line += "  best"
	}
	return line
}

// Enabled, Handle, WithAttrs and WithGroup make progress a slog.Handler, which
// shows the notices of the library as notes.
func (p *Progress) Enabled(context.Context, slog.Level) bool { return p.Shows() }

func (p *Progress) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	p.Printf("note: %s%s\n", r.Message, b.String())
	return nil
}

func (p *Progress) WithAttrs([]slog.Attr) slog.Handler { return p }
func (p *Progress) WithGroup(string) slog.Handler      { return p }
