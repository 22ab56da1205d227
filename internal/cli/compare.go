package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/data"
	"descent/internal/suggest"
	"descent/optim"
	"descent/train"
)

// compareOptions are the flags beside the settings.
type compareOptions struct {
	sources
	optimizers []string
	vary       []string
	metric     string
	seeds      int
	budget     time.Duration
	reach      auto[float64]
	out        string
	resume     string
	ui         string
	json       bool
	changed    map[string]bool // flags that were given
}

// defaultRules are compared unless others are named.
var defaultRules = []string{"sgd", "momentum", "rmsprop", "adam"}

func (a *app) compareCommand() *cobra.Command {
	var opt compareOptions
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare update rules, each at its best rate, or other settings",
		Long: `Say which update rule to use for a data set, at which rate, and how sure that is.

Every rule gets the same network, first weights, order of rows and number of
runs. Its learning rate is searched on a grid in steps of 1, 3, 10 around its
default, by the validation part: all rates in short runs, the better half in
runs three times as long, the better half of these in whole ones. At the rate
that is best it is then run once for each of several seeds, and only these runs
are measured on the test part. Other settings of a rule are those of its paper.

Settings of train apply to all. --lr keeps the rate instead of searching it.`,
		Example: `  descent compare
  descent compare --data iris.csv --target species --budget 1m
  descent compare --optimizers sgd,adam,lion --epochs 20 --seeds 10
  descent compare --vary init=xavier-uniform,he-normal --vary batch=8,32,all
  descent compare --optimizer adam --lr 0.001 --vary 'schedule=constant,cosine,"step:every=10e,factor=0.5"'
  descent compare --resume runs/NAME`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opt.changed = map[string]bool{}
			cmd.Flags().Visit(func(f *pflag.Flag) { opt.changed[f.Name] = true })
			return a.compare(cmd.Context(), opt)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&opt.optimizers, "optimizers", nil, "rules to compare, or all (default "+strings.Join(defaultRules, ",")+"; with --vary, the one of --optimizer)")
	f.StringArrayVar(&opt.vary, "vary", nil, "a setting by its name in files, and values to compare, as in batch=1,32,all; one with a comma in it in double quotes; repeat it for every combination")
	f.StringVar(&opt.metric, "metric", "auto", "score of kept models on the validation part to choose and compare by: "+strings.Join(train.ScoreNames(), ", ")+"; auto: accuracy for classes, r2 for regression; equal ones by the loss")
	f.IntVar(&opt.seeds, "seeds", 5, "runs of each rule at its rate, with different seeds")
	f.DurationVar(&opt.budget, "budget", 0, "time for all runs together, as in 90s or 10m, which sets the epochs of a run, at most those it would have; what was set is kept in the folder (default: none)")
	f.Var(&autoFloat{&opt.reach}, "reach", "score to count updates and seconds to; auto: what every run but those of the worst reach")
	f.StringVar(&opt.out, "out", "", "folder for the trials and the page, new or empty (default runs/DATE-NAME)")
	f.StringVar(&opt.resume, "resume", "", "folder of a comparison to go on with; what was done is not repeated")
	f.StringVar(&opt.ui, "ui", uiAuto, "progress on stderr: auto, live on a terminal and plain elsewhere; plain, a line a run; none")
	f.BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	opt.register(cmd)
	setGroupedUsage(cmd, "Comparison", true)
	return cmd
}

// autoFloat is a flag for a number that may be left open.
type autoFloat struct{ at *auto[float64] }

func (f *autoFloat) Set(text string) error { return parseAuto(f.at, text, parseFloat) }
func (f *autoFloat) Type() string          { return "number" }
func (f *autoFloat) String() string {
	if f.at == nil || !f.at.given {
		return "auto"
	}
	return formatFloat(f.at.value)
}

// compare is the command: a plan, its trials, what they say.
func (a *app) compare(ctx context.Context, opt compareOptions) error {
	ui, err := newProgress(a.stderr, opt.ui)
	if err != nil {
		return err
	}
	c := &comparison{app: a, ui: ui, json: opt.json}
	if opt.resume != "" {
		err = c.open(ctx, opt)
	} else {
		err = c.begin(ctx, opt)
	}
	if err != nil {
		return err
	}
	ui.printf("%s", c.startText())
	err = c.do(ctx)
	ui.finish()
	err = errors.Join(err, c.lab.log.close())
	if ctx.Err() != nil {
		fmt.Fprintf(a.stderr, "descent: interrupted; %s are in %s\n", plural(len(c.lab.log.known), "run"), c.folder.path)
		a.next(a.stderr, a.call("compare", "--resume", c.folder.path))
		return errInterrupted
	}
	return err
}

// begin plans a comparison and makes its folder.
func (c *comparison) begin(ctx context.Context, opt compareOptions) error {
	if opt.changed["epochs"] && opt.changed["budget"] {
		return usagef("--epochs and --budget both say how long runs are; give one")
	}
	if opt.changed["optimizers"] && opt.changed["optimizer"] {
		return usagef("--optimizers and --optimizer both name rules; give one")
	}
	s, err := opt.settings()
	if err != nil {
		return err
	}
	c.plan = comparePlan{Kind: "compare", Optimizers: opt.optimizers, Seeds: opt.seeds, Budget: opt.budget.Seconds()}
	if opt.metric != "auto" {
		c.plan.Metric = opt.metric
	}
	if opt.reach.given {
		c.plan.Reach = &opt.reach.value
	}
	for _, text := range opt.vary {
		v, err := parseVaried(text)
		if err != nil {
			return usage(fmt.Errorf("--vary %s: %w", text, err))
		}
		c.plan.Vary = append(c.plan.Vary, v)
	}
	if len(c.plan.Optimizers) == 0 && len(c.plan.Vary) == 0 && !s.Optimizer.Name.given && !s.Optimizer.Momentum.given {
		c.plan.Optimizers = defaultRules
	}
	if len(c.plan.Optimizers) == 1 && c.plan.Optimizers[0] == "all" {
		c.plan.Optimizers = optim.Names()
	}
	if len(c.plan.Optimizers) > 0 {
		opt.forget(&s, opt.changed)
	}
	if err := c.plan.check(); err != nil {
		return usage(err)
	}
	c.settings = s
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if c.plan.Epochs, err = c.length(ctx); err != nil {
		return err
	}
	if c.plan.Data, err = data.Hash(c.lab.base.source); err != nil {
		return err
	}
	c.folder, c.lab.log, err = createTrials(opt.out, &c.settings, c.plan)
	return err
}

// forget leaves the rule's settings that a file or recipe gave to each rule's
// defaults; those of flags stay.
func (src *sources) forget(s *Settings, changed map[string]bool) {
	if src.config == "" && src.recipe == "" {
		return
	}
	for _, row := range table {
		rules := strings.HasPrefix(row.key, "optimizer.") || row.key == "learning_rate" || row.key == "weight_decay"
		if !rules || row.flag != "" && changed[row.flag] || src.setsKey(row.key) {
			continue
		}
		_ = row.set(s, "auto") // which all of them take
	}
}

// setsKey reports whether --set names the setting.
func (src *sources) setsKey(key string) bool {
	for _, text := range src.sets {
		if k, _, _ := strings.Cut(text, "="); strings.TrimSpace(k) == key {
			return true
		}
	}
	return false
}

// checkMetric returns an error for a score that does not exist.
func checkMetric(metric string) error {
	if metric == "" {
		return nil
	}
	for _, name := range train.ScoreNames() {
		if name == metric {
			return nil
		}
	}
	return fmt.Errorf("--metric: %w", suggest.Unknown("score", metric, train.ScoreNames()))
}
