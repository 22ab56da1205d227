package objective

import (
	"fmt"

	"descent/data"
	"descent/graph"
	"descent/loss"
)

// task is what a [data.Task] means for the loss and the prediction.
type task struct {
	usual loss.Loss
	fits  func(data.Field) error // whether a field can be the target

	// The outputs of one position: how many there are, and of how many values the
	// target is there. of names them.
	outputs func(f data.Field, at int) int
	values  func(f data.Field, at int) int
	of      string
}

var tasks = map[data.Task]task{
	data.Classification: {
		usual:   loss.CrossEntropy{},
		fits:    kind(data.Class),
		outputs: func(f data.Field, _ int) int { return len(f.Names) },
		values:  func(data.Field, int) int { return 1 },
		of:      "classes",
	},
	data.Regression: {
		usual:   loss.MSE{},
		fits:    kind(data.Numbers),
		outputs: perPosition,
		values:  perPosition,
		of:      "targets",
	},
	data.MultiLabel: {
		usual:   loss.BinaryCrossEntropy{},
		fits:    labels,
		outputs: perPosition,
		values:  perPosition,
		of:      "labels",
	},
}

func kind(k data.Kind) func(data.Field) error {
	return func(f data.Field) error {
		if f.Kind != k {
			return fmt.Errorf("its target %q is of kind %v; it must be %v", f.Name, f.Kind, k)
		}
		return nil
	}
}

func labels(f data.Field) error {
	if err := kind(data.Numbers)(f); err != nil {
		return err
	}
	if f.Names == nil {
		return fmt.Errorf("its target %q has no Names, one for each label", f.Name)
	}
	return nil
}

// perPosition is how many values of f there are at each of so many positions.
func perPosition(f data.Field, at int) int { return f.Size() / at }

// positions returns the leading sizes of a field at each of which there is a
// prediction of its own, if a mask or the loss asks for one.
func positions(t data.Task, f data.Field) []int {
	if t == data.MultiLabel {
		return f.Shape[:len(f.Shape)-1]
	}
	return f.Shape
}

// count is how many positions a goal predicts for each row: all for classes and
// labels; for numbers those of the mask.
func (g Goal) count(target data.Field, mask *data.Field) int {
	if g.Task == data.Regression {
		if mask == nil {
			return 1
		}
		return mask.Size()
	}
	n := 1
	for _, d := range positions(g.Task, target) {
		n *= d
	}
	return n
}

// TargetType is the type that the target of so many rows has in the graph. Soft
// targets of classes are the part of each class.
func (g Goal) TargetType(f data.Field, rows int, soft bool) graph.Type {
	dims := append([]int{rows}, f.Shape...)
	switch {
	case g.Task != data.Classification:
		return graph.Shape(dims...)
	case soft:
		return graph.Shape(append(dims, len(f.Names))...)
	}
	return graph.Indices(dims...)
}
