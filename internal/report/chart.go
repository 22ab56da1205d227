package report

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Chart is curves or points over common axes.
type Chart struct {
	X       Axis     `json:"x"`
	Y       Axis     `json:"y"`
	Series  []Series `json:"series"`
	Marks   []Mark   `json:"marks,omitempty"`
	Smooth  bool     `json:"smooth,omitempty"`  // the curves are noisy: offer to smooth them
	Ordered bool     `json:"ordered,omitempty"` // the order of the series means something, as that of layers: color them along a scale
}

// Layers is a chart for each layer, of which the page shows the one that its
// reader chooses.
type Layers []Layer

// Layer is one of them.
type Layer struct {
	Name  string `json:"name"`
	Chart Chart  `json:"chart"`
}

// Axis is one direction of a chart.
type Axis struct {
	Label string `json:"label"`
	Log   bool   `json:"log,omitempty"` // starts logarithmic, where values that are not positive are left out
}

// Series is one curve: Y[i] at X[i], X not decreasing unless Points is set. NaN
// in Y leaves a gap.
type Series struct {
	Name   string  `json:"name"`
	Color  int     `json:"color,omitempty"` // 1 to 8 of the palette; 0: the next one
	Dashed bool    `json:"dashed,omitempty"`
	Points bool    `json:"points,omitempty"` // dots instead of a line
	X      Numbers `json:"xs"`
	Y      Numbers `json:"ys"`
	Low    Numbers `json:"low,omitempty"` // with High: a band around the curve
	High   Numbers `json:"high,omitempty"`
}

// Mark is a vertical line at a value of X.
type Mark struct {
	X     float64 `json:"x"`
	Label string  `json:"label"`
}

// Numbers are values as JSON has them: what is not finite becomes null.
type Numbers []float64

// MarshalJSON implements [json.Marshaler].
func (n Numbers) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("[")
	for i, v := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if v-v != 0 {
			b.WriteString("null")
			continue
		}
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

var _ json.Marshaler = Numbers(nil)
