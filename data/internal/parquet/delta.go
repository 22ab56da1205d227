package parquet

import (
	"encoding/binary"
)

// deltas reads integers of which the differences stand in blocks: the least of a block,
// and what the others are more in as few bits as a part of the block needs.
type deltas struct {
	data   []byte
	width  int // of a value in bytes
	parts  int // of a block
	size   int // of a part, in values
	left   uint64
	begun  bool
	last   int64
	least  int64
	widths []byte // in bits, of the parts of the block that are to come
	bits   int    // of the part that is read
	at     int    // the next bit of it in data
	inPart int    // values that are left of it
	value  [8]byte
}

func (d *deltas) uvarint() (uint64, error) {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		return 0, errShort
	}
	d.data = d.data[n:]
	return v, nil
}

// begin reads what stands before the blocks.
func (d *deltas) begin() error {
	var head [4]uint64 // size of a block, its parts, number of values, the first of them
	for i := range head {
		var err error
		if head[i], err = d.uvarint(); err != nil {
			return err
		}
	}
	const most = 1 << 24 // values of a block
	if head[0] == 0 || head[0] > most || head[1] == 0 || head[0]%head[1] != 0 || head[0]/head[1]%8 != 0 {
		return errShort
	}
	d.parts, d.size = int(head[1]), int(head[0]/head[1])
	d.left, d.last = head[2], unzigzag(head[3])
	return nil
}

func (d *deltas) next() ([]byte, error) {
	v, err := d.integer()
	binary.LittleEndian.PutUint64(d.value[:], uint64(v))
	return d.value[:d.width], err
}

// integer returns the next value.
func (d *deltas) integer() (int64, error) {
	if d.left == 0 {
		return 0, errShort
	}
	d.left--
	if !d.begun {
		d.begun = true
		return d.last, nil
	}
	if d.inPart == 0 {
		if err := d.part(); err != nil {
			return 0, err
		}
	}
	d.inPart--
	d.last += d.least + int64(d.take())
	return d.last, nil
}

// part begins the next part of a block, and the next block where there is none.
func (d *deltas) part() error {
	d.data = d.data[(d.at+7)/8:]
	d.at = 0
	if len(d.widths) == 0 {
		least, err := d.uvarint()
		if err != nil || len(d.data) < d.parts {
			return errShort
		}
		d.least, d.widths, d.data = unzigzag(least), d.data[:d.parts], d.data[d.parts:]
	}
	d.bits, d.widths = int(d.widths[0]), d.widths[1:]
	if d.inPart = d.size; d.bits > 64 || d.bits*d.size/8 > len(d.data) {
		return errShort
	}
	return nil
}

// take returns the next bits.
func (d *deltas) take() (v uint64) {
	for have := 0; have < d.bits; {
		bit := d.at % 8
		v |= uint64(d.data[d.at/8]>>bit) << have
		d.at, have = d.at+8-bit, have+8-bit
		if have > d.bits {
			d.at -= have - d.bits
		}
	}
	if d.bits < 64 {
		v &= 1<<d.bits - 1
	}
	return v
}

// behind returns what follows the blocks.
func (d deltas) behind() ([]byte, error) {
	for left := d.left; left > 1; {
		if err := d.part(); err != nil {
			return nil, err
		}
		d.at = d.bits * d.size
		left -= min(left-1, uint64(d.size))
	}
	return d.data[(d.at+7)/8:], nil
}

// lengthArrays are arrays of bytes behind the lengths of all.
type lengthArrays struct {
	lengths deltas
	data    []byte
}

func newLengthArrays(data []byte) (*lengthArrays, error) {
	a := &lengthArrays{lengths: deltas{data: data}}
	err := a.lengths.begin()
	if err == nil {
		a.data, err = a.lengths.behind()
	}
	return a, err
}

func (a *lengthArrays) next() ([]byte, error) {
	n, err := a.lengths.integer()
	if err != nil || n < 0 || n > int64(len(a.data)) {
		return nil, errShort
	}
	v := a.data[:n]
	a.data = a.data[n:]
	return v, nil
}

// prefixArrays are arrays of bytes of which each begins as the one before, as far as
// the lengths in front of all say.
type prefixArrays struct {
	prefixes deltas
	suffixes *lengthArrays
	width    int // of each, or 0
	value    []byte
}

func newPrefixArrays(data []byte, width int) (*prefixArrays, error) {
	a := &prefixArrays{prefixes: deltas{data: data}, width: width}
	if err := a.prefixes.begin(); err != nil {
		return nil, err
	}
	rest, err := a.prefixes.behind()
	if err != nil {
		return nil, err
	}
	a.suffixes, err = newLengthArrays(rest)
	return a, err
}

func (a *prefixArrays) next() ([]byte, error) {
	n, err := a.prefixes.integer()
	if err != nil || n < 0 || n > int64(len(a.value)) {
		return nil, errShort
	}
	suffix, err := a.suffixes.next()
	if err != nil {
		return nil, err
	}
	a.value = append(a.value[:n], suffix...)
	if a.width > 0 && len(a.value) != a.width {
		return nil, errShort
	}
	return a.value, nil
}
