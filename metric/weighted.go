package metric

// Weigher is an [Accumulator] that takes rows of which some count more than others. A
// metric whose accumulator is none counts all rows alike; so does one that says
// [Metric.Alike].
type Weigher interface {
	Accumulator

	// AddWeighted takes one row that counts as weight rows do; the weight is
	// above 0, and Add is AddWeighted with 1.
	AddWeighted(prediction, target []float64, weight float64)
}

// addTo adds a row that counts so much to an accumulator.
func addTo(a Accumulator, prediction, target []float64, weight float64) {
	if w, ok := a.(Weigher); ok && weight != 1 {
		w.AddWeighted(prediction, target, weight)
		return
	}
	a.Add(prediction, target)
}

// AddWeighted implements [Weigher].
func (m *meanOf) AddWeighted(prediction, target []float64, weight float64) {
	m.sum += float64(weight * m.of(prediction, target))
	m.weight += weight
}

// weighing is what takes rows for a [Source] and weighs them.
type weighing interface {
	AddWeighted(prediction, target []float64, weight float64)
}

// AddWeighted implements [Weigher]. Rows of a source that does not weigh count alike.
func (r *reading[G]) AddWeighted(prediction, target []float64, weight float64) {
	if w, ok := any(r.rows).(weighing); ok {
		w.AddWeighted(prediction, target, weight)
		return
	}
	r.rows.Add(prediction, target)
}

// Weighs reports whether the metric of that name counts rows as their weights say.
func (s *Set) Weighs(name string) bool {
	i := named(s.metrics, name)
	if i < 0 || s.metrics[i].Alike {
		return false
	}
	a := s.of.values[i]
	if of, ok := a.(interface{ weighs() bool }); ok {
		return of.weighs()
	}
	_, ok := a.(Weigher)
	return ok
}

func (r *reading[G]) weighs() bool {
	_, ok := any(r.rows).(weighing)
	return ok
}

func (c classified) AddWeighted(prediction, target []float64, weight float64) {
	c.addWeighted(prediction, int(target[0]), weight)
}

func (r regressed) AddWeighted(prediction, target []float64, weight float64) {
	r.addWeighted(prediction, target, weight)
}

// mass is what rows of an actual class that are taken for a predicted one count
// together, where they do not all count alike.
type mass struct {
	counts    [][]float64 // [actual][predicted]
	undecided []float64
}

// massOf begins with rows that all counted 1.
func massOf(counts [][]int, undecided []int) *mass {
	m := &mass{undecided: make([]float64, len(undecided))}
	for i, row := range counts {
		m.counts = append(m.counts, make([]float64, len(row)))
		for j, n := range row {
			m.counts[i][j] = float64(n)
		}
		m.undecided[i] = float64(undecided[i])
	}
	return m
}

// actual is what the rows of a class count together.
func (m *mass) actual(class int) float64 {
	sum := m.undecided[class]
	for _, v := range m.counts[class] {
		sum += v
	}
	return sum
}

// rate sets the shares of a class of that number.
func (m *mass) rate(k Class, class int) Class {
	var predicted float64
	for i := range m.counts {
		predicted += m.counts[i][class]
	}
	if right := m.counts[class][class]; right > 0 {
		k.Precision, k.Recall = right/predicted, right/m.actual(class)
		k.F1 = 2 * right / (predicted + m.actual(class))
	}
	return k
}
