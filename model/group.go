package model

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/dist"
)

// In returns the model, with the same weights, as one whose evaluations are shared out
// among the members of a group: each predicts some of the rows, and all get the same
// [Report], which is that of the model alone to the bit. All members evaluate the same
// model on the same set; an error is that member's own, which then has to call Abort.
func (m *Model) In(g dist.Group) *Model {
	c := m.clone()
	c.evaluator, c.group = m.evaluator, g
	return c
}

// evaluateIn is evaluate, of which each member of a group predicts every so many batches.
// These are brought together batch by batch, and measured by all in the order of the rows.
func (p *predictor) evaluateIn(ctx context.Context, g dist.Group, source data.Source) (Report, error) {
	e, err := p.begin(source)
	if err != nil {
		return Report{}, err
	}
	size, rows := g.Size(), source.Len()
	batches := (rows + most - 1) / most
	own := []int{}
	for batch := g.Rank(); batch < batches; batch += size {
		for row := batch * most; row < min((batch+1)*most, rows); row++ {
			own = append(own, e.order.row(row))
		}
	}
	var said []byte
	rounds := 0
	// exchange measures what all members have of the next batches, of which this one's is
	// in said.
	exchange := func() error {
		rounds++
		all, err := dist.Gather(g, said)
		if err != nil {
			return fmt.Errorf("model: rank %d of %d: %w", g.Rank(), size, err)
		}
		for rank, text := range all {
			if len(text) == 0 {
				continue
			}
			n, y, b := p.understand(text, e.fields)
			if err := e.put((rounds-1)*size+rank, n, y, b); err != nil {
				return err
			}
		}
		return nil
	}
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most, Order: own, Positions: e.order.positions}) {
		if err != nil {
			return Report{}, err
		}
		y, err := p.run(len(batch.Rows), &batch, true)
		if err != nil {
			return Report{}, fmt.Errorf("model: %w", err)
		}
		said = p.say(said[:0], len(batch.Rows), y, &batch, e.fields)
		if err := exchange(); err != nil {
			return Report{}, err
		}
	}
	for said = nil; rounds < (batches+size-1)/size; {
		if err := exchange(); err != nil {
			return Report{}, err
		}
	}
	return e.end()
}

// measuredFields are the fields that measuring reads beside what was predicted.
func (p *predictor) measuredFields() []string {
	var names []string
	for _, g := range p.net.Objective {
		for _, name := range []string{g.Target, g.Rows, g.Mask} {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// say writes what was predicted of some rows, and the fields that it is measured by:
// how many rows there are and of how many positions, and lists of numbers, each behind
// its length.
func (p *predictor) say(to []byte, rows int, y *predicted, b *data.Batch, fields []string) []byte {
	to = binary.LittleEndian.AppendUint64(to, uint64(rows))
	to = binary.LittleEndian.AppendUint64(to, uint64(b.Positions))
	list := func(values []float32) {
		to = binary.LittleEndian.AppendUint64(to, uint64(len(values)))
		for _, v := range values {
			to = binary.LittleEndian.AppendUint32(to, math.Float32bits(v))
		}
	}
	list(y.losses)
	list(y.plain)
	for _, values := range y.values {
		list(values)
	}
	for _, name := range fields {
		list(b.Field(name))
	}
	return to
}

// understand reads what say wrote.
func (p *predictor) understand(text []byte, fields []string) (rows int, y *predicted, b *data.Batch) {
	number := func() int {
		n := int(binary.LittleEndian.Uint64(text))
		text = text[8:]
		return n
	}
	rows = number()
	positions := number()
	list := func() []float32 {
		values := make([]float32, number())
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(text[4*i:]))
		}
		text = text[4*len(values):]
		return values
	}
	y, b = &predicted{losses: list(), plain: list()}, &data.Batch{Positions: positions}
	for range p.net.Objective {
		y.values = append(y.values, list())
	}
	for _, name := range fields {
		if values := list(); len(values) > 0 {
			b.Set(name, values)
		}
	}
	return rows, y, b
}
