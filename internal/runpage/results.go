package runpage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/metric"
)

// The parts of a summary that hold scores, that which says most first.
const testPart, validationPart = "test", "validation"

// scoresOf lists the scores in the results of runs: in the order of [metric.All],
// those that this program does not know behind them by name, the loss last.
func scoresOf(list ...*runs.Run) []string {
	seen := map[string]bool{}
	for _, r := range list {
		for key := range r.Summary {
			part, score, _ := strings.Cut(key, ".")
			if _, ok := r.Number(key); ok && (part == testPart || part == validationPart) && score != runs.ObjectiveKey {
				seen[score] = true
			}
		}
	}
	names := metric.Names()
	place := func(score string) int {
		if i := slices.Index(names, score); i >= 0 && score != metric.Loss.Name {
			return i
		} else if i >= 0 {
			return len(names) + 1
		}
		return len(names)
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int {
		return cmp.Or(place(a)-place(b), strings.Compare(a, b))
	})
}

// resultSection shows the results of a run.
func resultSection(r *runs.Run) report.Section {
	facts := report.Facts{{Name: "status", Value: r.Status()}}
	for _, part := range []string{testPart, validationPart} {
		for _, score := range scoresOf(r) {
			v, ok := r.Number(part + "." + score)
			_, bag := r.Number("members")
			if !ok || part == validationPart && r.Summary["test.loss"] != nil && !bag {
				continue
			}
			f := report.Fact{Name: part + " " + human.Label(score), Value: human.Score(score, v)}
			if bag && part == validationPart {
				f.Name, f.Note = "out of fold "+human.Label(score), "of networks on rows that they were not trained on"
			}
			if base, ok := r.Number("baseline." + score); ok && part == testPart && (score != "loss" || sameMeasure(r)) {
				f.Note = "baseline " + human.Score(score, base)
			}
			facts = append(facts, f)
		}
	}
	if n, ok := r.Number("members"); ok {
		facts = append(facts, report.Fact{Name: "kept", Value: fmt.Sprintf("the mean of %.0f networks", n), Note: keptText(r, "each at its %s epoch")})
	}
	if n, ok := r.Number("tried"); ok {
		facts = append(facts, report.Fact{Name: "tried", Value: fmt.Sprintf("%.0f candidates", n), Note: "of which the networks are chosen by their folds"})
	}
	if best, ok := r.Number("best_epoch"); ok && best > 0 {
		epochs, _ := r.Number("epochs")
		facts = append(facts, report.Fact{Name: "kept", Value: fmt.Sprintf("epoch %.0f", best), Note: keptText(r, fmt.Sprintf("the %%s of %.0f", epochs))})
	}
	if s, ok := r.Number("seconds"); ok {
		steps, _ := r.Number("steps")
		facts = append(facts, report.Fact{Name: "training took", Value: fmt.Sprintf("%.3g s", s), Note: fmt.Sprintf("%.0f updates", steps)})
	}
	return report.Section{Group: "Result", Source: sources([]*runs.Run{r}, runs.SummaryFile), Body: facts}
}

// keptText says which epoch is kept, the best or the last, in a format for that word;
// nothing where several networks decide it each for itself.
func keptText(r *runs.Run, format string) string {
	switch r.Settings["kept"] {
	case "auto": // as the best of several has it
		return ""
	case "last":
		return fmt.Sprintf(format, "last")
	}
	return fmt.Sprintf(format, "best") + ", by " + r.Settings["monitor"]
}

// sameMeasure reports whether the loss of the test is of the same measure as
// that of the baseline. Earlier builds tested by the weighted or smoothed loss.
func sameMeasure(r *runs.Run) bool {
	_, both := r.Number("test.objective")
	return both || lossName([]*runs.Run{r}) == "loss"
}

// Compare returns a table of what several runs reached, a row a run, and one of
// the settings that differ between them, a column a run.
func Compare(list []*runs.Run, names []string) (results, settings report.Table) {
	keys := []string{"status"}
	for _, part := range []string{testPart, validationPart} {
		for _, score := range scoresOf(list...) {
			keys = append(keys, part+"."+score)
		}
	}
	keys = append(keys, "epochs", "best_epoch", "steps", "seconds", "parameters")
	results.Columns = []string{"run"}
	for i := range list {
		results.Rows = append(results.Rows, report.Row{names[i]})
	}
	for _, key := range keys {
		known, title := false, strings.ReplaceAll(key, "_", " ")
		part, score, scored := strings.Cut(key, ".")
		if scored {
			title = part + " " + human.Label(score)
		}
		column := make([]any, len(list))
		for i, r := range list {
			if v, ok := r.Number(key); ok {
				column[i], known = v, true
				if scored {
					column[i] = report.Score(score, v)
				}
			} else if key == "status" {
				column[i], known = r.Status(), true
			}
		}
		if !known {
			continue
		}
		results.Columns = append(results.Columns, title)
		for i := range list {
			results.Rows[i] = append(results.Rows[i], column[i])
		}
	}

	settings.Columns = append([]string{"setting"}, names...)
	all := map[string]bool{}
	for _, r := range list {
		for key := range r.Settings {
			all[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		row, first, differs := report.Row{key}, list[0].Settings[key], false
		for _, r := range list {
			differs = differs || r.Settings[key] != first
			row = append(row, r.Settings[key])
		}
		if differs {
			settings.Rows = append(settings.Rows, row)
		}
	}
	return results, settings
}

func compareSections(list []*runs.Run, names []string) []report.Section {
	results, settings := Compare(list, names)
	sections := []report.Section{{Group: "Results", Title: "Results", Source: sources(list, runs.SummaryFile), Body: results}}
	if len(settings.Rows) == 0 {
		return append(sections, report.Section{Group: "Results", Title: "Settings that differ", Body: report.Text("none")})
	}
	return append(sections, report.Section{Group: "Results", Title: "Settings that differ", Source: sources(list, runs.ConfigFile), Body: settings})
}
