package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"descent/internal/human"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/train"
)

// How progress is shown.
const (
	uiAuto  = "auto"  // live on a terminal, else plain
	uiPlain = "plain" // a line an epoch
	uiNone  = "none"  // nothing
)

// progress shows people what training does. Notices may come from other
// goroutines than the rest.
type progress struct {
	mu     sync.Mutex
	w      io.Writer
	plain  bool
	live   bool
	width  func() int // of the terminal
	epochs int
	score  string // shown beside the loss

	shown int       // letters of the live line that stands
	last  time.Time // it was drawn
	curve []float64 // validation losses, or those of training, by epoch
	epoch string    // the score of the last epoch
}

// newProgress chooses how progress on w is shown. It is live only where w is
// a terminal that can move its cursor, and NO_COLOR is not set.
func newProgress(w io.Writer, ui string) (*progress, error) {
	p := &progress{w: w, width: func() int { return 80 }}
	switch ui {
	case uiNone:
	case uiPlain:
		p.plain = true
	case uiAuto:
		file, ok := w.(*os.File)
		p.live = ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		p.plain = !p.live
		if p.live {
			p.width = func() int {
				if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
					return width
				}
				return 80
			}
		}
	default:
		return nil, usage.Mark(fmt.Errorf("--ui: %w", suggest.Unknown("display", ui, []string{uiAuto, uiPlain, uiNone})))
	}
	return p, nil
}

// printf prints what stays, above the live line.
func (p *progress) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(format, args...)
}

// print is printf of who holds the lock.
func (p *progress) print(format string, args ...any) {
	if p.live || p.plain {
		p.erase()
		fmt.Fprintf(p.w, format, args...)
	}
}

func (p *progress) erase() {
	if p.shown > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.shown))
		p.shown = 0
	}
}

// report takes note of an update.
func (p *progress) report(u train.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.Epoch != nil {
		p.note(u.Epoch)
		if p.plain {
			p.print("%s\n", p.epochLine(u))
		}
	}
	const between = 80 * time.Millisecond
	if now := time.Now(); p.live && now.Sub(p.last) >= between {
		p.last = now
		p.draw(p.liveLine(u))
	}
}

func (p *progress) note(e *train.Epoch) {
	value := e.TrainLoss
	p.epoch = ""
	if e.Validation != nil {
		value = e.Validation.Loss
		p.epoch = fmt.Sprintf("validation %s %s", p.score, human.Score(p.score, e.Validation.Score(p.score)))
	}
	p.curve = append(p.curve, value)
}

func (p *progress) epochLine(u train.Progress) string {
	e := u.Epoch
	line := fmt.Sprintf("epoch %*d/%d  step %d  loss %.4g", len(fmt.Sprint(p.epochs)), e.Epoch+1, p.epochs, e.Updates, e.TrainLoss)
	if v := e.Validation; v != nil {
		line += fmt.Sprintf("  validation loss %.4g  %s %s", v.Loss, p.score, human.Score(p.score, v.Score(p.score)))
	}
	line += fmt.Sprintf("  rate %.3g  %s samples/s  %s left", e.Rate, human.Thousands(u.Samples), human.Clock(u.Left))
	if e.Best && e.Validation != nil {
		line += "  best"
	}
	return line
}

// liveLine says where training is, in as many words as the terminal has room
// for.
func (p *progress) liveLine(u train.Progress) string {
	words := []string{
		fmt.Sprintf("epoch %d/%d", u.Step.Epoch+1, p.epochs),
		bar(float64(u.Step.Batch+1) / float64(max(1, u.Step.Batches))),
		fmt.Sprintf("step %d", u.Step.Update),
		fmt.Sprintf("loss %.3g", u.Step.Loss),
		p.epoch,
		human.Thousands(u.Samples) + " samples/s",
		human.Clock(u.Left) + " left",
		sparkline(p.curve, 12),
	}
	const sparkAt, barAt, stepAt = 7, 1, 2
	line := ""
	for _, drop := range []int{-1, sparkAt, barAt, stepAt} { // the least needed first
		if drop >= 0 {
			words[drop] = ""
		}
		line = strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" }), "  ")
		if utf8.RuneCountInString(line) < p.width() {
			break
		}
	}
	return line
}

// draw replaces the live line, cut to the terminal.
func (p *progress) draw(line string) {
	if letters, most := []rune(line), p.width()-1; len(letters) > most {
		line = string(letters[:max(0, most)])
	}
	n := utf8.RuneCountInString(line)
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.shown-n)))
	p.shown = n
}

// finish removes the live line.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live {
		p.erase()
	}
}

// Enabled, Handle, WithAttrs and WithGroup make progress a slog.Handler, which
// shows the notices of the library as notes.
func (p *progress) Enabled(context.Context, slog.Level) bool { return p.live || p.plain }

func (p *progress) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	p.printf("note: %s%s\n", r.Message, b.String())
	return nil
}

func (p *progress) WithAttrs([]slog.Attr) slog.Handler { return p }
func (p *progress) WithGroup(string) slog.Handler      { return p }

// moment shows a line until the next one, or on what is no terminal for good.
func (p *progress) moment(line string) {
	if p.live {
		p.draw(line)
	} else {
		p.printf("%s\n", line)
	}
}
