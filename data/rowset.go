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
	if _, ok := s.(Renewed); ok { // which has others in each epoch
		return RowSet{}, nil
	}
	hashes, err := hashesOf(s)
	return rowSetOf(hashes), err
}

// hashesOf returns the hash of each row of s, in order.
func hashesOf(s Source) ([]uint64, error) {
	all, err := printsOf(s)
	return all.rows, err
}

// prints are hashes of the rows of a set, in order.
type prints struct{ rows, inputs []uint64 }

func printsOf(s Source) (prints, error) {
	const some = 1 << 14 // rows at a time
	n := s.Len()
	p := prints{make([]uint64, n), make([]uint64, n)}
	err := parallel.Each((n+some-1)/some, func(_, i int) error {
		from, to := i*some, min((i+1)*some, n)
		return fingerprints(s, from, p.rows[from:to], p.inputs[from:to])
	})
	return p, err
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
// same sample with the same target, and of a table also the same sample with another;
// and a test part that is all in validation. It reads all parts, and so meets every
// row that cannot be read.
func (p *Parts) noteOverlap() error {
	train, err := printsOf(p.Train)
	if err != nil {
		return err
	}
	validation, err := printsOf(p.Validation)
	if err != nil {
		return err
	}
	test, err := printsOf(p.Test)
	if err != nil {
		return err
	}
	rows, inputs := rowSetOf(train.rows), rowSetOf(train.inputs)
	p.noteTrained(rows, inputs, "validation", validation)
	p.noteTrained(rows, inputs, "test", test)
	if n := len(test.rows); n > 0 && rowSetOf(validation.rows).count(test.rows) == n {
		p.Notes = append(p.Notes, fmt.Sprintf("all %s test rows also stand in validation, by which the model is chosen, so results on them flatter",
			human.Thousands(float64(n))))
	}
	return nil
}

// alikeShare is the part of rows from which on it is worth a note that they are those
// of training but for their targets, where most rows of training differ.
const alikeShare = 0.05

// noteTrained notes the rows of a part that also stand in training, wholly or but for
// their targets.
func (p *Parts) noteTrained(rows, inputs RowSet, part string, of prints) {
	n, all := rows.count(of.rows), human.Thousands(float64(len(of.rows)))
	if n > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%s of %s %s rows also stand in training, so results on them flatter", human.Thousands(float64(n)), all, part))
	}
	if e := p.Train.Spec().Encoder; e == nil || e.OfImages() || 4*len(inputs.hashes) < 3*p.Train.Len() {
		return
	}
	if alike := inputs.count(of.inputs) - n; float64(alike) > alikeShare*float64(len(of.rows)) {
		p.Notes = append(p.Notes, fmt.Sprintf("%s of %s %s rows have the inputs of a training row, with another target", human.Thousands(float64(alike)), all, part))
	}
}

// fingerprints computes a 64-bit hash of each row from a number on, and one of its
// inputs alone. Different rows share one with a chance of about 2⁻⁶⁴ a pair, which a
// note can bear.
func fingerprints(s Source, from int, rows, inputs []uint64) error {
	size, targetSize := s.Spec().Size(), s.Spec().TargetSize()
	return eachOf(s, from, from+len(rows), func(at []int, x, y []float32, more [][]float32) error {
		whole, part := rows[:len(at)], inputs[:len(at)]
		rows, inputs = rows[len(at):], inputs[len(at):]
		for i := range part {
			part[i] = 0x243f6a8885a308d3
		}
		mix(part, x, size)
		copy(whole, part)
		if y != nil {
			mix(whole, y, targetSize)
		}
		for _, values := range more {
			mix(whole, values, len(values)/len(at))
			mix(part, values, len(values)/len(at))
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
