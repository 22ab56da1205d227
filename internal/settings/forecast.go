package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/usage"
	"descent/nn"
	"descent/optim"
)

// forecast is the task that is asked for where a series is to be continued.
const forecast = "forecast"

// parseTask reads what is to be learned, of which a forecast is regression.
func parseTask(text string) (data.Task, error) {
	if text == forecast {
		return data.Regression, nil
	}
	return data.ParseTask(text)
}

// IsForecast reports whether a series is to be continued.
func (s *Settings) IsForecast() bool { return s.Task == forecast }

// openSeries opens what settings name as data as a series.
func (s *Settings) openSeries() (data.Source, error) {
	source, err := data.OpenSeries(s.Data, data.CSVConfig{
		Targets: s.Target, Weight: s.Weight, Image: s.Image, Drop: s.Drop, Keep: s.Keep, Categories: s.Category, Numbers: s.Number, Dates: s.Date,
	}, data.SeriesConfig{Time: s.Time, Known: s.Known, Window: s.Window.Value, Horizon: s.Horizon.Value, Season: s.Season.Value})
	switch {
	case err != nil && data.IsText(s.Data):
		return nil, fmt.Errorf("%w; what comes next in a text is learned without task %s", err, forecast)
	case err != nil:
		return nil, err // which would be no nil Source
	}
	return source, nil
}

// fillForecaster gives a network for series other than linear what is left open. Its
// last epoch is kept: where few windows validate, which overlap, the best is the luckiest.
func (s *Settings) fillForecaster(n int) {
	rate := dropForecaster
	if m := strings.HasPrefix(s.Model.Value, mixerModel); m && n >= mixerFrom {
		rate = dropMixer
	}
	if s.Optimizer.Name.Value != optim.NewLBFGS().Name() { // which takes the loss of all rows, as it is
		s.Dropout = Given(s.Dropout.Or(rate))
	}
	s.keepLast()
}

// notOfSeries and notOfText are the settings of data that mean nothing there.
var (
	notOfSeries = []string{"weight", "image", "image_size", "image_mode", "skip_corrupt", "levels", "text", "tokens", "lines", "group", "bag", "best"}
	notOfText   = []string{"target", "weight", "image", "image_size", "image_mode", "skip_corrupt", "drop", "keep", "category", "number", "date", "levels", "text", "bag", "best"} // group and time are told of where it is split
)

// without returns an error that names those of the keys that are given; why says what
// the data is.
func (s *Settings) without(keys []string, why string) error {
	var errs []error
	original := Default()
	for _, row := range table {
		if text := row.Text(s); slices.Contains(keys, row.key) && text != row.Text(&original) && (row.before == "" || text != row.before) {
			errs = append(errs, fmt.Errorf("%s: %s; leave it out", row.key, why))
		}
	}
	return errors.Join(errs...)
}

// checkForecast returns what does not go with a forecast, or only with one.
func (s *Settings) checkForecast() error {
	if !s.IsForecast() {
		for _, given := range []struct {
			key string
			is  bool
		}{{"known", len(s.Known) > 0}, {"window", s.Window.Given}, {"horizon", s.Horizon.Given}, {"season", s.Season.Given}, {"split", strings.HasPrefix(s.Split, inSteps+":")}} {
			if given.is {
				return fmt.Errorf("%s: it is of a series to be continued; give task %s, too", given.key, forecast)
			}
		}
		return nil
	}
	return s.without(notOfSeries, "a forecast is of one network and of columns of numbers, whose rows count alike and are split in time")
}

// fewestWindows is how many it takes to say between what nine in ten of them are.
const fewestWindows = 9

// decideSeries writes what the series decides back into the settings.
func (j *Job) decideSeries() {
	e := j.Spec.Encoder
	if e == nil || e.Series == nil {
		return
	}
	s := &j.Settings
	s.Window, s.Horizon, s.Season = Given(e.Series.Window), Given(e.Series.Horizon), Given(e.Series.Season)
	if s.Time == "" {
		s.Time = e.Series.Time
	}
	s.Target = j.Spec.Targets
	if n := j.Parts.Validation.Len(); s.Intervals != "none" && n < fewestWindows {
		j.Notes = append(j.Notes, fmt.Sprintf("the forecast has no intervals for 90 %%, which take %d windows of validation or more, and there %s; a larger validation part or a smaller horizon gives more", fewestWindows, choose(n == 1, "is 1", "are "+strconv.Itoa(n))))
	}
	s.Model = Given(s.Model.Or(choose(j.Parts.Train.Len() < mixerFrom, "linear", mixerModel)))
}

// Of so many training windows on a mixer forecasts better than a linear model, and the
// more it drops, the better; chosen on validation parts, see bench/FORECAST.md.
const (
	mixerFrom      = 1000
	dropMixer      = 0.7
	dropForecaster = 0.3
)

// The networks of a forecast beside linear.
const (
	mixerModel = "mixer"
	patchModel = "patch"
)

// forecaster builds a network for series of a kind, and says in full what it is; known is
// the field that says what is known of the steps ahead, or nothing.
type forecaster func(spec data.Spec, known string, dropout float64) (net nn.Sequential, full string, err error)

// parseMixer reads blocks=2,width=16.
func parseMixer(text string, more bool) (forecaster, error) {
	c := nn.MixerConfig{Blocks: 1, Width: 16}
	if more {
		if err := setParts(mixerModel, text, "blocks=2,width=16", &c, "Window", "Columns", "Horizon", "Targets", "Dropout"); err != nil {
			return nil, err
		}
	}
	return func(spec data.Spec, known string, dropout float64) (nn.Sequential, string, error) {
		c := c
		c.Window, c.Columns, c.Horizon, c.Targets, c.Dropout = spec.Input[0], spec.Input[1], spec.Horizon, len(spec.Targets), dropout
		return nn.MixerForecast(c, known), fmt.Sprintf("%s:blocks=%d,width=%d", mixerModel, c.Blocks, c.Width), nil
	}, nil
}

// usualPiece is the length of pieces of a window, unless it is given: that of the paper.
const usualPiece = 16

// parsePatch reads layers=3,width=16.
func parsePatch(text string, more bool) (forecaster, error) {
	c := nn.PatchConfig{Layers: 3, Heads: 4, Width: 16, Hidden: 128}
	if more {
		if err := setParts(patchModel, text, "layers=3,width=16", &c, "Window", "Horizon", "Targets", "Dropout"); err != nil {
			return nil, err
		}
	}
	if c.Width%c.Heads != 0 {
		return nil, fmt.Errorf("a width of %d is no multiple of %d heads", c.Width, c.Heads)
	}
	return func(spec data.Spec, known string, dropout float64) (nn.Sequential, string, error) {
		c := c
		c.Window, c.Horizon, c.Targets, c.Dropout = spec.Input[0], spec.Horizon, len(spec.Targets), dropout
		if c.Length == 0 {
			c.Length = min(usualPiece, c.Window)
		}
		if c.Stride == 0 {
			c.Stride = (c.Length + 1) / 2
		}
		if c.Length > c.Window || c.Stride > c.Length {
			return nil, "", fmt.Errorf("pieces of %d steps that begin every %d; want a length of at most the window, %d, and a stride of at most the length", c.Length, c.Stride, c.Window)
		}
		full := fmt.Sprintf("%s:length=%d,stride=%d,layers=%d,heads=%d,width=%d,hidden=%d", patchModel, c.Length, c.Stride, c.Layers, c.Heads, c.Width, c.Hidden)
		return nn.PatchForecast(c, known), full, nil
	}, nil
}

// seriesNetwork builds a network for a series.
func (j *Job) seriesNetwork(m modelSpec) error {
	s, spec := &j.Settings, j.Spec
	known := ""
	if _, err := spec.Field(data.KnownField); err == nil {
		known = data.KnownField
	}
	switch {
	case m.series != nil:
		net, full, err := m.series(spec, known, s.Dropout.Value)
		if err != nil {
			return usage.Errorf("model: %q: %w", s.Model.Value, err)
		}
		j.Net, s.Model = net, Given(full)
	case s.Model.Value == "linear":
		if s.Dropout.Value > 0 {
			j.Notes = append(j.Notes, fmt.Sprintf("a linear forecast has no hidden units: the dropout of %v does nothing", s.Dropout.Value))
		}
		j.Net = nn.LinearForecast(spec.Horizon, len(spec.Targets), known)
	default:
		return usage.Errorf("model: %s takes rows, and the samples of %s are windows of a series, %s; use linear, mixer or patch", s.Model.Value, s.Data, human.Shape(spec.Input))
	}
	return nil
}
