package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
	"descent/data/internal/steps"
	"descent/internal/human"
)

// SeriesEncoder is what an [Encoder] of a series knows beside its targets and its other
// columns, of which the last Known are known ahead.
type SeriesEncoder struct {
	Time    string     `json:"time,omitempty"` // the column that says when a row was
	Form    string     `json:"form,omitempty"` // of its dates
	Step    steps.Step `json:"step"`
	Window  int        `json:"window"`
	Horizon int        `json:"horizon"`
	Season  int        `json:"season"`
	Known   int        `json:"known,omitempty"`
	Parts   []string   `json:"parts,omitempty"` // of dates, which go round: month, weekday, hour

	// Scales are by how much each standardized target differs from what it was a season
	// before, in the mean over the training part: what MASE divides by.
	Scales []float64 `json:"scales"`
}

// rounds is how often a part of the calendar goes round in the training part, if it is an
// input: of fewer nothing could be learned but what happened once. A window in which it
// goes round as often shows itself what it does.
const rounds = 2

// fit learns the encoding from the first n steps.
func (s *Series) fit(n int) (*Encoder, error) {
	e := &Encoder{Kind: seriesKind, Task: Regression, Reason: "a forecast was asked for"}
	as := &SeriesEncoder{Step: s.step, Form: s.line.form, Window: s.cfg.Window, Horizon: s.cfg.Horizon, Season: s.cfg.Season, Known: s.plan.Known}
	if s.plan.Time >= 0 {
		as.Time = s.grid.Columns[s.plan.Time]
	}
	if s.line.form != "" {
		days := func(steps int) float64 { return s.step.At(s.line.origin, steps) - s.line.origin }
		for _, c := range s.step.Circles() {
			if days(n) >= rounds*c.Days && days(as.Window) < rounds*c.Days {
				as.Parts = append(as.Parts, c.Part)
			}
		}
	}
	for i, c := range s.plan.Columns {
		name, values := s.grid.Columns[c.Col], s.line.values[i][:n]
		mean, std, same := spread(values)
		if target := i < s.plan.Targets; target && same {
			return nil, fmt.Errorf("data: %s: the target %q is constant in the training part (%v); there is nothing to forecast: leave it out of the targets, or with --drop", s.grid.File, name, mean)
		}
		if !(std > 0) || math.IsInf(std, 0) || mean-mean != 0 {
			return nil, fmt.Errorf("data: %s, column %q: its numbers cannot be standardized: mean %v, standard deviation %v; rescale the column", s.grid.File, name, mean, std)
		}
		r := c.Reading
		if i < s.plan.Targets {
			e.Targets = append(e.Targets, Target{Name: name, Mean: mean, Std: std, Notation: r.Notation.String(), Absent: r.Absent})
			as.Scales = append(as.Scales, seasonal(values, as.Season)/std)
			continue
		}
		e.Columns = append(e.Columns, Column{Name: name, Kind: parse.NumberKind, Median: mean, Mean: mean, Std: std, Notation: r.Notation.String(), Absent: r.Absent})
	}
	e.Series = as
	return e, nil
}

// spread returns mean and standard deviation of the values that are there, which is 1
// where they are all the same.
func spread(values []float64) (mean, std float64, same bool) {
	n, first := 0, math.NaN()
	same = true
	for _, v := range values {
		if v == v {
			if n == 0 {
				first = v
			}
			n, mean, same = n+1, mean+v, same && v == first
		}
	}
	if n == 0 {
		return 0, 1, true
	}
	if mean /= float64(n); same {
		return first, 1, true
	}
	for _, v := range values {
		if v == v {
			std += float64((v - mean) * (v - mean))
		}
	}
	return mean, math.Sqrt(std / float64(n)), false
}

// seasonal is the mean of by how much values differ from those a season before, or of
// a step before where there are too few; 1 where they never do.
func seasonal(values []float64, season int) float64 {
	if 2*season > len(values) {
		season = 1
	}
	sum, n := 0.0, 0
	for i := season; i < len(values); i++ {
		if d := math.Abs(values[i] - values[i-season]); d == d {
			sum, n = sum+d, n+1
		}
	}
	if sum == 0 {
		return 1
	}
	return sum / float64(n)
}

// validate returns what makes the encoder of a series unusable.
func (s *SeriesEncoder) validate(e *Encoder) error {
	switch {
	case s == nil:
		return errors.New("data: encoder: of a series, without its step")
	case s.Window < 1 || s.Horizon < 1 || s.Season < 1 || s.Season > maxValues || s.Window > maxValues/max(1, len(e.Targets)+len(e.Columns)) || s.Horizon > maxValues/max(1, len(e.Targets)):
		return fmt.Errorf("data: encoder: a window of %d steps, a horizon of %d and a season of %d", s.Window, s.Horizon, s.Season)
	case s.Known < 0 || s.Known > len(e.Columns):
		return fmt.Errorf("data: encoder: %d of %d columns are known ahead", s.Known, len(e.Columns))
	case len(s.Scales) != len(e.Targets):
		return fmt.Errorf("data: encoder: %d scales of %d targets", len(s.Scales), len(e.Targets))
	case e.Task != Regression:
		return fmt.Errorf("data: encoder: a forecast is of numbers, not %s", e.Task)
	}
	for i, scale := range s.Scales {
		if !(scale > 0) || math.IsInf(scale, 0) {
			return fmt.Errorf("data: encoder: target %q has the scale %v", e.Targets[i].Name, scale)
		}
	}
	for _, part := range s.Parts {
		if circleOf(part) == nil {
			return fmt.Errorf("data: encoder: there is no part %q of a date", part)
		}
	}
	for _, c := range e.Columns {
		if c.Kind != parse.NumberKind {
			return fmt.Errorf("data: encoder: column %q of a series is a %s", c.Name, c.Kind)
		}
	}
	if err := s.Step.Valid(); err != nil {
		return fmt.Errorf("data: encoder: %w", err)
	}
	return nil
}

// known is how many numbers are known of a step ahead.
func (s *SeriesEncoder) known() int { return s.Known + 2*len(s.Parts) }

func circleOf(part string) *parse.Circle {
	if i := slices.IndexFunc(parse.Circles, func(c parse.Circle) bool { return c.Part == part }); i >= 0 {
		return &parse.Circles[i]
	}
	return nil
}

// describe completes the Spec of a series.
func (s *SeriesEncoder) describe(e *Encoder, spec *Spec) {
	spec.Input, spec.Horizon = []int{s.Window, len(e.Targets) + len(e.Columns)}, s.Horizon
	if known := s.known(); known > 0 {
		spec.More = append(spec.More, Field{Name: KnownField, Shape: []int{s.Horizon, known}})
	}
}

// String describes the series in lines.
func (s *SeriesEncoder) text(e *Encoder) string {
	var b strings.Builder
	when := "rows follow one another"
	if s.Time != "" {
		when = fmt.Sprintf("%s by %s", s.Step, human.Line(s.Time))
	}
	fmt.Fprintf(&b, "step      %s\nforecast  %s from the %s before\n", when, human.Plural(s.Horizon, "step"), thousands(s.Window))
	if s.Season > 1 {
		fmt.Fprintf(&b, "season    %s\n", human.Plural(s.Season, "step"))
	}
	var ahead []string
	for _, c := range e.Columns[len(e.Columns)-s.Known:] {
		ahead = append(ahead, c.Name)
	}
	for _, part := range s.Parts {
		ahead = append(ahead, s.Time+"."+part)
	}
	if ahead != nil {
		fmt.Fprintf(&b, "known     %s\n", human.Line(naming.List(ahead)))
	}
	return b.String()
}

// encodeSeries encodes a table as the series that the encoder was fitted on.
func (e *Encoder) encodeSeries(g *grid.Grid, name string) (*encodedSeries, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	plan := &schema.Series{Time: -1, Targets: len(e.Targets), Known: e.Series.Known}
	var absent, wanted []string
	find := func(column string) int {
		at := g.Find(column)
		if wanted = append(wanted, column); at < 0 {
			absent = append(absent, column)
		}
		return at
	}
	if s := e.Series; s.Time != "" {
		plan.Time = find(s.Time)
		plan.When = parse.Reading{Kind: parse.NumberKind}
		if s.Form != "" {
			plan.When = parse.Reading{Kind: parse.DateKind, Form: s.Form}
		}
	}
	for i := range e.Targets {
		r, err := e.Targets[i].readsAs()
		if err != nil {
			return nil, err
		}
		plan.Columns = append(plan.Columns, schema.Column{Col: find(e.Targets[i].Name), Kind: parse.NumberKind, Reading: r})
	}
	for i := range e.Columns {
		r, err := e.Columns[i].readsAs()
		if err != nil {
			return nil, err
		}
		plan.Columns = append(plan.Columns, schema.Column{Col: find(e.Columns[i].Name), Kind: parse.NumberKind, Reading: r})
	}
	if absent != nil {
		return nil, absentError(g.File, absent, wanted, g.Columns)
	}
	line, err := layOut(g, plan, &e.Series.Step)
	if err != nil {
		return nil, err
	}
	s, err := e.encodeLine(line, g.File, name)
	if err == nil {
		s.notes = slices.Concat(g.Notes, line.notes)
	}
	return s, err
}

// encodeLine encodes the columns of a series.
func (e *Encoder) encodeLine(line *timeline, file, name string) (*encodedSeries, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	width := len(e.Targets) + len(e.Columns)
	s := &encodedSeries{spec: e.spec(name), file: file, line: line, values: make([]float32, line.n*width)}
	s.starts = line.windows(e.Series.Window, e.Series.Horizon)
	for i := range width {
		mean, std, column := 0.0, 1.0, ""
		if targets := len(e.Targets); i < targets {
			t := &e.Targets[i]
			mean, std, column = t.Mean, t.Std, t.Name
		} else {
			c := &e.Columns[i-targets]
			mean, std, column = c.Mean, c.Std, c.Name
		}
		last := firstOf(line.values[i][:line.n], mean)
		for at, v := range line.values[i][:line.n] {
			if v == v {
				last = v
			}
			z, err := feature.Standardize(last, mean, std)
			if err != nil {
				return nil, fault.Errorf(fault.ErrCell, "data: %s, column %q at %s: %w", file, column, line.timeText(at), err)
			}
			s.values[at*width+i] = z
		}
	}
	return s, s.encodeKnown(e)
}

// firstOf returns the first value that is there, or else otherwise.
func firstOf(values []float64, otherwise float64) float64 {
	if i := slices.IndexFunc(values, func(v float64) bool { return v == v }); i >= 0 {
		return values[i]
	}
	return otherwise
}

// encodeKnown encodes what is known of each step, and of a horizon behind the last one
// with a target, as far as it is known.
func (s *encodedSeries) encodeKnown(e *Encoder) error {
	width := e.Series.known()
	if width == 0 {
		return nil
	}
	n := s.line.n + e.Series.Horizon
	s.known = make([]float32, n*width)
	s.knownTo = n
	for k := range e.Series.Known {
		c := &e.Columns[len(e.Columns)-e.Series.Known+k]
		values := s.line.values[len(e.Targets)+len(e.Columns)-e.Series.Known+k]
		last := firstOf(values, c.Mean)
		for at := range n {
			if at < len(values) && values[at] == values[at] {
				last = values[at]
			} else if at >= s.line.n {
				s.knownTo = min(s.knownTo, at)
			}
			z, err := feature.Standardize(last, c.Mean, c.Std)
			if err != nil {
				return fault.Errorf(fault.ErrCell, "data: %s, column %q at %s: %w", s.file, c.Name, s.line.timeText(at), err)
			}
			s.known[at*width+k] = z
		}
	}
	for k, part := range e.Series.Parts {
		circle := circleOf(part)
		for at := range n {
			sin, cos := parse.OnCircle(circle.Share(s.line.step.At(s.line.origin, at)))
			to := s.known[at*width+e.Series.Known+2*k:]
			to[0], to[1] = float32(sin), float32(cos)
		}
	}
	return nil
}
