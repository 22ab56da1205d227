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
// float32, those of 256 rows before those of the next, and behind them the same
// of each other field; of a [*Parted], its test part follows. Equal data under another
// path has an equal hash. Of a [Text] it is that of its bytes, and of how many lines are samples.
func Hash(s Source) (string, error) {
	h := sha256.New()
	parts := []Source{s}
	if p, ok := s.(*Parted); ok && p.Test != nil {
		parts = []Source{p.Source, p.Test}
	}
	for _, part := range parts {
		if err := hashInto(h, part); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashInto(h io.Writer, s Source) error {
	if t, ok := s.(*Text); ok {
		return t.hashInto(h)
	}
	spec := s.Spec()
	spec.Name = ""
	head, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("data: hash: %w", err)
	}
	h.Write(head)
	var buffer []byte
	write := func(_ []int, x, y []float32, more [][]float32) error {
		buffer = buffer[:0]
		for _, values := range append([][]float32{x, y}, more...) {
			for _, v := range values {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
			}
		}
		h.Write(buffer)
		return nil
	}
	if t, ok := s.(*Table); ok {
		return t.pieces(func(piece Source) error { return each(piece, write) })
	}
	return each(s, write)
}

// pieces encodes the table with the statistics of all rows, some rows at a time,
// so that they never are all there.
func (t *Table) pieces(visit func(Source) error) error {
	const rows = 1 << 16
	for from := 0; from < t.Len(); from += rows {
		piece, err := t.whole.encodeGrid(t.grid.Part(from, min(from+rows, t.Len())), t.name)
		if err != nil {
			return err
		}
		if t.images != nil {
			piece.withPictures(t.images.part(from, piece.n+from), t.whole)
		}
		if err := visit(piece); err != nil {
			return err
		}
	}
	return nil
}
