package runs

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/train"
)

// Records are the logs of a run: a row an update, a row an epoch, and a line a
// probe.
type Records struct {
	metrics, steps, probes *LogFile
	scores                 []string
	every                  int // updates a row of steps
}

// ProbeEvery is how many updates pass between probes of a run of so many. A
// probe takes as long as one update and a half at most, so that all of them
// take about a hundredth of the time.
func ProbeEvery(updates int) int {
	const least, most = 150, 60 // updates; probes
	return max(least, (updates+most-1)/most)
}

// mostSteps bounds the rows of the log of updates. A run of more of them
// leaves a row for every k-th.
const mostSteps = 10_000

// NewRecords opens the logs of a run of the given number of updates, and
// writes the heads of those that are new.
func NewRecords(f *Folder, scores []string, validated bool, updates int) (*Records, error) {
	r := &Records{scores: scores, every: (updates + mostSteps - 1) / mostSteps}
	for _, log := range []struct {
		at   **LogFile
		name string
		head []string
	}{
		{&r.metrics, MetricsFile, metricsHead(scores, validated)},
		{&r.steps, StepsFile, []string{"step", "epoch", "loss", "penalty", "lr", "grad_norm", "clip"}},
		{&r.probes, ProbesFile, nil},
	} {
		l, err := f.log(log.name)
		if err == nil && l.size == 0 && log.head != nil {
			err = l.row(log.head)
		}
		if err != nil {
			return nil, err
		}
		*log.at = l
	}
	return r, r.Flush()
}

// Take notes an update, and the epoch that it ends, if it does.
func (r *Records) Take(p train.Progress) error {
	if s := p.Step; !s.Skipped && s.Update%r.every == 0 {
		if err := r.steps.row(stepRow(s)); err != nil {
			return err
		}
	}
	if probe := p.Step.Probe; probe != nil {
		if err := json.NewEncoder(r.probes).Encode(probe); err != nil {
			return err
		}
	}
	if p.Epoch == nil {
		return nil
	}
	if err := r.metrics.row(metricsRow(p.Epoch, r.scores)); err != nil {
		return err
	}
	return r.Flush()
}

// Flush brings the files up to date for those who read them meanwhile.
func (r *Records) Flush() error {
	return errors.Join(r.steps.flush(), r.probes.flush(), r.metrics.flush())
}

func stepRow(s train.Step) []string {
	fields := []string{strconv.Itoa(s.Update), strconv.Itoa(s.Epoch + 1)}
	for _, v := range []float64{s.Loss, s.Penalty, s.Rate, s.GradNorm, s.Clip} {
		fields = append(fields, human.Float(v))
	}
	return fields
}

// metricsHead returns the first row of the metrics.
func metricsHead(scores []string, validated bool) []string {
	fields := []string{"epoch", "step", "lr", "train_loss"}
	if !validated {
		return fields
	}
	for _, name := range append([]string{"loss"}, scores...) {
		fields = append(fields, "val_"+name)
	}
	return fields
}

// Scored returns the names of the validation scores in the log of a run, but for the
// loss; none where there is no log yet.
func (f *Folder) Scored() (names []string) {
	log, err := readLog(f.File(MetricsFile))
	if err != nil {
		return nil
	}
	for _, name := range log.names {
		if score, ok := strings.CutPrefix(name, "val_"); ok && score != "loss" {
			names = append(names, score)
		}
	}
	return names
}

// metricsRow returns the row of an epoch.
func metricsRow(e *train.Epoch, scores []string) []string {
	fields := []string{strconv.Itoa(e.Epoch + 1), strconv.Itoa(e.Updates), human.Float(e.Rate), human.Float(e.TrainLoss)}
	if e.Validation == nil {
		return fields
	}
	for _, name := range append([]string{"loss"}, scores...) {
		fields = append(fields, human.Float(e.Validation.Score(name)))
	}
	return fields
}
