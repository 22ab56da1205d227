package trials

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/metric"
)

// SweepResult is what --json prints and sweep.json keeps.
type SweepResult struct {
	Rows   []sweepRow `json:"rows"` // the best first
	Best   *sweepRow  `json:"best"` // null if every trial diverged
	Page   string     `json:"page"`
	Config string     `json:"config"` // file with the settings of the best

	Metric string     `json:"metric"`
	Higher bool       `json:"higher_is_better"`
	Search string     `json:"search"`
	Runs   int        `json:"runs"`
	Epochs []int      `json:"epochs"` // of runs, by rung
	Data   string     `json:"data"`
	Folder string     `json:"folder"`
	Build  runs.Build `json:"build"`
}

// sweepRow is the longest run of a trial.
type sweepRow struct {
	Trial     int               `json:"trial"`
	Settings  map[string]string `json:"settings"`
	Epochs    int               `json:"epochs"`
	Score     numeral           `json:"validation"`
	Loss      numeral           `json:"validation_loss"`
	BestEpoch int               `json:"best_epoch"`
	Diverged  bool              `json:"diverged"`
	Seconds   float64           `json:"seconds"`

	outcome outcome
	values  []string
}

// result ranks trials: longer runs before shorter ones, then by the score.
func (w *Sweep) result(longest []outcome) *SweepResult {
	r := &SweepResult{
		Metric: w.plan.Metric, Higher: metric.HigherIsBetter(w.plan.Metric), Search: w.plan.Search, Runs: w.lab.tally.runs,
		Epochs: w.plan.lengths(), Data: w.settings.Data, Folder: w.folder.Path, Build: runs.ThisBuild(),
	}
	costs := make([]search.Cost, len(longest))
	order := make([]int, len(longest))
	for i := range longest {
		costs[i], order[i] = longest[i].cost(w.plan.Metric), i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if a, b := longest[i].failed(), longest[j].failed(); a != b {
			if a {
				return 1
			}
			return -1
		}
		return cmp.Or(longest[j].Epochs-longest[i].Epochs, costs[i].Compare(costs[j]))
	})
	for _, i := range order {
		o := longest[i]
		score, loss := o.best()
		r.Rows = append(r.Rows, sweepRow{
			Trial: i, Settings: w.valueMap(i), Epochs: o.Epochs, Score: numeral(score), Loss: numeral(loss),
			BestEpoch: o.BestEpoch, Diverged: o.failed(), Seconds: o.Seconds, outcome: o, values: w.values[i],
		})
	}
	if !r.Rows[0].Diverged {
		r.Best = &r.Rows[0]
	}
	return r
}

// keep writes the leaderboard, the page and the best settings into the folder.
func (w *Sweep) keep(r *SweepResult) error {
	r.Page = w.folder.File(runs.SweepPage)
	var best *settings.Job
	if r.Best != nil {
		r.Config = w.folder.File(runs.ConfigFile)
		s, err := w.trialSettings(r.Best.Trial)
		if err != nil {
			return err
		}
		s.Epochs = settings.Given(r.Best.Epochs)
		if best, err = w.lab.base.With(s); err != nil {
			return err
		}
		if err := w.folder.Write(runs.ConfigFile, best.Settings.Write); err != nil {
			return err
		}
	}
	if err := w.folder.Write(runs.BoardFile, func(f io.Writer) error { return w.board(f, r) }); err != nil {
		return err
	}
	if err := w.folder.Write(runs.SweepFile, func(f io.Writer) error { return runs.WriteJSON(f, r) }); err != nil {
		return err
	}
	return w.folder.Write(runs.SweepPage, w.page(r, best).WriteHTML)
}

// board writes the leaderboard as CSV.
func (w *Sweep) board(f io.Writer, r *SweepResult) error {
	out := csv.NewWriter(f)
	head := []string{"rank", "trial", "epochs", "val_" + r.Metric, "val_loss", "best_epoch", "diverged", "seconds"}
	for _, x := range w.plan.Space {
		head = append(head, x.Name)
	}
	out.Write(head)
	for i, row := range r.Rows {
		fields := []string{
			strconv.Itoa(i + 1), strconv.Itoa(row.Trial), strconv.Itoa(row.Epochs), csvNumber(row.Score), csvNumber(row.Loss),
			strconv.Itoa(row.BestEpoch), strconv.FormatBool(row.Diverged), fmt.Sprintf("%.3f", row.Seconds),
		}
		out.Write(append(fields, row.values...))
	}
	out.Flush()
	return out.Error()
}

// csvNumber is empty where there is no number.
func csvNumber(v numeral) string {
	if math.IsNaN(float64(v)) {
		return ""
	}
	return human.Float(float64(v))
}

// Text is the result for people.
func (w *Sweep) Text(r *SweepResult) string {
	const most = 10
	head := []string{"", "trial", "validation " + human.Label(r.Metric), "loss", "epochs"}
	for _, x := range w.plan.Space {
		head = append(head, x.Name)
	}
	rows := [][]string{head}
	for i, row := range r.Rows[:min(most, len(r.Rows))] {
		score, loss := "diverged", ""
		if !row.Diverged {
			score, loss = human.Score(r.Metric, float64(row.Score)), human.Score("loss", float64(row.Loss))
		}
		rows = append(rows, append([]string{strconv.Itoa(i + 1), strconv.Itoa(row.Trial), score, loss, strconv.Itoa(row.Epochs)}, row.values...))
	}
	text := human.Columns(rows)
	if more := len(r.Rows) - most; more > 0 {
		text += fmt.Sprintf("and %s more in %s\n", human.Plural(more, "trial"), w.folder.File(runs.BoardFile))
	}
	return text + fmt.Sprintf("\n%s\npage    %s\nboard   %s\n\n", human.Wrap(r.verdict(), 100), r.Page, w.folder.File(runs.BoardFile))
}

// Commands are what to do with the result.
func (w *Sweep) Commands() []string { return w.again("sweep") }

// verdict says in words what to make of the result.
func (r *SweepResult) verdict() string {
	if r.Best == nil {
		return "Every trial diverged; smaller rates, or a clipped gradient (clip_norm: 1), may help."
	}
	failed := 0
	for _, row := range r.Rows {
		if row.Diverged {
			failed++
		}
	}
	text := fmt.Sprintf("Best of %s in %s is trial %d: validation %s %s after %s.", human.Plural(len(r.Rows), "combination"), human.Plural(r.Runs, "run"),
		r.Best.Trial, human.Label(r.Metric), human.Score(r.Metric, float64(r.Best.Score)), human.Plural(r.Best.Epochs, "epoch"))
	if failed > 0 {
		text += fmt.Sprintf(" %s diverged.", human.Plural(failed, "trial"))
	}
	return text + " The best of many is better on the validation part than it will be elsewhere; the test part was not looked at. Each trial is one run: \"descent compare\" says whether settings differ by more than chance."
}
