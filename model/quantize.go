package model

import (
	"fmt"
	"math"
	"sync"

	"descent/engine"
	"descent/graph"
	"descent/internal/half"
	"descent/internal/kernel/tile"
	"descent/internal/suggest"
	"descent/nn"
)

// Storage is how the weights of a model are stored.
type Storage uint8

const (
	Float32 = Storage(tile.Float32) // as they were trained
	BF16    = Storage(tile.BF16)    // 16 bits: the upper half of a float32, so 8 bits of it are exact
	Int8    = Storage(tile.Int8)    // 8 bits: whole numbers from -127 to 127, times a scale for each output
)

var storages = []string{Float32: "float32", BF16: "bf16", Int8: "int8"}

// String returns "float32", "bf16" or "int8".
func (p Storage) String() string {
	if int(p) < len(storages) {
		return storages[p]
	}
	return fmt.Sprintf("Storage(%d)", uint8(p))
}

// ParseStorage returns the storage of that name.
func ParseStorage(name string) (Storage, error) {
	for p, known := range storages {
		if name == known {
			return Storage(p), nil
		}
	}
	return 0, suggest.Unknown("storage of weights", name, storages)
}

// narrow is what a model with weights of fewer bits than 32 has beside others.
type narrow struct {
	storage Storage
	how     map[string]graph.Narrow // of each weight that is stored so
	scales  map[string][]float32    // of int8, one for each output
	wide    func() *engine.Store    // all weights as float32
}

// Storage is how the weights are stored: what [Model.Quantize] made of them.
func (m *Model) Storage() Storage {
	if m.narrow == nil {
		return Float32
	}
	return m.narrow.storage
}

// Quantize returns the model with the weights of its products, convolutions and tables
// rounded to fewer bits, for prediction. Its file takes half (bf16) or a quarter (int8)
// of the room, and a prediction of few rows reads as much less memory:
//
//	bf16    w → the nearest number of 8 bits, an even one between two
//	int8    w → s·q, q = round(w/s) from -127 to 127, s = max |w| / 127
//
// with one s for each output: the last axis of a weight, or a row of a table that is
// looked up. Biases, norms and buffers stay float32, and all sums are of float32 as
// before: the model predicts, to the bit, what one of float32 with the rounded weights
// would. Weights of products and tables are read as they are stored, the others are
// widened once, so that of those only the file is smaller.
//
// What changes the weights or makes another model of them, such as [Join] and
// [Model.WithTemperature], takes the rounded weights as float32 and returns a model of
// that. A weight that is not finite is an error.
func (m *Model) Quantize(p Storage) (*Model, error) {
	if int(p) >= len(storages) {
		return nil, fmt.Errorf("model: quantize: there is no storage %v", p)
	}
	values := m.Store().Clone()
	n := &narrow{storage: p, how: map[string]graph.Narrow{}, scales: map[string][]float32{}}
	if p != Float32 {
		_, params, err := m.net.Declared()
		if err != nil {
			return nil, fmt.Errorf("model: quantize: %w", err)
		}
		n.how = stored(params, p)
		for name, how := range n.how {
			scales, err := round(values.Value(name), how, how.Matrix(values.Type(name)))
			if err != nil {
				return nil, fmt.Errorf("model: quantize: weight %q: %w", name, err)
			}
			n.scales[name] = scales
		}
	}
	c, err := m.narrowed(values, n)
	if err != nil {
		return nil, fmt.Errorf("model: quantize: %w", err)
	}
	return c, nil
}

// stored returns which weights are stored in fewer bits, and how.
func stored(params []nn.Param, p Storage) map[string]graph.Narrow {
	how := map[string]graph.Narrow{}
	for _, w := range params {
		if w.Tensor.Type().Rank() >= 2 && w.Role.Decays() {
			how[w.Name] = graph.Narrow{Format: tile.Format(p), Rows: w.Role == nn.Table}
		}
	}
	return how
}

// place returns where value (k, j) of the matrix of a weight lies: k·row + j·column.
func place(how graph.Narrow, m tile.Narrow) (row, column int) {
	if how.Rows {
		return 1, m.Inner
	}
	return m.Columns, 1
}

// round makes of values those that a format holds, and returns the scales of int8.
func round(values []float32, how graph.Narrow, m tile.Narrow) (scales []float32, err error) {
	most := make([]float64, m.Columns)
	row, column := place(how, m)
	for k := range m.Inner {
		for j := range m.Columns {
			v := &values[k*row+j*column]
			before := *v
			if how.Format == tile.BF16 {
				*v = half.BFloat16(half.Nearest(before))
			}
			if !finite(before) || !finite(*v) {
				return nil, fmt.Errorf("holds %v, which %v does not", before, Storage(how.Format))
			}
			most[j] = max(most[j], math.Abs(float64(*v)))
		}
	}
	if how.Format == tile.BF16 {
		return nil, nil
	}
	for _, m := range most {
		s := float32(m / 127)
		if !finite(float32(127 * s)) { // which was rounded up, and m is the largest number
			s = math.Nextafter32(s, 0)
		}
		scales = append(scales, s)
	}
	for k := range m.Inner {
		for j, s := range scales {
			v := &values[k*row+j*column]
			*v = float32(float32(tile.Whole(*v, s)) * s)
		}
	}
	return scales, nil
}

func finite(v float32) bool { return v-v == 0 }

// narrowed returns the model with values as its weights, of which n says how they are
// stored. Those that products and tables read are packed.
func (m *Model) narrowed(values *engine.Store, n *narrow) (*Model, error) {
	c := m.clone()
	c.net.Narrow, c.narrow, c.weights = nil, nil, values
	c.plans = newPlans(c.net)
	if n.storage == Float32 {
		return c, nil
	}
	c.net.Narrow = map[string]graph.Narrow{}
	for name, how := range n.how {
		if how.Matrix(values.Type(name)).Columns >= tile.Strip {
			c.net.Narrow[name] = how
		}
	}
	plan, err := newPlans(c.net).of(size{rows: 1})
	if err != nil {
		return nil, err
	}
	for _, name := range plan.Widened() {
		delete(c.net.Narrow, name)
	}
	c.narrow, c.plans = n, newPlans(c.net)
	var variables []engine.Variable
	for _, v := range values.Variables() {
		if how, ok := c.net.Narrow[v.Name]; ok {
			v.Type = how.Words(v.Type)
		}
		variables = append(variables, v)
	}
	c.weights = engine.NewStore(variables...)
	for _, v := range values.Variables() {
		how, ok := c.net.Narrow[v.Name]
		if !ok {
			copy(c.weights.Value(v.Name), values.Value(v.Name))
			continue
		}
		m := how.Matrix(v.Type)
		row, column := place(how, m)
		m.Pack(c.weights.Value(v.Name), values.Value(v.Name), row, column, n.scales[v.Name])
	}
	packed, how := c.weights, c.net.Narrow
	n.wide = sync.OnceValue(func() *engine.Store { return widened(packed, how, values.Variables()) })
	return c, nil
}

// widened returns the weights as float32.
func widened(packed *engine.Store, how map[string]graph.Narrow, variables []engine.Variable) *engine.Store {
	all := engine.NewStore(variables...)
	for _, v := range variables {
		to, words := all.Value(v.Name), packed.Value(v.Name)
		h, ok := how[v.Name]
		if !ok {
			copy(to, words)
			continue
		}
		m := h.Matrix(v.Type)
		row, column := place(h, m)
		values := make([]float32, m.Inner)
		for j := range m.Columns {
			m.Column(values, words, j)
			for k, w := range values {
				to[k*row+j*column] = w
			}
		}
	}
	return all
}
