package settings

import (
	"context"

	"descent/data"
	"descent/metric"
	"descent/model"
)

// Held is what a trained model did on rows that it was not trained on, by which its
// outputs are decided on.
type Held interface {
	Calibrate(context.Context, *model.Model) (model.Calibration, error)
	Residuals(context.Context, *model.Model) (*model.Residuals, error)
	Answers(context.Context, *model.Model) ([]metric.Answers, error)
}

// OnPart is what a model does on the rows of a validation part.
func OnPart(rows data.Source) Held { return part{rows} }

type part struct{ data.Source }

func (p part) Calibrate(ctx context.Context, m *model.Model) (model.Calibration, error) {
	return m.Calibrate(ctx, p.Source)
}

func (p part) Residuals(ctx context.Context, m *model.Model) (*model.Residuals, error) {
	return m.MeasureResiduals(ctx, p.Source)
}

func (p part) Answers(ctx context.Context, m *model.Model) ([]metric.Answers, error) {
	return m.Answers(ctx, p.Source)
}

// OutOfFold is what the members of a bag predicted of the rows that they did not see.
func OutOfFold(h *model.HeldOut) Held { return outOfFold{h} }

type outOfFold struct{ *model.HeldOut }

func (f outOfFold) Calibrate(_ context.Context, m *model.Model) (model.Calibration, error) {
	return m.CalibrateOn(f.HeldOut)
}

func (f outOfFold) Residuals(_ context.Context, m *model.Model) (*model.Residuals, error) {
	return m.ResidualsOf(f.HeldOut)
}

func (f outOfFold) Answers(_ context.Context, m *model.Model) ([]metric.Answers, error) {
	return m.AnswersOf(f.HeldOut)
}
