package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/model"
	"descent/train"
)

// finish saves what training left, measures it if training came to its end,
// and says so. cause is why it did not.
//
// Checkpoints go when all else is on the disk, so that a run which fails here, at
// any file, is one that goes on.
func (r *run) finish(ctx context.Context, status string, cause error) error {
	if err := r.folder.Here(); err != nil {
		return err
	}
	if err := r.trainer.Model().Save(r.folder.File(runs.LastFile)); err != nil {
		return err
	}
	if status == "done" {
		if err := r.decide(ctx, settings.OnPart(r.Parts.Validation)); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if r.model != nil {
		if err := r.model.Save(r.folder.File(runs.BestFile)); err != nil {
			return err
		}
	}
	hash, err := r.hash()
	if err != nil {
		return err
	}
	if err := errors.Join(r.folder.WriteRows(r.Parts.Train), r.folder.WriteColumns(context.WithoutCancel(ctx), r.Parts.Train)); err != nil {
		return err
	}
	sum := r.summary(status, hash)
	var result string
	if status == "done" && r.Parts.Test.Len() > 0 {
		switch result, err = r.tested(ctx, sum); {
		case err == nil:
		case ctx.Err() != nil:
			status, sum.Status = "interrupted", "interrupted"
		default:
			return err
		}
	}
	if err := r.leaveWindow(ctx, status); err != nil && ctx.Err() == nil {
		return err
	}
	if err := r.folder.Write(runs.SummaryFile, sum.Write); err != nil {
		return err
	}
	if err := r.writePage(); err != nil {
		return err
	}
	if r.json && status != "diverged" {
		_ = sum.Write(r.data) // the run is done all the same, and [Run] tells of the error
	}
	switch status {
	case "diverged":
		return fmt.Errorf("%w; %s", cause, r.keptText())
	case "interrupted":
		r.interrupted()
		return errInterrupted
	}
	var text bytes.Buffer
	r.print(&text, result)
	return r.leaveResult(text.String())
}

// leaveResult prints the text of a run that is done, and leaves it in the folder. The
// notes stand behind it where the start, which has them, was not shown.
func (r *run) leaveResult(text string) error {
	if notes := r.notesText(); notes != "" && !r.ui.Shows() {
		text += "\n" + notes
	}
	if err := r.folder.Write(runs.ResultFile, func(w io.Writer) error { _, err := io.WriteString(w, human.Escape(text)); return err }); err != nil {
		return err
	}
	if !r.json {
		io.WriteString(r.stdout, text)
	}
	return r.finished(r.folder)
}

// tested measures the model on the test part, leaves what was found in the folder and
// in the summary, and returns it in words.
func (r *run) tested(ctx context.Context, sum *runs.Summary) (string, error) {
	report, b, err := r.measure(ctx)
	if err != nil {
		return "", err
	}
	sum.Test, sum.Baseline, sum.Forecasts = runs.MeasuresOf(report), b.scores, runs.ForecastsOf(report, r.Spec)
	addBits(sum.Test, report.Plain, r.Parts.Test)
	covers, err := cover(ctx, r.model, r.Parts.Test, 0)
	if err != nil {
		return "", err
	}
	sum.Intervals = runs.CoverageOf(covers)
	if err := r.folder.WriteTest(report, r.Parts.Test); err != nil {
		return "", err
	}
	found, err := r.explainTest(ctx)
	if err != nil {
		return "", err
	}
	return resultText("Test"+viewsText(r.Settings.TTA), report, b, r.Spec) + bitsText(report, r.Parts.Test) + r.costText(report) + coverText(covers) + mattersText(found), nil
}

// finished removes what only a run that goes on needs.
func (a *app) finished(f *runs.Folder) error {
	stays, err := f.Finished()
	if len(stays) > 0 {
		a.say("%s stays, as no run wrote it", strings.Join(stays, ", "))
	}
	return err
}

// measure tests the best model beside the baseline.
func (r *run) measure(ctx context.Context) (model.Report, baseline, error) {
	m, err := settings.WithViews(r.model, r.Settings.TTA)
	if err != nil {
		return model.Report{}, baseline{}, err
	}
	var counts []int
	for _, c := range r.Parts.Counts {
		counts = append(counts, c.Train)
	}
	return measure(ctx, m, r.Parts.Test, counts, r.Parts.Train)
}

func (r *run) summary(status, hash string) *runs.Summary {
	s := &r.Settings
	sum := &runs.Summary{
		Data: s.Data, Model: s.Model.Value, Optimizer: s.Optimizer.Name.Value,
		Parameters: r.trainer.Parameters(), Steps: r.trainer.Updates(), Seconds: r.seconds,
		Run: r.folder.Path, Status: status, Task: taskName(r.Spec), Monitor: s.Monitor.Value,
		Rows:       map[string]int{"train": r.Parts.Train.Len(), "validation": r.Parts.Validation.Len(), "test": r.Parts.Test.Len()},
		Seeds:      map[string]any{"seed": s.Train.Seed, "split_seed": s.SplitSeed},
		DataSHA256: hash, Started: r.started.UTC(), Build: runs.ThisBuild(),
	}
	if r.last != nil {
		sum.Epochs = r.last.Epoch + 1
		sum.Train = runs.Measures{}
		name := "loss"
		if s.LossName() != name { // another measure than that of the other parts
			name = "objective"
		}
		sum.Train.Add(name, r.last.TrainLoss)
	}
	if r.best != nil {
		sum.BestEpoch = r.best.Epoch + 1
		if v := r.best.Validation; v != nil {
			sum.Validation = runs.MeasuresOf(*v)
			addBits(sum.Validation, v.Plain, r.Parts.Validation)
		}
	}
	sum.Thresholds = thresholdsOf(r.cuts)
	sum.Calibration = runs.CalibrationOf(r.heat)
	if r.model != nil {
		sum.SHA256 = r.model.SHA256()
	}
	return sum
}

// print ends a run that was finished.
func (r *run) print(w io.Writer, result string) {
	s := &r.Settings
	if text := r.textResult(); text != "" && result == "" {
		result = text
	} else if result == "" {
		result = "The split leaves no test part; \"descent eval\" measures the model on other data.\n"
	}
	fmt.Fprint(w, result, "\n")
	kept := fmt.Sprintf("the model of epoch %d", r.trainer.Updates()/r.Steps)
	if r.best != nil {
		kept = fmt.Sprintf("the model of epoch %d of %d", r.best.Epoch+1, r.last.Epoch+1)
		switch v := r.best.Validation; {
		case r.Config.Kept == train.Last:
			kept += ", the last one"
		case v != nil:
			kept += fmt.Sprintf(", the best by validation %s (%s)", r.monitorText(), human.Score(s.Monitor.Value, v.Score(s.Monitor.Value)))
		case s.Train.Patience > 0:
			kept += fmt.Sprintf(", the best by training %s (%s), as there is no validation part", s.LossName(), human.Score("loss", r.best.TrainLoss))
		default:
			kept += ", the last one, as there is no validation part"
		}
	}
	if r.last != nil && r.last.Epoch+1 < s.Epochs.Value && s.Train.Patience > 0 && r.trainer.Updates() < r.Updates() {
		kept += fmt.Sprintf("; stopped early, after %s without a better one", human.Plural(s.Train.Patience, "epoch"))
	}
	fmt.Fprint(w, r.decidedText())
	fmt.Fprintf(w, "Kept %s. %s in %s.\n", kept, human.Plural(r.trainer.Updates(), "update"), human.Took(r.seconds))
	fmt.Fprintf(w, "run folder  %s\nreport      %s, for a browser\n\n", r.folder.Path, r.folder.File(runs.ReportFile))
	predict := []string{"predict", r.folder.Path, r.evalData()}
	if r.Spec.Task == data.Classification {
		predict = append(predict, "--probabilities")
	}
	if r.Spec.Encoder.OfText() {
		predict = r.generateCall()
	}
	next := []string{r.call("inspect", r.folder.Path), r.call("eval", r.folder.Path, r.evalData()), r.call(predict...)}
	if explain.Suits(r.Spec) == nil {
		next = append(next, r.call("explain", r.folder.Path, r.evalData()))
	}
	r.next(w, append(next, r.anotherSeed())...)
}

// anotherSeed is the command that makes the run again by the next seed.
func (r *run) anotherSeed() string {
	return r.call("train", "--config", r.folder.File(runs.ConfigFile), "--seed", fmt.Sprint(r.Settings.Train.Seed+1))
}

// evalData is data to measure the model on again.
func (r *run) evalData() string {
	if r.Settings.Test != "" {
		return shell.Path(r.Settings.Test)
	}
	return shell.Path(r.Settings.Data)
}

// keptText says which models a run that broke off left.
func (r *run) keptText() string {
	var kept []string
	if r.best != nil && r.model != nil {
		kept = append(kept, fmt.Sprintf("the best so far, of epoch %d, is in %s", r.best.Epoch+1, r.folder.File(runs.BestFile)))
	}
	kept = append(kept, fmt.Sprintf("the weights after update %d are in %s", r.trainer.Updates(), r.folder.File(runs.LastFile)))
	return strings.Join(kept, ", ")
}

// interrupted tells what was saved and how to go on.
func (r *run) interrupted() {
	r.say("interrupted; %s", r.keptText())
	r.next(r.stderr, r.resumeCall())
}
