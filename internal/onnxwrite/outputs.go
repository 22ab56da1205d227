package onnxwrite

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/graph"
	"descent/internal/network"
	"descent/internal/onnxproto"
	"descent/model"
)

func predictions(f network.Forward) []graph.Tensor { return f.Predictions }

// logits are what losses read: of classes and labels logits, and numbers as they are.
func logits(f network.Forward) []graph.Tensor { return f.Outputs }

// result writes one of the tensors that the network gives for goal i.
func (w *writer) result(traces [2]network.Forward, i int, list func(network.Forward) []graph.Tensor) (value, error) {
	p := pair{list(traces[0])[i], list(traces[1])[i]}
	v, err := w.full(p)
	if err != nil {
		return v, err
	}
	return w.float(w.ordered(v, nil)), nil
}

// bare writes what the losses of goals read, recurrences written out.
func (w *writer) bare(m *model.Model, traces [2]network.Forward) error {
	w.unrolled = true
	for i, g := range m.Objective() {
		v, err := w.result(traces, i, logits)
		if err != nil {
			return err
		}
		w.output(g.Name, "", v)
	}
	return nil
}

// outputs writes what the network predicts.
func (w *writer) outputs(m *model.Model, traces [2]network.Forward) error {
	s := m.Spec()
	if s.Encoder.OfText() {
		v, err := w.result(traces, 0, logits)
		if err != nil {
			return err
		}
		dims := rowsOf(s.Encoder.Text.Context, v.dims[len(v.dims)-1].n)
		v.name, v.dims = w.reshaped(v, dims), dims
		w.output("logits", "of each token to come, at each position", v)
		return nil
	}
	for i, g := range m.Objective() {
		v, err := w.result(traces, i, predictions)
		if err != nil {
			return err
		}
		own := g.Target == data.Y && g.Task == s.Task && len(m.Objective()) == 1
		switch {
		case !own:
			field, err := s.Field(g.Target)
			if err != nil {
				return err
			}
			if at := v.dims[0].n; at > 1 {
				dims := rowsOf(at, v.dims[1].n)
				v.name, v.dims = w.reshaped(v, dims), dims
			}
			w.output(g.Name, fmt.Sprintf("%v of %s", g.Task, field.Name), v)
		case s.Task == data.Classification:
			w.classes(s.Classes, m.Thresholds(), v)
		case s.Task == data.MultiLabel:
			w.labels(s.Targets, m.Thresholds(), v)
		default:
			w.numbers(s, v)
		}
	}
	return nil
}

// classes writes probabilities and the class that is answered.
func (w *writer) classes(names []string, thresholds []float64, p value) {
	w.output("probabilities", "of each class, in the order of metadata", p)
	index := ""
	if thresholds != nil {
		first := w.node("Gather", "class.probability", []string{p.name, w.hold(onnxproto.NewInt64("one", nil, []int64{1}))}, attr{"axis", 1})
		above := w.node("Greater", "class.above", []string{
			w.node("Cast", "class.float64", []string{first}, attr{"to", int(onnxproto.Float64)}), w.doubles("threshold", nil, thresholds)})
		index = w.node("Cast", "class.index", []string{above}, attr{"to", int(onnxproto.Int64)})
	} else {
		index = w.node("ArgMax", "class.index", []string{p.name}, attr{"axis", 1}, attr{"keepdims", 0})
	}
	class := w.apply("Gather", "class.name", onnxproto.String, rowsOf(), []string{w.strings("classes", names), index})
	w.output("class", "the answer", class)
}

// labels writes probabilities and which labels are answered.
func (w *writer) labels(names []string, thresholds []float64, p value) {
	w.output("probabilities", "of each label, in the order of metadata", p)
	if thresholds == nil {
		thresholds = slices.Repeat([]float64{0.5}, len(names))
	}
	above := w.apply("Greater", "labels.above", onnxproto.Bool, p.dims, []string{w.cast(p, onnxproto.Float64).name, w.doubles("thresholds", []int{len(names)}, thresholds)})
	w.output("labels", "whether each holds", above)
}

// numbers writes targets in their own units.
func (w *writer) numbers(s data.Spec, y value) {
	if s.Horizon > 0 {
		dims := rowsOf(s.Horizon, len(s.Targets))
		y.name, y.dims = w.reshaped(y, dims), dims
	}
	if e := s.Encoder; e != nil {
		var means, stds []float64
		for i := range s.Targets {
			mean, std := e.Units(i)
			means, stds = append(means, mean), append(stds, std)
		}
		y = w.cast(y, onnxproto.Float64)
		y.name = w.node("Mul", "prediction.scaled", []string{y.name, w.doubles("target.std", []int{len(stds)}, stds)})
		y.name = w.node("Add", "prediction.shifted", []string{y.name, w.doubles("target.mean", []int{len(means)}, means)})
	}
	w.output("prediction", strings.Join(s.Targets, ", "), y)
}
