package runs

import "descent/model"

// Coverage is how the intervals of a target did.
type Coverage struct {
	Target  string  `json:"target"`
	Level   float64 `json:"level"`
	Covered float64 `json:"covered"`
	Width   float64 `json:"mean_width"`
}

// CoverageOf returns the coverages as JSON has them.
func CoverageOf(list []model.Coverage) (out []Coverage) {
	for _, c := range list {
		out = append(out, Coverage(c))
	}
	return out
}

// Calibration is the temperature of a model, and the log loss of the validation part
// without it and with it.
type Calibration struct {
	Temperature float64 `json:"temperature"`
	Before      float64 `json:"loss_before"`
	After       float64 `json:"loss_after"`
}

// CalibrationOf returns what was found; nil where nothing was.
func CalibrationOf(c *model.Calibration) *Calibration {
	if c == nil {
		return nil
	}
	return &Calibration{c.Temperature, c.Before, c.After}
}
