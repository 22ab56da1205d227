package trials

import (
	"math"
	"slices"

	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/metric"
)

// CompareResult is what --json prints and compare.json keeps.
type CompareResult struct {
	Rows []compareRow `json:"rows"` // the best first
	Best string       `json:"best"` // name of the first row; "" if every run diverged
	Page string       `json:"page"`

	Verdict    string            `json:"verdict"`
	Metric     string            `json:"metric"`
	Higher     bool              `json:"higher_is_better"`
	Target     numeral           `json:"target"` // of steps_to_target
	Difference *difference       `json:"difference,omitempty"`
	Level      float64           `json:"confidence"` // of all intervals
	Seeds      []uint64          `json:"seeds"`
	Epochs     int               `json:"epochs"` // of a whole run
	Rungs      []int             `json:"rate_search_epochs"`
	DataRows   map[string]int    `json:"data_rows"`
	Data       string            `json:"data"`
	DataSHA256 string            `json:"data_sha256"`
	Budget     float64           `json:"budget_seconds,omitempty"`
	Folder     string            `json:"folder"`
	Build      runs.Build        `json:"build"`
	config     settings.Settings // of the best
}

// compareRow is one of the settings that are compared.
type compareRow struct {
	Optimizer  string   `json:"optimizer"`
	Rate       float64  `json:"lr"`
	Validation interval `json:"validation"` // of the kept models
	Test       interval `json:"test"`
	Diverged   int      `json:"diverged"` // runs, which the intervals leave out

	Name     string              `json:"name"`
	Settings map[string]string   `json:"settings,omitempty"` // that were varied
	Inside   bool                `json:"lr_inside"`          // worse rates were tried on both sides
	Runs     int                 `json:"runs"`
	Final    interval            `json:"final_validation"` // of the last epochs
	Scores   map[string]interval `json:"test_scores,omitempty"`
	Reached  int                 `json:"reached"` // runs that reached the target
	Steps    numeral             `json:"steps_to_target"`
	Time     numeral             `json:"seconds_to_target"`
	Seconds  float64             `json:"seconds"` // of a run, with others beside it
	P        numeral             `json:"p"`       // that it equals the best, adjusted; of the best itself null
	Rates    []rateRow           `json:"rates,omitempty"`

	variant int
	scores  []float64 // of the kept models, by seed; NaN if it diverged
}

// rateRow is a trial of the search for a rate.
type rateRow struct {
	Rate     float64 `json:"lr"`
	Epochs   int     `json:"epochs"`
	Score    numeral `json:"validation"`
	Loss     numeral `json:"validation_loss"`
	Diverged bool    `json:"diverged"`
}

// difference compares the best with the next.
type difference struct {
	Next     string  `json:"next"`
	Test     string  `json:"test"` // of chance
	interval         // of best minus next, over seeds
	P        numeral `json:"p"`
	Real     bool    `json:"more_than_chance"`
}

// chance is the p below which a difference is called more than that.
const chance = 0.05

// result sums up all runs.
func (c *Comparison) result() (*CompareResult, error) {
	parts := c.lab.base.Parts
	r := &CompareResult{
		Metric: c.plan.Metric, Higher: metric.HigherIsBetter(c.plan.Metric), Level: confidence,
		Epochs: c.plan.Epochs, Rungs: c.plan.lengths(), Budget: c.plan.Budget,
		Data: c.settings.Data, DataSHA256: c.plan.Data, Folder: c.folder.Path, Build: runs.ThisBuild(),
		DataRows: map[string]int{"train": parts.Train.Len(), "validation": parts.Validation.Len(), "test": parts.Test.Len()},
	}
	for k := range c.plan.Seeds {
		r.Seeds = append(r.Seeds, c.settings.Train.Seed+1+uint64(k))
	}
	var costs []search.Cost
	var rows []compareRow
	for i := range c.variants {
		row, cost := c.row(i)
		rows, costs = append(rows, row), append(costs, cost)
	}
	for _, i := range search.Rank(costs) {
		r.Rows = append(r.Rows, rows[i])
	}
	if r.Rows[0].Diverged < r.Rows[0].Runs {
		r.Best = r.Rows[0].Name
	}
	c.target(r)
	r.tell()
	r.Verdict = r.verdict()
	return r, nil
}

// row sums up the runs of variant i. Its cost is that of the means; what
// diverged for more seeds is worse.
func (c *Comparison) row(i int) (compareRow, search.Cost) {
	v := &c.variants[i]
	row := compareRow{
		Optimizer: v.rule, Name: v.name, Rate: c.rate(i), Inside: true, Runs: len(c.runs[i]), variant: i,
		Seconds: meanSeconds(c.runs[i]),
	}
	for _, pair := range v.varied {
		if row.Settings == nil {
			row.Settings = map[string]string{}
		}
		row.Settings[pair[0]] = pair[1]
	}
	if search := c.rates[i]; search != nil {
		_, row.Inside = search.Best()
		for _, t := range search.History() {
			o, _ := c.lab.log.find(trialID{phaseRate, v.name, t.Rate, t.Length, c.settings.Train.Seed})
			score, loss := o.best()
			row.Rates = append(row.Rates, rateRow{t.Rate, t.Length, numeral(score), numeral(loss), o.failed()})
		}
	}
	var finals, losses []float64
	tests := map[string][]float64{}
	for _, o := range c.runs[i] {
		if o.failed() {
			row.Diverged++
			row.scores = append(row.scores, math.NaN())
			continue
		}
		score, loss := o.best()
		row.scores = append(row.scores, score)
		finals, losses = append(finals, o.final()), append(losses, loss)
		for name, v := range o.Test {
			tests[name] = append(tests[name], float64(v))
		}
	}
	row.Validation, row.Final = intervalOf(c.plan.Metric, row.scores), intervalOf(c.plan.Metric, finals)
	row.Test = intervalOf(c.plan.Metric, tests[c.plan.Metric])
	for name, values := range tests {
		if row.Scores == nil {
			row.Scores = map[string]interval{}
		}
		row.Scores[name] = intervalOf(name, values)
	}
	score := float64(row.Validation.Mean)
	if metric.HigherIsBetter(c.plan.Metric) {
		score = -score
	}
	failures := float64(row.Diverged) / float64(max(1, row.Runs))
	if row.Diverged > 0 {
		score = math.Inf(1)
		losses = []float64{failures}
	}
	return row, search.Cost{score, mean(losses)}
}

// target counts updates and seconds to a score.
func (c *Comparison) target(r *CompareResult) {
	better := func(a, b float64) bool { return a >= b }
	if !r.Higher {
		better = func(a, b float64) bool { return a <= b }
	}
	if c.plan.Reach != nil {
		r.Target = numeral(*c.plan.Reach)
	} else {
		var worst []float64 // seed of each row
		for _, row := range r.Rows {
			w := math.NaN()
			for _, s := range row.scores {
				if !math.IsNaN(s) && !better(s, w) {
					w = s
				}
			}
			if !math.IsNaN(w) {
				worst = append(worst, w)
			}
		}
		slices.SortFunc(worst, func(a, b float64) int {
			if a == b {
				return 0
			}
			if better(a, b) {
				return -1
			}
			return 1
		})
		r.Target = numeral(math.NaN())
		if n := len(worst); n > 0 {
			r.Target = numeral(worst[max(0, n-2)])
		}
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		var steps, seconds []float64
		for _, o := range c.runs[row.variant] {
			for e, s := range o.Curve.Score {
				if !o.failed() && better(float64(s), float64(r.Target)) {
					steps = append(steps, float64(o.Curve.Updates[e]))
					seconds = append(seconds, float64(o.Curve.Seconds[e]))
					break
				}
			}
		}
		row.Reached = len(steps)
		row.Steps, row.Time = numeral(mean(steps)), numeral(mean(seconds))
	}
}

// tell tests whether rows differ from the best by more than chance.
func (r *CompareResult) tell() {
	ps := []float64{math.NaN()}
	pairs := []search.Paired{{}}
	for _, row := range r.Rows[1:] {
		pair := search.Paired{P: math.NaN()}
		if row.Diverged == 0 && r.Rows[0].Diverged == 0 {
			pair = search.PairedT(r.Rows[0].scores, row.scores, confidence)
		}
		ps, pairs = append(ps, pair.P), append(pairs, pair)
	}
	for i, p := range search.Holm(ps) {
		r.Rows[i].P = numeral(p)
	}
	if len(r.Rows) < 2 || r.Rows[1].Diverged > 0 || r.Rows[0].Diverged > 0 {
		return
	}
	next := r.Rows[1]
	r.Difference = &difference{
		Next: next.Name, Test: "paired t over seeds, Holm's adjustment",
		interval: differenceOf(r.Metric, pairs[1].Interval), P: next.P, Real: r.apart(&next),
	}
}
