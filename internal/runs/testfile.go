package runs

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/metric"
	"descent/model"
)

// Test is what was found on the test part beside the scores, which the summary
// has: test.json.
type Test struct {
	Rows      int      `json:"rows"`
	Classes   []string `json:"classes,omitempty"`
	Confusion [][]int  `json:"confusion,omitempty"`   // [actual][predicted]
	Labels    []Label  `json:"labels,omitempty"`      // where labels are predicted
	Curves    []Curve  `json:"curves,omitempty"`      // of thresholds
	Bins      []Bin    `json:"reliability,omitempty"` // of probabilities
	Worst     []Worst  `json:"worst"`                 // rows, that of the largest loss first
}

// Label is how well a label is predicted; see [metric.Class].
type Label struct {
	Name      string  `json:"name"`
	Rows      int     `json:"rows"`
	Predicted int     `json:"predicted"`
	Right     int     `json:"right"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Curve is how well class 1 of two, or a label, is found by thresholds.
type Curve struct {
	Name      string       `json:"name"`
	Threshold float64      `json:"threshold"` // of the model
	Points    [][3]float64 `json:"points"`    // threshold, precision, recall
}

// mostPoints is how many of a curve are left.
const mostPoints = 120

// Bin is how sure and how right answers are; see [metric.Bin].
type Bin struct {
	Answers int     `json:"answers"`
	Sure    float64 `json:"sure"`
	Right   float64 `json:"right"`
}

// Worst is a row on which the model does badly.
type Worst struct {
	Row         int      `json:"row"` // of the test part, from 0
	Name        string   `json:"name,omitempty"`
	Loss        float64  `json:"loss"`
	Actual      string   `json:"actual"`
	Predicted   string   `json:"predicted"`
	Probability *float64 `json:"probability,omitempty"` // of what was predicted
	PNG         []byte   `json:"png,omitempty"`         // the image
	Columns     []string `json:"columns,omitempty"`     // of the table
	Cells       []string `json:"cells,omitempty"`
}

// WriteTest leaves what a report on source shows beside its scores.
func (f *Folder) WriteTest(r model.Report, source data.Source) error {
	t, err := testOf(r, source)
	if err != nil {
		return err
	}
	return f.Write(TestFile, func(w io.Writer) error { return WriteJSON(w, t) })
}

// mostConfused bounds the classes of a matrix that is left: it grows by their
// square, and larger ones are for nobody to look at.
const mostConfused = 1000

func testOf(r model.Report, source data.Source) (*Test, error) {
	t := &Test{Rows: r.Rows, Worst: []Worst{}}
	spec, names := source.Spec(), data.RowNames(source)
	if c := r.Classification; c != nil && len(spec.Classes) <= mostConfused {
		m := c.Confusion()
		t.Classes, t.Confusion = m.Classes, m.Counts
	}
	if m := r.MultiLabel; m != nil {
		for _, k := range m.Labels() {
			t.Labels = append(t.Labels, Label{k.Name, k.Rows, k.Predicted, k.Right, k.Precision, k.Recall, k.F1})
		}
	}
	thresholds := r.Goals[0].Thresholds
	for i, a := range r.Answers() {
		c := Curve{Name: a.Name, Threshold: 0.5}
		if thresholds != nil {
			c.Threshold = thresholds[i]
		}
		for _, p := range a.Curve(mostPoints) {
			if p.Recall == p.Recall {
				c.Points = append(c.Points, [3]float64{p.Threshold, p.Precision, p.Recall})
			}
		}
		t.Curves = append(t.Curves, c)
	}
	if sure := r.Goals[0].Reliability; sure != nil {
		for _, b := range sure.Bins() {
			if b.Sure == b.Sure { // a NaN has no JSON form
				t.Bins = append(t.Bins, Bin(b))
			}
		}
	}
	x, y := make([]float32, spec.Size()), make([]float32, spec.TargetSize())
	beside := besides(spec)
	for _, s := range r.Worst {
		if spec.Horizon > 0 {
			break // a window of many numbers says little as a row
		}
		if err := source.Read([]int{s.Row}, x, y); err != nil {
			return nil, err
		}
		w := Worst{Row: s.Row, Loss: s.Loss}
		if s.Row < len(names) {
			w.Name = names[s.Row]
		}
		w.answer(spec, r.Goals[0].Metrics.Spec(), y, s.Prediction, thresholds)
		if beside != nil {
			if err := source.(data.FieldReader).ReadField(data.RowField, []int{s.Row}, beside); err != nil {
				return nil, err
			}
		}
		if err := showSample(&w, spec.Encoder, x, beside); err != nil {
			return nil, err
		}
		t.Worst = append(t.Worst, w)
	}
	return t, nil
}

// answer puts into w what was right and what was predicted, of the kind that the
// first goal predicts. What a row has at many positions takes more room than there
// is.
func (w *Worst) answer(spec data.Spec, of metric.Spec, y []float32, prediction, thresholds []float64) {
	switch fits := len(prediction) == len(of.Names); {
	case of.Kind == metric.Classes && fits && len(y) == 1:
		k := Answer(prediction, thresholds)
		w.Actual, w.Predicted, w.Probability = of.Names[int(y[0])], of.Names[k], &prediction[k]
	case of.Kind == metric.Labels && fits && len(y) == len(of.Names):
		w.Actual, w.Predicted = labelsText(of.Names, decodeTargets(spec, y), nil), labelsText(of.Names, prediction, thresholds)
	case of.Kind == metric.Numbers && fits && len(y) == len(prediction):
		w.Actual, w.Predicted = targetText(spec, decodeTargets(spec, y)), targetText(spec, prediction)
	default:
		w.Actual, w.Predicted = "-", "-"
	}
}

// LabelsOf returns the labels of a probability above one half, or above the threshold
// of each.
func LabelsOf(names []string, values, thresholds []float64) []string {
	var yes []string
	for i, v := range values {
		threshold := 0.5
		if thresholds != nil {
			threshold = thresholds[i]
		}
		if v > threshold {
			yes = append(yes, names[i])
		}
	}
	return yes
}

// labelsText names them.
func labelsText(names []string, values, thresholds []float64) string {
	yes := LabelsOf(names, values, thresholds)
	if yes == nil {
		return "none"
	}
	return strings.Join(yes, ", ")
}

func decodeTargets(spec data.Spec, y []float32) []float64 {
	if spec.Encoder != nil {
		return spec.Encoder.DecodeTarget(y)
	}
	values := make([]float64, len(y))
	for i, v := range y {
		values[i] = float64(v)
	}
	return values
}

// Predicted writes a prediction in all digits that float32 had of it: target i
// in its units, or the probability of a class.
func Predicted(spec data.Spec, i int, v float64) string {
	if spec.Task == data.Regression && spec.Encoder != nil {
		mean, std := spec.Encoder.Units(i)
		return human.Decoded(v, mean, std)
	}
	return strconv.FormatFloat(v, 'g', -1, 32)
}

// targetText writes one target as a number, several by name.
func targetText(spec data.Spec, values []float64) string {
	if len(values) == 1 {
		return Predicted(spec, 0, values[0])
	}
	text := ""
	for i, v := range values {
		text += fmt.Sprintf("%s %s  ", spec.Targets[i], Predicted(spec, i, v))
	}
	return text[:max(0, len(text)-2)]
}

// besides returns room for the row of numbers beside an image, nil where there is
// none.
func besides(spec data.Spec) []float32 {
	for _, f := range spec.More {
		if spec.Encoder != nil && f.Name == data.RowField {
			return make([]float32, f.Size())
		}
	}
	return nil
}

// showSample puts the raw row that a sample stands for into w: a picture, the
// cells of a table, or both. Samples made by a program have neither.
func showSample(w *Worst, e *data.Encoder, x, beside []float32) (err error) {
	if e == nil {
		return nil
	}
	if pixels := e.DecodePixels(x); pixels != nil {
		if w.PNG, err = pictureOf(pixels, e.Shape); err != nil {
			return err
		}
		x = beside
	}
	if e.OfText() {
		w.Columns, w.Cells = []string{"text"}, []string{textOf(e.Text, x)}
		return nil
	}
	for _, c := range e.DecodeRow(x) {
		w.Columns, w.Cells = append(w.Columns, c.Column), append(w.Cells, c.Value)
	}
	return nil
}

// pictureOf returns pixels of shape [height width channels] as PNG. Gray
// images are stretched from their darkest to their brightest pixel, as not
// every set uses the whole range of bytes.
func pictureOf(pixels []byte, shape []int) ([]byte, error) {
	h, w, c := shape[0], shape[1], shape[2]
	var b bytes.Buffer
	if c < 3 {
		low, high := int(slices.Min(pixels)), int(slices.Max(pixels))
		gray := image.NewGray(image.Rect(0, 0, w, h))
		for i := range gray.Pix {
			gray.Pix[i] = byte((int(pixels[i*c]) - low) * 255 / max(1, high-low))
		}
		err := png.Encode(&b, gray)
		return b.Bytes(), err
	}
	picture := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		p := pixels[i*c:]
		picture.SetNRGBA(i%w, i/w, color.NRGBA{p[0], p[1], p[2], 255})
	}
	err := png.Encode(&b, picture)
	return b.Bytes(), err
}

// textOf returns the text of a sample of tokens.
func textOf(e *data.TextEncoder, x []float32) string {
	numbers := make([]int, len(x))
	for i, v := range x {
		numbers[i] = int(v)
	}
	return e.Tokens.Text(numbers...)
}
