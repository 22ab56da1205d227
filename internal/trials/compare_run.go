package trials

import (
	"context"
	"fmt"
	"io"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/train"
)

// What trials of a comparison are for.
const (
	phaseRate = "rate" // to find a rate, with the seed of the settings
	phaseSeed = "seed" // to compare, with the seeds after it
)

// Comparison is one comparison on its way.
type Comparison struct {
	experiment
	plan     ComparePlan
	variants []variant
	jobs     []*settings.Job // of variants, as a whole run would be

	rates []*search.RateSearch // of variants; nil where the rate is given
	runs  [][]outcome          // of variants, a run for each seed
}

// StartText says what is about to be done.
func (c *Comparison) StartText() string {
	text := c.lab.dataText()
	runs, epochs := c.planned()
	text += fmt.Sprintf("%-9s %s, by validation %s\n", "compares", human.Plural(len(c.variants), "setting"), c.plan.Metric)
	text += fmt.Sprintf("%-9s %s of at most %s, %s in all; %d at once with %s each\n", "runs", human.Plural(runs, "run"),
		human.Plural(c.plan.Epochs, "epoch"), human.Plural(epochs, "epoch"), c.lab.slots(), human.Plural(c.lab.workers, "worker"))
	return text + fmt.Sprintf("%-9s %s\n", "folder", c.folder.Path)
}

// trialText is what a trial found, in a line.
func (c *Comparison) trialText(o outcome) string {
	return fmt.Sprintf("%s  rate %s  %s  seed %d  %s", o.Name, human.Float(o.Rate), human.Plural(o.Epochs, "epoch"), o.Seed, foundText(&o, c.plan.Metric))
}

// Run makes all runs, but those that the folder has, and keeps what they show.
func (c *Comparison) Run(ctx context.Context) (*CompareResult, error) {
	c.lab.tally.plan(c.planned())
	if err := c.search(ctx); err != nil {
		return nil, err
	}
	if err := c.repeat(ctx); err != nil {
		return nil, err
	}
	r, err := c.result()
	if err != nil {
		return nil, err
	}
	return r, c.keep(r)
}

// trial returns a run of variant i.
func (c *Comparison) trial(i int, phase string, rate float64, epochs int, seed uint64) trial {
	v := &c.variants[i]
	s := v.settings
	s.LearningRate, s.Epochs, s.Train.Seed = settings.Given(rate), settings.Given(epochs), seed
	return trial{trialID: trialID{phase, v.name, rate, epochs, seed}, settings: s, test: phase == phaseSeed}
}

// search finds the rate of every variant, round by round.
func (c *Comparison) search(ctx context.Context) error {
	c.rates = make([]*search.RateSearch, len(c.variants))
	expected := make([]int, len(c.variants)) // runs of the variants, but those of a grid that grew
	for i, v := range c.variants {
		if v.searched {
			c.rates[i] = search.NewRateSearch(v.guess, train.MaxRate, c.plan.lengths())
			for _, n := range search.RateTrials(c.plan.lengths()) {
				expected[i] += n
			}
		}
	}
	for {
		var trials []trial
		var of []int // variants
		for i, r := range c.rates {
			if r == nil {
				continue
			}
			for _, t := range r.Next() {
				trials = append(trials, c.trial(i, phaseRate, t.Rate, t.Length, c.settings.Train.Seed))
				of = append(of, i)
				if expected[i]--; expected[i] < 0 {
					c.lab.tally.more(1, t.Length)
				}
			}
		}
		if len(trials) == 0 {
			return nil
		}
		outcomes, err := c.lab.run(ctx, trials)
		if err != nil {
			return err
		}
		costs := make([][]search.Cost, len(c.rates))
		for k, o := range outcomes {
			costs[of[k]] = append(costs[of[k]], o.cost(c.plan.Metric))
		}
		for i, r := range c.rates {
			if len(costs[i]) > 0 {
				r.Tell(costs[i])
			}
		}
	}
}

// repeat runs every variant at its rate, once for each seed.
func (c *Comparison) repeat(ctx context.Context) error {
	var trials []trial
	for i := range c.variants {
		for k := range c.plan.Seeds {
			trials = append(trials, c.trial(i, phaseSeed, c.rate(i), c.plan.Epochs, c.settings.Train.Seed+1+uint64(k)))
		}
	}
	outcomes, err := c.lab.run(ctx, trials)
	for i := range c.variants {
		c.runs = append(c.runs, outcomes[i*c.plan.Seeds:(i+1)*c.plan.Seeds])
	}
	return err
}

// rate is the one at which variant i is compared.
func (c *Comparison) rate(i int) float64 {
	if c.rates[i] == nil {
		return c.variants[i].guess
	}
	rate, _ := c.rates[i].Best()
	return rate
}

// keep writes the result, the page and the best settings into the folder.
func (c *Comparison) keep(r *CompareResult) error {
	r.Page = c.folder.File(runs.ComparePage)
	if len(r.Rows) > 0 && r.Best != "" {
		best := r.Rows[0]
		j, err := c.lab.base.With(c.trial(best.variant, phaseSeed, best.Rate, c.plan.Epochs, c.settings.Train.Seed+1).settings)
		if err != nil {
			return err
		}
		r.config = j.Settings
		if err := c.folder.Write(runs.ConfigFile, j.Settings.Write); err != nil {
			return err
		}
	}
	if err := c.folder.Write(runs.CompareFile, func(w io.Writer) error { return runs.WriteJSON(w, r) }); err != nil {
		return err
	}
	page := c.page(r)
	return c.folder.Write(runs.ComparePage, page.WriteHTML)
}

// meanSeconds is how long a run took.
func meanSeconds(runs []outcome) float64 {
	var sum float64
	for _, o := range runs {
		sum += o.Seconds
	}
	return sum / float64(max(1, len(runs)))
}
