package train

// Probe is what an update did to each parameter, and how weights and
// activations are spread. Norms are Euclidean.
type Probe struct {
	Update      int          `json:"step"`  // from 1
	Epoch       int          `json:"epoch"` // from 0
	Params      []ParamProbe `json:"params"`
	Activations []Spread     `json:"activations"` // of the layers, in the order of their calls
}

// ParamProbe is the part of a [Probe] for one parameter.
type ParamProbe struct {
	Spread             // of the weights before the update, under the parameter's name
	Norm       float64 `json:"norm"`     // ‖θ‖ before the update
	GradNorm   float64 `json:"gradient"` // ‖g‖ of the loss and penalties, before clipping
	UpdateNorm float64 `json:"update"`   // ‖θ' - θ‖
}

// Spread is a histogram: so many values in each of [ProbeBins] bins of equal
// width from Low to High, the least and the largest value.
type Spread struct {
	Name   string  `json:"name"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Counts []int   `json:"counts"`
}

// ProbeBins is the number of bins of a [Spread].
const ProbeBins = 48
