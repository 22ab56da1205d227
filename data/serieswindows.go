package data

import (
	"fmt"
	"math"
	"slices"

	"descent/data/internal/naming"
	"descent/internal/human"
)

// encodedSeries is a series as samples: windows of its standardized columns, which
// overlap and are cut out when they are read.
type encodedSeries struct {
	spec    Spec
	file    string
	line    *timeline
	values  []float32 // [steps, columns], missing ones filled
	known   []float32 // [steps and a horizon, known ahead]
	knownTo int       // steps of which all is known
	starts  []int32   // of windows
	notes   []string
}

func (s *encodedSeries) Spec() Spec      { return s.spec }
func (s *encodedSeries) Len() int        { return len(s.starts) }
func (s *encodedSeries) vetted() bool    { return true }
func (s *encodedSeries) Notes() []string { return s.notes }

func (s *encodedSeries) Read(rows []int, x, y []float32) error {
	size, target := s.spec.Size(), s.spec.TargetSize()
	if err := checkRead(s.Len(), size, target, rows, x, y); err != nil {
		return err
	}
	width, targets := s.spec.Input[1], len(s.spec.Targets)
	for i, r := range rows {
		from := int(s.starts[r])
		copy(x[i*size:(i+1)*size], s.values[from*width:])
		if y == nil {
			continue
		}
		if s.spec.Unlabeled {
			return fmt.Errorf("data: what follows the last row of %s is not there to be compared with", s.file)
		}
		for h := range s.spec.Horizon {
			copy(y[i*target+h*targets:][:targets], s.values[(from+s.spec.Input[0]+h)*width:])
		}
	}
	return nil
}

// rowNames are the times of the first steps behind windows.
func (s *encodedSeries) rowNames() []string {
	names := make([]string, len(s.starts))
	for i, start := range s.starts {
		names[i] = s.line.timeText(int(start) + s.spec.Input[0])
	}
	return names
}

// ReadField reads what is known of the steps behind windows.
func (s *encodedSeries) ReadField(name string, rows []int, dst []float32) error {
	f, err := s.spec.Field(name)
	if err != nil {
		return err
	}
	if name != KnownField {
		return fmt.Errorf("data: field %q is read by Read", name)
	}
	size := f.Size()
	if err := checkRead(s.Len(), size, 0, rows, dst, nil); err != nil {
		return err
	}
	for i, r := range rows {
		copy(dst[i*size:(i+1)*size], s.known[(int(s.starts[r])+s.spec.Input[0])*f.Shape[1]:])
	}
	return nil
}

// Ahead returns the sample of the steps that follow a series, which has no targets, and
// their times. series is what an [Encoder] of a series has opened.
func Ahead(series Source) (window Source, times []string, err error) {
	s, ok := series.(*encodedSeries)
	if !ok {
		return nil, nil, fmt.Errorf("data: %s is no series", series.Spec().name())
	}
	size, n := s.spec.Input[0], s.line.n
	if n < size {
		return nil, nil, fmt.Errorf("data: %s has %s, and the model looks at the last %s", s.file, human.Plural(n, "step"), thousands(size))
	}
	if f, err := s.spec.Field(KnownField); err == nil && s.knownTo < n+f.Shape[0] {
		e := s.spec.Encoder
		var names []string
		for _, c := range e.Columns[len(e.Columns)-e.Series.Known:] {
			names = append(names, c.Name)
		}
		return nil, nil, fmt.Errorf("data: %s: the model takes %s of the %d steps to be forecast; the first without is %s: add rows with their times and these columns, the targets empty",
			s.file, naming.List(names), f.Shape[0], s.line.timeText(s.knownTo))
	}
	last := *s
	last.starts, last.spec.Unlabeled = []int32{int32(n - size)}, true
	for h := range s.spec.Horizon {
		times = append(times, s.line.timeText(n+h))
	}
	return &last, times, nil
}

// cutInTime gives each part the windows whose targets lie in its steps.
func (s *Series) cutInTime(cfg SplitConfig, fractions [3]float64) (rows [3][]int, err error) {
	n := s.line.n
	var ends [3]int
	share, count := 0.0, 0
	for p := range ends {
		if cfg.Steps != [3]int{} {
			count += cfg.Steps[p]
			ends[p] = count
			continue
		}
		share += fractions[p]
		ends[p] = int(math.Round(share * float64(n)))
	}
	if ends[2] > n {
		return rows, fmt.Errorf("data: %s has %s, and a split into %s, %s and %s takes %s", s.grid.File, human.Plural(n, "step"), thousands(cfg.Steps[0]), thousands(cfg.Steps[1]), thousands(cfg.Steps[2]), thousands(ends[2]))
	}
	for i, start := range s.starts {
		first := int(start) + s.cfg.Window
		p := slices.IndexFunc(ends[:], func(end int) bool { return first < end })
		if p >= 0 && first+s.cfg.Horizon <= ends[p] {
			rows[p] = append(rows[p], i)
		}
	}
	from := 0
	for p, part := range []string{"training", "validation", "test"} {
		if size := ends[p] - from; size > 0 && len(rows[p]) == 0 {
			need := s.cfg.Horizon
			if p == 0 {
				need += s.cfg.Window
			}
			return rows, fmt.Errorf("data: %s: the %s part has %s of %s steps, and a window of %s with a horizon of %s takes %s of it; give a smaller window or horizon, or another split",
				s.grid.File, part, thousands(size), thousands(n), thousands(s.cfg.Window), thousands(s.cfg.Horizon), thousands(need))
		}
		from = ends[p]
	}
	return rows, nil
}
