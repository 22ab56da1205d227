package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/usage"
	"descent/nn"
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
	if err != nil {
		return nil, err
	}
	return source, nil
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
	switch {
	case s.Bag > 0 || s.Best:
		return errors.New("bag: a forecast is of one network; leave out bag and best")
	case s.Group != "":
		return errors.New("group: the rows of a series are split in time; leave it out")
	}
	return nil
}

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
	s.Model = Given(s.Model.Or(forecastModel))
}

// forecastModel is the network of a forecast unless it is given; chosen on validation
// parts, see bench/FORECAST.md.
const forecastModel = "linear"

// forecaster reads the name of a network for series: mixer, with blocks and width.
type forecaster struct {
	mixer          bool
	blocks, hidden int
}

// parseMixer reads mixer:blocks=2,width=64.
func parseMixer(text string) (*forecaster, error) {
	f := &forecaster{mixer: true, blocks: 2, hidden: 64}
	if text == "" {
		return f, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 1 || n > maxUnits:
			return nil, fmt.Errorf("%q: want a number of blocks and a width, as in mixer:blocks=2,width=64", part)
		case name == "blocks":
			f.blocks = n
		case name == "width":
			f.hidden = n
		default:
			return nil, fmt.Errorf("%q: a mixer has blocks and a width, as in mixer:blocks=2,width=64", part)
		}
	}
	return f, nil
}

// seriesNetwork builds a network for a series.
func (j *Job) seriesNetwork(m modelSpec) error {
	s, spec := &j.Settings, j.Spec
	known := ""
	if _, err := spec.Field(data.KnownField); err == nil {
		known = data.KnownField
	}
	targets := len(spec.Targets)
	switch {
	case m.series != nil && m.series.mixer:
		j.Net = nn.MixerForecast(spec.Input[0], spec.Horizon, spec.Input[1], targets, m.series.blocks, m.series.hidden, s.Dropout.Value)
	case s.Model.Value == "linear":
		j.Net = nn.LinearForecast(spec.Horizon, targets, known)
	default:
		return usage.Errorf("model: %s takes rows, and the samples of %s are windows of a series, %s; use linear or mixer", s.Model.Value, s.Data, human.Shape(spec.Input))
	}
	return nil
}
