package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
)

// MaxLine bounds a line of a table, and an object of JSON: what is longer is no
// line of a table, and would be held in memory several times.
const MaxLine = 4 << 20

// Ahead is how many bytes of a text decide what it is.
const Ahead = 1 << 16

// Text returns what r holds as UTF-8 whose lines end in a line feed: without
// a byte order mark, from UTF-16 where such a mark says so, and from files whose
// lines end in a carriage return alone.
func Text(r io.Reader) *bufio.Reader {
	text := bufio.NewReaderSize(r, Ahead)
	begin, _ := text.Peek(3)
	switch {
	case bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")):
		text.Discard(3)
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")):
		decoded := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(text)
		text = bufio.NewReaderSize(decoded, Ahead)
	}
	begin, _ = text.Peek(Ahead)
	if bytes.IndexByte(begin, '\r') >= 0 && bytes.IndexByte(begin, '\n') < 0 {
		text = bufio.NewReaderSize(returns{text}, Ahead)
	}
	return text
}

// returns makes carriage returns line feeds.
type returns struct{ r io.Reader }

func (t returns) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// Guard is a text of which no more than a line is read at a time: once Begin
// was called, at most [MaxLine] bytes come out until it is called again.
type Guard struct {
	R    io.Reader
	left int
}

// ErrLongLine is the error of a line of more than [MaxLine] bytes; it follows the
// line's number.
var ErrLongLine = errors.New("is longer than " + fmt.Sprint(MaxLine>>20) + " MiB, which no line of a table is; is a quote not closed, or are the line ends lost?")

// Begin says that a line begins.
func (g *Guard) Begin() { g.left = MaxLine }

// Read reads of the line what fits into p.
func (g *Guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, ErrLongLine
	}
	n, err := g.R.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}
