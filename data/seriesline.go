package data

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
	"descent/data/internal/steps"
	"descent/internal/human"
)

// timeline is the columns of a series, a value for each step.
type timeline struct {
	step    steps.Step
	form    string // of the dates of its times; "" where they are numbers
	origin  float64
	values  [][]float64 // of each column, of each step; NaN where it is missing
	n       int         // steps to the last one with a target
	targets int         // how many columns are that
	missing int         // steps that lack a target
	notes   []string
}

// Bounds of what is still a series with a step.
const (
	mostBetween = 0.1  // of the rows lie between steps
	mostTwice   = 0.02 // of the rows have the time of another
	mostGaps    = 5    // steps a row
)

// layOut puts the rows of a table at their steps. A nil step is found from the times.
func layOut(g *grid.Grid, plan *schema.Series, step *steps.Step) (*timeline, error) {
	t := &timeline{targets: plan.Targets}
	rows, err := t.order(g, plan, step)
	if err != nil {
		return nil, err
	}
	t.values = make([][]float64, len(plan.Columns))
	for i, c := range plan.Columns {
		cells, err := readColumn(g, c.Col, &c.Reading)
		if err != nil {
			return nil, err
		}
		t.values[i] = make([]float64, len(rows))
		for at, row := range rows {
			t.values[i][at] = math.NaN()
			if row >= 0 {
				t.values[i][at] = cells[row]
			}
		}
	}
	for at := range rows {
		lacks, has := false, false
		for _, column := range t.values[:t.targets] {
			v := column[at]
			lacks, has = lacks || v != v, has || v == v
		}
		if has {
			t.n = at + 1
		}
		if lacks {
			t.missing++
		}
	}
	t.missing -= len(rows) - t.n
	if t.n == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s: no row has a value for the target %q", g.File, g.Columns[plan.Columns[0].Col])
	}
	if gaps := t.missing - t.gaps(rows[:t.n]); gaps > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s of %s %s a value of a target: among inputs the last one before counts", human.Plural(gaps, "row"), thousands(g.Rows()), choose(gaps == 1, "lacks", "lack")))
	}
	return t, nil
}

// readColumn reads a column.
func readColumn(g *grid.Grid, col int, r *parse.Reading) ([]float64, error) {
	values := make([]float64, 0, g.Rows())
	reader := grid.NewReader(g)
	for _, run := range g.Runs(nil) {
		some, err := reader.Floats(run, col, r)
		if err != nil {
			return nil, err
		}
		values = append(values, some...)
	}
	return values, nil
}

// order returns the row at each step, -1 where there is none.
func (t *timeline) order(g *grid.Grid, plan *schema.Series, step *steps.Step) ([]int, error) {
	if plan.Time < 0 {
		t.step = steps.Step{Unit: steps.Rows, Size: 1}
		if step == nil { // which the file that was trained on has said
			t.notes = append(t.notes, "no column says when a row was: rows are taken to follow one another in their order, at equal steps; --time names one that does")
		}
		return natural(g.Rows()), nil
	}
	name := g.Columns[plan.Time]
	times, err := readColumn(g, plan.Time, &plan.When)
	if err != nil {
		return nil, err
	}
	if row := slices.IndexFunc(times, func(v float64) bool { return v != v }); row >= 0 {
		what := "is empty"
		if cell := strings.TrimSpace(g.Cell(row, plan.Time)); cell != "" {
			what = fmt.Sprintf("holds %q, which says that there is none", cell)
		}
		return nil, fmt.Errorf("%s %s; each row of a series has a time", g.At(row, plan.Time), what)
	}
	rows := natural(len(times))
	for i := 1; i < len(times); i++ {
		if times[i] < times[i-1] {
			t.notes = append(t.notes, fmt.Sprintf("rows are not in the order of %q, first in %s: they are put in order", name, g.Place(i)))
			slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
			break
		}
	}
	rows, err = t.once(g, name, rows, times)
	if err != nil {
		return nil, err
	}
	sorted := ofRows(times, rows)
	t.form, t.origin = plan.When.Form, sorted[0]
	if step != nil {
		t.step = *step
	} else if t.step, err = steps.Find(sorted, plan.When.Kind == parse.DateKind); err != nil {
		return nil, fmt.Errorf("data: %s, column %q: %w", g.File, name, err)
	}
	return t.place(g, name, rows, sorted)
}

// once leaves out rows that have the time of another.
func (t *timeline) once(g *grid.Grid, name string, rows []int, times []float64) ([]int, error) {
	kept := rows[:1]
	twice, first, second := 0, 0, 0
	for _, row := range rows[1:] {
		if last := kept[len(kept)-1]; times[last] == times[row] {
			if twice++; twice == 1 {
				first, second = last, row
			}
			continue
		}
		kept = append(kept, row)
	}
	if twice == 0 {
		return kept, nil
	}
	text := fmt.Sprintf("%s the %q of another, first %s and %s", human.Plural(twice, "row")+choose(twice == 1, " has", " have"), name, g.Place(first), g.Place(second))
	if float64(twice) > mostTwice*float64(len(rows)) {
		return nil, fmt.Errorf("data: %s: %s; a series has one row a time: if the file holds several series, make a column of each", g.File, text)
	}
	t.notes = append(t.notes, text+", as where clocks are set back: the first of them counts")
	return kept, nil
}

// place puts rows, whose times ascend, at their steps.
func (t *timeline) place(g *grid.Grid, name string, rows []int, times []float64) ([]int, error) {
	if most := float64(mostGaps * len(rows)); len(times) > 0 && !(t.step.Index(times[0], times[len(times)-1]) < most) {
		return nil, fmt.Errorf("data: %s, column %q: the last row is more than %s steps of %s behind the first, and there are %s; leave out what is far from the others", g.File, name, human.Thousands(most), t.step, human.Plural(len(rows), "row"))
	}
	places, between := t.step.Place(times)
	if float64(between) > mostBetween*float64(len(rows)) {
		return nil, fmt.Errorf("data: %s, column %q: %s of %s lie between steps of %s; want one a step, as a mean over each makes them", g.File, name, human.Plural(between, "row"), thousands(len(rows)), t.step)
	}
	all := places[len(places)-1] + 1
	at := slices.Repeat([]int{-1}, all)
	shared, gap, after := 0, 0, 0
	for i, p := range places {
		if at[p] >= 0 {
			shared++
			continue
		}
		if i > 0 && p > places[i-1]+1 {
			if gap == 0 {
				after = rows[i-1]
			}
			gap += p - places[i-1] - 1
		}
		at[p] = rows[i]
	}
	if between > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s between steps of %s: they count at the nearest%s", human.Plural(between, "row")+choose(between == 1, " lies", " lie"), t.step, choose(shared > 0, fmt.Sprintf(", where %s another and %s left out", thousands(shared)+choose(shared == 1, " finds", " find"), choose(shared == 1, "is", "are")), "")))
	}
	if gap > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s of %s without a row, first after %s: among inputs the last one before counts", human.Plural(gap, "step"), t.step, g.Place(after)))
	}
	return at, nil
}

func choose[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

// gaps counts the steps without a row.
func (t *timeline) gaps(rows []int) (n int) {
	for _, row := range rows {
		if row < 0 {
			n++
		}
	}
	return n
}

// windows returns where the windows begin behind which all targets are there.
func (t *timeline) windows(window, horizon int) []int32 {
	var starts []int32
	run := 0 // steps up to here that have all targets
	for at := range t.n {
		run++
		for _, column := range t.values[:t.targets] {
			if v := column[at]; v != v {
				run = 0
			}
		}
		if start := at + 1 - horizon - window; start >= 0 && run >= horizon {
			starts = append(starts, int32(start))
		}
	}
	return starts
}

// timeText is the time of a step as the file may have it.
func (t *timeline) timeText(at int) string {
	if t.step.Unit == steps.Rows {
		return strconv.Itoa(at + 1)
	}
	when := t.step.At(t.origin, at)
	switch t.form {
	case "":
		return strconv.FormatFloat(when, 'g', 10, 64)
	case parse.UnixForm:
		return strconv.FormatFloat(math.Round(when*24*60*60), 'f', 0, 64)
	case parse.MonthForm:
		return parse.DateOf(when).Format("2006-01")
	}
	date := time.Unix(int64(math.Round(when*24*60*60)), 0).UTC()
	switch whole := t.origin == math.Floor(t.origin); {
	case t.step.Unit != steps.Days && whole, t.step.Unit == steps.Days && t.step.Size == math.Floor(t.step.Size) && whole:
		return date.Format("2006-01-02")
	case date.Second() == 0 && math.Mod(math.Round(t.step.Size*24*60*60), 60) == 0:
		return date.Format("2006-01-02 15:04")
	}
	return date.Format("2006-01-02 15:04:05")
}
