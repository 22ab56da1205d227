package train

import (
	"fmt"

	"descent/data"
)

// Order says in which order an epoch takes the rows of the training set.
type Order int

const (
	Shuffled Order = iota // anew in each epoch, by the seed; see [data.Order]
	InOrder               // as they stand, for rows that are sorted by time or by how hard they are
	ByLength              // shuffled, but sequences of like length share a batch, which is no longer than they are
)

var orderNames = []string{"shuffled", "file", "length"}

// ParseOrder reads shuffled, file or length.
func ParseOrder(text string) (Order, error) {
	return named[Order]("order of rows", text, orderNames)
}

func (o Order) String() string {
	if o >= 0 && int(o) < len(orderNames) {
		return orderNames[o]
	}
	return fmt.Sprintf("Order(%d)", int(o))
}

// rows lists the n rows of an epoch in their order, for batches of size rows; lengths
// are those of sequences, by row.
func (o Order) rows(n int, seed uint64, epoch int, lengths []int, size int) []int {
	switch o {
	case Shuffled:
		return data.Order(n, seed, epoch)
	case ByLength:
		return data.OrderByLength(data.Order(n, seed, epoch), lengths, size)
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
