package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"descent/internal/search"
	"descent/optim"
	"descent/train"
)

// comparePlan is what a comparison does. With the settings in config.yaml it
// decides every run.
type comparePlan struct {
	Kind       string   `json:"kind"` // "compare"
	Optimizers []string `json:"optimizers,omitempty"`
	Vary       []varied `json:"vary,omitempty"`
	Metric     string   `json:"metric"`
	Seeds      int      `json:"seeds"`
	Epochs     int      `json:"epochs"`           // of a whole run
	Budget     float64  `json:"budget,omitempty"` // seconds that the epochs were decided by
	Reach      *float64 `json:"reach,omitempty"`
	Data       string   `json:"data_sha256"`
}

// varied is a setting with the values to compare.
type varied struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// parseVaried reads key=value,value.
func parseVaried(text string) (varied, error) {
	key, list, ok := strings.Cut(text, "=")
	if !ok {
		return varied{}, fmt.Errorf("want a setting and its values, such as batch=1,32,all")
	}
	v := varied{Key: strings.TrimSpace(key)}
	if v.Key == "optimizer" {
		v.Key = "optimizer.name"
	}
	row, err := find(v.Key)
	if err != nil {
		return v, err
	}
	if v.Values, err = parseList(list); err != nil {
		return v, fmt.Errorf("want values: %w", err)
	}
	if len(v.Values) == 0 {
		return v, fmt.Errorf("there are no values; want some, such as batch=1,32,all")
	}
	for i, value := range v.Values {
		if slices.Contains(v.Values[:i], value) {
			return v, fmt.Errorf("%q stands twice", value)
		}
		var scratch Settings
		if err := row.set(&scratch, value); err != nil {
			return v, err
		}
	}
	return v, varies(v.Key)
}

// fixed are the settings that runs must share to be compared, and why.
var fixed = map[string]string{
	"epochs":  "runs that are compared have the same length",
	"seed":    "runs are compared with the same seeds",
	"workers": "the number of workers does not change results",
}

// varies returns why a setting cannot be varied, or nil.
func varies(key string) error {
	if why, ok := fixed[key]; ok {
		return fmt.Errorf("%s cannot be varied: %s", key, why)
	}
	if slices.Contains([]string{"data", "target", "task", "test", "validation", "split", "split_seed", "image_size", "image_mode", "skip_corrupt"}, key) {
		return fmt.Errorf("%s cannot be varied: runs are compared on the same rows", key)
	}
	return nil
}

const (
	mostVariants = 64
	leastSeeds   = 2
	mostSeeds    = 100
)

func (p *comparePlan) check() error {
	switch {
	case p.Seeds < leastSeeds || p.Seeds > mostSeeds:
		return fmt.Errorf("--seeds is %d; it must be %d, as one run says nothing about chance, to %d", p.Seeds, leastSeeds, mostSeeds)
	case p.Budget < 0:
		return fmt.Errorf("--budget is %v; it must be more than 0", time.Duration(p.Budget*float64(time.Second)))
	}
	for i, name := range p.Optimizers {
		if slices.Contains(p.Optimizers[:i], name) {
			return fmt.Errorf("--optimizers: %s stands twice", name)
		}
		if _, err := optim.ByName(name); err != nil {
			return fmt.Errorf("--optimizers: %w", err)
		}
	}
	n := max(1, len(p.Optimizers))
	for i, v := range p.Vary {
		for _, w := range p.Vary[:i] {
			if w.Key == v.Key {
				return fmt.Errorf("--vary: %s stands twice", v.Key)
			}
		}
		if v.Key == "optimizer.name" && len(p.Optimizers) > 0 {
			return fmt.Errorf("--vary optimizer.name and --optimizers both name rules; give one")
		}
		if n *= len(v.Values); n > mostVariants {
			return fmt.Errorf("more than %d combinations are too many to compare; leave values out, or search with \"descent sweep\"", mostVariants)
		}
	}
	return checkMetric(p.Metric)
}

// variant is one of the settings that are compared.
type variant struct {
	name     string // of what differs, such as "adam batch=32"
	rule     string
	varied   [][2]string // key and value
	settings Settings    // open but for what differs
	guess    float64     // the rate, or where its search begins
	searched bool
}

// variants returns all combinations. Each must be valid by itself.
func (p *comparePlan) variants(base Settings) ([]variant, error) {
	all := []variant{{settings: base}}
	cross := func(key string, values []string, named bool) error {
		row, err := find(key)
		if err != nil {
			return err
		}
		var next []variant
		for _, v := range all {
			for _, value := range values {
				w := v
				w.varied = slices.Clone(v.varied)
				if err := row.set(&w.settings, value); err != nil {
					return err
				}
				word := value
				if named {
					word = key + "=" + value
					w.varied = append(w.varied, [2]string{key, value})
				}
				w.name = strings.TrimSpace(v.name + " " + word)
				next = append(next, w)
			}
		}
		all = next
		return nil
	}
	if len(p.Optimizers) > 0 {
		if err := cross("optimizer.name", p.Optimizers, false); err != nil {
			return nil, err
		}
	}
	for _, v := range p.Vary {
		if err := cross(v.Key, v.Values, v.Key != "optimizer.name"); err != nil {
			return nil, err
		}
	}
	for i := range all {
		v := &all[i]
		if err := v.settings.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		rule, err := v.settings.rule()
		if err != nil {
			return nil, err
		}
		v.rule, v.guess, v.searched = rule.Name(), v.settings.LearningRate.or(rule.DefaultRate()), !v.settings.LearningRate.given
		if v.name == "" {
			v.name = v.rule
		}
	}
	return all, nil
}

// lengths are the epochs of the runs that search a rate.
func (p *comparePlan) lengths() []int { return search.Lengths(p.Epochs, 3, 3) }

// prepare opens the data and checks every variant on it.
func (c *comparison) prepare(ctx context.Context) error {
	var err error
	if c.lab, err = newLab(ctx, c.settings, c.plan.Metric); err != nil {
		return err
	}
	c.plan.Metric = c.lab.metric
	c.lab.tally = &tally{ui: c.ui, text: c.trialText}
	if c.variants, err = c.plan.variants(c.settings); err != nil {
		return usage(err)
	}
	for _, v := range c.variants {
		j, err := c.lab.base.with(v.settings)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		trainer, err := train.New(j.net, j.spec, j.config)
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
func (c *comparison) length(ctx context.Context) (int, error) {
	most := c.lab.base.settings.Epochs.value
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
func (c *comparison) fit(paces []pace, spent float64) (int, error) {
	const share = 0.9
	for n := c.lab.base.settings.Epochs.value; n > 0; n-- {
		if c.cost(paces, n) <= share*(c.plan.Budget-spent) {
			return n, nil
		}
	}
	least := time.Duration(math.Ceil(1.1*(spent+c.cost(paces, 1)/share))) * time.Second
	return 0, usagef("--budget %v is too small: runs of a single epoch, %d to find a rate and %d seeds for each of %d settings, need about %v; give at least that, or compare fewer settings or seeds",
		time.Duration(c.plan.Budget*float64(time.Second)), search.RateTrials([]int{1})[0], c.plan.Seeds, len(c.variants), least)
}

// cost is how many seconds all runs take if whole ones have n epochs.
func (c *comparison) cost(paces []pace, n int) float64 {
	plan := c.plan
	plan.Epochs = n
	var seconds float64
	for i, v := range c.variants {
		seconds += float64(plan.Seeds) * paces[i].of(n)
		if !v.searched {
			continue
		}
		lengths := plan.lengths()
		for k, trials := range search.RateTrials(lengths) {
			seconds += float64(trials) * paces[i].of(lengths[k])
		}
	}
	return seconds / float64(c.lab.side)
}

// planned returns how many runs there will be, and their epochs.
func (c *comparison) planned() (runs, epochs int) {
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

// open reads the folder of a comparison to go on with.
func (c *comparison) open(ctx context.Context, opt compareOptions) error {
	var err error
	if c.folder, c.settings, err = reopenTrials(opt.resume, "compare", &c.plan, &opt.sources, opt.changed); err != nil {
		return err
	}
	if err := c.plan.check(); err != nil {
		return fmt.Errorf("%s: %w", c.folder.file(planFile), err)
	}
	if c.plan.Epochs < 1 {
		return fmt.Errorf("%s: epochs are %d; want 1 or more", c.folder.file(planFile), c.plan.Epochs)
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if err := sameData(c.lab.base.source, c.plan.Data, c.folder.path); err != nil {
		return err
	}
	c.lab.log, err = openTrials(c.folder.file(trialsFile))
	return err
}
