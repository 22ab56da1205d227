package parquet

import (
	"errors"
	"fmt"
	"io"
)

// compact reads Thrift's compact protocol, in which a file says what is in it. The
// first error stays, and ends every loop. What a length claims allocates nothing.
//
// Source: "Thrift Compact protocol encoding", thrift/doc/specs/thrift-compact-protocol.md.
type compact struct {
	in interface {
		io.Reader
		io.ByteReader
	}
	depth int
	err   error
}

// The kinds of values.
const (
	kindTrue   = 1
	kindFalse  = 2
	kindByte   = 3
	kindInt16  = 4
	kindInt64  = 6
	kindDouble = 7
	kindBytes  = 8
	kindList   = 9
	kindSet    = 10
	kindMap    = 11
	kindStruct = 12
	kindUUID   = 13
)

// longestText bounds texts, of which names of columns are the only ones that are read.
const longestText = 1 << 16

// deepestStruct bounds how deep structs are nested.
const deepestStruct = 64

var errThrift = errors.New("what it says of itself is damaged")

func (c *compact) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if c.err == nil {
		c.err = err
	}
}

func (c *compact) byte() byte {
	if c.err != nil {
		return 0
	}
	b, err := c.in.ReadByte()
	if err != nil {
		c.fail(err)
	}
	return b
}

func (c *compact) varint() (v uint64) {
	for shift := 0; c.err == nil; shift += 7 {
		b := c.byte()
		v |= uint64(b&127) << shift
		if b < 128 {
			break
		}
		if shift > 63 {
			c.fail(errThrift)
		}
	}
	return v
}

func (c *compact) zigzag() int64 { return unzigzag(c.varint()) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// fields visits the fields of a struct, each by its number; those that visit does
// not take are passed over.
func (c *compact) fields(visit func(id int, kind byte) bool) {
	if c.depth++; c.depth > deepestStruct {
		c.fail(errThrift)
	}
	id := 0
	for c.err == nil {
		head := c.byte()
		if head == 0 {
			break
		}
		if head>>4 != 0 {
			id += int(head >> 4)
		} else {
			id = int(c.zigzag())
		}
		if !visit(id, head&15) {
			c.skip(head & 15)
		}
	}
	c.depth--
}

// nested visits the fields of a value that is a struct.
func (c *compact) nested(kind byte, visit func(id int, kind byte) bool) bool {
	if c.want(kind == kindStruct) {
		c.fields(visit)
	}
	return true
}

// want fails where a value is of another kind than its field.
func (c *compact) want(ok bool) bool {
	if !ok {
		c.fail(errThrift)
	}
	return c.err == nil
}

// integer reads a whole number into a variable.
func integer[T int | int64](c *compact, kind byte, to *T) bool {
	switch {
	case kind == kindByte:
		*to = T(int8(c.byte()))
	case c.want(kind >= kindInt16 && kind <= kindInt64):
		*to = T(c.zigzag())
	}
	return true
}

// boolean reads a truth value, which stands in its kind.
func (c *compact) boolean(kind byte, to *bool) bool {
	*to = kind == kindTrue
	return c.want(kind == kindTrue || kind == kindFalse)
}

// text reads bytes into a string.
func (c *compact) text(kind byte, to *string) bool {
	if c.want(kind == kindBytes) {
		n := c.varint()
		if n > longestText {
			c.fail(fmt.Errorf("%w: a text of %d bytes", errThrift, n))
			return true
		}
		read := make([]byte, n)
		if _, err := io.ReadFull(c.in, read); err != nil {
			c.fail(err)
		}
		*to = string(read)
	}
	return true
}

// list visits the elements of a list.
func (c *compact) list(kind byte, visit func(kind byte)) bool {
	if !c.want(kind == kindList || kind == kindSet) {
		return true
	}
	head := c.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = c.varint()
	}
	for ; n > 0 && c.err == nil; n-- {
		visit(head & 15)
	}
	return true
}

// skip passes over a value.
func (c *compact) skip(kind byte) {
	switch kind {
	case kindTrue, kindFalse:
	case kindByte:
		c.byte()
	case kindInt16, kindInt16 + 1, kindInt64:
		c.varint()
	case kindDouble:
		c.discard(8)
	case kindBytes:
		c.discard(c.varint())
	case kindList, kindSet:
		c.list(kind, c.skipElement)
	case kindMap:
		n := c.varint()
		if n == 0 || c.err != nil {
			return
		}
		kinds := c.byte()
		for ; n > 0 && c.err == nil; n-- {
			c.skipElement(kinds >> 4)
			c.skipElement(kinds & 15)
		}
	case kindStruct:
		c.fields(func(int, byte) bool { return false })
	case kindUUID:
		c.discard(16)
	default:
		c.fail(fmt.Errorf("%w: there is no kind %d", errThrift, kind))
	}
}

// skipElement passes over an element of a list, in which truth values are bytes.
func (c *compact) skipElement(kind byte) {
	if kind == kindTrue || kind == kindFalse {
		kind = kindByte
	}
	c.skip(kind)
}

func (c *compact) discard(n uint64) {
	if c.err != nil {
		return
	}
	if n > 1<<40 {
		c.fail(errThrift)
		return
	}
	if _, err := io.CopyN(io.Discard, c.in, int64(n)); err != nil {
		c.fail(err)
	}
}
