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
)

var orderNames = []string{"shuffled", "file"}

// ParseOrder reads shuffled or file.
func ParseOrder(text string) (Order, error) {
	return named[Order]("order of rows", text, orderNames)
}

func (o Order) String() string {
	if o >= 0 && int(o) < len(orderNames) {
		return orderNames[o]
	}
	return fmt.Sprintf("Order(%d)", int(o))
}

// rows lists the n rows of an epoch in their order.
func (o Order) rows(n int, seed uint64, epoch int) []int {
	if o == Shuffled {
		return data.Order(n, seed, epoch)
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
