package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"descent/data"
	"descent/internal/search"
	"descent/metric"
)

// Interval is a value between the ends of its confidence interval. What there is
// not is NaN, which JSON has as null.
type Interval struct{ Mean, Low, High float64 }

// confidence is that of all intervals.
const confidence = 0.95

// Half is half the width of the interval.
func (i Interval) Half() float64 { return (i.High - i.Low) / 2 }

type intervalText struct {
	Mean *float64 `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

// MarshalJSON implements [json.Marshaler].
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal(intervalText{finite(i.Mean), finite(i.Low), finite(i.High)})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Interval) UnmarshalJSON(text []byte) error {
	var t intervalText
	if err := json.Unmarshal(text, &t); err != nil {
		return err
	}
	i.Mean, i.Low, i.High = there(t.Mean), there(t.Low), there(t.High)
	return nil
}

// finite is a number as JSON has it, nil of what is not finite.
func finite(v float64) *float64 {
	if v-v != 0 {
		return nil
	}
	return &v
}

func there(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// measured is what a model makes of rows: the loss of each, and its prediction
// beside what is true.
type measured struct {
	losses      []float64 // times what the row counts
	weights     []float32 // nil: all count alike
	predictions []float64 // [rows, outputs]
	targets     []float64 // [rows, targets], in their own units
}

// measure has the model predict rows whose samples are edited.
func (e *Explainer) measure(ctx context.Context, rows *Rows, edit func(i int, x []float32)) (*measured, error) {
	if rows.Y == nil {
		return nil, fmt.Errorf("explain: the rows have no target to compare with")
	}
	m := &measured{targets: e.targets(rows), weights: rows.Weights}
	for s, err := range e.model.Samples(ctx, view{rows, edit}) {
		if err != nil {
			return nil, err
		}
		m.losses = append(m.losses, s.Loss)
		m.predictions = append(m.predictions, s.Prediction...)
	}
	return m, nil
}

// targets returns what is true, in its own units.
func (e *Explainer) targets(rows *Rows) []float64 {
	if encoder := e.model.Spec().Encoder; encoder != nil && e.of.Kind == metric.Numbers {
		return encoder.DecodeTarget(rows.Y)
	}
	out := make([]float64, len(rows.Y))
	for i, v := range rows.Y {
		out[i] = float64(v)
	}
	return out
}

// score is a number that says how good predictions are.
type score struct {
	name   string
	higher bool // is better
	of     func(m *measured, counts func(i int) bool) (float64, error)
}

// scores are the loss, the main score of what is predicted, and of several targets
// that of each behind its name.
func (e *Explainer) scores() []score {
	loss := score{metric.Loss.Name, false, func(m *measured, counts func(i int) bool) (float64, error) { return m.loss(counts), nil }}
	all := []score{loss, e.scoreOf(metric.Main(e.of), -1)}
	if e.of.Kind == metric.Numbers && len(e.of.Names) > 1 {
		for k := range e.of.Names {
			all = append(all, e.scoreOf(metric.Main(e.of), k))
		}
	}
	return all
}

// loss is the mean over the rows that count.
func (m *measured) loss(counts func(i int) bool) float64 {
	sum, n := 0.0, 0.0
	for i, l := range m.losses {
		if counts(i) {
			sum += l
			n += m.weight(i)
		}
	}
	return sum / n
}

// weight is how much a row counts.
func (m *measured) weight(i int) float64 {
	if m.weights == nil {
		return 1
	}
	return float64(m.weights[i])
}

// scoreOf is a metric of all that is predicted, or of one target of several. What is
// answered the model's thresholds decide.
func (e *Explainer) scoreOf(by metric.Metric, target int) score {
	s := score{name: by.Name, higher: by.Higher}
	of, thresholds := e.of, e.model.Thresholds()
	wide, width := len(of.Names), of.Width()
	pick := func(row []float64) []float64 { return row }
	if target >= 0 {
		s.name = of.Names[target] + "." + by.Name
		of.Names = of.Names[target : target+1]
		pick = func(row []float64) []float64 { return row[target : target+1] }
	}
	s.of = func(m *measured, counts func(i int) bool) (float64, error) {
		set, err := metric.NewSet(of, by)
		if err == nil && thresholds != nil {
			err = set.Decide(thresholds)
		}
		if err != nil {
			return 0, err
		}
		for i := range m.losses {
			if !counts(i) {
				continue
			}
			var weight []float64
			if m.weights != nil {
				weight = []float64{m.weight(i)}
			}
			if err := set.AddWeighted(pick(m.predictions[i*wide:(i+1)*wide]), pick(m.targets[i*width:(i+1)*width]), weight); err != nil {
				return 0, err
			}
		}
		return set.Value(by.Name), nil
	}
	return s
}

// groups is how many groups of rows an interval is estimated from.
const groups = 10

// jackknifed holds a score of all rows, and of all without each group of them.
type jackknifed struct {
	all     float64
	without []float64
}

// jackknife measures a score, where group says in which group each row is.
func (s score) jackknife(m *measured, group []int) (j jackknifed, err error) {
	if j.all, err = s.of(m, func(int) bool { return true }); err != nil {
		return j, err
	}
	n := min(groups, len(group))
	for g := range n {
		v, err := s.of(m, func(i int) bool { return group[i] != g })
		if err != nil {
			return j, err
		}
		j.without = append(j.without, v)
	}
	return j, nil
}

// interval is that of a value of all rows, by Student's t over the pseudovalues
// Gθ - (G-1)θ₍g₎, where θ₍g₎ is the value without group g of G.
//
// Source: Tukey, "Bias and confidence in not-quite large samples", Annals of
// Mathematical Statistics 29, 1958.
func (j jackknifed) interval() Interval {
	n := float64(len(j.without))
	pseudo := make([]float64, len(j.without))
	for g, v := range j.without {
		pseudo[g] = n*j.all - (n-1)*v
	}
	c := search.Confidence(pseudo, confidence)
	half := (c.High - c.Low) / 2
	return Interval{j.all, j.all - half, j.all + half}
}

// grouped puts each row into one of the groups, at random and evenly.
func (e *Explainer) grouped(n int) []int {
	group := make([]int, n)
	for i := range group {
		group[i] = i % min(groups, n)
	}
	e.draws("groups", 0).Shuffle(group)
	return group
}

var _ data.Source = view{}
