package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/explain"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/internal/usage"
	"descent/model"
)

func (a *app) explainCommand() *cobra.Command {
	opt := explainOptions{row: -1}
	cmd := &cobra.Command{
		Use:   "explain MODEL [DATA]",
		Short: "Say which columns matter to a model of a table, and why it predicts what it does",
		Long: `Say which columns matter to a model of a table, where it is wrong, and with --row
why it predicts what it does for one row.

A column matters as much as the model becomes worse when the column is shuffled
between the rows. Columns that nearly say the same are also shuffled together, as
alone each hides behind the other. Where the model is wrong more often than on the
other rows is said by levels and ranges of each column. The page has curves, too:
how the prediction goes with a column, over all rows and along those that occur.

MODEL is a model file, or a run folder, which means its best model. DATA is a table
with its target, of which rows are measured as eval does; without DATA it is the
test part of the run. --row takes a row of DATA, counted from 0, or of the test
part, as the worst rows on the page of the run are counted; it needs no target. Where
the row has text, each of its words is left out by itself, too, to see which speak
for what is predicted, and which against. --out has the text with its words marked.`,
		Example: `  descent explain runs/NAME
  descent explain runs/NAME houses-sold-since.csv --column rooms
  descent explain runs/NAME houses-to-sell.csv --row 17
  descent explain runs/NAME reviews.csv --row 0 --out why.html
  descent explain runs/NAME --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return fmt.Errorf("explain takes MODEL, and perhaps DATA; given were %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("row") && opt.row < 0 {
				return usage.Errorf("--row %d: rows are counted from 0", opt.row)
			}
			return a.explain(cmd.Context(), args[0], append(args, "")[1], opt)
		},
	}
	cmd.Flags().IntVar(&opt.row, "row", -1, "the row whose prediction is explained")
	cmd.Flags().Lookup("row").DefValue = "0" // which help leaves out
	cmd.Flags().StringSliceVar(&opt.columns, "column", nil, "columns whose curves are shown, also as text (default for the page: those that matter most)")
	cmd.Flags().StringVar(&opt.part, "part", "auto", "of the data that the run trained on: train, validation, test or all; auto: test of such data, all of other data; unseen: of any data the rows that the run did not train on")
	cmd.Flags().IntVar(&opt.cfg.Rows, "rows", 0, "rows to take at most, a sample of more (default 10000)")
	cmd.Flags().IntVar(&opt.cfg.Repeats, "repeats", 0, "how often each column is shuffled (default 5)")
	cmd.Flags().IntVar(&opt.cfg.Samples, "samples", 0, "for --row: orders in which columns are put together (default 1000)")
	cmd.Flags().IntVar(&opt.cfg.Words, "words", 0, "for --row: words of a text to leave out one by one, at most; of a longer text stretches (default 500)")
	cmd.Flags().Uint64Var(&opt.cfg.Seed, "seed", 0, "of shuffles and samples")
	cmd.Flags().StringVar(&opt.out, "out", "", "file of the page (default "+runs.ExplainPage+" in the run folder; none of a model elsewhere, with --row or with --json)")
	cmd.Flags().BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	return cmd
}

type explainOptions struct {
	row     int
	columns []string
	part    string
	cfg     explain.Config
	out     string
	json    bool
}

// explanation is what explain --json prints; what was not asked for is left out.
type explanation struct {
	Data       string                `json:"data"`
	Part       string                `json:"part"`
	Model      string                `json:"model"`
	Rows       int                   `json:"rows"`
	Seen       *int                  `json:"rows_seen_in_training"` // null where the run does not know
	Importance *explain.Importance   `json:"importance,omitempty"`
	Curves     []*explain.Dependence `json:"curves,omitempty"`
	Slices     *explain.Slices       `json:"slices,omitempty"`
	Row        *int                  `json:"row,omitempty"`
	Background string                `json:"background,omitempty"`
	Reasons    *explain.Reasons      `json:"reasons,omitempty"`
	Words      []*explain.Words      `json:"words,omitempty"` // of each column of text
	SHA256     string                `json:"weights_sha256"`
}

// explaining is the command on its way.
type explaining struct {
	*app
	opt   explainOptions
	file  string
	model *model.Model
	e     *explain.Explainer
	set   evaluated
	found explanation
}

func (a *app) explain(ctx context.Context, path, of string, opt explainOptions) error {
	file, m, err := loadModel(path)
	if err != nil {
		return err
	}
	x := &explaining{app: a, opt: opt, file: file, model: m}
	if x.e, err = explain.New(m, opt.cfg); err != nil {
		return usage.Mark(err)
	}
	for _, name := range opt.columns {
		if _, err := x.e.Find(name); err != nil {
			return usage.Mark(fmt.Errorf("--column: %w", err))
		}
	}
	if opt.out != "" {
		if err := a.reads(path, file, of).Spare(opt.out); err != nil && !x.ownPage(opt.out) {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if err := x.open(of); err != nil {
		return err
	}
	x.found.Model, x.found.SHA256 = file, m.SHA256()
	x.found.Data, x.found.Part, x.found.Rows, x.found.Seen = of, x.set.part, x.set.source.Len(), x.set.seen
	if opt.row >= 0 {
		err = x.explainRow(ctx, of)
	} else {
		err = x.explainRows(ctx)
	}
	if err != nil {
		return err
	}
	page, err := x.writePage()
	switch {
	case err != nil:
		return err
	case opt.json:
		return runs.WriteJSON(a.data, x.found)
	}
	fmt.Fprint(a.stdout, x.text())
	if page != "" {
		fmt.Fprintf(a.stdout, "\npage  %s, for a browser\n", page)
	}
	fmt.Fprintln(a.stdout)
	x.next(path, of)
	return nil
}

// open opens the rows to explain.
func (x *explaining) open(of string) (err error) {
	switch folder := filepath.Dir(x.file); {
	case of == "":
		cut, trained, err := x.ownData()
		if err != nil {
			return fmt.Errorf("the rows that the run was tested on cannot be had: %w; name others: %s", err, x.call("explain", shell.Path(folder), "DATA"))
		}
		part := x.opt.part
		if part == "auto" {
			part = "test"
		}
		if part == "unseen" || part == "all" {
			return usage.Errorf("--part %s takes DATA", part)
		}
		if x.set, err = partOf(cut, part); err != nil {
			return fmt.Errorf("%w; name rows: %s", err, x.call("explain", shell.Path(folder), shell.Path(trained)))
		}
		return nil
	case x.opt.row >= 0:
		x.set.source, err = x.rawRows(x.model.Spec(), of, imageOptions{})
		x.set.part, x.set.title = "all", filepath.Base(of)
		return err
	default:
		x.set, err = x.evalSet(x.file, x.model, of, evalOptions{part: x.opt.part})
		if err == nil && x.set.seen != nil && *x.set.seen > 0 && x.set.part == "all" {
			x.showSeen(*x.set.seen, x.set.source.Len())
		}
		return err
	}
}

// ownData returns the parts of the data that the run trained on, and where it is.
func (x *explaining) ownData() (cut data.Parts, path string, err error) {
	folder := filepath.Dir(x.file)
	s := settings.Default()
	if err := settings.ReadKept(filepath.Join(folder, runs.ConfigFile), &s); err != nil {
		return cut, "", fmt.Errorf("the model lies in no run folder: %w", err)
	}
	cut, _, err = splitOfRun(folder, s.Data)
	return cut, s.Data, err
}

// explainRows finds what matters on all rows.
func (x *explaining) explainRows(ctx context.Context) error {
	rows, err := x.e.Read(ctx, x.set.source)
	if err != nil {
		return err
	}
	x.found.Rows = rows.Len()
	if x.found.Importance, err = x.e.Importance(ctx, rows); err != nil {
		return err
	}
	if x.found.Slices, err = x.e.Slices(ctx, rows); err != nil {
		return err
	}
	few, err := x.e.Sample(ctx, x.set.source, curveRows)
	if err != nil {
		return err
	}
	for _, name := range x.curves() {
		at, err := x.e.Find(name)
		if err != nil {
			return err
		}
		d, err := x.e.Dependence(ctx, few, at)
		if err != nil {
			return err
		}
		x.found.Curves = append(x.found.Curves, d)
	}
	return nil
}

// curveRows are how many rows a curve is the mean of, at most.
const curveRows = 1000

// mostCurves are drawn unless columns are named.
const mostCurves = 8

// hasCurve reports whether a column has a curve, as others than text have.
func (x *explaining) hasCurve(column string) bool {
	k, err := x.e.Find(column)
	return err == nil && x.e.Columns()[k].HasCurve()
}

// curves names the columns whose curves are computed.
func (x *explaining) curves() []string {
	if len(x.opt.columns) > 0 {
		return x.opt.columns
	}
	var names []string
	for _, c := range x.found.Importance.Columns {
		if len(names) < mostCurves && x.hasCurve(c.Columns[0]) && c.Costs[0].Low > 0 {
			names = append(names, c.Columns[0])
		}
	}
	return names
}

// explainRow finds why the model predicts what it does for one row. It is compared
// with training rows, or where these cannot be had with those of the data.
func (x *explaining) explainRow(ctx context.Context, of string) error {
	if n := x.set.source.Len(); x.opt.row >= n {
		return usage.Errorf("--row %d: %s has rows 0 to %d", x.opt.row, x.place(), n-1)
	}
	sample := make([]float32, x.model.Spec().Size())
	if err := x.set.source.Read([]int{x.opt.row}, sample, nil); err != nil {
		return err
	}
	behind := x.set.source
	x.found.Background = "rows of " + x.place()
	switch cut, _, err := x.ownData(); {
	case err == nil && cut.Train.Len() > 0:
		behind, x.found.Background = cut.Train, "training rows"
	case of != "":
		fmt.Fprintf(x.stderr, "note: the row is compared with others of %s, as the training rows cannot be had: %v\n", x.set.title, err)
	}
	background, err := x.e.Background(ctx, behind)
	if err != nil {
		return err
	}
	x.found.Row = &x.opt.row
	if x.found.Reasons, err = x.e.Row(ctx, sample, background); err != nil {
		return err
	}
	return x.explainWords(ctx, sample)
}

// explainWords finds what the words of the row's texts have to do with it.
func (x *explaining) explainWords(ctx context.Context, sample []float32) error {
	for i, c := range x.e.Columns() {
		if c.HasCurve() {
			continue
		}
		text, err := data.TextOf(x.set.source, x.opt.row, c.Name)
		if err != nil {
			return err
		}
		w, err := x.e.Words(ctx, sample, i, text)
		if err != nil {
			return err
		}
		x.found.Words = append(x.found.Words, w)
	}
	return nil
}
