package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/model"
)

func (a *app) evalCommand() *cobra.Command {
	var opt evalOptions
	cmd := &cobra.Command{
		Use:   "eval MODEL DATA",
		Short: "Measure a trained model on a data set",
		Long: `Measure a trained model on a data set.

MODEL is a model file, or a run folder, which means its best model. DATA is what
--data of train takes, with its target; a set with a test part of its own means
that part. If DATA is what the run trained on, only the test part of the run's
split is measured, since results on rows seen in training flatter. Of other data
all rows are measured, and a note says how many of them the run trained on, as
of a file that has grown since; --part unseen measures the others alone.`,
		Example: `  descent eval runs/NAME houses-sold-since.csv
  descent eval runs/NAME photos.zip --tta flip
  descent eval runs/NAME photos.zip --metrics top3
  descent eval runs/NAME/last.safetensors digits --part all --json`,
		Args: positional("MODEL", "DATA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eval(cmd.Context(), args[0], args[1], opt)
		},
	}
	cmd.Flags().StringVar(&opt.part, "part", "auto", "of the data that the run trained on: train, validation, test or all; auto: test of such data, all of other data; unseen: of any data the rows that the run did not train on")
	cmd.Flags().StringSliceVar(&opt.metrics, "metrics", nil, "scores to measure beside the usual ones, instead of those that the run of the model measured: "+settings.MetricNames())
	registerInterval(cmd, &opt.level, "measure intervals that are to hold so much of what is predicted, as in 0.9, which is measured unless another is asked for; of a regression")
	opt.images.register(cmd)
	cmd.Flags().BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	return cmd
}

type evalOptions struct {
	part    string
	metrics []string
	images  imageOptions
	level   float64 // of intervals; 0: the usual one, where the model has them
	json    bool
}

// evaluation is what eval --json prints.
type evaluation struct {
	Data     string        `json:"data"`
	Part     string        `json:"part"`
	TTA      string        `json:"tta"`
	Model    string        `json:"model"`
	Rows     int           `json:"rows"`
	Test     runs.Measures `json:"test"`
	Baseline runs.Measures `json:"baseline"`
	SHA256   string        `json:"weights_sha256"`
	Seen     *int          `json:"rows_seen_in_training"` // null where the run does not know

	Intervals []runs.Coverage `json:"intervals,omitempty"`
	Forecasts []runs.Forecast `json:"forecasts,omitempty"` // of each target of a forecast

	Drift  []explain.Drift `json:"drift"`  // of the columns of a table; null where the run does not know, and of images
	Slices *explain.Slices `json:"slices"` // null of images
}

func (a *app) eval(ctx context.Context, model, path string, opt evalOptions) error {
	file, m, views, err := opt.images.load(model)
	if err != nil {
		return err
	}
	if m, err = measuring(m, filepath.Dir(file), opt.metrics); err != nil {
		return err
	}
	if opt.level != 0 {
		if err := spans(m, opt.level); err != nil {
			return err
		}
	}
	set, err := a.evalSet(file, m, path, opt)
	if err != nil {
		return err
	}
	if set.seen != nil && *set.seen > 0 && set.part == "all" {
		a.showSeen(*set.seen, set.source.Len())
	}
	report, b, err := measure(ctx, m, set.source, set.counts, nil)
	if err != nil {
		return err
	}
	covers, err := cover(ctx, m, set.source, opt.level)
	if err != nil {
		return err
	}
	slices, err := slicesOf(ctx, m, set.source)
	if err != nil {
		return err
	}
	drift, err := driftOf(ctx, file, set.all())
	if err != nil {
		return err
	}
	if opt.json {
		found := runs.MeasuresOf(report)
		addBits(found, report.Plain, set.source)
		return runs.WriteJSON(a.data, evaluation{
			path, set.part, views, file, report.Rows, found, b.scores, m.SHA256(), set.seen, runs.CoverageOf(covers), runs.ForecastsOf(report, m.Spec()), drift, slices,
		})
	}
	fmt.Fprint(a.stdout, resultText(set.title+viewsText(views), report, b, m.Spec()), classesText(report, m.Spec()), bitsText(report, set.source), coverText(covers), worstText(slices), driftText(drift), "\n")
	model, path = shell.Path(model), shell.Path(path)
	next := []string{a.call("predict", model, path), a.call("inspect", model)}
	if m.Spec().Encoder.OfText() {
		next[0] = a.call("generate", model)
	}
	if slices != nil {
		next = append(next, a.call("explain", model, path))
	}
	a.next(a.stdout, next...)
	return nil
}

// showSeen notes rows that the run trained on.
func (a *app) showSeen(seen, rows int) {
	text := fmt.Sprintf("%d of %s also stand in the training part of the run, so results on them flatter", seen, human.Plural(rows, "row"))
	if seen < rows {
		text += fmt.Sprintf("; --part unseen measures the other %d", rows-seen)
	}
	fmt.Fprintf(a.stderr, "note: %s\n", text)
}

// loadModel reads the model that path means, and returns its file.
func loadModel(path string) (file string, m *model.Model, err error) {
	if file, err = runs.ModelFile(path); err != nil {
		return "", nil, err
	}
	if m, err = model.Load(file); err != nil {
		return "", nil, err
	}
	return file, m.Fixed(), nil
}

// evaluated is what eval measures on.
type evaluated struct {
	source data.Source
	whole  data.Source // with the rows that are not measured, as they lack a target; nil: source
	part   string      // all, or of the split of the run
	title  string
	counts []int // rows of each class in training, if they are known
	seen   *int  // rows that the run trained on, if they are known
}

// all are the rows that were there.
func (e evaluated) all() data.Source {
	if e.whole != nil {
		return e.whole
	}
	return e.source
}

// evalSet opens the data at path, and takes a part of it if the run of the
// model was trained on the same.
func (a *app) evalSet(file string, m *model.Model, path string, opt evalOptions) (evaluated, error) {
	part := opt.part
	parts := []string{"auto", "train", "validation", "test", "all", "unseen"}
	known := false
	for _, p := range parts {
		known = known || p == part
	}
	if !known {
		return evaluated{}, usage.Mark(fmt.Errorf("--part: %w", suggest.Unknown("part", part, parts)))
	}
	if part != "all" && part != "unseen" {
		cut, own, err := splitOfRun(filepath.Dir(file), path)
		switch {
		case err != nil && part != "auto":
			return evaluated{}, fmt.Errorf("--part %s: %w", part, err)
		case err == nil && (part != "auto" || own && cut.Test.Len() > 0):
			return partOf(cut, part)
		}
	}
	e := m.Spec().Encoder
	source, err := a.rawRows(m.Spec(), path, opt.images)
	if err != nil {
		return evaluated{}, err
	}
	a.showNotes(source)
	if source.Spec().Unlabeled && e == nil {
		return evaluated{}, fmt.Errorf("the rows of %s have no target behind their values to compare with; descent predict needs none", path)
	}
	if source.Spec().Unlabeled && e.OfImages() {
		return evaluated{}, fmt.Errorf("the images of %s lie in no folders named after the classes to compare with (%s); descent predict needs none", path, strings.Join(e.Classes, ", "))
	}
	if source.Spec().Unlabeled {
		return evaluated{}, fmt.Errorf("%s has no column %q to compare with; descent predict needs none", path, columnOf(m.Spec()))
	}
	whole := source
	source, note := data.Targeted(source)
	if note != "" {
		fmt.Fprintf(a.stderr, "note: %s\n", note)
	}
	return unseen(evaluated{source: source, whole: whole, part: "all", title: filepath.Base(path)}, filepath.Dir(file), part == "unseen")
}

// columnOf names the column, or the first, that targets are read from.
func columnOf(spec data.Spec) string {
	if c := spec.Encoder.LabelColumn; c != nil {
		return c.Name
	}
	return spec.Targets[0]
}

// unseen counts the rows of e that the run in folder trained on, and leaves
// them out if only others are asked for.
func unseen(e evaluated, folder string, only bool) (evaluated, error) {
	trained, known, err := runs.ReadRows(folder)
	switch {
	case err != nil:
		return e, err
	case !known && only:
		return e, fmt.Errorf("--part unseen: %s holds no %s, which says what the run trained on", folder, runs.RowsFile)
	case !known:
		return e, nil
	}
	rows, err := trained.Unseen(e.source)
	if err != nil {
		return e, err
	}
	seen := e.source.Len() - len(rows)
	e.seen = &seen
	switch {
	case only && len(rows) == 0:
		return e, fmt.Errorf("--part unseen: the run trained on all %d rows of %s", seen, e.title)
	case only:
		e.source, e.part, e.title = data.Subset(e.source, rows), "unseen", e.title+", rows not seen in training"
		none := 0
		e.seen = &none
	}
	return e, nil
}

func partOf(cut data.Parts, part string) (evaluated, error) {
	e := evaluated{part: part}
	switch part {
	case "train":
		e.source, e.title = cut.Train, "Training part of the run"
	case "validation":
		e.source, e.title = cut.Validation, "Validation part of the run"
	default:
		e.source, e.part, e.title = cut.Test, "test", "Test part of the run"
	}
	for _, c := range cut.Counts {
		e.counts = append(e.counts, c.Train)
	}
	if e.source.Len() == 0 {
		return e, fmt.Errorf("the run's split leaves no rows to the %s part", part)
	}
	return e, nil
}

// splitOfRun returns the parts that the run in folder cut the data at path
// into, and whether the test part comes from that data; an error says why they
// cannot be had.
func splitOfRun(folder, path string) (cut data.Parts, own bool, err error) {
	sum, err := runs.ReadSummary(folder)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("the model lies in no run folder: %w", err)
	}
	if err != nil {
		return cut, false, err
	}
	s := settings.Default()
	if err := settings.ReadKept(filepath.Join(folder, runs.ConfigFile), &s); err != nil {
		return cut, false, err
	}
	s.Data = path
	source, err := settings.OpenDataAgain(&s)
	if err != nil {
		return cut, false, err
	}
	hash, err := data.Hash(source)
	if err != nil {
		return cut, false, err
	}
	if hash != sum.DataSHA256 {
		return cut, false, fmt.Errorf("the run did not train on %s, but on %s, whose content differs", path, sum.Data)
	}
	cut, err = settings.Split(&s, source)
	return cut, s.Test == "", err
}
