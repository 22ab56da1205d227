package settings

import (
	"context"
	"errors"
	"fmt"

	"descent/data"
	"descent/model"
)

// decided checks that the data has what is asked for after training.
func (j *Job) decided() error {
	if j.Settings.Calibrate != "temperature" {
		return nil
	}
	switch {
	case j.Spec.Task == data.Regression:
		return errors.New("calibrate: a temperature is of the probabilities of classes and labels, and the task is regression")
	case j.Parts.Validation.Len() == 0:
		return errors.New("calibrate: a temperature is found on a validation part, and the split leaves none")
	}
	return nil
}

// Spanned returns the trained model with what it is off by on the validation part,
// where it predicts numbers and that is asked for.
func (j *Job) Spanned(ctx context.Context, m *model.Model) (*model.Model, error) {
	if j.Settings.Intervals == "none" || j.Spec.Task != data.Regression || j.Parts.Validation.Len() == 0 {
		return m, nil
	}
	residuals, err := m.MeasureResiduals(ctx, j.Parts.Validation)
	if err != nil {
		return m, fmt.Errorf("intervals: %w; --intervals none keeps none", err)
	}
	return m.WithResiduals(residuals)
}

// Calibrated returns the trained model with the temperature that suits the
// validation part, and what it does; the model as it is, and nil, where there is
// none to find, or it does not help and is not asked for.
func (j *Job) Calibrated(ctx context.Context, m *model.Model) (*model.Model, *model.Calibration, error) {
	asked := j.Settings.Calibrate
	if asked == "none" || j.Spec.Task == data.Regression || j.Parts.Validation.Len() == 0 {
		return m, nil, nil
	}
	c, err := m.Calibrate(ctx, j.Parts.Validation)
	if err != nil {
		return m, nil, fmt.Errorf("calibrate: %w; --calibrate none leaves probabilities as they are", err)
	}
	if asked == "auto" && !c.Helps() {
		return m, nil, nil
	}
	calibrated, err := m.WithTemperature(c.Temperature)
	return calibrated, &c, err
}
