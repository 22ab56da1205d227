package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/usage"
	"descent/train"
)

// lrFindOptions are the flags beside the settings.
type lrFindOptions struct {
	settings.Sources
	rates train.RateRange
	out   string
	json  bool
}

func (a *app) lrFindCommand() *cobra.Command {
	var opt lrFindOptions
	cmd := &cobra.Command{
		Use:   "lr-find",
		Short: "Suggest a learning rate by a short range test",
		Long: `Suggest a learning rate: train for a moment while the rate rises from tiny to
huge, and look where the loss falls. It takes seconds and looks at the training
part alone; "descent compare" takes longer, looks at the validation part, and says
how sure it is.

The rate of update i of n is from·(to/from)^(i/(n-1)). The test stops when the
smoothed loss is above four times its best. Suggested are the rate two thirds down
the longest descent of the loss, called valley, and where the loss falls fastest.`,
		Example: `  descent lr-find
  descent lr-find --data houses.csv --target price --optimizer momentum
  descent lr-find --from 1e-5 --to 100 --updates 200`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.lrFind(cmd.Context(), opt) },
	}
	f := cmd.Flags()
	f.Float64Var(&opt.rates.From, "from", 1e-7, "first rate")
	f.Float64Var(&opt.rates.To, "to", 10, "last rate")
	f.IntVar(&opt.rates.Updates, "updates", 100, "updates from the first rate to the last")
	f.StringVar(&opt.out, "out", "", "folder for the page, new or empty (default runs/DATE-NAME)")
	f.BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	opt.Register(cmd.Flags())
	setGroupedUsage(cmd, "Range test", true)
	return cmd
}

// lrFindResult is what --json prints and lr-find.json keeps.
type lrFindResult struct {
	Suggestion float64     `json:"suggestion"` // the valley
	Valley     float64     `json:"valley"`
	Steepest   float64     `json:"steepest"`
	Page       string      `json:"page"`
	Command    string      `json:"command"` // that trains with the suggestion
	Stopped    bool        `json:"stopped"` // before its last rate, as the loss rose
	Points     []ratePoint `json:"points"`
	Data       string      `json:"data"`
	Optimizer  string      `json:"optimizer"`
	Model      string      `json:"model"`
	Batch      string      `json:"batch"`
	Seconds    float64     `json:"seconds"`
}

// ratePoint is one update.
type ratePoint struct {
	Rate     float64 `json:"lr"`
	Loss     float64 `json:"loss"`
	Smoothed float64 `json:"smoothed"`
}

func (a *app) lrFind(ctx context.Context, opt lrFindOptions) error {
	if err := opt.rates.Validate(); err != nil {
		return usage.Mark(err)
	}
	s, err := opt.Settings()
	if err != nil {
		return err
	}
	if err := s.Single("lr-find"); err != nil {
		return err
	}
	a.in(&s)
	j, err := settings.Prepare(s)
	if err != nil {
		return err
	}
	trainer, err := train.New(j.Net, j.Spec, j.Config)
	if err != nil {
		return err
	}
	defer trainer.Close()
	start := time.Now()
	found, err := a.findRate(ctx, j, trainer, opt.rates)
	if err != nil {
		return err
	}
	folder, err := runs.MakeFolder(opt.out, s.Data)
	if err != nil {
		return fmt.Errorf("folder: %w; choose another with --out", err)
	}
	r := lrFindResult{
		Suggestion: found.Valley, Valley: found.Valley, Steepest: found.Steepest, Stopped: found.Stopped,
		Page: folder.File(runs.LRFindPage), Command: a.call(append(append([]string{"train"}, opt.Args("lr")...), "--lr", roughRate(found.Valley))...),
		Data: s.Data, Optimizer: j.Settings.Optimizer.Name.Value, Model: j.Settings.Model.Value, Batch: j.Settings.Batch.Value,
		Seconds: time.Since(start).Seconds(),
	}
	for _, p := range found.Points {
		r.Points = append(r.Points, ratePoint(p))
	}
	if err := folder.Write(runs.LRFindFile, func(w io.Writer) error { return runs.WriteJSON(w, r) }); err != nil {
		return err
	}
	if err := folder.Write(runs.LRFindPage, r.page().WriteHTML); err != nil {
		return err
	}
	if opt.json {
		return runs.WriteJSON(a.data, r)
	}
	r.print(a.stdout)
	a.next(a.stdout, r.Command, a.call(append([]string{"compare"}, opt.Args("lr")...)...))
	return nil
}

// findRate makes the range test, with all ranks where there are others.
func (a *app) findRate(ctx context.Context, j *settings.Job, t *train.Trainer, r train.RateRange) (found train.FoundRates, err error) {
	find := func() error {
		found, err = t.FindRate(ctx, j.Parts.Train, r)
		return err
	}
	if a.crew == nil {
		err = find()
		return found, err
	}
	err = a.together(ctx, joint{Range: &r}, j, find)
	return found, err
}

// roughRate writes a rate in two digits, which is more than a range test knows.
func roughRate(rate float64) string { return fmt.Sprintf("%.2g", rate) }

func (r *lrFindResult) print(w io.Writer) {
	var x, y []float64
	for _, p := range r.Points {
		x, y = append(x, p.Rate), append(y, p.Smoothed)
	}
	cutRise(y)
	fmt.Fprintf(w, "smoothed training loss by rate, %s on %s, %s of %s rows\n\n", r.Optimizer, r.Data, human.Plural(len(r.Points), "update"), r.Batch)
	io.WriteString(w, terminal.PlotLog(x, y, []terminal.Mark{{X: r.Valley, Name: "valley"}, {X: r.Steepest, Name: "steepest"}}))
	fmt.Fprintf(w, "\nvalley    %-8s two thirds down the longest descent; a rate to begin with\n", roughRate(r.Valley))
	fmt.Fprintf(w, "steepest  %-8s where the loss falls fastest\n", roughRate(r.Steepest))
	last := r.Points[len(r.Points)-1].Rate
	if r.Stopped {
		fmt.Fprintf(w, "stopped   %-8s as the loss rose\n", roughRate(last))
	} else {
		fmt.Fprintf(w, "ended     %-8s and the loss had not risen fourfold\n", roughRate(last))
	}
	fmt.Fprintf(w, "page      %s\n\n", r.Page)
}

// page draws the result.
func (r *lrFindResult) page() report.Page {
	smoothed, raw := report.Series{Name: "smoothed"}, report.Series{Name: "batch", Points: true}
	for _, p := range r.Points {
		smoothed.X, smoothed.Y = append(smoothed.X, p.Rate), append(smoothed.Y, p.Smoothed)
		raw.X, raw.Y = append(raw.X, p.Rate), append(raw.Y, p.Loss)
	}
	chart := report.Chart{
		X: report.Axis{Label: "rate", Log: true}, Y: report.Axis{Label: "training loss"},
		Series: []report.Series{smoothed, raw},
		Marks:  []report.Mark{{X: r.Valley, Label: "valley"}, {X: r.Steepest, Label: "steepest"}},
	}
	return report.Page{
		Title: "A learning rate for " + runs.DataName(r.Data),
		Note:  "A range test: the rate rises with every update. It looks at training loss alone and is a place to begin, not a comparison.",
		Sections: []report.Section{
			{Group: "Answer", Title: "Suggested rates", Source: runs.LRFindFile, Wide: true, Body: report.Facts{
				{Name: "valley", Value: roughRate(r.Valley), Note: "two thirds down the longest descent of the loss; a rate to begin with"},
				{Name: "steepest", Value: roughRate(r.Steepest), Note: "where the loss falls fastest"},
				{Name: "optimizer", Value: r.Optimizer},
				{Name: "model", Value: r.Model, Note: "updates of " + r.Batch + " rows"},
			}},
			{Group: "Answer", Title: "Loss by rate", Source: runs.LRFindFile, Wide: true, Body: chart},
			{Group: "Again", Title: "Train with it", Wide: true, Body: report.Commands{r.Command}},
		},
	}
}

// cutRise limits what comes after the least value to a little more than the
// largest before it, so that a steep rise does not flatten the rest.
func cutRise(y []float64) {
	least := slices.Index(y, slices.Min(y))
	top := slices.Max(y[:least+1])
	for i := least; i < len(y); i++ {
		y[i] = min(y[i], top+(top-y[least])/4)
	}
}
