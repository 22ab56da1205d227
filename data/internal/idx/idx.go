// Package idx reads IDX files of images and their labels, the format of MNIST.
package idx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"descent/data/internal/fault"
	"descent/data/internal/input"
)

// The two kinds of IDX file that a folder holds, by their first four bytes:
// unsigned bytes in three dimensions and in one.
const (
	idxImages = 0x00000803
	idxLabels = 0x00000801
)

// readIDX reads an IDX file of unsigned bytes with the given magic number and
// returns its dimensions and its bytes. No more than limit bytes can come out
// of r; exactly limit where exact. Memory grows with what is read, so a header
// that lies about its size costs nothing.
//
// Source: LeCun, Cortes and Burges, "The MNIST database", file formats.
func readIDX(r io.Reader, limit int64, exact bool, magic uint32) (dims []int, content []byte, err error) {
	rank := int(magic & 0xff)
	header := make([]byte, 4+4*rank)
	if n, err := io.ReadFull(r, header); err != nil {
		if n >= 4 {
			if err := checkMagic(header, magic); err != nil {
				return nil, nil, err
			}
		}
		return nil, nil, fmt.Errorf("the file ends in its header of %d bytes: %w", len(header), input.Explain(err))
	}
	if err := checkMagic(header, magic); err != nil {
		return nil, nil, err
	}
	want := uint64(1)
	for i := range rank {
		d := binary.BigEndian.Uint32(header[4+4*i:])
		high, low := bits.Mul64(want, uint64(d))
		if d == 0 {
			return nil, nil, fmt.Errorf("dimension %d of the header is 0; %w", i, fault.ErrNoRows)
		}
		if high != 0 || low > uint64(limit) {
			return nil, nil, fmt.Errorf("the header promises more than the %d bytes that the file can hold", limit)
		}
		want, dims = low, append(dims, int(d))
	}
	if held := uint64(limit) - uint64(len(header)); exact && held != want {
		return nil, nil, fmt.Errorf("the header promises %d bytes and the file holds %d", want, held)
	}
	var buffer bytes.Buffer
	if exact {
		buffer.Grow(int(want) + bytes.MinRead)
	}
	n, err := buffer.ReadFrom(io.LimitReader(r, int64(want)+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("after %d of %d bytes: %w", n, want, input.Explain(err))
	case uint64(n) < want:
		return nil, nil, fmt.Errorf("the header promises %d bytes and the file holds %d; it is truncated", want, n)
	case uint64(n) > want:
		return nil, nil, fmt.Errorf("the file holds more than the %d bytes that its header promises", want)
	}
	return dims, buffer.Bytes(), nil
}

func checkMagic(header []byte, want uint32) error {
	if got := binary.BigEndian.Uint32(header); got != want {
		kind := "images (unsigned bytes in 3 dimensions)"
		if want == idxLabels {
			kind = "labels (unsigned bytes in 1 dimension)"
		}
		return fmt.Errorf("the file begins with 0x%08x; IDX %s begin with 0x%08x", got, kind, want)
	}
	return nil
}
