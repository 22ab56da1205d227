package data

import (
	"fmt"

	"descent/data/augment"
)

// augmenter is how the batches of a set are varied.
type augmenter struct {
	*augment.Varier
	classes int
}

// newAugmenter checks that the images of a set can be varied so; it is nil where
// nothing is to be.
func newAugmenter(a Augment, spec Spec, rows int, seed uint64, epoch int) (*augmenter, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	if a == (Augment{}) {
		return nil, nil
	}
	switch {
	case len(spec.Input) != 3:
		return nil, fmt.Errorf("data: augment: %s has samples of the shape %v; only images [height width channels] can be varied", spec.name(), spec.Input)
	case a.Saturation > 0 && spec.Input[2] != 3:
		return nil, fmt.Errorf("data: augment: saturation needs 3 channels, and the images of %s have %d", spec.name(), spec.Input[2])
	case a.Mixes() && (spec.Task != Classification || spec.Unlabeled):
		return nil, fmt.Errorf("data: augment: mixup and cutmix mix classes, and %s has none", spec.name())
	}
	return &augmenter{augment.New(a, spec.Input[0], spec.Input[1], spec.Input[2], rows, seed, epoch), len(spec.Classes)}, nil
}
