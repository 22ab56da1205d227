package runs

import "descent/model"

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
