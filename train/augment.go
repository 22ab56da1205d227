package train

import (
	"context"
	"errors"

	"descent/data"
)

// varies returns an error if samples of kind s cannot be varied so. It asks
// for batches from behind the end, of which everything but rows is checked.
func varies(a data.Augment, s data.Spec) error {
	for _, err := range data.Batches(context.Background(), unread(s), data.BatchConfig{Size: 1, Start: 1, Augment: a}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// unread is a set of one row that is never read.
type unread data.Spec

func (u unread) Spec() data.Spec { return data.Spec(u) }
func (unread) Len() int          { return 1 }

func (unread) Read([]int, []float32, []float32) error {
	return errors.New("train: this set has no rows to read")
}
