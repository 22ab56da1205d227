package data

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"descent/data/internal/parallel"
	"descent/internal/human"
)

// RowSet remembers which rows a set holds by a 64-bit hash of each, sample and
// target together, so that another set can be asked for the rows that stand in
// both. It holds nothing that the rows could be read from, and different rows
// share a hash with a chance of about 2⁻⁶⁴ a pair.
//
// Rows are compared as they are encoded: both sets by the same [Encoder].
type RowSet struct{ hashes []uint64 } // sorted, each once

// RowsOf reads the set that s holds.
func RowsOf(s Source) (RowSet, error) {
	hashes, err := hashesOf(s)
	return rowSetOf(hashes), err
}

// hashesOf returns the hash of each row of s, in order.
func hashesOf(s Source) ([]uint64, error) {
	const some = 1 << 14 // rows at a time
	hashes := make([]uint64, s.Len())
	err := parallel.Each((len(hashes)+some-1)/some, func(_, i int) error {
		return fingerprints(s, i*some, hashes[i*some:min((i+1)*some, len(hashes))])
	})
	return hashes, err
}

// rowSetOf makes a set of hashes, whose order is lost.
func rowSetOf(hashes []uint64) RowSet {
	slices.Sort(hashes)
	return RowSet{slices.Compact(hashes)}
}

// count returns how many of the hashes r holds.
func (r RowSet) count(hashes []uint64) (n int) {
	for _, h := range hashes {
		if r.has(h) {
			n++
		}
	}
	return n
}

func (r RowSet) has(hash uint64) bool {
	_, there := slices.BinarySearch(r.hashes, hash)
	return there
}

// Unseen returns the rows of s that r does not hold, in order.
func (r RowSet) Unseen(s Source) ([]int, error) {
	hashes, err := hashesOf(s)
	if err != nil {
		return nil, err
	}
	var rows []int
	for row, h := range hashes {
		if !r.has(h) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// rowSetMark begins the file of a RowSet.
const rowSetMark = "descent rows 1\n"

// Write writes r for [ReadRowSet]: a mark, and 8 bytes a row.
func (r RowSet) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString(rowSetMark)
	var word [8]byte
	for _, h := range r.hashes {
		binary.LittleEndian.PutUint64(word[:], h)
		b.Write(word[:])
	}
	return b.Flush()
}

// ReadRowSet reads what [RowSet.Write] wrote.
func ReadRowSet(r io.Reader) (RowSet, error) {
	b := bufio.NewReader(r)
	mark := make([]byte, len(rowSetMark))
	if _, err := io.ReadFull(b, mark); err != nil || string(mark) != rowSetMark {
		return RowSet{}, fmt.Errorf("data: a set of rows begins with %q", rowSetMark)
	}
	var set RowSet
	var word [8]byte
	for {
		switch _, err := io.ReadFull(b, word[:]); {
		case errors.Is(err, io.EOF):
			return set, nil
		case err != nil:
			return RowSet{}, fmt.Errorf("data: a set of rows ends within one: %w", err)
		}
		h := binary.LittleEndian.Uint64(word[:])
		if n := len(set.hashes); n > 0 && h <= set.hashes[n-1] {
			return RowSet{}, errors.New("data: a set of rows is not in order")
		}
		set.hashes = append(set.hashes, h)
	}
}

// noteOverlap notes rows that stand both in training and in another part: the
// same sample with the same target; and a test part that is all in validation. It
// reads all parts, and so meets every row that cannot be read.
func (p *Parts) noteOverlap() error {
	train, err := RowsOf(p.Train)
	if err != nil {
		return err
	}
	validation, err := hashesOf(p.Validation)
	if err != nil {
		return err
	}
	test, err := hashesOf(p.Test)
	if err != nil {
		return err
	}
	p.noteTrained(train, "validation", validation)
	p.noteTrained(train, "test", test)
	if n := len(test); n > 0 && rowSetOf(validation).count(test) == n {
		p.Notes = append(p.Notes, fmt.Sprintf("all %s test rows also stand in validation, by which the model is chosen, so results on them flatter",
			human.Thousands(float64(n))))
	}
	return nil
}

// noteTrained notes the rows of a part that also stand in training.
func (p *Parts) noteTrained(train RowSet, part string, rows []uint64) {
	if n := train.count(rows); n > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%s of %s %s rows also stand in training, so results on them flatter",
			human.Thousands(float64(n)), human.Thousands(float64(len(rows))), part))
	}
}

// fingerprints computes a 64-bit hash of each row from a number on. Different rows
// share one with a chance of about 2⁻⁶⁴ a pair, which a note can bear.
func fingerprints(s Source, from int, hashes []uint64) error {
	size, targetSize := s.Spec().Size(), s.Spec().TargetSize()
	return eachOf(s, from, from+len(hashes), func(rows []int, x, y []float32, more [][]float32) error {
		to := hashes[:len(rows)]
		hashes = hashes[len(rows):]
		for i := range to {
			to[i] = 0x243f6a8885a308d3
		}
		mix(to, x, size)
		if y != nil {
			mix(to, y, targetSize)
		}
		for _, values := range more {
			mix(to, values, len(values)/len(rows))
		}
		return nil
	})
}

// mix folds the values of rows, so many of each, into their hashes. Four rows go side
// by side, since a product waits for the one before.
func mix(hashes []uint64, values []float32, size int) {
	for ; len(hashes) >= 4; hashes, values = hashes[4:], values[4*size:] {
		a, b, c, d := hashes[0], hashes[1], hashes[2], hashes[3]
		v, w, x, y := values[:size], values[size:2*size], values[2*size:3*size], values[3*size:4*size]
		for j := range v {
			a, b, c, d = fold(a, v[j]), fold(b, w[j]), fold(c, x[j]), fold(d, y[j])
		}
		hashes[0], hashes[1], hashes[2], hashes[3] = a, b, c, d
	}
	for i := range hashes {
		for _, v := range values[i*size : (i+1)*size] {
			hashes[i] = fold(hashes[i], v)
		}
	}
}

// fold folds a value into a hash by a full 64×64-bit product.
func fold(h uint64, v float32) uint64 {
	high, low := bits.Mul64(h^uint64(math.Float32bits(v+0)), 0x9e3779b97f4a7c15) // +0 makes -0 and 0 one
	return high ^ low + 0xd1342543de82ef95
}
