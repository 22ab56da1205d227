package trials

import (
	"fmt"
	"math"
	"strings"

	"descent/internal/human"
	"descent/metric"
)

// leastRows is by how many validation rows two accuracies must differ: even if
// all rows that they do not share favor the better, a sign test over k rows
// gives p = 2·2⁻ᵏ at best.
const leastRows = 6

// apart reports whether the best differs from a row by more than chance, that
// of seeds and, where the metric is a share of rows, that of rows.
func (r *CompareResult) apart(row *compareRow) bool {
	rows, counted := r.rowsBehind(row)
	return float64(row.P) < chance && (!counted || rows >= leastRows)
}

// rowsBehind is by how many validation rows a row is behind the best, if the
// metric counts them.
func (r *CompareResult) rowsBehind(row *compareRow) (rows float64, counted bool) {
	const rounding = 1e-9
	d := math.Abs(float64(r.Rows[0].Validation.Mean - row.Validation.Mean))
	return float64(d*float64(r.DataRows["validation"])) + rounding, r.counts()
}

// counts reports whether every row counts as 0 or 1 in the metric.
func (r *CompareResult) counts() bool {
	m, err := metric.ByName(r.Metric)
	return err == nil && m.Share
}

// verdict says in words what the runs show, and how sure that is.
func (r *CompareResult) verdict() string {
	best := r.Rows[0]
	if r.Best == "" {
		return "Every run of every setting diverged; smaller rates, a clipped gradient (--clip-norm 1) or scaled inputs may help."
	}
	var s []string
	say := func(format string, args ...any) { s = append(s, fmt.Sprintf(format, args...)) }
	m := human.Label(r.Metric)
	first := fmt.Sprintf("Best is %s at rate %s: validation %s %s", best.Name, human.Float(best.Rate), m, r.span(best.Validation))
	if !math.IsNaN(float64(best.Test.Mean)) {
		first += fmt.Sprintf(", test %s %s", m, r.span(best.Test))
	}
	say("%s; means over %d seeds with 95 %% intervals.", first, best.Runs-best.Diverged)
	if d := r.Difference; d != nil {
		behind := r.distance(float64(d.Mean)) + " behind"
		if d.Mean == 0 {
			behind = "equal"
		}
		say("Next is %s at rate %s, %s on the validation part.", d.Next, human.Float(r.Rows[1].Rate), behind)
		test := fmt.Sprintf("p = %s by a paired t test over the seeds%s", pText(float64(d.P)), adjusted(len(r.Rows)-1))
		rows, counted := r.rowsBehind(&r.Rows[1])
		switch {
		case d.Real:
			say("That is more than chance: %s.", test)
		case float64(d.P) < chance && counted:
			say("That is more than the chance of seeds (%s), but no more than %.1f of %s: too few to be sure of on others.", test, rows, human.Plural(r.DataRows["validation"], "row"))
		case d.Mean != 0:
			say("Chance alone makes such differences: %s; more seeds would show smaller ones.", test)
		}
	}
	var equal, worse, failed []string
	for _, row := range r.Rows[1:] {
		switch {
		case row.Diverged > 0:
			failed = append(failed, fmt.Sprintf("%s (%d of %d runs)", row.Name, row.Diverged, row.Runs))
		case r.apart(&row):
			worse = append(worse, row.Name)
		default:
			equal = append(equal, row.Name)
		}
	}
	if len(r.Rows) > 2 && len(equal) > 0 {
		say("Not told apart from the best: %s.", human.And(equal))
	}
	if len(r.Rows) > 2 && len(worse) > 0 {
		say("Worse by more than chance: %s.", human.And(worse))
	}
	if ahead := r.aheadOnTest(); ahead != nil {
		say("On the test part, which chooses nothing, %s is ahead with %s.", ahead.Name, written(r.Metric, ahead.Test.Mean))
	}
	if len(failed) > 0 {
		say("Diverged: %s.", human.And(failed))
	}
	var ends []string
	for _, row := range r.Rows {
		if !row.Inside && row.Diverged < row.Runs {
			ends = append(ends, row.Name)
		}
	}
	if len(ends) > 0 {
		say("At an end of the rates tried is that of %s; a better one may lie beyond.", human.And(ends))
	}
	what := "Seeds vary first weights and the order of rows, not the split"
	if n := r.DataRows["validation"]; r.counts() && n <= 10000 { // else the row is nothing
		what += fmt.Sprintf(", and one row of the validation part is %s", human.Score(r.Metric, 1/float64(n)))
	}
	say("%s: on other rows the order may differ.", what)
	return strings.Join(s, " ")
}

// aheadOnTest returns the row with the best test score, unless it is the first.
func (r *CompareResult) aheadOnTest() *compareRow {
	at := 0
	for i, row := range r.Rows {
		a, b := float64(row.Test.Mean), float64(r.Rows[at].Test.Mean)
		if row.Diverged == 0 && (r.Higher && a > b || !r.Higher && a < b) {
			at = i
		}
	}
	if at == 0 {
		return nil
	}
	return &r.Rows[at]
}

func adjusted(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", adjusted for %d comparisons after Holm", n)
}

func pText(p float64) string {
	if p < 0.001 {
		return "less than 0.001"
	}
	return fmt.Sprintf("%.2g", p)
}

// span writes a mean with its interval.
func (r *CompareResult) span(i interval) string {
	mean := written(r.Metric, i.Mean)
	if ends := i.ends(r.Metric); ends != "" {
		mean += " (" + ends + ")"
	}
	return mean
}

// distance writes by how much one is behind.
func (r *CompareResult) distance(v float64) string {
	text := human.Score(r.Metric, math.Abs(v))
	if points, ok := strings.CutSuffix(text, " %"); ok {
		return points + " points"
	}
	return text
}
