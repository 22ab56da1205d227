package loss

import (
	"errors"
	"fmt"
)

// ErrLabel says that a label is not the number of a class.
var ErrLabel = errors.New("label is not the number of a class")

// CheckLabels returns an error that wraps [ErrLabel] and names the row unless
// every label is a whole number in [0, classes). y[0] belongs to row firstRow.
func CheckLabels(y []float32, classes int, firstRow int) error {
	for i, v := range y {
		if c := int(v); !(v >= 0 && v < float32(classes)) || float32(c) != v {
			return fmt.Errorf("loss: row %d: %w: %v; want a whole number from 0 to %d", firstRow+i, ErrLabel, v, classes-1)
		}
	}
	return nil
}
