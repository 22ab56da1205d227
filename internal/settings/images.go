package settings

import (
	"fmt"

	"descent/data"
	"descent/internal/human"
	"descent/model"
)

// IsImageModel reports whether s names a network for images.
func (s *Settings) IsImageModel() bool {
	m, err := parseModel(s.Model.Or("linear"))
	return err == nil && (m.images != nil || m.onnx != "")
}

// pictures checks what only images can be given.
func (j *Job) pictures() error {
	s := &j.Settings
	if s.Augment != "none" && len(j.Spec.Input) != 3 {
		return fmt.Errorf("augment: %s is for images, and the samples of %s are %s", s.Augment, s.Data, human.Plural(j.Spec.Size(), "feature"))
	}
	if s.Channels != "rgb" && (len(j.Spec.Input) != 3 || j.Spec.Input[2] != 3 || !s.IsImageModel()) {
		return fmt.Errorf("channels: %s is for networks for images with three channels", s.Channels)
	}
	views, err := model.ParseViews(s.TTA)
	if err == nil {
		err = views.Fits(j.Spec.Input)
	}
	if err != nil {
		return fmt.Errorf("tta: %w", err)
	}
	return nil
}

// imageConfig returns the options for reading images.
func (s *Settings) imageConfig() (data.ImageConfig, error) {
	cfg := data.ImageConfig{SkipCorrupt: s.SkipCorrupt}
	if s.ImageSize != "auto" {
		var err error
		if cfg.Height, cfg.Width, err = data.ParseImageSize(s.ImageSize); err != nil {
			return cfg, err
		}
	}
	if s.ImageMode != "auto" {
		cfg.Mode = s.ImageMode
	}
	var err error
	if cfg.Standard, err = s.standard(); err != nil {
		return cfg, err
	}
	return cfg, cfg.Validate()
}
