package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/model"
)

// imageOptions are the flags of eval and predict that are for images.
type imageOptions struct {
	tta         string
	skipCorrupt bool
}

func (o *imageOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.tta, "tta", "auto", "views of an image to average predictions over: flip, shift:1 (pixels), both, as in flip,shift:1, or none; auto: as the run of the model was measured")
	cmd.Flags().BoolVar(&o.skipCorrupt, "skip-corrupt", false, "leave out images that cannot be read, and count them")
}

// load reads the model that path means, for predictions over the views that are
// asked for.
func (o *imageOptions) load(path string) (file string, m *model.Model, views string, err error) {
	if file, m, err = loadModel(path); err != nil {
		return "", nil, "", err
	}
	if views, err = o.views(file); err != nil {
		return "", nil, "", err
	}
	m, err = settings.WithViews(m, views)
	return file, m, views, err
}

// views returns the views that are asked for. Those of a run stand in the
// folder of its model.
func (o *imageOptions) views(path string) (string, error) {
	if o.tta != "auto" {
		if _, err := model.ParseViews(o.tta); err != nil {
			return "", usage.Mark(fmt.Errorf("--tta: %w", err))
		}
		return o.tta, nil
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(filepath.Join(folder, runs.SummaryFile)); err != nil {
		return "none", nil // no run folder
	}
	s := settings.Default()
	if err := settings.ReadKept(filepath.Join(folder, runs.ConfigFile), &s); err != nil {
		return "", fmt.Errorf("how the run was measured: %w; --tta says it", err)
	}
	return s.TTA, nil
}

// viewsText says in a heading that predictions are means over views.
func viewsText(views string) string {
	if views == "none" || views == "" {
		return ""
	}
	return " by views " + views
}

// showNotes prints what a set has to say about itself.
func (a *app) showNotes(s data.Source) {
	if noted, ok := s.(interface{ Notes() []string }); ok {
		for _, note := range noted.Notes() {
			fmt.Fprintf(a.stderr, "note: %s\n", note)
		}
	}
}

// imageHint names the flag that avoids an error of image files, on a line of
// its own; nothing if there is none.
func imageHint(err error) string {
	switch {
	case errors.Is(err, data.ErrCorruptImage):
		return "--skip-corrupt leaves out images that cannot be read, and counts them\n"
	case errors.Is(err, data.ErrImageModes):
		return "--image-mode color converts all images to colour, --image-mode gray to grey\n"
	}
	return ""
}
