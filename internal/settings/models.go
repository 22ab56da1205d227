package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"descent/internal/suggest"
	"descent/nn"
)

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

// modelForms are the networks that --model names, what its usage says of each, and how what
// stands behind the colon is read, if there is one.
var modelForms = []struct {
	name, of, usage string // of what samples, where several stand side by side
	parse           func(rest string, more bool) (modelSpec, error)
}{
	{tableModel, "", "table for rows of a table, whose numbers it encodes for 3 hidden layers of 256 units, or those of table:128,128, as the mean of several networks, table:k=4 of four", parseTable},
	{"tabm", "", "tabm:k=16 for k networks that share weights", func(rest string, more bool) (modelSpec, error) {
		k, err := parseMembers(rest, more)
		return modelSpec{table: true, members: k}, err
	}},
	{"mlp", "", "mlp:256,128 for hidden layers of 256 and 128 units", func(rest string, _ bool) (modelSpec, error) {
		hidden, err := parseSizes(rest)
		if err != nil {
			return modelSpec{}, fmt.Errorf("%w, as in mlp:256,128", err)
		}
		return modelSpec{hidden: hidden}, nil
	}},
	{"linear", "", "linear, also for a forecast", alone(modelSpec{})},
	{gptModel, "", "gpt:layers=4,width=128 for text", func(rest string, more bool) (modelSpec, error) {
		c, err := parseGPT(rest, more)
		return modelSpec{gpt: c}, err
	}},
	{"attention", "", "attention:32 for texts in a table", func(rest string, more bool) (modelSpec, error) {
		dim, err := usualVectors, error(nil)
		if more {
			dim, err = strconv.Atoi(rest)
		}
		if err != nil || dim < 1 || dim > maxWidth {
			return modelSpec{}, fmt.Errorf("vectors have %q numbers; want 1 to %d, as in attention:32", rest, maxWidth)
		}
		return modelSpec{hidden: []int{128}, attends: dim}, nil
	}},
	{"lenet", "for images", "lenet", alone(modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.LeNet(classes), nil }})},
	{"cnn", "for images", "cnn:16 of width 16", func(rest string, more bool) (modelSpec, error) {
		width, err := 32, error(nil)
		if more {
			width, err = strconv.Atoi(rest)
		}
		if err != nil || width < 1 || width > maxWidth {
			return modelSpec{}, fmt.Errorf("the width is %q; it must be from 1 to %d, as in cnn:32", rest, maxWidth)
		}
		return modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.CNN(width, classes), nil }}, nil
	}},
	{"resnet", "for images", "resnet:20", func(rest string, _ bool) (modelSpec, error) {
		depth, err := strconv.Atoi(rest)
		if err == nil {
			_, err = nn.ResNet(min(depth, maxDepth+6), 2)
		}
		if err != nil || depth > maxDepth {
			return modelSpec{}, fmt.Errorf("the depth is %q; it must be 6n+2, from 8 to %d, as in resnet:20", rest, maxDepth)
		}
		return modelSpec{images: func(classes int) (nn.Sequential, error) { return nn.ResNet(depth, classes) }}, nil
	}},
	{"mobilenetv2", "for images", "mobilenetv2:0.35", func(rest string, more bool) (modelSpec, error) {
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
	{onnxModel, "for images", "onnx:FILE", func(rest string, _ bool) (modelSpec, error) {
		if rest == "" {
			return modelSpec{}, errors.New("want a file, as in onnx:squeezenet.onnx")
		}
		return modelSpec{onnx: rest}, nil
	}},
	{mixerModel, "for a forecast", "mixer:blocks=2", ofSeries(parseMixer)},
	{patchModel, "for a forecast", "patch:layers=3", ofSeries(parsePatch)},
}

// modelUsage is what --model takes.
var modelUsage = func() string {
	var list []string
	for i, form := range modelForms {
		switch {
		case form.of == "":
			list = append(list, form.usage)
		case form.of == modelForms[i-1].of:
			list[len(list)-1] += ", " + form.usage
		default:
			list = append(list, form.of+" "+form.usage)
		}
	}
	return strings.Join(list, "; ")
}()

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
