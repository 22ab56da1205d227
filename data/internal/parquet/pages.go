package parquet

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// maxPage bounds the bytes of a page, compressed or not: writers cut pages at about a
// megabyte, or give each row group one.
const maxPage = 1 << 29

// headRoom is the room for the head of a page; pages go past it.
const headRoom = 512

// The kinds of pages.
const (
	dataPage       = 0
	dictionaryPage = 2
	dataPage2      = 3
)

// pageHeader is what stands before a page.
type pageHeader struct {
	kind         int
	size, stored int // in bytes, as it is and compressed
	crc          int
	checked      bool // there is a crc
	values       int64
	encoding     int
	levels       int // how the levels of version 1 are encoded
	uncounted    int // bytes of levels in version 2: of repetition,
	defined      int // and of definition
	compressed   bool
}

// readHeader reads a PageHeader.
func readHeader(in *bufio.Reader) (h pageHeader, err error) {
	c := &compact{in: in}
	h.compressed = true
	c.fields(func(id int, kind byte) bool {
		switch id {
		case 1:
			return integer(c, kind, &h.kind)
		case 2:
			return integer(c, kind, &h.size)
		case 3:
			return integer(c, kind, &h.stored)
		case 4:
			h.checked = true
			return integer(c, kind, &h.crc)
		case 5, 7:
			return c.nested(kind, func(id int, kind byte) bool {
				switch id {
				case 1:
					return integer(c, kind, &h.values)
				case 2:
					return integer(c, kind, &h.encoding)
				case 3:
					return kind > kindFalse && integer(c, kind, &h.levels)
				}
				return false
			})
		case 8:
			return c.nested(kind, func(id int, kind byte) bool {
				switch id {
				case 1:
					return integer(c, kind, &h.values)
				case 4:
					return integer(c, kind, &h.encoding)
				case 5:
					return integer(c, kind, &h.defined)
				case 6:
					return integer(c, kind, &h.uncounted)
				case 7:
					return c.boolean(kind, &h.compressed)
				}
				return false
			})
		}
		return false
	})
	if c.err != nil {
		return h, fmt.Errorf("the head of a page: %w", c.err)
	}
	if h.size < 0 || h.size > maxPage || h.stored < 0 || h.stored > maxPage || h.values < 0 ||
		h.defined < 0 || h.uncounted < 0 || h.defined+h.uncounted > min(h.size, h.stored) {
		return h, fmt.Errorf("a page of %d bytes, %d compressed, with %d values; at most %d bytes are read", h.size, h.stored, h.values, maxPage)
	}
	return h, nil
}

// column reads the values of a column of a row group, one after the other.
type column struct {
	reader
	decompressor
	codec   int
	in      *bufio.Reader
	levels  int      // the definition level of a value that is there
	words   []string // of the dictionary, as text
	left    int64    // values of the pages that are to come
	inPage  int64    // values that are left of the page
	defined *hybrid  // levels of the page; nil: all are there
	coded   *hybrid  // numbers of words in the page, or nil
	values  decoder  // of the page, or nil
	stored  []byte   // room for a page
	page    []byte
}

func newColumn(f *File, l *leaf, c *chunk) *column {
	in := bufio.NewReaderSize(io.NewSectionReader(f.in, c.start(), f.pages-c.start()), headRoom)
	return &column{reader: l.reader, codec: c.codec, in: in, levels: l.levels, left: c.values}
}

// next appends the text of the next value to dst, nothing if it is missing.
func (c *column) next(dst []byte) ([]byte, error) {
	for c.inPage == 0 {
		if err := c.nextPage(); err != nil {
			return dst, err
		}
	}
	c.inPage--
	if c.defined != nil {
		if level, err := c.defined.next(); err != nil || int(level) != c.levels {
			return dst, err
		}
	}
	if c.coded != nil {
		i, err := c.coded.next()
		if err == nil && int64(i) >= int64(len(c.words)) {
			err = fmt.Errorf("a page is damaged: it has word %d of a dictionary of %d", i, len(c.words))
		}
		if err != nil {
			return dst, err
		}
		return append(dst, c.words[i]...), nil
	}
	v, err := c.values.next()
	if err != nil {
		return dst, err
	}
	return c.write(dst, v), nil
}

// nextPage reads the next page of values, and a dictionary before it.
func (c *column) nextPage() error {
	if c.left == 0 {
		return errShort
	}
	h, err := readHeader(c.in)
	if err != nil {
		return err
	}
	if cap(c.stored) < h.stored {
		if c.stored, err = grow(c.in, h.stored); err != nil {
			return noEnd(err)
		}
	} else if _, err := io.ReadFull(c.in, c.stored[:h.stored]); err != nil {
		return noEnd(err)
	}
	stored := c.stored[:h.stored]
	if h.checked && crc32.ChecksumIEEE(stored) != uint32(h.crc) {
		return errors.New("a page is damaged: its checksum is another; fetch the file again")
	}
	switch h.kind {
	case dictionaryPage:
		return c.dictionary(h, stored)
	case dataPage, dataPage2:
		if h.values > c.left {
			return fmt.Errorf("a page is damaged: it has %d values of %d", h.values, c.left)
		}
		c.left -= h.values
		c.inPage = h.values
		if err := c.begin(h, stored); err != nil {
			return err
		}
	}
	return nil
}

// grow reads n bytes into new room, which is made as they come if they are many.
func grow(in io.Reader, n int) ([]byte, error) {
	if n <= 1<<16 {
		read := make([]byte, n)
		_, err := io.ReadFull(in, read)
		return read, err
	}
	read, err := fill(nil, io.LimitReader(in, int64(n)), n)
	if err == nil && len(read) < n {
		err = io.ErrUnexpectedEOF
	}
	return read, err
}

func noEnd(err error) error { return fmt.Errorf("a page ends too early: %w", err) }

// begin begins a page of values.
func (c *column) begin(h pageHeader, stored []byte) (err error) {
	c.defined, c.coded, c.values = nil, nil, nil
	var levels []byte
	bits := bitsOf(c.levels)
	if h.kind == dataPage2 {
		levels = stored[h.uncounted : h.uncounted+h.defined]
		before := h.uncounted + h.defined
		codec := c.codec
		if !h.compressed {
			codec = uncompressed
		}
		stored, err = c.unpack(stored[before:], codec, h.size-before)
	} else if stored, err = c.unpack(stored, c.codec, h.size); err == nil && c.levels > 0 {
		if h.levels != runLengths {
			return fmt.Errorf("levels in the encoding %d are not read here", h.levels)
		}
		levels, stored, err = prefixed(stored)
	}
	if err != nil {
		return err
	}
	if c.levels > 0 {
		c.defined = &hybrid{data: levels, bits: bits}
	}
	if h.encoding != plainDictionary && h.encoding != codedDictionary {
		c.values, err = newDecoder(h.encoding, &c.reader, stored)
		if len(stored) == 0 && err == errShort { // as there are no values
			c.values, err = &plainArrays{}, nil
		}
		return err
	}
	c.coded = &hybrid{}
	if len(stored) > 0 {
		if stored[0] > 32 {
			return errShort
		}
		*c.coded = hybrid{data: stored[1:], bits: int(stored[0])}
	}
	return nil
}

// unpack decompresses into the room for a page.
func (c *column) unpack(stored []byte, codec, n int) ([]byte, error) {
	if n == 0 { // some compress nothing to a few bytes, others to none
		return nil, nil
	}
	page, err := c.decompress(c.page, stored, codec, n)
	if codec != uncompressed && err == nil {
		c.page = page
	}
	return page, err
}

// bitsOf is how many bits a number has.
func bitsOf(n int) (bits int) {
	for ; n > 0; n >>= 1 {
		bits++
	}
	return bits
}

// dictionary reads the words of a dictionary, and writes them as text.
func (c *column) dictionary(h pageHeader, stored []byte) error {
	data, err := c.unpack(stored, c.codec, h.size)
	if err != nil {
		return err
	}
	words, err := newDecoder(plain, &c.reader, data)
	if err != nil {
		return err
	}
	c.words = c.words[:0]
	for range h.values {
		v, err := words.next()
		if err != nil {
			return err
		}
		c.words = append(c.words, string(c.write(nil, v)))
	}
	return nil
}
