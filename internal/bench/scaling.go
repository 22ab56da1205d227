package bench

import (
	"fmt"

	"descent/nn"
)

// scalingRows measures whole steps as they grow, on one core and on all: the
// small perceptron with more and more rows a batch, and two hidden layers of
// more and more units at 128 rows.
func (b *bench) scalingRows() (all []workload) {
	step := func(name string, n network, rows int) {
		all = append(all, workload{name, func() error {
			for _, pool := range b.pools() {
				if err := b.stepRow(name, n, rows, pool); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	small := networks()[0]
	for rows := 1; rows <= 4096; rows *= 4 {
		step(fmt.Sprintf("batch/%d", rows), small, rows)
	}
	for width := 64; width <= 4096; width *= 4 {
		step(fmt.Sprintf("width/%d", width), network{layer: nn.MLP([]int{width, width}, classes, nn.ReLU, 0, nil), input: small.input}, 128)
	}
	return all
}
