package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/trials"
	"descent/internal/usage"
	"descent/metric"
	"descent/optim"
)

// compareOptions are the flags beside the settings.
type compareOptions struct {
	trialOptions
	optimizers []string
	vary       []string
	also       []string
	metric     string
	seeds      int
	budget     time.Duration
	reach      *float64 // nil: auto
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
  descent compare --optimizers adamw,muon --also optimizer=adamw,average=ema:0.998
  descent compare --vary init=xavier-uniform,he-normal --vary batch=8,32,all
  descent compare --optimizer adam --lr 0.001 --vary 'schedule=constant,cosine,"step:every=10e,factor=0.5"'
  descent compare --resume runs/NAME`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.note(cmd.Flags()); err != nil {
				return err
			}
			return a.compare(cmd.Context(), opt)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&opt.optimizers, "optimizers", nil, "rules to compare, or all (default "+strings.Join(defaultRules, ",")+"; with --vary, the one of --optimizer)")
	f.StringArrayVar(&opt.vary, "vary", nil, "a setting by its name in files, and values to compare, as in batch=1,32,all; one with a comma in it in double quotes; repeat it for every combination")
	f.StringArrayVar(&opt.also, "also", nil, "one more to compare, by settings that hold together, as in optimizer=adamw,average=ema:0.998 beside adamw without; one with a comma in it in double quotes; repeat it")
	f.StringVar(&opt.metric, "metric", "auto", "score of kept models on the validation part to compare by, of those of --monitor; auto: "+mainScores()+", loss for text; equal ones by the loss")
	f.IntVar(&opt.seeds, "seeds", 5, "runs of each rule at its rate, with different seeds")
	f.DurationVar(&opt.budget, "budget", 0, "time for all runs together, as in 90s or 10m, which sets the epochs of a run, at most those it would have; what was set is kept in the folder (default: none)")
	f.Var(&autoFloat{&opt.reach}, "reach", "score to count updates and seconds to; auto: what every run but those of the worst reach")
	opt.register(cmd, "a comparison")
	setGroupedUsage(cmd, "Comparison", true)
	return cmd
}

// autoFloat is a flag for a number that may be left open, as nil.
type autoFloat struct{ at **float64 }

func (f *autoFloat) Set(text string) error {
	if text == "auto" {
		*f.at = nil
		return nil
	}
	v, err := settings.ParseFloat(text)
	if err != nil {
		return fmt.Errorf("%w, or auto", err)
	}
	*f.at = &v
	return nil
}

func (f *autoFloat) Type() string { return "number" }

func (f *autoFloat) String() string {
	if f.at == nil || *f.at == nil {
		return "auto"
	}
	return human.Float(**f.at)
}

// compare is the command: a plan, its trials, what they say.
func (a *app) compare(ctx context.Context, opt compareOptions) error {
	ui, err := terminal.NewProgress(a.screen, opt.ui)
	if err != nil {
		return err
	}
	c, err := a.comparison(ctx, opt, ui)
	if err != nil {
		return err
	}
	var r *trials.CompareResult
	err = a.perform(ctx, ui, "compare", c, func() (err error) { r, err = c.Run(ctx); return err })
	if err != nil {
		return err
	}
	if opt.json {
		return runs.WriteJSON(a.data, r)
	}
	fmt.Fprint(a.stdout, c.Text(r))
	if r.Best != "" {
		a.next(a.stdout, c.Commands()...)
	}
	return nil
}

// comparison plans a comparison and makes its folder, or opens that of one to
// go on with.
func (a *app) comparison(ctx context.Context, opt compareOptions, ui *terminal.Progress) (*trials.Comparison, error) {
	host := a.host(ui)
	if opt.resume != "" {
		if err := opt.goesOn(); err != nil {
			return nil, err
		}
		return trials.ResumeComparison(ctx, host, opt.resume, opt.over)
	}
	if opt.changed["epochs"] && opt.changed["budget"] {
		return nil, usage.Errorf("--epochs and --budget both say how long runs are; give one")
	}
	if opt.changed["optimizers"] && opt.changed["optimizer"] {
		return nil, usage.Errorf("--optimizers and --optimizer both name rules; give one")
	}
	s, err := opt.Settings()
	if err != nil {
		return nil, err
	}
	plan := trials.ComparePlan{Optimizers: opt.optimizers, Also: opt.also, Seeds: opt.seeds, Budget: opt.budget.Seconds(), Reach: opt.reach}
	if opt.metric != "auto" {
		plan.Metric = opt.metric
	}
	for _, text := range opt.vary {
		v, err := trials.ParseVaried(text)
		if err != nil {
			return nil, usage.Mark(fmt.Errorf("--vary %s: %w", text, err))
		}
		plan.Vary = append(plan.Vary, v)
	}
	if len(plan.Optimizers) == 0 && len(plan.Vary) == 0 && !s.Optimizer.Name.Given && !s.Optimizer.Has("momentum") {
		plan.Optimizers = defaultRules
	}
	if len(plan.Optimizers) == 1 && plan.Optimizers[0] == "all" {
		plan.Optimizers = optim.Names()
	}
	if len(plan.Optimizers) > 0 {
		opt.Forget(&s, opt.changed)
	}
	return trials.NewComparison(ctx, host, plan, s, opt.out)
}

// mainScores says what is compared by unless a score is named.
func mainScores() string {
	var words []string
	for _, k := range []metric.Kind{metric.Classes, metric.Numbers, metric.Labels} {
		words = append(words, fmt.Sprintf("%s for %v", metric.Main(metric.Spec{Kind: k}).Name, k))
	}
	return strings.Join(words, ", ")
}
