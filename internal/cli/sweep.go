package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/trials"
)

func (a *app) sweepCommand() *cobra.Command {
	var opt trialOptions
	cmd := &cobra.Command{
		Use:   "sweep FILE.yaml",
		Short: "Search settings: at random, on a grid, or with early stopping of the worse ones",
		Long: `Search the best settings for a data set by its validation part.

The file says which settings are searched and what each may be:

  search: asha               # random, grid, or asha: asynchronous successive halving
  trials: 27                 # combinations to try; a grid tries all
  epochs: 27                 # of the longest runs; else those of the settings
  settings:                  # of all trials, as in --config
    data: digits
  space:
    optimizer: [adam, momentum]
    learning_rate: {log: [0.0001, 0.1]}
    dropout: {uniform: [0, 0.5]}
    batch: {log_int: [8, 128]}

and, if it is to be otherwise: metric, as for compare; seed, of what is drawn; factor
(3) and rungs (3) of asha; parallel (8), the most runs at once; points of a range in a
grid, as in {log: [0.001, 0.1], points: 5}.

Asha begins all trials with short runs. The best third of those that ended run three
times longer, the best third of these again. Each run is a whole one, with its schedule
fitted to its length. Which runs are made depends on the file alone, not on how fast
they are. Flags of train go over the settings of the file.`,
		Example: `  descent sweep search.yaml
  descent sweep search.yaml --data iris.csv --target species
  descent sweep --resume runs/NAME
  descent train --config runs/NAME/config.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			goesOn := opt.resume != "" && opt.resume != resumeAuto
			if len(args) > 1 || len(args) == 0 != goesOn {
				return fmt.Errorf("sweep takes FILE.yaml, or --resume and a folder; given were %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opt.note(cmd.Flags()); err != nil {
				return err
			}
			return a.sweep(cmd.Context(), args, opt)
		},
	}
	opt.register(cmd, "a sweep")
	setGroupedUsage(cmd, "Sweep", true)
	return cmd
}

// sweep is the command.
func (a *app) sweep(ctx context.Context, args []string, opt trialOptions) error {
	ui, err := terminal.NewProgress(a.screen, opt.ui)
	if err != nil {
		return err
	}
	w, err := a.openSweep(ctx, args, opt, ui)
	if err != nil {
		return err
	}
	var r *trials.SweepResult
	err = a.perform(ctx, ui, "sweep", w, func() (err error) { r, err = w.Run(ctx); return err })
	if err != nil {
		return err
	}
	if opt.json {
		return runs.WriteJSON(a.data, r)
	}
	fmt.Fprint(a.stdout, w.Text(r))
	if r.Best != nil {
		a.next(a.stdout, w.Commands()...)
	}
	return nil
}

// openSweep reads the file of a sweep and makes its folder, or opens that of
// one to go on with.
func (a *app) openSweep(ctx context.Context, args []string, opt trialOptions, ui *terminal.Progress) (*trials.Sweep, error) {
	host := a.host(ui)
	if opt.resume != "" {
		if err := opt.goesOn(); err != nil {
			return nil, err
		}
		return trials.ResumeSweep(ctx, host, opt.resume, opt.over)
	}
	s := settings.Default()
	plan, err := trials.ReadSweep(args[0], &s)
	if err != nil {
		return nil, err
	}
	if s, err = opt.SettingsOver(s); err != nil {
		return nil, err
	}
	if opt.changed["epochs"] {
		plan.Epochs = 0 // those of the settings
	}
	return trials.NewSweep(ctx, host, plan, s, opt.out)
}
