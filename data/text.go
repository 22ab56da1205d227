package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
)

// maxLine bounds a line of a table, and an object of JSON: what is longer is no
// line of a table, and would be held in memory several times.
const maxLine = 4 << 20

// ahead is how many bytes of a text decide what it is.
const ahead = 1 << 16

// plainText returns what r holds as UTF-8 whose lines end in a line feed: without
// a byte order mark, from UTF-16 where such a mark says so, and from files whose
// lines end in a carriage return alone.
func plainText(r io.Reader) *bufio.Reader {
	text := bufio.NewReaderSize(r, ahead)
	begin, _ := text.Peek(3)
	switch {
	case bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")):
		text.Discard(3)
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")):
		decoded := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(text)
		text = bufio.NewReaderSize(decoded, ahead)
	}
	begin, _ = text.Peek(ahead)
	if bytes.IndexByte(begin, '\r') >= 0 && bytes.IndexByte(begin, '\n') < 0 {
		text = bufio.NewReaderSize(returns{text}, ahead)
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

// guarded is a text of which no more than a line is read at a time: once begin
// was called, at most maxLine bytes come out until it is called again.
type guarded struct {
	r    io.Reader
	left int
}

var errLongLine = errors.New("is longer than " + fmt.Sprint(maxLine>>20) + " MiB, which no line of a table is; is a quote not closed, or are the line ends lost?")

// begin says that a line begins.
func (g *guarded) begin() { g.left = maxLine }

func (g *guarded) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLongLine
	}
	n, err := g.r.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}
