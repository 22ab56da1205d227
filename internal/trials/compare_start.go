package trials

import (
	"context"
	"fmt"
	"math"
	"time"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/train"
)

// NewComparison plans a comparison by settings, which the folder out keeps.
func NewComparison(ctx context.Context, host Host, plan ComparePlan, s settings.Settings, out string) (*Comparison, error) {
	plan.Kind = "compare"
	c := &Comparison{experiment: experiment{host: host, settings: s}, plan: plan}
	if err := c.plan.check(); err != nil {
		return nil, usage.Mark(err)
	}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	var err error
	if c.plan.Epochs, err = c.length(ctx); err != nil {
		return nil, err
	}
	if c.plan.Data, err = data.Hash(c.lab.base.Source); err != nil {
		return nil, err
	}
	c.folder, c.lab.log, err = createTrials(out, &c.settings, c.plan)
	return c, err
}

// ResumeComparison reads the folder of a comparison to go on with. Over its
// settings go those that over gives, which do not change results.
func ResumeComparison(ctx context.Context, host Host, path string, over func(*settings.Settings) error) (*Comparison, error) {
	c := &Comparison{experiment: experiment{host: host}}
	var err error
	if c.folder, c.settings, err = reopenTrials(path, "compare", &c.plan, over); err != nil {
		return nil, err
	}
	if err := c.plan.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.folder.File(runs.PlanFile), err)
	}
	if c.plan.Epochs < 1 {
		return nil, fmt.Errorf("%s: epochs are %d; want 1 or more", c.folder.File(runs.PlanFile), c.plan.Epochs)
	}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	return c, c.goOn(c.plan.Data)
}

// prepare opens the data and checks every variant on it.
func (c *Comparison) prepare(ctx context.Context) error {
	var err error
	if c.lab, err = newLab(ctx, c.settings, c.plan.Metric, c.host.Ranks); err != nil {
		return err
	}
	c.plan.Metric = c.lab.metric
	c.lab.tally = &tally{show: c.host.Show, text: c.trialText}
	if c.variants, err = c.plan.variants(c.settings); err != nil {
		return usage.Mark(err)
	}
	for _, v := range c.variants {
		j, err := c.lab.base.With(v.settings)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		trainer, err := train.New(j.Net, j.Spec, j.Config)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		trainer.Close()
		c.jobs = append(c.jobs, j)
	}
	return nil
}

// length decides the epochs of a whole run: those of the settings, or as many
// of them as fit the budget.
func (c *Comparison) length(ctx context.Context) (int, error) {
	most := c.lab.base.Settings.Epochs.Value
	if c.plan.Budget == 0 {
		return most, nil
	}
	begin := time.Now()
	paces := make([]pace, len(c.variants))
	for i, j := range c.jobs {
		var err error
		if paces[i], err = c.lab.pace(ctx, j, c.lab.side, c.lab.workers, 300*time.Millisecond); err != nil {
			return 0, err
		}
	}
	return c.fit(paces, time.Since(begin).Seconds())
}

// fit returns the epochs of whole runs so that all runs take what is left of
// the budget when some seconds of it are spent; a tenth is left for what was
// not foreseen.
func (c *Comparison) fit(paces []pace, spent float64) (int, error) {
	const share = 0.9
	for n := c.lab.base.Settings.Epochs.Value; n > 0; n-- {
		if c.cost(paces, n) <= share*(c.plan.Budget-spent) {
			return n, nil
		}
	}
	least := time.Duration(math.Ceil(1.1*(spent+c.cost(paces, 1)/share))) * time.Second
	return 0, usage.Errorf("--budget %v is too small: runs of a single epoch, %d to find a rate and %d seeds for each of %d settings, need about %v; give at least that, or compare fewer settings or seeds",
		time.Duration(c.plan.Budget*float64(time.Second)), search.RateTrials([]int{1})[0], c.plan.Seeds, len(c.variants), least)
}

// cost is how many seconds all runs take if whole ones have n epochs.
func (c *Comparison) cost(paces []pace, n int) float64 {
	plan := c.plan
	plan.Epochs = n
	var seconds float64
	for i, v := range c.variants {
		seconds += float64(float64(plan.Seeds) * paces[i].of(n))
		if !v.searched {
			continue
		}
		lengths := plan.lengths()
		for k, trials := range search.RateTrials(lengths) {
			seconds += float64(float64(trials) * paces[i].of(lengths[k]))
		}
	}
	return seconds / float64(c.lab.slots())
}

// planned returns how many runs there will be, and their epochs.
func (c *Comparison) planned() (runs, epochs int) {
	lengths := c.plan.lengths()
	for _, v := range c.variants {
		runs += c.plan.Seeds
		epochs += c.plan.Seeds * c.plan.Epochs
		if !v.searched {
			continue
		}
		for k, trials := range search.RateTrials(lengths) {
			runs += trials
			epochs += trials * lengths[k]
		}
	}
	return runs, epochs
}
