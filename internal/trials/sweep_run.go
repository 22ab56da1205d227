package trials

import (
	"context"
	"fmt"
	"strconv"

	"descent/internal/human"
	"descent/internal/search"
	"descent/internal/settings"
)

// phaseSweep is what trials of a sweep are for.
const phaseSweep = "sweep"

// Sweep is one sweep on its way.
type Sweep struct {
	experiment
	plan   SweepPlan
	values [][]string // of trials, by the space
}

// StartText says what is about to be done.
func (w *Sweep) StartText() string {
	runs, epochs := w.planned()
	how := map[string]string{searchRandom: "at random", searchGrid: "on a grid", searchASHA: "by asynchronous successive halving"}[w.plan.Search]
	text := w.lab.dataText()
	text += fmt.Sprintf("%-9s %s of %s %s, by validation %s\n", "searches", human.Plural(len(w.values), "combination"), human.Plural(len(w.plan.Space), "setting"), how, w.plan.Metric)
	text += fmt.Sprintf("%-9s about %s of at most %s, %s in all; %d at once with %s each\n", "runs", human.Plural(runs, "run"),
		human.Plural(w.plan.Epochs, "epoch"), human.Plural(epochs, "epoch"), min(w.lab.slots(), w.plan.Parallel), human.Plural(w.lab.workers, "worker"))
	return text + fmt.Sprintf("%-9s %s\n", "folder", w.folder.Path)
}

// planned returns about how many runs there will be, and their epochs.
func (w *Sweep) planned() (runs, epochs int) {
	n := len(w.values)
	for _, length := range w.plan.lengths() {
		runs, epochs = runs+n, epochs+n*length
		n /= w.plan.Factor
	}
	return runs, epochs
}

// Run makes all runs, but those that the folder has, and keeps what they show.
func (w *Sweep) Run(ctx context.Context) (*SweepResult, error) {
	w.lab.tally.plan(w.planned())
	lengths := w.plan.lengths()
	halving := search.NewHalving(len(w.values), w.plan.Factor, len(lengths))
	outcomes := make([][]outcome, len(lengths)) // by rung and trial
	for k := range outcomes {
		outcomes[k] = make([]outcome, len(w.values))
	}
	err := search.Run(ctx, halving, w.plan.Parallel, w.lab.slots(), func(ctx context.Context, j search.Job) (search.Cost, error) {
		s, err := w.trialSettings(j.Config)
		if err != nil {
			return search.Cost{}, err
		}
		s.Epochs = settings.Given(lengths[j.Rung])
		o, err := w.lab.one(ctx, trial{trialID: w.id(j.Config, lengths[j.Rung]), settings: s, values: w.valueMap(j.Config)})
		outcomes[j.Rung][j.Config] = o
		return o.cost(w.plan.Metric), err
	})
	if err != nil {
		return nil, err
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
	return r, w.keep(r)
}

// id names the run of trial i of so many epochs.
func (w *Sweep) id(i, epochs int) trialID {
	return trialID{Phase: phaseSweep, Name: strconv.Itoa(i), Epochs: epochs, Seed: w.settings.Train.Seed}
}

// valueMap returns what trial i sets, by the names of settings.
func (w *Sweep) valueMap(i int) map[string]string {
	values := map[string]string{}
	for k, r := range w.plan.Space {
		values[r.Name] = w.values[i][k]
	}
	return values
}
