package data

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// mislabeled is a user's source whose row 3 has a class that does not exist.
type mislabeled struct{}

func (mislabeled) Spec() Spec {
	return Spec{Name: "own", Input: []int{1}, Task: Classification, Classes: []string{"a", "b"}, Targets: []string{"y"}}
}
func (mislabeled) Len() int { return 5 }
func (mislabeled) Read(rows []int, x, y []float32) error {
	for i, r := range rows {
		x[i] = 1
		if y != nil {
			y[i] = float32(r - 1)
		}
	}
	return nil
}

func TestBadLabelIsNamed(t *testing.T) {
	for _, err := range Batches(context.Background(), Subset(mislabeled{}, []int{1, 2, 3}), BatchConfig{Size: 8}) {
		if !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), "row 3") || !strings.Contains(err.Error(), "0 to 1") {
			t.Errorf("error %v", err)
		}
	}
}
