package cli

import (
	"context"
	"fmt"
	"strconv"

	"descent/internal/search"
)

// phaseSweep is what trials of a sweep are for.
const phaseSweep = "sweep"

// The files of a sweep beside its trials. Its configFile has the settings of
// the best trial.
const (
	boardFile = "leaderboard.csv"
	sweepFile = "sweep.json"
	sweepPage = "sweep.html"
)

// sweep is one sweep on its way.
type sweep struct {
	*app
	ui       *progress
	json     bool
	plan     sweepPlan
	settings Settings // of all trials, open
	folder   *runFolder
	lab      *lab
	values   [][]string // of trials, by the space
}

func (w *sweep) startText() string {
	runs, epochs := w.planned()
	how := map[string]string{searchRandom: "at random", searchGrid: "on a grid", searchASHA: "by asynchronous successive halving"}[w.plan.Search]
	text := w.lab.dataText()
	text += fmt.Sprintf("%-9s %s of %s %s, by validation %s\n", "searches", plural(len(w.values), "combination"), plural(len(w.plan.Space), "setting"), how, w.plan.Metric)
	text += fmt.Sprintf("%-9s about %s of at most %s, %s in all; %d at once with %s each\n", "runs", plural(runs, "run"),
		plural(w.plan.Epochs, "epoch"), plural(epochs, "epoch"), min(w.lab.side, w.plan.Parallel), plural(w.lab.workers, "worker"))
	return text + fmt.Sprintf("%-9s %s\n", "folder", w.folder.path)
}

// planned returns about how many runs there will be, and their epochs.
func (w *sweep) planned() (runs, epochs int) {
	n := len(w.values)
	for _, length := range w.plan.lengths() {
		runs, epochs = runs+n, epochs+n*length
		n /= w.plan.Factor
	}
	return runs, epochs
}

// do makes all runs and says what they show.
func (w *sweep) do(ctx context.Context) error {
	w.lab.tally.plan(w.planned())
	lengths := w.plan.lengths()
	halving := search.NewHalving(len(w.values), w.plan.Factor, len(lengths))
	outcomes := make([][]outcome, len(lengths)) // by rung and trial
	for k := range outcomes {
		outcomes[k] = make([]outcome, len(w.values))
	}
	err := search.Run(ctx, halving, w.plan.Parallel, w.lab.side, func(ctx context.Context, j search.Job) (search.Cost, error) {
		s, err := w.trialSettings(j.Config)
		if err != nil {
			return search.Cost{}, err
		}
		s.Epochs = given(lengths[j.Rung])
		o, err := w.lab.one(ctx, trial{trialID: w.id(j.Config, lengths[j.Rung]), settings: s, values: w.valueMap(j.Config)})
		outcomes[j.Rung][j.Config] = o
		return o.cost(w.plan.Metric), err
	})
	if err != nil {
		return err
	}
	longest := outcomes[0]
	for _, rung := range outcomes[1:] {
		for i, o := range rung {
			if o.Epochs > 0 {
				longest[i] = o
			}
		}
	}
	r := w.result(longest)
	if err := w.keep(r); err != nil {
		return err
	}
	if w.json {
		return writeJSON(w.stdout, r)
	}
	w.print(r)
	return nil
}

// id names the run of trial i of so many epochs.
func (w *sweep) id(i, epochs int) trialID {
	return trialID{Phase: phaseSweep, Name: strconv.Itoa(i), Epochs: epochs, Seed: w.settings.Seed}
}

// valueMap returns what trial i sets, by the names of settings.
func (w *sweep) valueMap(i int) map[string]string {
	values := map[string]string{}
	for k, r := range w.plan.Space {
		values[r.Name] = w.values[i][k]
	}
	return values
}
