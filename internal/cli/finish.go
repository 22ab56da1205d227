package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"descent/data"
	"descent/internal/runs"
	"descent/train"
)

// finish saves what training left, measures it if training came to its end,
// and says so. cause is why it did not.
func (r *run) finish(ctx context.Context, status string, cause error) error {
	if err := r.trainer.Model().Save(r.folder.file(lastFile)); err != nil {
		return err
	}
	if r.model != nil {
		if err := r.model.Save(r.folder.file(bestFile)); err != nil {
			return err
		}
	}
	hash, err := r.hash()
	if err != nil {
		return err
	}
	sum := r.summary(status, hash)
	var result string
	if status == "done" && r.parts.Test.Len() > 0 {
		switch report, b, err := r.measure(ctx); {
		case err == nil:
			sum.Test, sum.Baseline = measuresOf(report, r.spec), b.scores
			if err := r.folder.writeTest(report, r.parts.Test); err != nil {
				return err
			}
			result = resultText("Test"+viewsText(r.settings.TTA), report, b, r.spec)
		case ctx.Err() != nil:
			status, sum.Status = "interrupted", "interrupted"
		default:
			return err
		}
	}
	if err := r.folder.write(summaryFile, sum.write); err != nil {
		return err
	}
	if err := r.writePage(); err != nil {
		return err
	}
	if r.json && status != "diverged" {
		if err := sum.write(r.stdout); err != nil {
			return err
		}
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
	if !r.json {
		r.stdout.Write(text.Bytes())
	}
	err = r.folder.write(resultFile, func(w io.Writer) error { _, err := text.WriteTo(w); return err })
	return errors.Join(err, r.folder.finished())
}

// measure tests the best model beside the baseline.
func (r *run) measure(ctx context.Context) (train.Report, baseline, error) {
	m, err := withViews(r.model, r.settings.TTA)
	if err != nil {
		return train.Report{}, baseline{}, err
	}
	report, err := m.Evaluate(ctx, r.parts.Test)
	if err != nil {
		return report, baseline{}, err
	}
	if r.spec.Task == data.Regression {
		b, err := meanBaseline(ctx, r.parts.Test)
		return report, b, err
	}
	var counts []int
	for _, c := range r.parts.Counts {
		counts = append(counts, c.Train)
	}
	b, err := classBaseline(report, counts)
	return report, b, err
}

func (r *run) summary(status, hash string) *summary {
	s := &r.settings
	sum := &summary{
		Data: s.Data, Model: s.Model.value, Optimizer: s.Optimizer.Name.value,
		Parameters: r.trainer.Parameters(), Steps: r.trainer.Updates(), Seconds: r.seconds,
		Run: r.folder.path, Status: status, Task: r.spec.Task.String(), Monitor: s.Monitor,
		Rows:       map[string]int{"train": r.parts.Train.Len(), "validation": r.parts.Validation.Len(), "test": r.parts.Test.Len()},
		Seeds:      map[string]any{"seed": s.Seed, "split_seed": s.SplitSeed},
		DataSHA256: hash, Started: r.started.UTC(), Build: thisBuild(),
	}
	if r.last != nil {
		sum.Epochs = r.last.Epoch + 1
		sum.Train = measures{}
		sum.Train.add("loss", r.last.TrainLoss)
	}
	if r.best != nil {
		sum.BestEpoch = r.best.Epoch + 1
		if v := r.best.Validation; v != nil {
			sum.Validation = measuresOf(*v, r.spec)
		}
	}
	if r.model != nil {
		sum.SHA256 = r.model.SHA256()
	}
	return sum
}

// print ends a run that was finished.
func (r *run) print(w io.Writer, result string) {
	s := &r.settings
	if result == "" {
		result = "The split leaves no test part; \"descent eval\" measures the model on other data.\n"
	}
	fmt.Fprint(w, result, "\n")
	kept := fmt.Sprintf("the model of epoch %d", r.trainer.Updates()/r.steps)
	if r.best != nil {
		kept = fmt.Sprintf("the model of epoch %d of %d", r.best.Epoch+1, r.last.Epoch+1)
		switch v := r.best.Validation; {
		case v != nil:
			kept += fmt.Sprintf(", the best by validation %s (%s)", s.Monitor, scoreText(s.Monitor, v.Score(s.Monitor)))
		case s.Patience > 0:
			kept += fmt.Sprintf(", the best by training loss (%s), as there is no validation part", scoreText("loss", r.best.TrainLoss))
		default:
			kept += ", the last one, as there is no validation part"
		}
	}
	if r.last != nil && r.last.Epoch+1 < s.Epochs.value {
		kept += fmt.Sprintf("; stopped early, after %s without a better one", plural(s.Patience, "epoch"))
	}
	fmt.Fprintf(w, "Kept %s. %s in %s.\n", kept, plural(r.trainer.Updates(), "update"), tookText(r.seconds))
	fmt.Fprintf(w, "run folder  %s\nreport      %s, for a browser\n\n", r.folder.path, r.folder.file(runs.ReportFile))
	predict := []string{"predict", r.folder.path, r.evalData()}
	if r.spec.Task == data.Classification {
		predict = append(predict, "--probabilities")
	}
	r.next(w,
		r.call("inspect", r.folder.path),
		r.call("eval", r.folder.path, r.evalData()),
		r.call(predict...),
		r.call("train", "--config", r.folder.file(configFile), "--seed", fmt.Sprint(s.Seed+1)))
}

// evalData is data to measure the model on again.
func (r *run) evalData() string {
	if r.settings.Test != "" {
		return r.settings.Test
	}
	return r.settings.Data
}

func tookText(seconds float64) string {
	if seconds < 60 {
		return fmt.Sprintf("%.1f s", seconds)
	}
	return clock(seconds)
}

// keptText says which models a run that broke off left.
func (r *run) keptText() string {
	var kept []string
	if r.best != nil && r.model != nil {
		kept = append(kept, fmt.Sprintf("the best so far, of epoch %d, is in %s", r.best.Epoch+1, r.folder.file(bestFile)))
	}
	kept = append(kept, fmt.Sprintf("the weights after update %d are in %s", r.trainer.Updates(), r.folder.file(lastFile)))
	return strings.Join(kept, ", ")
}

// interrupted tells what was saved and how to go on.
func (r *run) interrupted() {
	fmt.Fprintf(r.stderr, "descent: interrupted; %s\n", r.keptText())
	r.next(r.stderr, r.resumeCall())
}
