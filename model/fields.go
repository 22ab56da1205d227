package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/data"
)

// PredictFields returns the predictions of every goal, by its name, for samples
// of any input fields: fields holds "x" and each other one by its name, all
// samples one after the other, encoded. What a goal predicts has its own units,
// as for [Model.Predict]; of a target with positions, that is one prediction for
// each position.
//
//	y, err := m.PredictFields(map[string][]float32{"x": pixels, "place": places})
//	probabilities, age := y["y"], y["age"]
//
// An error names a field that is missing, that the model does not read, or whose
// number of values is not that of the others.
func (m *Model) PredictFields(fields map[string][]float32) (map[string][]float64, error) {
	rows, sizes, err := m.rows(fields)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	all := map[string][]float64{}
	p := m.borrow()
	defer m.giveBack(p)
	for from, most := 0, m.plans.atOnce(); from < rows; from += most {
		n := min(most, rows-from)
		var b data.Batch
		for name, size := range sizes {
			b.Set(name, fields[name][from*size:(from+n)*size])
		}
		y, err := p.run(n, &b, false)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		for i, g := range m.net.Objective {
			all[g.Name] = appendDecoded(all[g.Name], &m.net, i, y.values[i])
		}
	}
	return all, nil
}

// rows returns how many samples fields hold, and how many values one sample of
// each field has.
func (m *Model) rows(fields map[string][]float32) (int, map[string]int, error) {
	sizes := map[string]int{data.X: m.net.Spec.Size()}
	for _, f := range m.inputs {
		sizes[f.Name] = data.Field{Shape: f.Shape}.Size()
	}
	names := slices.Sorted(maps.Keys(sizes))
	for name := range fields {
		if sizes[name] == 0 {
			return 0, nil, fmt.Errorf("the network reads no field %q; it reads %s", name, strings.Join(names, ", "))
		}
	}
	for _, name := range names {
		switch v, ok := fields[name]; {
		case !ok:
			return 0, nil, fmt.Errorf("there is no field %q, which the network reads", name)
		case len(v) == 0 || len(v)%sizes[name] != 0:
			return 0, nil, fmt.Errorf("field %q: %d values are not a number of samples, each %d values", name, len(v), sizes[name])
		}
	}
	n := len(fields[data.X]) / sizes[data.X]
	for _, name := range names {
		if k := len(fields[name]) / sizes[name]; k != n {
			return 0, nil, fmt.Errorf("field %q has %d samples, field %q has %d", name, k, data.X, n)
		}
	}
	return n, sizes, nil
}
