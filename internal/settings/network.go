package settings

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/human"
	"descent/loss"
	"descent/nn"
	"descent/tabular"
)

// network builds the layers.
func (j *Job) network() error {
	s := &j.Settings
	m, err := parseModel(s.Model.Value)
	if err != nil {
		return err
	}
	if j.Spec.Horizon > 0 {
		return j.seriesNetwork(m)
	}
	if m.series != nil {
		return fmt.Errorf("model: %s is for a forecast; give task %s, too", s.Model.Value, forecast)
	}
	if m.gpt != nil {
		return j.textNetwork(m)
	}
	outputs, err := j.outputs()
	if err != nil {
		return err
	}
	if m.onnx != "" {
		return j.onnxNetwork(m.onnx, outputs)
	}
	if m.images != nil {
		return j.imageNetwork(m, outputs)
	}
	activation, err := nn.ParseActivation(s.Activation.Value)
	if err != nil {
		return err
	}
	init, err := parseInit(s.Init)
	if err != nil {
		return err
	}
	if m.table {
		return j.tableNetwork(outputs, activation)
	}
	net := nn.MLP(m.hidden, outputs, activation, s.Dropout.Value, init)
	if text, _ := tabular.HasText(j.Spec); text {
		t, err := j.Table()
		if err != nil {
			return err
		}
		j.Net = t.WithText(net, outputs)
		if m.attends > 0 {
			j.Net = t.WithAttention(net, m.attends, outputs, s.Dropout.Value)
		}
		return nil
	}
	if m.attends > 0 {
		return fmt.Errorf("model: %s reads columns of text in a table, and %s has none; --text names columns that are text", s.Model.Value, s.Data)
	}
	j.Net = j.joined(net, 1)
	return nil
}

// outputs is how many the network has.
func (j *Job) outputs() (int, error) {
	l, err := loss.Parse(j.Settings.Loss.Value)
	if _, binary := l.(loss.BinaryCrossEntropy); binary && j.Spec.Task == data.Classification { // of two classes
		return 1, err
	}
	if _, ordered := l.(loss.Ordinal); ordered { // which cut points make of one number
		return 1, err
	}
	return loss.Outputs(l, j.Spec.Outputs()), err
}

// suitLoss puts cut points behind a network for classes in order, and takes away bounds of
// targets where outputs are none.
func (j *Job) suitLoss() error {
	net, listed := j.Net.(nn.Sequential)
	if l, err := loss.Parse(j.Settings.Loss.Value); err == nil && listed && len(net) > 0 {
		_, counts := l.(loss.Poisson)
		_, wide := l.(loss.Wide)
		if _, bounded := net[len(net)-1].(nn.Clamp); bounded && (counts || wide) { // whose outputs are no targets
			net = net[:len(net)-1]
			j.Net = net
		}
	}
	switch {
	case j.Settings.Loss.Value != (loss.Ordinal{}).Name():
		return nil
	case !listed:
		return fmt.Errorf("loss ordinal is for a network whose last layer gives one number, and model %s is another", j.Settings.Model.Value)
	}
	j.Net = append(slices.Clip(net), nn.Cutpoints{Classes: len(j.Spec.Classes)})
	return nil
}

// imageNetwork builds a network for images, with the dropout that is asked for
// in front of its last layer.
func (j *Job) imageNetwork(m modelSpec, outputs int) error {
	s := &j.Settings
	if len(j.Spec.Input) != 3 {
		return fmt.Errorf("model: %s takes images, and the samples of %s are %s; use an mlp such as %s", s.Model.Value, s.Data, human.Plural(j.Spec.Size(), "feature"), modelDefault)
	}
	net, err := m.images(outputs)
	if err != nil {
		return err
	}
	if s.Channels == "bgr" {
		net = append(nn.Sequential{turned()}, net...)
	}
	net = j.joined(net, len(net)-1)
	if last := len(net) - 1; s.Dropout.Value > 0 {
		net = append(net[:last:last], nn.Dropout{Rate: s.Dropout.Value}, net[last])
	}
	j.Net = net
	return nil
}

// joined puts the row of numbers beside an image, if there is one, into a network: in
// front of layer at, behind those that look at the image.
func (j *Job) joined(net nn.Sequential, at int) nn.Sequential {
	if !slices.ContainsFunc(j.Spec.More, func(f data.Field) bool { return f.Name == data.RowField }) {
		return net
	}
	return slices.Insert(slices.Clone(net), at, nn.Layer(nn.Join{Field: data.RowField}))
}
