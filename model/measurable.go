package model

import (
	"context"
	"fmt"

	"descent/data"
)

// Measurable returns why the score of that name cannot be measured on source,
// nil if it can: auroc takes rows of both classes, and r2 rows of different
// targets. balanced_accuracy and f1 leave out classes without a row, as
// scikit-learn does, and the others take any row.
//
// A model cannot be the best by such a score, so [Trainer.Fit] refuses to
// monitor it.
func Measurable(name string, source data.Source) error {
	switch name {
	case "auroc":
		return bothClasses(source)
	case "r2":
		return varied(source)
	}
	return nil
}

// bothClasses returns an error unless rows of both classes occur.
func bothClasses(source data.Source) error {
	counts, err := data.ClassCounts(source)
	if err != nil {
		return err
	}
	for i, n := range counts {
		if n == 0 {
			return fmt.Errorf("auroc takes rows of both classes, and none of %d is of class %q", source.Len(), source.Spec().Classes[i])
		}
	}
	return nil
}

// varied returns an error unless a target takes two values.
func varied(source data.Source) error {
	if source.Len() < 2 {
		return fmt.Errorf("r2 takes two rows or more, and there is %d", source.Len())
	}
	var first []float32
	for batch, err := range data.Batches(context.Background(), source, data.BatchConfig{Size: most}) {
		if err != nil {
			return err
		}
		if first == nil {
			first = append(first, batch.Y[:len(batch.Y)/len(batch.Rows)]...)
		}
		for i, y := range batch.Y {
			if y != first[i%len(first)] {
				return nil
			}
		}
	}
	return fmt.Errorf("r2 takes targets that vary, and all %d rows have the same", source.Len())
}
