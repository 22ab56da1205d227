package grid

import (
	"bufio"
	"io"

	"descent/data/internal/input"
)

// chunks cuts a text into pieces of whole records.
type chunks struct {
	text *bufio.Reader
	form csvForm
	size int    // of a piece, about
	rest []byte // behind the last one
	cut  bool   // the last one is longer than any record and ends within one
	err  error  // of the text; io.EOF at its end
}

// next returns the next piece, in a buffer that may be given. It ends with io.EOF.
func (c *chunks) next(buffer []byte) ([]byte, error) {
	size := c.size
	buffer = append(buffer[:0], c.rest...)
	c.rest = c.rest[:0]
	for c.err == nil {
		from := len(buffer)
		if cap(buffer) < size {
			buffer = append(make([]byte, 0, size+size/8), buffer...)
		}
		for len(buffer) < max(from, size) && c.err == nil {
			var n int
			n, c.err = c.text.Read(buffer[len(buffer):size])
			buffer = buffer[:len(buffer)+n]
		}
		if c.err != nil {
			break
		}
		if n := c.form.whole(buffer); n > 0 {
			c.rest = append(c.rest, buffer[n:]...)
			return buffer[:n], nil
		}
		if len(buffer) > 2*input.MaxLine {
			c.cut, c.err = true, io.EOF
			return buffer, nil
		}
		size = 2 * len(buffer)
	}
	if c.err != io.EOF {
		buffer = buffer[:c.form.whole(buffer)]
	}
	if len(buffer) > 0 {
		return buffer, nil
	}
	return nil, c.err
}
