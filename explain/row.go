package explain

import (
	"context"
	"fmt"
	"math"

	"descent/data"
	"descent/internal/search"
)

// Reasons are why a model predicts what it does for a row.
type Reasons struct {
	Outputs    []string  `json:"outputs"`
	Prediction []float64 `json:"prediction"` // of the row
	Mean       []float64 `json:"mean"`       // prediction of the background rows
	Background int       `json:"background"` // rows
	Walks      int       `json:"walks"`      // from a background row to this one
	Columns    []Reason  `json:"columns"`    // in the order of the table
	Answer     []int     `json:"answer"`     // the outputs that are the answer: the class, by the threshold if there is one; every target; the labels that hold, or the likeliest
}

// Reason is what one column has to do with it, of each output.
type Reason struct {
	Column    string     `json:"column"`
	Cell      string     `json:"cell"`      // of the row
	Shapley   []Interval `json:"shapley"`   // its share of the prediction beyond the mean
	Occlusion []Interval `json:"occlusion"` // how much less is predicted without it
}

// Row explains the prediction of a sample against background rows, such as those
// of training.
//
// The Shapley value of a column is the mean, over orders of the columns and
// background rows, of how the prediction changes when the column of the background
// row becomes that of the sample, after those before it in the order:
//
//	φⱼ = E[f(x before and at j, b elsewhere) - f(x before j, b elsewhere)]    Σⱼ φⱼ = f(x) - mean f(b)
//
// The sum is exact, whatever the number of samples, as each walk from b to x adds
// up. Orders are drawn in pairs, one the reverse of the other, and every background
// row has as many pairs as any other. Occlusion is the mean of f(x) - f(x with the
// column of b). Intervals of 95 % are Student's over the pairs and over the
// background rows: they say how far other background rows could move it, and of
// Shapley values other orders.
//
// Where columns go together, both ask the model about rows that do not occur.
//
// Sources: Štrumbelj and Kononenko, "Explaining prediction models and individual
// predictions with feature contributions", KAIS 41, 2014; Lundberg and Lee,
// arXiv:1705.07874; pairs as in Mitchell et al., arXiv:2104.12199.
func (e *Explainer) Row(ctx context.Context, x []float32, background *Rows) (*Reasons, error) {
	if size := e.model.Spec().Size(); len(x) != size {
		return nil, fmt.Errorf("explain: %d values are no sample, which has %d", len(x), size)
	}
	if background == nil || background.Len() == 0 {
		return nil, fmt.Errorf("explain: there are no background rows to compare the row with")
	}
	wide, rows := len(e.of.Names), background.Len()
	pairs := (e.cfg.Samples + 1) / 2
	pairs = (pairs + rows - 1) / rows * rows // each background row as often as any other
	r := &Reasons{Outputs: e.Outputs(), Background: rows, Walks: 2 * pairs}
	var err error
	if r.Prediction, err = e.predict(ctx, 1, func(_ int, to []float32) { copy(to, x) }); err != nil {
		return nil, err
	}
	r.Answer = e.answer(r.Prediction)
	shares, before, err := e.walks(ctx, x, background, pairs)
	if err != nil {
		return nil, err
	}
	r.Mean = e.means(before)
	without, err := e.predictAll(ctx, rows*len(e.columns), func(i int, to []float32) {
		copy(to, x)
		e.columns[i%len(e.columns)].put(to, background.Row(i/len(e.columns)))
	})
	if err != nil {
		return nil, err
	}
	for c := range e.columns {
		of := Reason{Column: e.columns[c].Name, Cell: e.columns[c].text(x)}
		for k := range wide {
			of.Shapley = append(of.Shapley, intervalOf(shares[c*wide+k]))
			less := make([]float64, rows)
			for b := range less {
				less[b] = r.Prediction[k] - without[(b*len(e.columns)+c)*wide+k]
			}
			of.Occlusion = append(of.Occlusion, intervalOf(less))
		}
		r.Columns = append(r.Columns, of)
	}
	return r, nil
}

// intervalOf is that of the mean of values by Student's t. Of values that differ by
// rounding alone it is a point.
func intervalOf(values []float64) Interval {
	c := search.Confidence(values, confidence)
	return Interval{c.Mean, c.Low, c.High}
}

// walks goes from background rows to x, column by column, and returns of each
// column and output its share in each pair of walks, and the predictions of the
// background rows.
func (e *Explainer) walks(ctx context.Context, x []float32, background *Rows, pairs int) (shares [][]float64, before []float64, err error) {
	m, wide := len(e.columns), len(e.of.Names)
	shares = make([][]float64, m*wide)
	for i := range shares {
		shares[i] = make([]float64, pairs)
	}
	before = make([]float64, pairs*wide)
	const part = 16 // pairs of a task
	err = e.each(ctx, (pairs+part-1)/part, func(t int) error {
		from := t * part
		n := min(part, pairs-from)
		orders := make([][]int, n)
		for p := range orders {
			orders[p] = e.order(from + p)
		}
		y, err := e.predict(ctx, n*2*(m+1), func(i int, to []float32) {
			pair, forward, done := i/(2*(m+1)), i/(m+1)%2 == 0, i%(m+1)
			copy(to, background.Row((from+pair)%background.Len()))
			for s := range done {
				e.columns[stepOf(orders[pair], s, forward)].put(to, x)
			}
		})
		if err != nil {
			return err
		}
		for p, order := range orders {
			copy(before[(from+p)*wide:], y[p*2*(m+1)*wide:][:wide])
			for way := range 2 {
				walk := y[(2*p+way)*(m+1)*wide:]
				for s := range m {
					c := stepOf(order, s, way == 0)
					for k := range wide {
						shares[c*wide+k][from+p] += (walk[(s+1)*wide+k] - walk[s*wide+k]) / 2
					}
				}
			}
		}
		return nil
	})
	return shares, before, err
}

// order is that of the columns in a pair of walks.
func (e *Explainer) order(pair int) []int {
	order := make([]int, len(e.columns))
	for i := range order {
		order[i] = i
	}
	e.draws("orders", pair).Shuffle(order)
	return order
}

// stepOf is the column that changes in step s, of an order or its reverse.
func stepOf(order []int, s int, forward bool) int {
	if forward {
		return order[s]
	}
	return order[len(order)-1-s]
}

// Strongest returns the places of columns by the size of their Shapley values of an
// output, the largest first.
func (r *Reasons) Strongest(output int) []int {
	order := make([]int, len(r.Columns))
	for i := range order {
		order[i] = i
	}
	sortBy(order, func(i int) float64 { return math.Abs(r.Columns[i].Shapley[output].Mean) })
	return order
}

// answer lists the outputs that are what the model answers, by its thresholds.
func (e *Explainer) answer(prediction []float64) (list []int) {
	task, thresholds := e.model.Spec().Task, e.model.Thresholds()
	best := 0
	for k, v := range prediction {
		if v > prediction[best] {
			best = k
		}
		at := 0.5
		if thresholds != nil && task == data.MultiLabel {
			at = thresholds[k]
		}
		if task == data.Regression || task == data.MultiLabel && v > at {
			list = append(list, k)
		}
	}
	switch {
	case list != nil:
		return list
	case thresholds == nil || task != data.Classification:
		return []int{best}
	case prediction[1] > thresholds[0]:
		return []int{1}
	}
	return []int{0}
}
