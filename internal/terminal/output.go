package terminal

import (
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"

	"descent/internal/human"
)

// Output is a stream that the command writes to. It keeps its first error, as
// not everyone who prints a line asks for it.
//
// Names of columns, classes and files are what others chose, and may hold what
// a terminal obeys. So text for people is written as [human.Escape] has it, and
// data for programs, as it is unless a terminal shows it.
type Output struct {
	mu    sync.Mutex
	w     io.Writer
	exact bool   // bytes are written as they are
	rest  []byte // of a letter whose end has not come
	err   error
}

// Text writes text for people to w.
func Text(w io.Writer) *Output { return &Output{w: w} }

// Data writes data for programs to w.
func Data(w io.Writer) *Output { return &Output{w: w, exact: !isTerminal(w)} }

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	text := p
	if !o.exact {
		text = append(o.rest, p...)
		whole := wholeLetters(text)
		o.rest = append([]byte(nil), text[whole:]...)
		text = []byte(human.Escape(string(text[:whole])))
	}
	if len(text) > 0 {
		_, o.err = o.w.Write(text)
	}
	return len(p), o.err
}

// End writes what is left, refuses all that comes later, and returns what went
// wrong.
func (o *Output) End() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.rest) > 0 && o.err == nil {
		_, o.err = io.WriteString(o.w, human.Escape(string(o.rest)))
	}
	err := o.err
	if err == nil {
		o.err = os.ErrClosed
	}
	return err
}

// wholeLetters is how much of p does not end within a letter.
func wholeLetters(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if at := len(p) - n; utf8.RuneStart(p[at]) {
			if !utf8.FullRune(p[at:]) {
				return at
			}
			break
		}
	}
	return len(p)
}
