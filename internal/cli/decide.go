package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/human"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/model"
)

// decide gives the best model what is found on rows that were held out once it is
// trained.
func (r *run) decide(ctx context.Context, held settings.Held) (err error) {
	if r.model, r.heat, err = r.Calibrated(ctx, r.model, held); err == nil {
		r.model, err = r.Spanned(ctx, r.model, held)
	}
	if err == nil {
		r.model, r.cuts, err = r.Decided(ctx, r.model, held)
	}
	return err
}

// decidedText says what was found.
func (r *run) decidedText() string {
	return r.heatText() + r.cutsText()
}

func (r *run) heatText() string {
	c := r.heat
	if c == nil {
		return ""
	}
	what := "surer"
	if c.Temperature > 1 {
		what = "less sure"
	}
	of := ""
	if r.Folds != nil {
		of = ", of the networks that did not see a row,"
	}
	return fmt.Sprintf("Calibrated %s: probabilities are %s, by a temperature of %s. Log loss there%s %s, without it %s; no answer changes.\n",
		r.heldText(), what, human.Float(c.Temperature), of, human.Score("loss", c.After), human.Score("loss", c.Before))
}

// heldText says where rows stand that were held out.
func (r *run) heldText() string {
	return choose(r.Folds != nil, "out of fold", "on the validation part")
}

// cutsText says what answers are decided by.
func (r *run) cutsText() string {
	var b strings.Builder
	of := choose(r.Spec.Task == data.MultiLabel, "label", "class")
	for i, c := range r.cuts {
		if i == 0 {
			b.WriteString("Answers are decided by thresholds")
			b.WriteString(choose(c.By == "", "", " that were found "+r.heldText()+", by "+c.By+choose(r.Settings.Costs == "" && r.Spec.Task == data.Classification, " of the class", "")))
			b.WriteString(choose(r.Settings.Costs == "", "", " ("+r.Settings.Costs+")") + ":\n")
		}
		fmt.Fprintf(&b, "  %s %s above %s", of, human.Line(c.Name), human.Float(c.At))
		if p := c.Here; r.validated() && p.Recall == p.Recall {
			fmt.Fprintf(&b, ": %.1f %% of these are right there, and %.1f %% of its rows are found", 100*p.Precision, 100*p.Recall)
		}
		if r.Settings.Costs != "" && r.validated() {
			fmt.Fprintf(&b, ", cost %.4g a row, at one half %.4g", c.Cost, c.CostAtOne)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// costText says what wrong answers cost by a report, where that is known.
func (r *run) costText(report model.Report) string {
	if r.Settings.Costs == "" {
		return ""
	}
	var b strings.Builder
	answers := report.Answers()
	for i, c := range r.cuts {
		a, of := answers[i], choose(len(r.cuts) > 1, " of label "+human.Line(c.Name), "")
		fmt.Fprintf(&b, "  cost %.4g a row%s, at one half %.4g\n", a.CostAt(c.At, c.Costs), of, a.CostAt(0.5, c.Costs))
	}
	return b.String()
}

const usualLevel = model.UsualLevel

// cover measures the intervals of a model; nothing where it has none, or too few rows
// told how far off it is and no level was asked for.
func cover(ctx context.Context, m *model.Model, source data.Source, level float64) ([]model.Coverage, error) {
	asked := level != 0
	if !asked {
		level = usualLevel
	}
	if m.Residuals() == nil && !asked {
		return nil, nil
	}
	if err := spans(m, level); err != nil {
		if asked {
			return nil, err
		}
		return nil, nil
	}
	return m.Cover(ctx, source, level)
}

// spans returns why a model has no intervals of a level.
func spans(m *model.Model, level float64) error {
	switch r := m.Residuals(); {
	case m.Spec().Task != data.Regression:
		return usage.Errorf("--interval: the model predicts %s, and an interval is of numbers; --probabilities says how sure it is", strings.Join(outputNames(m.Spec()), ", "))
	case r == nil:
		return usage.Errorf("--interval: the model does not know how far off it is; a run with a validation part, or of a bag, and --intervals auto keeps that")
	default:
		if _, err := r.Margin(0, level); err != nil {
			return usage.Errorf("--interval: %s", strings.TrimPrefix(err.Error(), "model: "))
		}
		return nil
	}
}

// coverText draws how intervals did.
func coverText(list []model.Coverage) string {
	if len(list) == 0 {
		return ""
	}
	rows := [][]string{{"", "covered", "mean width"}}
	for _, c := range list {
		rows = append(rows, []string{human.Line(c.Target), fmt.Sprintf("%.2f %%", 100*c.Covered), fmt.Sprintf("%.4g", c.Width)})
	}
	return fmt.Sprintf("\nIntervals for %s %%\n%s", human.Number(100*list[0].Level), human.Indent(human.Columns(rows), "  "))
}

// registerInterval adds the flag of intervals, which are off at 0.
func registerInterval(cmd *cobra.Command, level *float64, usage string) {
	cmd.Flags().Var((*share)(level), "interval", usage)
}

// share is a flag that is a share between 0 and 1; 0 where it was not given.
type share float64

func (s *share) String() string {
	if *s == 0 {
		return ""
	}
	return human.Float(float64(*s))
}

func (s *share) Type() string { return "float" }

func (s *share) Set(text string) error {
	v, err := settings.ParseFloat(text)
	if err != nil || !(v > 0 && v < 1) {
		return fmt.Errorf("want a share between 0 and 1, such as 0.9")
	}
	*s = share(v)
	return nil
}

// alikeText says of which scores rows count as their weights say, and of which alike.
func alikeText(r model.Report) string {
	var alike []string
	for _, m := range r.Goals[0].Metrics.Metrics() {
		if !r.Goals[0].Metrics.Weighs(m.Name) {
			alike = append(alike, m.Label())
		}
	}
	text := "  rows count as their weights say"
	if alike != nil {
		text += ", but alike for " + human.And(alike)
	}
	return text + "\n"
}

// thresholdsOf are those found, by the class or the label; nil where they are one half.
func thresholdsOf(list []settings.Threshold) map[string]float64 {
	if list == nil {
		return nil
	}
	of := map[string]float64{}
	for _, c := range list {
		of[c.Name] = c.At
	}
	return of
}

// decidedNames are those of what thresholds decide: the second of two classes, or the
// labels.
func decidedNames(spec data.Spec) []string {
	if spec.Task == data.MultiLabel {
		return spec.Targets
	}
	return spec.Classes[1:]
}
