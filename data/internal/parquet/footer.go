package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The marks at the ends of a file.
const (
	Mark          = "PAR1"
	EncryptedMark = "PARE" // of a file whose footer is encrypted
)

// chunk is where the values of a column of some rows stand.
type chunk struct {
	codec      int
	values     int64
	first      int64 // of the data pages
	dictionary int64 // of the page before them, or 0
}

// start is where the first page begins.
func (c *chunk) start() int64 {
	if c.dictionary > 0 && c.dictionary < c.first {
		return c.dictionary
	}
	return c.first
}

// rowGroup is some rows of a file.
type rowGroup struct {
	rows   int64
	chunks []chunk // of each leaf of the schema
}

var (
	errNotParquet = errors.New("the file is no Parquet file, or is truncated: it does not end in " + Mark)
	errEncrypted  = errors.New("the file is encrypted, which is not read; write it without encryption, or save it as CSV")
)

// readFooter reads what the end of a file says about it.
func (f *File) readFooter() error {
	const tail = 8 // length and mark
	if f.size < int64(len(Mark))+tail {
		return errNotParquet
	}
	var end [tail]byte
	if _, err := f.in.ReadAt(end[:], f.size-tail); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch string(end[4:]) {
	case Mark:
	case EncryptedMark:
		return errEncrypted
	default:
		return errNotParquet
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	f.pages = f.size - tail - length
	if f.pages < int64(len(Mark)) {
		return fmt.Errorf("the file is damaged: its footer is said to have %d bytes, and the file has %d", length, f.size)
	}
	footer := make([]byte, length)
	if _, err := f.in.ReadAt(footer, f.pages); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := f.parseFooter(footer); err != nil {
		return fmt.Errorf("the footer: %w", err)
	}
	return nil
}

// parseFooter reads a FileMetaData.
func (f *File) parseFooter(footer []byte) error {
	c := &compact{in: bytes.NewReader(footer)}
	var elements []element
	c.fields(func(id int, kind byte) bool {
		switch id {
		case 2:
			return c.list(kind, func(kind byte) {
				if e := readElement(c, kind); e.name == "" && len(elements) > 0 {
					c.fail(errors.New("a column without a name"))
				} else {
					elements = append(elements, e)
				}
			})
		case 3:
			return integer(c, kind, &f.Rows)
		case 4:
			return c.list(kind, func(kind byte) {
				if f.leaves == nil && c.err == nil {
					c.err = f.setSchema(elements)
				}
				f.readRowGroup(c, kind)
			})
		case 8:
			c.fail(errEncrypted)
		}
		return false
	})
	if c.err == nil && f.leaves == nil {
		c.err = f.setSchema(elements)
	}
	if c.err != nil {
		return c.err
	}
	rows := int64(0)
	for i := range f.groups {
		rows += f.groups[i].rows
	}
	if rows != f.Rows {
		return fmt.Errorf("the file is said to have %d rows, and its parts have %d", f.Rows, rows)
	}
	return nil
}

// readRowGroup reads a RowGroup, whose columns must be those of the schema.
func (f *File) readRowGroup(c *compact, kind byte) {
	var g rowGroup
	c.nested(kind, func(id int, kind byte) bool {
		switch id {
		case 1:
			return c.list(kind, func(kind byte) {
				if len(g.chunks) == len(f.leaves) {
					c.fail(fmt.Errorf("part %d has more columns than the schema", len(f.groups)+1))
					return
				}
				leaf := &f.leaves[len(g.chunks)]
				g.chunks = append(g.chunks, f.readChunk(c, kind, leaf))
			})
		case 3:
			return integer(c, kind, &g.rows)
		}
		return false
	})
	if c.err != nil {
		return
	}
	if len(g.chunks) != len(f.leaves) || g.rows < 0 {
		c.fail(fmt.Errorf("part %d has %d columns and %d rows; the schema has %d columns", len(f.groups)+1, len(g.chunks), g.rows, len(f.leaves)))
		return
	}
	for i := range g.chunks {
		if leaf := &f.leaves[i]; leaf.why == "" && g.chunks[i].values != g.rows {
			c.fail(fmt.Errorf("column %q of part %d has %d values for %d rows", leaf.name, len(f.groups)+1, g.chunks[i].values, g.rows))
			return
		}
	}
	f.groups = append(f.groups, g)
}

// readChunk reads a ColumnChunk of a leaf.
func (f *File) readChunk(c *compact, kind byte, of *leaf) (ch chunk) {
	described, encrypted, elsewhere := false, false, ""
	c.nested(kind, func(id int, kind byte) bool {
		switch id {
		case 1:
			return c.text(kind, &elsewhere)
		case 3:
			described = true
			return c.nested(kind, func(id int, kind byte) bool {
				switch id {
				case 3:
					var parts []string
					c.list(kind, func(kind byte) {
						var part string
						c.text(kind, &part)
						parts = append(parts, part)
					})
					if path := strings.Join(parts, "."); c.err == nil && path != of.name {
						c.fail(fmt.Errorf("a part has column %q where the schema has %q", path, of.name))
					}
					return true
				case 4:
					return integer(c, kind, &ch.codec)
				case 5:
					return integer(c, kind, &ch.values)
				case 9:
					return integer(c, kind, &ch.first)
				case 11:
					return integer(c, kind, &ch.dictionary)
				}
				return false
			})
		case 8, 9:
			encrypted = true
		}
		return false
	})
	switch {
	case c.err != nil:
	case encrypted:
		c.fail(fmt.Errorf("column %q: %w", of.name, errEncrypted))
	case elsewhere != "":
		c.fail(fmt.Errorf("column %q stands in another file, %q; name that", of.name, elsewhere))
	case !described:
		c.fail(fmt.Errorf("column %q is not described: %w", of.name, errThrift))
	case ch.start() < 0 || ch.start() > f.pages:
		c.fail(fmt.Errorf("column %q begins at byte %d of %d", of.name, ch.start(), f.pages))
	}
	return ch
}
