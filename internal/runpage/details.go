package runpage

import (
	"fmt"
	"slices"

	"descent/internal/report"
	"descent/internal/runs"
)

// testSections shows where the model errs.
func testSections(r *runs.Run, group string) []report.Section {
	t := r.Test
	if t == nil {
		return nil
	}
	source := sources([]*runs.Run{r}, runs.TestFile)
	var sections []report.Section
	if len(t.Confusion) > 0 {
		sections = append(sections, report.Section{
			Group: group, Title: "Confusion", Note: fmt.Sprintf("%d rows of the test part: a row of the matrix is a class, a column what it was taken for.", t.Rows),
			Source: source, Body: report.Confusion{Classes: t.Classes, Counts: t.Confusion},
		})
	}
	if len(t.Labels) > 0 {
		table := report.Table{Columns: []string{"label", "precision", "recall", "F1", "rows", "predicted", "right"}}
		for _, l := range t.Labels {
			table.Rows = append(table.Rows, report.Row{l.Name, l.Precision, l.Recall, l.F1, l.Rows, l.Predicted, l.Right})
		}
		sections = append(sections, report.Section{Group: group, Title: "Labels", Note: fmt.Sprintf("Of %d rows of the test part: those with the label, those predicted to have it, those with both.", t.Rows), Source: source, Body: table})
	}
	sections = append(sections, decideSections(r, group)...)
	if len(t.Worst) == 0 {
		return sections
	}
	worst := report.Section{Group: group, Title: "Worst samples", Note: "Rows of the test part, counted from 0, with the largest loss.", Source: source}
	if t.Worst[0].PNG != nil {
		worst.Body = worstImages(t.Worst)
	} else {
		worst.Body = worstRows(t.Worst)
	}
	return append(sections, worst)
}

func worstImages(list []runs.Worst) report.Images {
	var images report.Images
	for _, w := range list {
		lines := []string{w.Actual, "taken for " + w.Predicted}
		if w.Predicted == w.Actual {
			lines[1] = "found"
		}
		if w.Probability != nil {
			lines[1] += fmt.Sprintf(", %.0f %%", 100**w.Probability)
		}
		lines = append(lines, fmt.Sprintf("loss %.3g, row %d", w.Loss, w.Row))
		if w.Name != "" {
			lines = append(lines, w.Name)
		}
		for i, cell := range w.Cells {
			lines = append(lines, w.Columns[i]+" "+cell)
		}
		images = append(images, report.Image{PNG: w.PNG, Lines: lines})
	}
	return images
}

func worstRows(list []runs.Worst) report.Table {
	t := report.Table{Columns: []string{"row", "loss"}}
	answers := slices.ContainsFunc(list, func(w runs.Worst) bool { return w.Actual != "-" })
	if answers {
		t.Columns = append(t.Columns, "actual", "predicted")
	}
	if list[0].Probability != nil {
		t.Columns = append(t.Columns, "probability")
	}
	t.Columns = append(t.Columns, list[0].Columns...)
	for _, w := range list {
		row := report.Row{w.Row, w.Loss}
		if answers {
			row = append(row, w.Actual, w.Predicted)
		}
		if w.Probability != nil {
			row = append(row, *w.Probability)
		}
		for _, cell := range w.Cells {
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// costSections shows what each instruction of the compiled step took.
func costSections(r *runs.Run, group string) []report.Section {
	if r.Profile == nil {
		return nil
	}
	var sections []report.Section
	for _, plan := range r.Profile.Plans {
		t := report.Table{Columns: []string{"stage", "wave", "instruction", "tasks", "runs", "µs a run", "% of busy time", "operations", "bytes", "% of limit"}}
		busy := plan.Busy()
		for _, in := range plan.Instructions {
			row := report.Row{in.Stage, in.Wave, in.Name, in.Tasks, in.Runs, nil, nil, in.Operations, in.Bytes, nil}
			if in.Runs > 0 && in.Seconds > 0 {
				row[5], row[6] = 1e6*in.Seconds/float64(in.Runs), 100*in.Seconds/busy
			}
			if in.OfLimit > 0 {
				row[9] = 100 * in.OfLimit
			}
			t.Rows = append(t.Rows, row)
		}
		note := fmt.Sprintf("%d runs in %.3g s, %d waves, %.3g MB of working memory; %s, %d workers.",
			plan.Runs, plan.Seconds, plan.Waves, float64(plan.ArenaBytes)/1e6, r.Profile.Instructions, r.Profile.Workers)
		sections = append(sections, report.Section{Group: group, Title: "Plan: " + plan.Name, Note: note, Source: sources([]*runs.Run{r}, runs.ProfileFile), Body: t})
	}
	return sections
}
