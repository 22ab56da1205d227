package settings

import (
	"fmt"

	"descent/internal/usage"
	"descent/model"
)

// WithViews returns m as it predicts from the views that text names.
func WithViews(m *model.Model, text string) (*model.Model, error) {
	views, err := model.ParseViews(text)
	if err != nil {
		return nil, usage.Mark(err)
	}
	many, err := m.Views(views)
	if err != nil {
		return nil, usage.Mark(fmt.Errorf("tta: %w", err))
	}
	return many, nil
}
