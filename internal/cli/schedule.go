package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/terminal"
	"descent/internal/usage"
	"descent/schedule"
)

func (a *app) scheduleCommand() *cobra.Command {
	var o drawing
	cmd := &cobra.Command{
		Use:   "schedule SPEC",
		Short: "Draw how a schedule changes the learning rate",
		Long: `Draw a schedule as --schedule of train takes it: the factor of the learning rate
at each update of a run.`,
		Example: `  descent schedule cosine:floor=0.01
  descent schedule warmup:steps=1e,then=restarts:steps=3e,mult=2
  descent schedule onecycle --epochs 30 --steps-per-epoch 235 --svg onecycle.svg`,
		Args: positional("SPEC"),
		RunE: func(_ *cobra.Command, args []string) error { return a.drawSchedule(args[0], o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.epochs, "epochs", 10, "epochs of the run")
	f.IntVar(&o.steps, "steps-per-epoch", 100, "updates in an epoch: training rows divided by rows a batch, rounded up")
	f.StringVar(&o.svg, "svg", "", "file to draw into as SVG, too")
	return cmd
}

// drawing is what the command draws.
type drawing struct {
	epochs, steps int
	svg           string
}

// mostUpdates bounds a run that is drawn.
const mostUpdates = 1 << 40

func (a *app) drawSchedule(spec string, o drawing) error {
	if o.epochs < 1 || o.steps < 1 || o.epochs > mostUpdates/o.steps {
		return usage.Errorf("a run of %d epochs of %d updates cannot be drawn; both must be at least 1, and 2^40 updates at most", o.epochs, o.steps)
	}
	total := o.epochs * o.steps
	s, err := schedule.Parse(spec, schedule.Units{StepsPerEpoch: o.steps, TotalSteps: total})
	if err != nil {
		return usage.Mark(err)
	}
	c := terminal.Sample(s.At, total, terminal.PlotWidth)
	if o.svg != "" {
		if err := writeSVG(o.svg, c, schedule.Format(s), total, o.epochs); err != nil {
			return err
		}
	}
	a.showSchedule(a.stdout, s, c, total, o)
	again := []string{"train", "--schedule", spec, "--epochs", fmt.Sprint(o.epochs)}
	a.next(a.stdout, a.call(again...))
	return nil
}

func (a *app) showSchedule(w io.Writer, s schedule.Schedule, c terminal.Curve, total int, o drawing) {
	fmt.Fprintf(w, "%s\n%s of %s each, %s\n\n", schedule.Format(s), human.Plural(o.epochs, "epoch"), human.Plural(o.steps, "update"), human.Plural(total, "update"))
	io.WriteString(w, c.Braille())
	fmt.Fprintf(w, "\nfirst   %.4g\n", s.At(0))
	fmt.Fprintf(w, "last    %.4g\n", s.At(total-1))
	fmt.Fprintf(w, "highest %.4g at update %s\n", c.Top.Factor, human.Thousands(float64(c.Top.T)))
	fmt.Fprintf(w, "lowest  %.4g at update %s\n", c.Bottom.Factor, human.Thousands(float64(c.Bottom.T)))
	if _, ok := schedule.Watched(s); ok {
		fmt.Fprintln(w, "drawn without the cuts of the plateau, which depend on the metric")
	}
	if o.svg != "" {
		fmt.Fprintf(w, "drawn   %s\n", o.svg)
	}
}

func writeSVG(path string, c terminal.Curve, title string, total, epochs int) error {
	err := runs.Inputs{}.Spare(path)
	if err == nil {
		err = files.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, c.SVG(title, total, epochs)); return err })
	}
	if err != nil {
		return fmt.Errorf("drawing the schedule: %w", err)
	}
	return nil
}
