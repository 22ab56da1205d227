package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// Hash returns the SHA-256, in hexadecimal, of what a set holds: its Spec
// without the name, then each sample and its target in order, as little-endian
// float32; of a [*Parted], its test part follows. Equal data under another
// path has an equal hash.
func Hash(s Source) (string, error) {
	h := sha256.New()
	parts := []Source{s}
	if p, ok := s.(*Parted); ok && p.Test != nil {
		parts = []Source{p.Source, p.Test}
	}
	for _, part := range parts {
		if t, ok := part.(*Table); ok { // which keeps what it encodes for itself
			var err error
			if part, err = t.Encode(t.whole); err != nil {
				return "", err
			}
		}
		if err := hashInto(h, part); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashInto(h io.Writer, s Source) error {
	spec := s.Spec()
	spec.Name = ""
	head, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("data: hash: %w", err)
	}
	h.Write(head)
	var buffer []byte
	return each(s, func(_ []int, x, y []float32) error {
		buffer = buffer[:0]
		for _, values := range [][]float32{x, y} {
			for _, v := range values {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
			}
		}
		h.Write(buffer)
		return nil
	})
}
