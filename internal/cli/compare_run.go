package cli

import (
	"context"
	"fmt"
	"io"

	"descent/internal/search"
	"descent/train"
)

// What trials of a comparison are for.
const (
	phaseRate = "rate" // to find a rate, with the seed of the settings
	phaseSeed = "seed" // to compare, with the seeds after it
)

// comparison is one comparison on its way.
type comparison struct {
	*app
	ui       *progress
	json     bool
	plan     comparePlan
	settings Settings // of all runs, open
	folder   *runFolder
	lab      *lab
	variants []variant
	jobs     []*job // of variants, as a whole run would be

	rates []*search.RateSearch // of variants; nil where the rate is given
	runs  [][]outcome          // of variants, a run for each seed
}

func (c *comparison) startText() string {
	text := c.lab.dataText()
	runs, epochs := c.planned()
	text += fmt.Sprintf("%-9s %s, by validation %s\n", "compares", plural(len(c.variants), "setting"), c.plan.Metric)
	text += fmt.Sprintf("%-9s %s of at most %s, %s in all; %d at once with %s each\n", "runs", plural(runs, "run"),
		plural(c.plan.Epochs, "epoch"), plural(epochs, "epoch"), c.lab.side, plural(c.lab.workers, "worker"))
	return text + fmt.Sprintf("%-9s %s\n", "folder", c.folder.path)
}

// trialText is what a trial found, in a line.
func (c *comparison) trialText(o outcome) string {
	return fmt.Sprintf("%s  rate %s  %s  seed %d  %s", o.Name, formatFloat(o.Rate), plural(o.Epochs, "epoch"), o.Seed, foundText(&o, c.plan.Metric))
}

// do makes all runs and says what they show.
func (c *comparison) do(ctx context.Context) error {
	c.lab.tally.plan(c.planned())
	if err := c.search(ctx); err != nil {
		return err
	}
	if err := c.repeat(ctx); err != nil {
		return err
	}
	r, err := c.result()
	if err != nil {
		return err
	}
	if err := c.keep(r); err != nil {
		return err
	}
	if c.json {
		return writeJSON(c.stdout, r)
	}
	c.print(r)
	return nil
}

// trial returns a run of variant i.
func (c *comparison) trial(i int, phase string, rate float64, epochs int, seed uint64) trial {
	v := &c.variants[i]
	s := v.settings
	s.LearningRate, s.Epochs, s.Seed = given(rate), given(epochs), seed
	return trial{trialID: trialID{phase, v.name, rate, epochs, seed}, settings: s, test: phase == phaseSeed}
}

// search finds the rate of every variant, round by round.
func (c *comparison) search(ctx context.Context) error {
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
				trials = append(trials, c.trial(i, phaseRate, t.Rate, t.Length, c.settings.Seed))
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
func (c *comparison) repeat(ctx context.Context) error {
	var trials []trial
	for i := range c.variants {
		for k := range c.plan.Seeds {
			trials = append(trials, c.trial(i, phaseSeed, c.rate(i), c.plan.Epochs, c.settings.Seed+1+uint64(k)))
		}
	}
	outcomes, err := c.lab.run(ctx, trials)
	for i := range c.variants {
		c.runs = append(c.runs, outcomes[i*c.plan.Seeds:(i+1)*c.plan.Seeds])
	}
	return err
}

// rate is the one at which variant i is compared.
func (c *comparison) rate(i int) float64 {
	if c.rates[i] == nil {
		return c.variants[i].guess
	}
	rate, _ := c.rates[i].Best()
	return rate
}

// The files of a comparison beside its trials.
const (
	compareFile = "compare.json"
	comparePage = "compare.html"
)

// keep writes the result, the page and the best settings into the folder.
func (c *comparison) keep(r *compareResult) error {
	r.Page = c.folder.file(comparePage)
	if len(r.Rows) > 0 && r.Best != "" {
		best := r.Rows[0]
		j, err := c.lab.base.with(c.trial(best.variant, phaseSeed, best.Rate, c.plan.Epochs, c.settings.Seed+1).settings)
		if err != nil {
			return err
		}
		r.config = j.settings
		if err := c.folder.write(configFile, func(w io.Writer) error { return writeSettings(w, &j.settings) }); err != nil {
			return err
		}
	}
	if err := c.folder.write(compareFile, func(w io.Writer) error { return writeJSON(w, r) }); err != nil {
		return err
	}
	page := c.page(r)
	return c.folder.write(comparePage, page.WriteHTML)
}

// meanSeconds is how long a run took.
func meanSeconds(runs []outcome) float64 {
	var sum float64
	for _, o := range runs {
		sum += o.Seconds
	}
	return sum / float64(max(1, len(runs)))
}
