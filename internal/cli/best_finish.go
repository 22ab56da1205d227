package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/model"
)

// finish makes the model of the ensemble, measures it, and says what was tried.
func (b *best) finish(ctx context.Context) error {
	sum, err := b.keep("done")
	if err != nil {
		return err
	}
	if b.model == nil {
		return fmt.Errorf("no candidate has a result; the first: %s", b.tried[0].failed)
	}
	var result string
	if b.Parts.Test.Len() > 0 {
		if result, err = b.tested(ctx, sum); err != nil {
			return err
		}
	}
	if err := b.folder.Write(runs.SummaryFile, sum.Write); err != nil {
		return err
	}
	again := b.open // which repeats the search, to the bit
	again.Tries, again.Budget = len(b.tried), "off"
	if err := b.folder.Write(runs.ConfigFile, again.Write); err != nil {
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

// keep leaves the model of the best so far, what it predicted of the folds, and what
// was tried.
func (b *best) keep(status string) (*runs.Summary, error) {
	hash, err := b.hash()
	if err != nil {
		return nil, err
	}
	sum := b.run.summary(status, hash)
	sum.Tried = len(b.tried)
	if err := b.folder.WriteCandidates(b.candidates()); err != nil {
		return nil, err
	}
	networks, weights := b.networks()
	if len(networks) == 0 {
		return sum, nil
	}
	if b.model, err = model.Join(networks, weights); err != nil {
		return nil, err
	}
	b.model = b.model.Measuring(b.Config.Metrics...).Workers(b.Settings.Train.Workers)
	folds, err := b.blended()
	if err != nil {
		return nil, err
	}
	if err := b.decide(context.Background(), settings.OutOfFold(&folds.HeldOut)); err != nil {
		return nil, err
	}
	if err := b.model.Save(b.folder.File(runs.BestFile)); err != nil {
		return nil, err
	}
	if err := b.writeTrained(context.Background()); err != nil {
		return nil, err
	}
	whole, err := b.Whole()
	if err != nil {
		return nil, err
	}
	sum.Thresholds, sum.Calibration = thresholdsOf(b.cuts), runs.CalibrationOf(b.heat)
	sum.Model, sum.Members, sum.SHA256 = fmt.Sprintf("best of %d", len(b.tried)), len(networks), b.model.SHA256()
	sum.Parameters, sum.Steps, sum.Validation = b.model.Parameters(), 0, folds.measures()
	sum.Rows["train"], sum.Rows["validation"] = whole.Len(), whole.Len()
	for _, c := range b.tried {
		for _, m := range c.bag.members {
			if m != nil {
				sum.Steps += m.outcome.Steps
			}
		}
	}
	return sum, b.folder.Write(runs.FoldsFile, folds.write)
}

// networks are those of the ensemble, and their weights.
func (b *best) networks() (list []*model.Model, weights []float64) {
	for i, n := range b.counts {
		if n == 0 {
			continue
		}
		for _, m := range b.tried[i].bag.members {
			w := float64(n)
			if b.Settings.Time != "" { // as of a bag
				w *= float64(m.outcome.Rows)
			}
			list, weights = append(list, m.model), append(weights, w)
		}
	}
	return list, weights
}

// blended is what the ensemble predicts of the folds: each network of those that it
// was not trained on.
func (b *best) blended() (*foldPredictions, error) {
	var p *foldPredictions
	all := 0.0
	for i, n := range b.counts {
		if n == 0 {
			continue
		}
		of := b.tried[i].folds
		if p == nil {
			var err error
			if p, err = of.blank(); err != nil {
				return nil, err
			}
		}
		all += float64(n)
		for row := range of.rows {
			p.addTo(row, &of.HeldOut, row, float64(n))
		}
	}
	for _, list := range p.sums() {
		for _, values := range list {
			for k := range values {
				values[k] /= all
			}
		}
	}
	p.loss = p.plainLoss(p.flat())
	return p, p.measure()
}

// candidates are what was tried, the best first.
func (b *best) candidates() (list []runs.Candidate) {
	all := 0
	for _, n := range b.counts {
		all += n
	}
	main := b.ui.Scores[0]
	for _, c := range b.ranked() {
		of := runs.Candidate{Number: c.Number, Settings: c.Candidate.String(), Around: c.Around, Failed: c.failed, Score: main}
		if c.folds != nil {
			of.Folds, of.Loss, of.Predicts = c.folds.measures(), &c.loss, c.predicts
			of.Weight = float64(b.counts[c.Number-1]) / float64(max(1, all))
			var scores []float64
			for _, m := range c.bag.members {
				scores = append(scores, scoreOf(main, m.outcome.Validation))
				of.Seconds += m.outcome.Seconds
			}
			if of.Mean, of.Low, of.High = confidence(scores); of.Mean != of.Mean {
				of.Mean = 0
			}
		}
		list = append(list, of)
	}
	return b.withBaseline(list)
}

// withBaseline puts what the simplest model reaches on the folds in its place among
// candidates: the mean of each target, or how often each class or label occurs. Its
// number is 0.
func (b *best) withBaseline(list []runs.Candidate) []runs.Candidate {
	i := slices.IndexFunc(b.tried, func(c *candidate) bool { return c.folds != nil })
	if i < 0 {
		return list
	}
	p, err := b.tried[i].folds.baseline()
	if err != nil { // which the candidate's own measures would have met
		return list
	}
	simplest := runs.Candidate{Settings: "baseline", Folds: p.measures(), Loss: &p.loss}
	for name, v := range simplest.Folds {
		if v, ok := v.(float64); ok && math.Abs(v) < 1e-9 { // as R² of the mean is, but for rounding
			simplest.Folds[name] = 0.0
		}
	}
	at := slices.IndexFunc(list, func(c runs.Candidate) bool { return c.Loss == nil || *c.Loss > p.loss })
	if at < 0 {
		at = len(list)
	}
	return slices.Insert(list, at, simplest)
}

// confidence returns the mean of scores and its interval of 95 %, nil where there is
// none.
func confidence(scores []float64) (mean float64, low, high *float64) {
	of := search.Confidence(scores, 0.95)
	if of.Low-of.Low == 0 && of.High-of.High == 0 {
		low, high = &of.Low, &of.High
	}
	return of.Mean, low, high
}

// interrupted leaves the best so far, and tells how to go on.
func (b *best) interrupted(context.Context) error {
	sum, err := b.keep("interrupted")
	if err == nil {
		err = b.folder.Write(runs.SummaryFile, sum.Write)
	}
	if err == nil {
		err = b.writePage()
	}
	if err != nil {
		return err
	}
	if b.json {
		_ = sum.Write(b.data)
	}
	what := "no candidate is done yet"
	if b.model != nil {
		what = fmt.Sprintf("the best of %s is in %s", human.Plural(len(b.tried), "candidate"), b.folder.File(runs.BestFile))
	}
	b.say("interrupted; %s", what)
	b.next(b.stderr, b.resumeCall())
	return errInterrupted
}

// print ends a search that is done.
func (b *best) print(w io.Writer, sum *runs.Summary, result string) {
	if result == "" {
		result = "The split leaves no test part; \"descent eval\" measures the model on other data.\n"
	}
	fmt.Fprintf(w, "%s\n%s\n", result, b.boardText(sum))
	fmt.Fprint(w, b.decidedText())
	fmt.Fprintf(w, "Kept %s, of %s. %s in %s.\n", human.Plural(sum.Members, "network"), human.Plural(len(b.tried), "candidate"), human.Plural(sum.Steps, "update"), human.Took(b.seconds))
	if b.late > 0 {
		fmt.Fprintf(w, "Candidate %d was not done when the budget ended, and is given up.\n", b.late)
	}
	if len(b.tried) > 1 {
		fmt.Fprintf(w, "The best of many on its own folds is a little worse elsewhere; the test part was looked at once, in the end.\n")
	}
	fmt.Fprintf(w, "run folder  %s\nreport      %s, for a browser\nfolds       %s, what each training row was predicted to be\n\n",
		b.folder.Path, b.folder.File(runs.ReportFile), b.folder.File(runs.FoldsFile))
	b.next(w, b.call("eval", b.folder.Path, b.evalData()), b.call("predict", b.folder.Path, b.evalData()), b.call("train", "--config", b.folder.File(runs.ConfigFile)))
}

// boardText is the table of what was tried.
func (b *best) boardText(sum *runs.Summary) string {
	const most = 12
	main := b.ui.Scores[0]
	rows := [][]string{{"settings", "candidate", "out of fold " + human.Label(main), "loss", "seconds", "weight"}}
	list := b.candidates()
	more := 0
	for i := len(list) - 1; i >= 0 && len(list) > most; i-- {
		if list[i].Weight == 0 { // those that count are shown, however low they rank
			list, more = slices.Delete(list, i, i+1), more+1
		}
	}
	for _, c := range list {
		row := []string{c.Settings, fmt.Sprint(c.Number), "no result", "", "", ""}
		if c.Folds != nil {
			row[2], row[3] = scoreText(main, c.Folds), human.Score("loss", *c.Loss)
		}
		if c.Low != nil {
			row[2] += " ± " + human.Score(main, (*c.High-*c.Low)/2)
		}
		if c.Folds != nil && c.Number > 0 {
			row[4], row[5] = fmt.Sprintf("%.1f", c.Seconds), fmt.Sprintf("%.2f", c.Weight)
		}
		rows = append(rows, row)
	}
	rows = append(rows, []string{"together", "", scoreText(main, sum.Validation), scoreText("loss", sum.Validation), "", ""})
	text := human.Columns(rows)
	if more > 0 {
		text += fmt.Sprintf("and %d more, which have no weight, in %s\n", more, b.folder.File(runs.CandidatesFile))
	}
	return text
}
