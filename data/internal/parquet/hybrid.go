package parquet

import (
	"encoding/binary"
	"errors"
)

// errShort is the error of values that end too early.
var errShort = errors.New("a page is damaged: its values end too early")

// hybrid reads numbers of a few bits each, which stand in runs of equal ones and in
// packs of eight, their lowest bits first.
type hybrid struct {
	data   []byte
	bits   int
	run    uint64 // how many more times value comes
	value  uint32
	packed uint64 // how many more numbers the pack has
	window uint64 // bits that were read of it
	have   int
}

func (h *hybrid) next() (uint32, error) {
	for h.run == 0 && h.packed == 0 {
		if err := h.begin(); err != nil {
			return 0, err
		}
	}
	if h.run > 0 {
		h.run--
		return h.value, nil
	}
	for h.have < h.bits {
		if len(h.data) == 0 {
			return 0, errShort
		}
		h.window |= uint64(h.data[0]) << h.have
		h.data, h.have = h.data[1:], h.have+8
	}
	v := uint32(h.window & (1<<h.bits - 1))
	h.window, h.have, h.packed = h.window>>h.bits, h.have-h.bits, h.packed-1
	return v, nil
}

// begin reads the head of a run or of a pack.
func (h *hybrid) begin() error {
	head, n := binary.Uvarint(h.data)
	if n <= 0 {
		return errShort
	}
	h.data = h.data[n:]
	if head&1 == 1 {
		h.packed = head >> 1 << 3
		h.window, h.have = 0, 0
		return nil
	}
	width := (h.bits + 7) / 8
	if len(h.data) < width {
		return errShort
	}
	h.run, h.value = head>>1, 0
	for i, b := range h.data[:width] {
		h.value |= uint32(b) << (8 * i)
	}
	h.data = h.data[width:]
	return nil
}
