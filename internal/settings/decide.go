package settings

import (
	"context"
	"errors"
	"fmt"

	"descent/data"
	"descent/loss"
	"descent/model"
)

// decided checks that the data has what is asked for after training.
func (j *Job) decided() error {
	if err := j.thresholded(); err != nil {
		return err
	}
	if j.Settings.Calibrate != "temperature" {
		return nil
	}
	switch {
	case j.ofText():
		return errors.New("calibrate: the probabilities of a text stay as they are; generate takes a temperature")
	case j.Spec.Task == data.Regression:
		return errors.New("calibrate: a temperature is of the probabilities of classes and labels, and the task is regression")
	case j.Parts.Validation.Len() == 0:
		return errors.New("calibrate: a temperature is found on a validation part, and the split leaves none")
	}
	l, err := loss.Parse(j.Settings.Loss.Value)
	if err == nil {
		err = model.Temperate(l)
	}
	if err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	return nil
}

// Spanned returns the trained model with what it is off by on rows that were held out,
// where it predicts numbers and that is asked for.
func (j *Job) Spanned(ctx context.Context, m *model.Model, held Held) (*model.Model, error) {
	if j.Settings.Intervals == "none" || j.Spec.Task != data.Regression || j.Parts.Validation.Len() == 0 {
		return m, nil
	}
	residuals, err := held.Residuals(ctx, m)
	if err != nil {
		return m, fmt.Errorf("intervals: %w; --intervals none keeps none", err)
	}
	return m.WithResiduals(residuals)
}

// Calibrated returns the trained model with the temperature that suits rows that were
// held out, and what it does; the model as it is, and nil, where there is none to find,
// or it does not help and is not asked for. Of a bag it helps for sure where it makes
// members surer: one that makes them less sure undoes what their mean does, too.
func (j *Job) Calibrated(ctx context.Context, m *model.Model, held Held) (*model.Model, *model.Calibration, error) {
	asked := j.Settings.Calibrate
	if asked == "none" || j.ofText() || j.Spec.Task == data.Regression || j.Parts.Validation.Len() == 0 {
		return m, nil, nil
	}
	if loss := m.Objective()[0].Loss; asked == "auto" && model.Temperate(loss) != nil {
		return m, nil, nil
	}
	c, err := held.Calibrate(ctx, m)
	if err != nil {
		return m, nil, fmt.Errorf("calibrate: %w; --calibrate none leaves probabilities as they are", err)
	}
	if asked == "auto" && (!c.Helps() || j.Folds != nil && c.Temperature > 1) {
		return m, nil, nil
	}
	calibrated, err := m.WithTemperature(c.Temperature)
	return calibrated, &c, err
}

// rareShare is how many of the rows the rarer of two classes has, at most, where the
// commoner one makes most scores look good.
const rareShare = 0.05

// noteRare notes that one of two classes is rare.
func (j *Job) noteRare() {
	counts := j.Parts.Counts
	if j.Spec.Task != data.Classification || len(counts) != 2 || j.Settings.ClassWeights != "none" {
		return
	}
	rare := counts[0]
	if counts[1].Train < rare.Train {
		rare = counts[1]
	}
	share := float64(rare.Train) / float64(counts[0].Train+counts[1].Train)
	if rare.Train > 0 && share <= rareShare {
		j.Notes = append(j.Notes, fmt.Sprintf("of class %q are %.2g %% of the training rows: --metrics average_precision says how well they are found, and --class-weights balanced or a lower --threshold finds more of them", rare.Class, 100*share))
	}
}

// undecide leaves out what comes after training.
func (s *Settings) undecide() {
	original := Default()
	s.Calibrate, s.Threshold, s.Costs, s.Intervals = original.Calibrate, original.Threshold, original.Costs, original.Intervals
}
