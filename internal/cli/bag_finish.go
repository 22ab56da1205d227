package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"descent/explain"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/model"
	"descent/train"
)

// finish joins the members, measures the whole, and says what it is.
func (b *bag) finish(ctx context.Context) error {
	if err := b.folder.Here(); err != nil {
		return err
	}
	var err error
	if b.model, err = b.joined(); err != nil {
		return err
	}
	folds, err := b.outOfFold(ctx)
	if err != nil {
		return err
	}
	if err := b.decide(ctx, settings.OutOfFold(&folds.HeldOut)); err != nil {
		return err
	}
	if err := b.model.Save(b.folder.File(runs.BestFile)); err != nil {
		return err
	}
	if err := b.writeTrained(ctx); err != nil {
		return err
	}
	if err := b.folder.Write(runs.FoldsFile, folds.write); err != nil {
		return err
	}
	sum, err := b.summary("done")
	if err != nil {
		return err
	}
	sum.Validation = folds.measures()
	var result string
	if b.Parts.Test.Len() > 0 {
		if result, err = b.tested(ctx, sum); err != nil {
			return err
		}
		if err := b.testMembers(ctx); err != nil {
			return err
		}
	}
	return b.leave(sum, result)
}

// leave writes what is left of a bag that is done, and prints it.
func (b *bag) leave(sum *runs.Summary, result string) error {
	var list []runs.Member
	var folders []*runs.Folder
	for _, m := range b.members {
		list, folders = append(list, *m.outcome), append(folders, m.folder)
	}
	if err := b.folder.WriteMembers(list); err != nil {
		return err
	}
	if err := b.records.Means(folders); err != nil {
		return err
	}
	if err := b.folder.Write(runs.SummaryFile, sum.Write); err != nil {
		return err
	}
	if err := b.writePage(); err != nil {
		return err
	}
	var text bytes.Buffer
	b.print(&text, sum, result)
	if b.json {
		_ = sum.Write(b.data) // the run is done all the same, and [Run] tells of the error
	}
	return b.leaveResult(text.String())
}

// writeTrained leaves which rows the networks of a bag were trained on, and what their
// columns hold.
func (r *run) writeTrained(ctx context.Context) error {
	whole, err := r.Whole()
	if err != nil {
		return err
	}
	return errors.Join(r.folder.WriteRows(whole), r.folder.WriteColumns(context.WithoutCancel(ctx), whole))
}

// joined is the model that the members become. In time the first of them saw few
// rows, and the oldest: each counts by what it saw.
func (b *bag) joined() (*model.Model, error) {
	models := make([]*model.Model, len(b.members))
	var weights []float64
	for i, m := range b.members {
		models[i] = m.model
		if b.Settings.Time != "" {
			weights = append(weights, float64(m.outcome.Rows))
		}
	}
	all, err := model.Join(models, weights)
	if err != nil {
		return nil, err
	}
	return all.Measuring(b.Config.Metrics...).Workers(b.Settings.Train.Workers), nil
}

// testMembers measures each member on the test part.
func (b *bag) testMembers(ctx context.Context) error {
	for _, m := range b.members {
		one, err := settings.WithViews(m.model.Measuring(b.Config.Metrics...).Workers(b.Settings.Train.Workers), b.Settings.TTA)
		if err != nil {
			return err
		}
		r, err := one.Evaluate(ctx, b.Parts.Test)
		if err != nil {
			return err
		}
		m.outcome.Test = runs.MeasuresOf(r)
	}
	return nil
}

// summary is that of the whole.
func (b *bag) summary(status string) (*runs.Summary, error) {
	hash, err := b.hash()
	if err != nil {
		return nil, err
	}
	whole, err := b.Whole()
	if err != nil {
		return nil, err
	}
	sum := b.run.summary(status, hash)
	sum.Members = len(b.members)
	sum.Parameters *= len(b.members)
	sum.Rows["train"], sum.Rows["validation"], sum.Steps = whole.Len(), whole.Len(), 0
	for _, m := range b.members {
		if m != nil {
			sum.Steps += m.outcome.Steps
			sum.Epochs = max(sum.Epochs, m.outcome.Epochs)
		}
	}
	return sum, nil
}

// writeSummary leaves what is known of a bag that broke off.
func (b *bag) writeSummary(status string) error {
	sum, err := b.summary(status)
	if err == nil {
		err = b.folder.Write(runs.SummaryFile, sum.Write)
	}
	if err == nil {
		err = b.writePage()
	}
	if err == nil && b.json && status != "diverged" {
		err = sum.Write(b.data)
	}
	return err
}

// interrupted tells what was saved and how to go on.
func (b *bag) interrupted() error {
	if err := b.writeSummary("interrupted"); err != nil {
		return err
	}
	b.say("interrupted; %d of %d networks are done, and the others stand where they are in %s", b.done, len(b.members), b.folder.Path)
	b.next(b.stderr, b.resumeCall())
	return errInterrupted
}

// print ends a bag that is done.
func (b *bag) print(w io.Writer, sum *runs.Summary, result string) {
	if result == "" {
		result = "The split leaves no test part; \"descent eval\" measures the model on other data.\n"
	}
	fmt.Fprintf(w, "%s\n%s\n", result, b.membersText(sum))
	if b.cuts != nil {
		fmt.Fprintln(w, "Each network answers at one half there, and together they do by thresholds.")
	}
	fmt.Fprint(w, b.decidedText())
	epoch := choose(b.Config.Kept == train.Last, "last epoch", "best epoch by validation "+b.monitorText())
	fmt.Fprintf(w, "Kept the mean of %s, each at its %s. %s in %s.\n",
		human.Plural(len(b.members), "network"), epoch, human.Plural(sum.Steps, "update"), human.Took(b.seconds))
	fmt.Fprintf(w, "run folder  %s\nreport      %s, for a browser\nfolds       %s, what each training row was predicted to be\n\n",
		b.folder.Path, b.folder.File(runs.ReportFile), b.folder.File(runs.FoldsFile))
	next := []string{b.call("eval", b.folder.Path, b.evalData()), b.call("predict", b.folder.Path, b.evalData())}
	if explain.Suits(b.Spec) == nil {
		next = append(next, b.call("explain", b.folder.Path, b.evalData()))
	}
	b.next(w, append(next, b.anotherSeed())...)
}

// membersText is a table of what members reach alone and together.
func (b *bag) membersText(sum *runs.Summary) string {
	main := b.ui.Scores[0]
	tested := sum.Test != nil
	head := []string{"network", "fold", "epochs", "validation " + human.Label(main)}
	if tested {
		head = append(head, "test "+human.Label(main))
	}
	rows := [][]string{head}
	var validation, test []float64
	for _, m := range b.members {
		o := m.outcome
		row := []string{fmt.Sprint(o.Number), fmt.Sprint(o.Fold), fmt.Sprintf("%d of %d", o.BestEpoch, o.Epochs), scoreText(main, o.Validation)}
		validation = append(validation, scoreOf(main, o.Validation))
		if tested {
			row, test = append(row, scoreText(main, o.Test)), append(test, scoreOf(main, o.Test))
		}
		rows = append(rows, row)
	}
	mean, spread := []string{"mean", "", ""}, []string{"spread", "", ""}
	for _, of := range [][]float64{validation, test} {
		if of != nil {
			m, s := meanAndSpread(of)
			mean, spread = append(mean, human.Score(main, m)), append(spread, human.Score(main, s))
		}
	}
	rows = append(rows, mean, spread, []string{"out of fold", "", "", scoreText(main, sum.Validation)})
	if tested {
		rows[len(rows)-1] = append(rows[len(rows)-1], "")
		rows = append(rows, []string{"together", "", "", "", scoreText(main, sum.Test)})
	}
	return human.Columns(rows)
}

func scoreOf(name string, m runs.Measures) float64 {
	if v, ok := m[name].(float64); ok {
		return v
	}
	return math.NaN()
}

func scoreText(name string, m runs.Measures) string { return human.Score(name, scoreOf(name, m)) }

// meanAndSpread returns the mean of some numbers and their standard deviation.
func meanAndSpread(of []float64) (mean, spread float64) {
	for _, v := range of {
		mean += v / float64(len(of))
	}
	for _, v := range of {
		spread += (v - mean) * (v - mean) / float64(len(of)-1)
	}
	return mean, math.Sqrt(spread)
}
