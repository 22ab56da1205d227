package train

import (
	"fmt"
	"math"
	"slices"

	"descent/data"
)

// diverged returns the error of an update whose loss or gradient is not
// finite: what is, where it came from, and what may help.
func (t *Trainer) diverged(what string, value float64, where, help string) error {
	if where != "" {
		where = "; " + where
	}
	return fmt.Errorf("train: update %d: %s is %v: %w%s; try a smaller learning rate than %.3g%s",
		t.updates+1, what, value, ErrDiverged, where, t.Rate(), help)
}

// culprit says where in the network values of a batch are first not finite. It
// runs forward and backward pass again, with the same random draw, and looks
// into them. It is empty if that cannot be done.
func (t *Trainer) culprit(batch data.Batch, draw uint32) string {
	for _, p := range t.params {
		if c := countOf(t.store.Value(p.Name)); c.bad > 0 {
			return fmt.Sprintf("before the update parameter %s holds %v", p.Name, c)
		}
	}
	b, err := t.probe.look(t, batch, draw)
	if err != nil {
		return ""
	}
	highest, of := 0.0, ""
	for i, name := range t.probe.layers {
		c := countOf(b.StageOutput(stageForward, i))
		if c.bad > 0 {
			return fmt.Sprintf("the output of layer %s is the first with %v", name, c)
		}
		if c.most >= highest {
			highest, of = c.most, name
		}
	}
	b.RunStage(stageBackward)
	norms := map[string]float64{}
	for i, p := range t.trained {
		norms[p.Name] = math.Sqrt(float64(b.StageOutput(stageBackward, i)[0]))
	}
	if where := t.steepest(norms); where != "" {
		return where
	}
	return fmt.Sprintf("every layer's output is finite, the largest %.3g in %s", highest, of)
}

// steepest says which parameter's gradient is the first that is not finite on
// the way back, or if all are, which is the largest.
func (t *Trainer) steepest(norms map[string]float64) string {
	largest := ""
	for _, p := range slices.Backward(t.trained) {
		norm := norms[p.Name]
		if math.IsNaN(norm) || math.IsInf(norm, 0) {
			return fmt.Sprintf("the gradient of %s is the first on the way back with a norm of %v", p.Name, norm)
		}
		if norm > norms[largest] {
			largest = p.Name
		}
	}
	if largest == "" {
		return ""
	}
	return fmt.Sprintf("the largest gradient is that of %s, of norm %.3g", largest, norms[largest])
}

// culpritOfSum is culprit where the gradient was accumulated.
func (t *Trainer) culpritOfSum() string {
	if t.shards != nil && t.ranks.bring(t.ranks.layout, t.gradientSum()) != nil {
		return ""
	}
	norms := map[string]float64{}
	for _, p := range t.trained {
		norms[p.Name] = math.Sqrt(squaredDistance(t.store.Value(gradientName(p.Name)), nil))
	}
	return t.steepest(norms)
}

// count is what is not finite among values, and the largest of the others.
type count struct {
	bad, all int
	most     float64 // magnitude
}

func countOf(values []float32) count {
	c := count{all: len(values)}
	for _, v := range values {
		if v-v != 0 {
			c.bad++
			continue
		}
		c.most = math.Max(c.most, math.Abs(float64(v)))
	}
	return c
}

func (c count) String() string {
	text := fmt.Sprintf("%d of %d values not finite", c.bad, c.all)
	if c.bad < c.all {
		text += fmt.Sprintf(", the largest of the others %.3g", c.most)
	}
	return text
}
