package parquet

import (
	"encoding/binary"
	"fmt"
)

// decoder gives the values of a page one after the other, each as it is stored
// plain. A value is valid until the next call.
type decoder interface {
	next() ([]byte, error)
}

// The encodings.
const (
	plain            = 0
	plainDictionary  = 2
	runLengths       = 3
	deltaIntegers    = 5
	deltaLengths     = 6
	deltaPrefixes    = 7
	codedDictionary  = 8
	splitStreams     = 9
	deprecatedPacked = 4
)

var encodingNames = map[int]string{
	plain: "plain", plainDictionary: "dictionary", runLengths: "run lengths", deltaIntegers: "delta binary packed", deltaLengths: "delta length byte array",
	deltaPrefixes: "delta byte array", codedDictionary: "dictionary", splitStreams: "byte stream split", deprecatedPacked: "bit packed",
}

// newDecoder returns what reads values of a column in an encoding, but those of a
// dictionary.
func newDecoder(encoding int, r *reader, data []byte) (decoder, error) {
	integers := r.physical == int32s || r.physical == int64s
	strings := r.physical == byteArrays
	switch {
	case encoding == plain && r.physical == boolean:
		return &plainBits{data: data}, nil
	case encoding == plain && strings:
		return &plainArrays{data}, nil
	case encoding == plain:
		return &plainValues{data, r.width}, nil
	case encoding == runLengths && r.physical == boolean:
		data, _, err := prefixed(data)
		return &runBits{h: hybrid{data: data, bits: 1}}, err
	case encoding == deltaIntegers && integers:
		d := &deltas{data: data, width: r.width}
		return d, d.begin()
	case encoding == deltaLengths && strings:
		return newLengthArrays(data)
	case encoding == deltaPrefixes && (strings || r.physical == fixedArrays):
		return newPrefixArrays(data, r.width)
	case encoding == splitStreams && r.width > 0 && r.physical != boolean:
		return &splitValues{data: data, value: make([]byte, r.width)}, nil
	}
	name := encodingNames[encoding]
	if name == "" {
		name = fmt.Sprintf("number %d", encoding)
	}
	return nil, fmt.Errorf("values in the encoding %s are not read here; write the file with plain or dictionary encoding", name)
}

// prefixed cuts data behind as many bytes as four in front say.
func prefixed(data []byte) (part, rest []byte, err error) {
	if len(data) < 4 {
		return nil, nil, errShort
	}
	n := binary.LittleEndian.Uint32(data)
	if data = data[4:]; uint64(n) > uint64(len(data)) {
		return nil, nil, errShort
	}
	return data[:n], data[n:], nil
}

// plainValues are values of one width.
type plainValues struct {
	data  []byte
	width int
}

func (d *plainValues) next() ([]byte, error) {
	if len(d.data) < d.width {
		return nil, errShort
	}
	v := d.data[:d.width]
	d.data = d.data[d.width:]
	return v, nil
}

// plainBits are truth values, a bit each.
type plainBits struct {
	data  []byte
	bit   int
	value [1]byte
}

func (d *plainBits) next() ([]byte, error) {
	if d.bit/8 >= len(d.data) {
		return nil, errShort
	}
	d.value[0] = d.data[d.bit/8] >> (d.bit % 8) & 1
	d.bit++
	return d.value[:], nil
}

// runBits are truth values in runs.
type runBits struct {
	h     hybrid
	value [1]byte
}

func (d *runBits) next() ([]byte, error) {
	v, err := d.h.next()
	d.value[0] = byte(v)
	return d.value[:], err
}

// plainArrays are arrays of bytes, each behind its length.
type plainArrays struct{ data []byte }

func (d *plainArrays) next() (v []byte, err error) {
	v, d.data, err = prefixed(d.data)
	return v, err
}

// splitValues are values of one width whose first bytes stand together, then the
// second ones, and so on.
type splitValues struct {
	data  []byte
	at    int
	value []byte
}

func (d *splitValues) next() ([]byte, error) {
	n := len(d.data) / len(d.value)
	if d.at >= n {
		return nil, errShort
	}
	for i := range d.value {
		d.value[i] = d.data[i*n+d.at]
	}
	d.at++
	return d.value, nil
}
