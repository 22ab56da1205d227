package explain

import (
	"context"
	"fmt"
	"math"

	"descent/data"
	"descent/internal/canonical"
)

// Words are what the words of a text have to do with the prediction of its row.
type Words struct {
	Column     string    `json:"column"`
	Text       string    `json:"text"`
	Outputs    []string  `json:"outputs"`
	Prediction []float64 `json:"prediction"` // of the row
	Count      int       `json:"words"`      // of the text
	Each       int       `json:"words_each"` // of a part: 1, or more where the text is long
	Parts      []Word    `json:"parts"`      // in the order of the text
}

// Word is a word of a text, or some that follow one another, and of each output what it
// has to do with it.
type Word struct {
	Text    string    `json:"text"`
	From    int       `json:"from"` // where it stands in the text, in bytes
	To      int       `json:"to"`
	Without []float64 `json:"without"` // prediction if it is left out
	Change  []float64 `json:"change"`  // how much the prediction falls then: the log-odds of a probability, or the number
}

// Words explains a prediction by the words of a column of text, the cell of the sample,
// each left out by itself while a blank stands in its place:
//
//	Δ = f(x) - f(x without the word)        of a number, in its unit
//	Δ = ln p/(1-p) - ln p'/(1-p')           of the probability p of a class or label
//
// so that a word of Δ > 0 speaks for what is predicted of the output. Log-odds do not
// shrink where a probability is near 1; as it comes in float32, they are cut off at those of
// 1e-7, of classes at those of 1e-30. Changes do not add up to the prediction: words
// that say the same hide behind one another, as columns do.
//
// Of more words than the configuration says, stretches of equally many are left out
// together. The model predicts once for each, and once for the whole text.
//
// Sources: Robnik-Šikonja and Kononenko, "Explaining Classifications For Individual
// Instances", TKDE 20(5), 2008, whose weight of evidence it is; Li et al.,
// arXiv:1612.08220.
func (e *Explainer) Words(ctx context.Context, x []float32, column int, cell string) (*Words, error) {
	if size := e.model.Spec().Size(); len(x) != size {
		return nil, fmt.Errorf("explain: %d values are no sample, which has %d", len(x), size)
	}
	if column < 0 || column >= len(e.columns) {
		return nil, fmt.Errorf("explain: there is no column %d; the model reads %d", column, len(e.columns))
	}
	c := &e.columns[column]
	if c.Kind != textKind {
		return nil, fmt.Errorf("explain: column %q is a %s; words are of text", c.Name, c.Kind)
	}
	text, err := c.of.Words(cell)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	n, wide := len(text.Spans), len(e.of.Names)
	w := &Words{Column: c.Name, Text: text.Text, Outputs: e.Outputs(), Count: n, Each: max(1, (n+e.cfg.Words-1)/e.cfg.Words)}
	parts := (n + w.Each - 1) / w.Each
	y, err := e.predict(ctx, 1+parts, func(i int, to []float32) {
		copy(to, x)
		from := (i - 1) * w.Each
		if i == 0 {
			text.Encode(c.in(to), 0, 0)
			return
		}
		text.Encode(c.in(to), from, min(from+w.Each, n))
	})
	if err != nil {
		return nil, err
	}
	w.Prediction, w.Parts = y[:wide], make([]Word, 0, parts)
	for i := range parts {
		from, to := text.Spans[i*w.Each][0], text.Spans[min((i+1)*w.Each, n)-1][1]
		of := Word{Text: text.Text[from:to], From: from, To: to, Without: y[(1+i)*wide : (2+i)*wide]}
		for k := range wide {
			of.Change = append(of.Change, e.evidence(w.Prediction, k)-e.evidence(of.Without, k))
		}
		w.Parts = append(w.Parts, of)
	}
	return w, nil
}

// evidence is an output as words change it: the log-odds of a probability, or the number.
func (e *Explainer) evidence(prediction []float64, k int) float64 {
	p, not := prediction[k], 1-prediction[k]
	least := 1e-7
	switch e.model.Spec().Task {
	case data.Regression:
		return p
	case data.Classification: // the others say it more precisely
		not, least = 0, 1e-30
		for j, q := range prediction {
			if j != k {
				not += q
			}
		}
	}
	return canonical.Log(max(p, least)) - canonical.Log(max(not, least))
}

// Strongest returns the places of parts by the size of their changes of an output, the
// largest first.
func (w *Words) Strongest(output int) []int {
	order := make([]int, len(w.Parts))
	for i := range order {
		order[i] = i
	}
	sortBy(order, func(i int) float64 { return math.Abs(w.Parts[i].Change[output]) })
	return order
}
