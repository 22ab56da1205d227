package data

import (
	"fmt"
	"io"
	"math"
	"sync"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/schema"
	"descent/data/internal/steps"
	"descent/internal/human"
)

// SeriesConfig says what is forecast from a table that holds a row a time: from the
// last Window steps the Horizon steps after them.
type SeriesConfig struct {
	Time    string   // column of dates or numbers that says when a row was; none: the first of dates, or rows follow one another
	Known   []string // columns of numbers that are known ahead, as of [CSVConfig]
	Window  int      // steps that are looked at; 0: some seasons, see [Series]
	Horizon int      // steps ahead that are predicted; 0: one season
	Season  int      // steps after which things repeat themselves; 0: by the step, or by what the targets do
}

// Series is a table that holds a row a time, as the samples that a forecast is learned
// from: windows of it, one behind each step.
//
//	x [Window, columns]     targets first, then other columns of numbers, then those known ahead
//	y [Horizon, targets]    the steps behind the window
//
// Where columns are known ahead or rows have dates, the field [KnownField] of shape
// [Horizon, ...] has what they are in the steps to be predicted: these columns, and the
// sine and cosine of the hour, the weekday and the month, of those that go round twice in
// the training part, and not in a window, which shows what they do.
//
// Rows are put in the order of time, and steps without a row are gaps. A value that is
// missing counts among inputs as the last one before it; a window with one among what is
// to be predicted is left out. Notes say of all this how often it occurs. The step is
// that which most rows have; working days and months are steps, too.
//
// [Split] cuts a series in time: a part has the windows whose targets all lie in it, and
// the inputs of the first ones reach back into the part before. Numbers are standardized
// by the training part.
//
// Where nothing is given the horizon is a season, and the window 14 of them, but at most
// a quarter of the training rows.
type Series struct {
	name   string
	grid   *grid.Grid
	plan   *schema.Series
	cfg    SeriesConfig
	step   steps.Step
	line   *timeline
	starts []int32 // of the windows that can be measured
	notes  []string
	whole  *Encoder // fitted on all rows
	encode func() (Source, error)
}

// KnownField is the field that holds what is known ahead, see [Series].
const KnownField = "known"

// OpenSeries reads a table at path, in any format that [Open] reads, as a series. Of
// cfg the columns count: Targets, of which none means all columns of numbers, Drop,
// Keep, Numbers and Dates.
func OpenSeries(path string, cfg CSVConfig, as SeriesConfig) (*Series, error) {
	g, err := openGrid(path)
	if err != nil {
		return nil, err
	}
	return newSeries(g, path, cfg, as)
}

// ReadSeries is [OpenSeries] of a table that r reads; name stands for it in messages.
func ReadSeries(r io.Reader, name string, cfg CSVConfig, as SeriesConfig) (*Series, error) {
	g, err := readGrid(r, name)
	if err != nil {
		return nil, err
	}
	return newSeries(g, name, cfg, as)
}

func newSeries(g *grid.Grid, path string, cfg CSVConfig, as SeriesConfig) (s *Series, err error) {
	defer grid.Recover(&err)
	switch {
	case cfg.Task != 0 && cfg.Task != Regression:
		return nil, fmt.Errorf("data: %s: a forecast is of numbers, not %s", path, cfg.Task)
	case cfg.Image != "" || cfg.Weight != "":
		return nil, fmt.Errorf("data: %s: a forecast takes neither images nor weights of rows", path)
	case min(as.Window, as.Horizon, as.Season) < 0 || max(as.Window, as.Horizon, as.Season) > maxValues:
		return nil, fmt.Errorf("data: %s: a window of %d steps, a horizon of %d and a season of %d; want 1 to %d, or 0 to have them found", path, as.Window, as.Horizon, as.Season, maxValues)
	}
	s = &Series{name: naming.Base(path), grid: g, cfg: as}
	columns := cfg.schema()
	columns.Known = as.Known
	if s.plan, err = schema.SeriesOf(g, columns, as.Time); err != nil {
		return nil, err
	}
	if s.line, err = layOut(g, s.plan, nil); err != nil {
		return nil, err
	}
	s.step = s.line.step
	s.decide()
	s.starts = s.line.windows(s.cfg.Window, s.cfg.Horizon)
	if err := s.enough(); err != nil {
		return nil, err
	}
	s.notes = append(append(s.notes, s.plan.Notes...), s.line.notes...)
	if s.whole, err = s.Fit(nil); err != nil {
		return nil, err
	}
	s.encode = sync.OnceValues(func() (Source, error) { return s.Encode(s.whole) })
	return s, nil
}

// The window that is taken where none is given, in seasons, and where there is no season
// in horizons; and which part of the rows it is at most.
const (
	usualSeasons  = 14
	usualHorizons = 4
	usualHorizon  = 10
	mostOfRows    = 0.18 // a quarter of 70 %
)

// decide chooses season, horizon and window where they are not given.
func (s *Series) decide() {
	c, n := &s.cfg, s.line.n
	if c.Season == 0 {
		if c.Season = s.step.Season(); c.Season == 1 || c.Season > n/4 {
			c.Season = seasonIn(s.line.values[0][:n])
		}
	}
	if c.Horizon == 0 {
		if c.Horizon = c.Season; c.Season == 1 {
			c.Horizon = usualHorizon
		}
		c.Horizon = max(1, min(c.Horizon, n/12))
	}
	if c.Window == 0 {
		want := max(usualSeasons*c.Season, usualHorizons*c.Horizon)
		most := max(1, int(mostOfRows*float64(n)))
		if c.Window = min(want, most); c.Season > 1 && c.Window > c.Season {
			c.Window -= c.Window % c.Season
		}
	}
}

// enough returns an error if there is no window to learn from.
func (s *Series) enough() error {
	w, h, n := s.cfg.Window, s.cfg.Horizon, s.line.n
	switch {
	case n < w+h:
		return fmt.Errorf("data: %s has %s, and a window of %s with a horizon of %s takes %s; give a smaller window or horizon", s.grid.File, human.Plural(n, "step"), thousands(w), thousands(h), thousands(w+h))
	case s.cfg.Season > n:
		return fmt.Errorf("data: %s has %s, and a season of %s is longer; give a smaller season, or leave it out", s.grid.File, human.Plural(n, "step"), thousands(s.cfg.Season))
	case len(s.starts) == 0:
		return fmt.Errorf("data: %s: there is no window of %s steps behind which %s steps have all targets, as %s of %s lack one; give a smaller horizon, or fill the gaps",
			s.grid.File, thousands(w), thousands(h), human.Plural(s.line.missing, "step"), thousands(n))
	}
	if all := n - w - h + 1; len(s.starts) < all {
		s.notes = append(s.notes, fmt.Sprintf("%s of %s windows are left out, as a target is missing among the %s steps behind them", thousands(all-len(s.starts)), thousands(all), thousands(h)))
	}
	return nil
}

// thousands writes a number of steps as people read it.
func thousands(n int) string { return human.Thousands(float64(n)) }

// Notes returns what the user should know about the file.
func (s *Series) Notes() []string { return s.notes }

// String describes the series as learned from all rows.
func (s *Series) String() string { return s.whole.String() }

// Spec describes the windows as encoded with the statistics of all rows.
func (s *Series) Spec() Spec { return s.whole.spec(s.name) }

// Len returns the number of windows.
func (s *Series) Len() int { return len(s.starts) }

// Read reads windows encoded with the statistics of all rows.
func (s *Series) Read(rows []int, x, y []float32) error {
	all, err := s.encode()
	if err != nil {
		return err
	}
	return all.Read(rows, x, y)
}

// ReadField reads what is known ahead of the steps behind windows.
func (s *Series) ReadField(name string, rows []int, dst []float32) error {
	all, err := s.encode()
	if err != nil {
		return err
	}
	return all.(FieldReader).ReadField(name, rows, dst)
}

func (s *Series) vetted() bool { return true }

// Fit learns the encoding from the steps that the given windows and what is behind them
// reach to; nil means all.
func (s *Series) Fit(rows []int) (*Encoder, error) {
	n := s.line.n
	if rows != nil {
		n = 0
		for _, r := range rows {
			if r < 0 || r >= len(s.starts) {
				return nil, fmt.Errorf("data: %s has no window %d; it has windows 0 to %d", s.grid.File, r, len(s.starts)-1)
			}
			n = max(n, int(s.starts[r])+s.cfg.Window+s.cfg.Horizon)
		}
		if n == 0 {
			return nil, fmt.Errorf("data: %s: nothing to fit on: %w", s.grid.File, errEmpty)
		}
	}
	return s.fit(n)
}

// Encode returns the windows as samples under an encoding learned here or on another
// series with these columns.
func (s *Series) Encode(e *Encoder) (_ Source, err error) {
	defer grid.Recover(&err)
	if e.Series != nil && (e.Series.Window != s.cfg.Window || e.Series.Horizon != s.cfg.Horizon) {
		return e.encodeSeries(s.grid, s.name)
	}
	return e.encodeLine(s.line, s.grid.File, s.name)
}

// seasonIn returns the lag, from 2 on, at which what is left of a series without its
// trend is most like itself, if it is so there more than before and behind; 1 if none
// is.
func seasonIn(values []float64) int {
	y := withoutTrend(values)
	most := min(len(y)/3, 400)
	like := make([]float64, most+2)
	for lag := range like {
		a, squares := 0.0, 0.0
		for i := 0; i+lag < len(y); i++ {
			a += float64(y[i] * y[i+lag])
			squares += float64(y[i] * y[i])
		}
		if squares > 0 {
			like[lag] = a / squares
		}
	}
	best, found := 0.3, 1
	for lag := 2; lag <= most; lag++ {
		if v := like[lag]; v > best && v > like[lag-1] && v >= like[lag+1] {
			best, found = v, lag
		}
	}
	return found
}

// withoutTrend returns values without the line through them, 0 where they are missing.
func withoutTrend(values []float64) []float64 {
	var n, t, y, tt, ty float64
	for i, v := range values {
		if v != v {
			continue
		}
		at := float64(i)
		n, t, y, tt, ty = n+1, t+at, y+v, tt+float64(at*at), ty+float64(at*v)
	}
	slope := 0.0
	if d := float64(n*tt) - float64(t*t); d > 0 {
		slope = (float64(n*ty) - float64(t*y)) / d
	}
	level := (y - float64(slope*t)) / math.Max(n, 1)
	out := make([]float64, len(values))
	for i, v := range values {
		if v == v {
			out[i] = v - level - float64(slope*float64(i))
		}
	}
	return out
}
