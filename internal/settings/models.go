package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/suggest"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/tabular"
)

// modelUsage is what --model takes.
const modelUsage = "table for rows of a table, whose numbers it encodes for 3 hidden layers of 256 units, or those of table:128,128, as the mean of several networks, table:k=4 of four; tabm:k=16 for k networks that share weights; mlp:256,128 for hidden layers of 256 and 128 units; linear; gpt:layers=4,width=128 for text, attention:32 for texts in a table; for images lenet, cnn:16 of width 16, resnet:20, mobilenetv2:0.35, onnx:FILE; for a forecast linear, mixer:blocks=2 or patch:layers=3"

// modelSpec is a network that --model names.
type modelSpec struct {
	hidden   []int                                    // of an mlp or table; none for linear
	table    bool                                     // encodes numbers by the training rows
	networks int                                      // such ones side by side; 0: as many as suit the rows
	members  int                                      // that share weights; 0: none do
	gpt      *nn.GPTConfig                            // of a network for text, else nil
	attends  int                                      // to n-grams of texts in a table, by vectors of so many numbers; 0: it does not
	images   func(classes int) (nn.Sequential, error) // of a network for images, else nil
	onnx     string                                   // file of a network for images, perhaps with a tensor; "": none
	series   forecaster                               // of a network for series, else nil
}

// modelForms are the networks that --model names, and how what stands behind the colon is
// read, if there is one.
var modelForms = []struct {
	name  string
	parse func(rest string, more bool) (modelSpec, error)
}{
	{tableModel, parseTable},
	{"tabm", func(rest string, more bool) (modelSpec, error) {
		k, err := parseMembers(rest, more)
		return modelSpec{table: true, members: k}, err
	}},
	{"mlp", func(rest string, _ bool) (modelSpec, error) {
		hidden, err := parseSizes(rest)
		if err != nil {
			return modelSpec{}, fmt.Errorf("%w, as in mlp:256,128", err)
		}
		return modelSpec{hidden: hidden}, nil
	}},
	{"linear", alone(modelSpec{})},
	{gptModel, func(rest string, more bool) (modelSpec, error) {
		c, err := parseGPT(rest, more)
		return modelSpec{gpt: c}, err
	}},
	{"attention", func(rest string, more bool) (modelSpec, error) {
		dim, err := usualVectors, error(nil)
		if more {
			dim, err = strconv.Atoi(rest)
		}
		if err != nil || dim < 1 || dim > maxWidth {
			return modelSpec{}, fmt.Errorf("vectors have %q numbers; want 1 to %d, as in attention:32", rest, maxWidth)
		}
		return modelSpec{hidden: []int{128}, attends: dim}, nil
	}},
	{"lenet", alone(modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.LeNet(classes), nil }})},
	{"cnn", func(rest string, more bool) (modelSpec, error) {
		width, err := 32, error(nil)
		if more {
			width, err = strconv.Atoi(rest)
		}
		if err != nil || width < 1 || width > maxWidth {
			return modelSpec{}, fmt.Errorf("the width is %q; it must be from 1 to %d, as in cnn:32", rest, maxWidth)
		}
		return modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.CNN(width, classes), nil }}, nil
	}},
	{"resnet", func(rest string, _ bool) (modelSpec, error) {
		depth, err := strconv.Atoi(rest)
		if err == nil {
			_, err = nn.ResNet(min(depth, maxDepth+6), 2)
		}
		if err != nil || depth > maxDepth {
			return modelSpec{}, fmt.Errorf("the depth is %q; it must be 6n+2, from 8 to %d, as in resnet:20", rest, maxDepth)
		}
		return modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.ResNet(depth, classes) }}, nil
	}},
	{"mobilenetv2", func(rest string, more bool) (modelSpec, error) {
		width, err := 1.0, error(nil)
		if more {
			width, err = strconv.ParseFloat(rest, 64)
		}
		if err == nil {
			_, err = nn.MobileNetV2(width, 2)
		}
		if err != nil {
			return modelSpec{}, fmt.Errorf("the width is %q; it must be above 0, at most 8, as in mobilenetv2:0.35", rest)
		}
		return modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.MobileNetV2(width, classes) }}, nil
	}},
	{onnxModel, func(rest string, _ bool) (modelSpec, error) {
		if rest == "" {
			return modelSpec{}, errors.New("want a file, as in onnx:squeezenet.onnx")
		}
		return modelSpec{onnx: rest}, nil
	}},
	{mixerModel, ofSeries(parseMixer)},
	{patchModel, ofSeries(parsePatch)},
}

// alone reads a name that nothing stands behind.
func alone(m modelSpec) func(rest string, more bool) (modelSpec, error) {
	return func(_ string, more bool) (modelSpec, error) {
		if more {
			return modelSpec{}, errors.New("it takes nothing after its name")
		}
		return m, nil
	}
}

// ofSeries reads a network for series.
func ofSeries(parse func(rest string, more bool) (forecaster, error)) func(rest string, more bool) (modelSpec, error) {
	return func(rest string, more bool) (modelSpec, error) {
		f, err := parse(rest, more)
		return modelSpec{series: f}, err
	}
}

// parseModel reads the name of a network and what stands behind its colon.
func parseModel(text string) (modelSpec, error) {
	name, rest, more := strings.Cut(text, ":")
	var names []string
	for _, form := range modelForms {
		if form.name == name {
			m, err := form.parse(rest, more)
			if err != nil {
				return modelSpec{}, fmt.Errorf("%q: %w", text, err)
			}
			return m, nil
		}
		names = append(names, form.name)
	}
	return modelSpec{}, fmt.Errorf("%w; want %s", suggest.Unknown("model", name, names), modelUsage)
}

// parseTable reads sizes of hidden layers, a number of networks, or both: 128,128,k=2.
func parseTable(text string, more bool) (m modelSpec, err error) {
	m.table = true
	if !more {
		return m, nil
	}
	at := strings.LastIndex(text, ",")
	if last := strings.TrimSpace(text[at+1:]); strings.HasPrefix(last, "k=") {
		if m.networks, err = parseMembers(last, true); err != nil || at < 0 {
			return m, err
		}
		text = text[:at]
	}
	m.hidden, err = parseSizes(text)
	return m, err
}

// parseMembers reads k=16, which nothing stands for, too.
func parseMembers(text string, more bool) (int, error) {
	if !more {
		return 16, nil
	}
	number, ok := strings.CutPrefix(text, "k=")
	k, err := strconv.Atoi(number)
	if !ok || err != nil || k < 1 || k > maxMembers {
		return 0, fmt.Errorf("%q is no number of networks, k=1 to k=%d", text, maxMembers)
	}
	return k, nil
}

// parseSizes reads the sizes of hidden layers.
func parseSizes(text string) ([]int, error) {
	var hidden []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > maxUnits {
			return nil, fmt.Errorf("%q is no size of a hidden layer, 1 to %d", part, maxUnits)
		}
		hidden = append(hidden, n)
	}
	return hidden, nil
}

const (
	usualVectors = 32 // numbers

	maxUnits   = 1 << 20
	maxMembers = 256
	maxWidth   = 4096
	maxDepth   = 1202
)

// ownLayers returns what s asks of a network with layers of its own that only an mlp has.
func (s *Settings) ownLayers() error {
	m, err := parseModel(s.Model.Or("linear"))
	if err != nil || m.images == nil && m.onnx == "" && m.gpt == nil && m.series == nil && !m.table {
		return nil
	}
	var errs []error
	if !m.table && s.Activation.Or("relu") != "relu" {
		errs = append(errs, fmt.Errorf("activation: model %s has its own; leave it at relu", s.Model.Value))
	}
	if s.Init != "auto" {
		errs = append(errs, fmt.Errorf("init: model %s has its own; leave it at auto", s.Model.Value))
	}
	return errors.Join(errs...)
}

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

// cut puts cut points behind a network for classes in order, and takes away bounds of
// targets where outputs are none.
func (j *Job) cut() error {
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

// IsImageModel reports whether s names a network for images.
func (s *Settings) IsImageModel() bool {
	m, err := parseModel(s.Model.Or("linear"))
	return err == nil && (m.images != nil || m.onnx != "")
}

// pictures checks what only images can be given.
func (j *Job) pictures() error {
	s := &j.Settings
	if s.Augment != "none" && len(j.Spec.Input) != 3 {
		return fmt.Errorf("augment: %s is for images, and the samples of %s are %s", s.Augment, s.Data, human.Plural(j.Spec.Size(), "feature"))
	}
	if s.Channels != "rgb" && (len(j.Spec.Input) != 3 || j.Spec.Input[2] != 3 || !s.IsImageModel()) {
		return fmt.Errorf("channels: %s is for networks for images with three channels", s.Channels)
	}
	views, err := model.ParseViews(s.TTA)
	if err == nil {
		err = views.Fits(j.Spec.Input)
	}
	if err != nil {
		return fmt.Errorf("tta: %w", err)
	}
	return nil
}

// imageConfig returns the options for reading images.
func (s *Settings) imageConfig() (data.ImageConfig, error) {
	cfg := data.ImageConfig{SkipCorrupt: s.SkipCorrupt}
	if s.ImageSize != "auto" {
		var err error
		if cfg.Height, cfg.Width, err = data.ParseImageSize(s.ImageSize); err != nil {
			return cfg, err
		}
	}
	if s.ImageMode != "auto" {
		cfg.Mode = s.ImageMode
	}
	var err error
	if cfg.Standard, err = s.standard(); err != nil {
		return cfg, err
	}
	return cfg, cfg.Validate()
}
