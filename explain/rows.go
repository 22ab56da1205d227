package explain

import (
	"context"
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/rng"
)

// Rows are rows of a set in memory, as the model reads them.
type Rows struct {
	Of    []int     // their numbers in the set, from 0
	X     []float32 // [rows, features]
	Y     []float32 // [rows, targets]; nil of rows without a target
	Total int       // rows of the set

	// Weights say how much each row counts; nil: all alike.
	Weights []float32

	spec data.Spec
}

// Read reads the rows of a set: all, or a sample without replacement of as many as
// the configuration says, in the order of the set.
func (e *Explainer) Read(ctx context.Context, source data.Source) (*Rows, error) {
	return e.read(ctx, source, e.cfg.Rows)
}

// Background reads rows to compare one with: a sample of at most so many as give
// each pair of orders a row of its own.
func (e *Explainer) Background(ctx context.Context, source data.Source) (*Rows, error) {
	return e.read(ctx, source, max(1, e.cfg.Samples/2))
}

// Sample reads at most so many rows of a set, as for curves, which are means.
func (e *Explainer) Sample(ctx context.Context, source data.Source, most int) (*Rows, error) {
	return e.read(ctx, source, max(1, min(most, e.cfg.Rows)))
}

func (e *Explainer) read(ctx context.Context, source data.Source, most int) (*Rows, error) {
	if source != nil && source.Spec().Size() != e.model.Spec().Size() {
		return nil, fmt.Errorf("explain: samples of %d values do not fit the model, which takes %d", source.Spec().Size(), e.model.Spec().Size())
	}
	return readRows(ctx, source, most, e.draws("rows", 0))
}

// mostValues bounds the values of rows in memory: 128 MiB.
const mostValues = 1 << 25

// readRows reads at most so many rows of a set, fewer where they are wide.
func readRows(ctx context.Context, source data.Source, most int, draws rng.Key) (*Rows, error) {
	if source == nil || source.Len() == 0 {
		return nil, fmt.Errorf("explain: there are no rows")
	}
	spec := source.Spec()
	size := spec.Size()
	most = min(most, max(100, mostValues/size))
	r := &Rows{Total: source.Len(), Of: make([]int, source.Len()), spec: spec}
	for i := range r.Of {
		r.Of[i] = i
	}
	if r.Total > most {
		draws.Shuffle(r.Of)
		r.Of = slices.Clone(r.Of[:most])
		slices.Sort(r.Of)
	}
	r.X = make([]float32, len(r.Of)*size)
	if _, err := spec.Field(data.WeightField); err == nil && !spec.Unlabeled {
		r.Weights = make([]float32, len(r.Of))
	}
	if !spec.Unlabeled && spec.Task != 0 {
		r.Y = make([]float32, len(r.Of)*spec.TargetSize())
	}
	for from := 0; from < len(r.Of); from += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows, y := r.Of[from:min(from+chunk, len(r.Of))], r.Y
		if y != nil {
			y = y[from*spec.TargetSize():]
		}
		if err := source.Read(rows, r.X[from*size:], y); err != nil {
			return nil, err
		}
		if err := r.readWeights(source, from, rows); err != nil {
			return nil, err
		}
	}
	for i, v := range r.X {
		if v-v != 0 {
			return nil, fmt.Errorf("explain: row %d, value %d is %v; samples must be finite", r.Of[i/size], i%size, v)
		}
	}
	return r, nil
}

// readWeights reads how much some rows count, where that is said.
func (r *Rows) readWeights(source data.Source, from int, rows []int) error {
	if r.Weights == nil {
		return nil
	}
	fields, ok := source.(data.FieldReader)
	if !ok {
		return fmt.Errorf("explain: %T does not read its field %q", source, data.WeightField)
	}
	return fields.ReadField(data.WeightField, rows, r.Weights[from:from+len(rows)])
}

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Of) }

// Row returns the sample of a row.
func (r *Rows) Row(i int) []float32 {
	size := len(r.X) / len(r.Of)
	return r.X[i*size : (i+1)*size : (i+1)*size]
}

// view is rows whose samples are edited as they are read, for a model to measure.
type view struct {
	*Rows
	edit func(i int, x []float32) // nil: as they are
}

func (v view) Spec() data.Spec { return v.spec }

func (v view) Read(rows []int, x, y []float32) error {
	size, targets := v.spec.Size(), v.spec.TargetSize()
	for i, row := range rows {
		to := x[i*size : (i+1)*size]
		copy(to, v.Row(row))
		if v.edit != nil {
			v.edit(row, to)
		}
		if y != nil {
			copy(y[i*targets:(i+1)*targets], v.Y[row*targets:])
		}
	}
	return nil
}

// ReadField reads how much rows count, the one field beside x and y that there may be.
func (v view) ReadField(name string, rows []int, dst []float32) error {
	for i, row := range rows {
		dst[i] = 1
		if v.Weights != nil {
			dst[i] = v.Weights[row]
		}
	}
	return nil
}
