package bench

import (
	"fmt"

	"descent/nn"
)

// scalingRows measures whole steps as they grow, on one core and on all: the
// small perceptron with more and more rows a batch, and two hidden layers of
// more and more units at 128 rows.
func (b *bench) scalingRows() error {
	small := networks()[0]
	for _, pool := range b.pools() {
		for rows := 1; rows <= 4096; rows *= 4 {
			if err := b.stepRow(fmt.Sprintf("batch/%d", rows), small, rows, pool); err != nil {
				return err
			}
		}
	}
	for _, pool := range b.pools() {
		for width := 64; width <= 4096; width *= 4 {
			n := network{layer: nn.MLP([]int{width, width}, classes, nn.ReLU, 0, nil), input: small.input}
			if err := b.stepRow(fmt.Sprintf("width/%d", width), n, 128, pool); err != nil {
				return err
			}
		}
	}
	return nil
}
