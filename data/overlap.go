package data

import (
	"fmt"
	"math"
	"math/bits"

	"descent/internal/human"
)

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

// fingerprints visits a 64-bit hash of each row. Different rows share one
// with a chance of about 2⁻⁶⁴ a pair, which a note can bear.
func fingerprints(s Source, visit func(uint64)) error {
	size, targetSize := s.Spec().Size(), s.Spec().TargetSize()
	return each(s, func(rows []int, x, y []float32) error {
		for i := range rows {
			h := mix(0x243f6a8885a308d3, x[i*size:(i+1)*size])
			visit(mix(h, y[i*targetSize:(i+1)*targetSize]))
		}
		return nil
	})
}

// mix folds values into a hash, each by a full 64×64-bit product.
func mix(h uint64, values []float32) uint64 {
	for _, v := range values {
		high, low := bits.Mul64(h^uint64(math.Float32bits(v+0)), 0x9e3779b97f4a7c15) // +0 makes -0 and 0 one
		h = high ^ low + 0xd1342543de82ef95
	}
	return h
}
