package train_test

import (
	"strings"
	"testing"

	"descent/nn"
	"descent/train"
)

// TestInOrder: every epoch reads rows 0 to n-1 as they stand, whatever the seed,
// in whole batches and in parts of them.
func TestInOrder(t *testing.T) {
	for _, micro := range []int{0, 4} {
		source := &recorder{Source: blobs(t, 20, 1)}
		trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{BatchSize: 6, MicroBatch: micro, Epochs: 2, Seed: 4, Order: train.InOrder})
		steps(t, trainer, source)
		if len(source.rows) != 40 {
			t.Fatalf("parts of %d: %d rows read, want 40", micro, len(source.rows))
		}
		for i, row := range source.rows {
			if row != i%20 {
				t.Fatalf("parts of %d: row %d is read at place %d: %v", micro, row, i, source.rows)
			}
		}
	}
}

func TestParseOrder(t *testing.T) {
	for _, order := range []train.Order{train.Shuffled, train.InOrder, train.ByLength} {
		if got, err := train.ParseOrder(order.String()); got != order || err != nil {
			t.Errorf("%v is read as %v, %v", order, got, err)
		}
	}
	if _, err := train.ParseOrder("fiel"); err == nil || !strings.Contains(err.Error(), `did you mean "file"`) {
		t.Errorf("error %v, want one that names file", err)
	}
	if err := (train.Config{Order: 7, LearningRate: 1, BatchSize: 1, MicroBatch: 1, Epochs: 1}).Validate(); err == nil || !strings.Contains(err.Error(), "order is 7") {
		t.Errorf("order 7: error %v", err)
	}
}
