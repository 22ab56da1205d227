package settings

import (
	"fmt"

	"descent/internal/usage"
	"descent/train"
)

// WithViews returns m as it predicts from the views that text names.
func WithViews(m *train.Model, text string) (*train.Model, error) {
	views, err := train.ParseViews(text)
	if err != nil {
		return nil, usage.Mark(err)
	}
	many, err := m.Views(views)
	if err != nil {
		return nil, usage.Mark(fmt.Errorf("tta: %w", err))
	}
	return many, nil
}
