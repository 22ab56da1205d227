package runpage

import (
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
)

// ImportanceSections show which columns matter.
func ImportanceSections(group, source string, im *explain.Importance) []report.Section {
	bars := report.Bars{X: report.Axis{Label: im.Scores[0].Name + " rises by"}}
	table := report.Table{Columns: []string{"column"}}
	for _, s := range im.Scores {
		table.Columns = append(table.Columns, human.Label(s.Name)+wayText(s), "from", "to")
	}
	for _, list := range [][]explain.Effect{im.Columns, im.Alike} {
		for _, e := range list {
			name := strings.Join(e.Columns, " + ")
			c := e.Costs[0]
			bars.Bars = append(bars.Bars, report.Bar{Name: name, Text: Margin(im.Scores[0].Name, c.Interval), Value: c.Mean, Low: c.Low, High: c.High})
			row := report.Row{name}
			for s, c := range e.Costs {
				for _, v := range []float64{c.Mean, c.Low, c.High} {
					row = append(row, cellOf(im.Scores[s].Name, v))
				}
			}
			table.Rows = append(table.Rows, row)
		}
	}
	if most := 40; len(bars.Bars) > most {
		bars.Bars = bars.Bars[:most]
	}
	note := fmt.Sprintf("How much worse the model becomes on %s when a column is shuffled between them, %d times; lines are intervals of 95 %%.", human.Plural(im.Rows, "row"), im.Repeats)
	if len(im.Alike) > 0 {
		note += " Columns with a + nearly say the same and were shuffled together, as alone each hides behind the other."
	}
	return []report.Section{
		{Group: group, Title: "Which columns matter", Note: note, Source: source, Body: bars},
		{Group: group, Title: "Importance by score", Note: "By how much each score becomes worse, with its interval of 95 %.", Source: source, Wide: true, Body: table},
	}
}

func wayText(s explain.Scored) string {
	if s.Higher {
		return " falls by"
	}
	return " rises by"
}

// SliceSections show on which rows the model is worse than on the others.
func SliceSections(group, source string, s *explain.Slices) []report.Section {
	if s == nil || len(s.Worst) == 0 {
		return nil
	}
	t := report.Table{Columns: []string{"rows with", "rows", "loss", "loss of others", "worse by", "from", "to", "p"}}
	if s.Score != "" {
		t.Columns = append(t.Columns, human.Label(s.Score), human.Label(s.Score)+" of others")
	}
	sure := 0
	for _, w := range s.Worst {
		if w.Sure() {
			sure++
		}
		row := report.Row{w.Column + " " + w.Text, w.Rows, inShort(w.Loss), inShort(w.Others), inShort(w.Worse.Mean), inShort(w.Worse.Low), inShort(w.Worse.High), inShort(w.P)}
		for _, v := range []*float64{w.Score, w.Besides} {
			if v != nil {
				row = append(row, report.Score(s.Score, *v))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	note := fmt.Sprintf("Levels and ranges of columns on which the loss is higher than on the other rows; %d were compared, and intervals and p are of all together. Worse beyond chance are %d.", s.Looked, sure)
	return []report.Section{{Group: group, Title: "Worst parts", Note: note, Source: source, Wide: true, Body: t}}
}

// mostOutputs are drawn of a curve.
const mostOutputs = 4

// CurveSections show how the prediction goes with columns.
func CurveSections(group string, spec data.Spec, curves []*explain.Dependence) []report.Section {
	var sections []report.Section
	for _, d := range curves {
		s := report.Section{Group: group, Title: d.Column, Note: fmt.Sprintf("A mean over %s: partial dependence, if all had the value; local effects, along the rows that occur.", human.Plural(d.Rows, "row"))}
		switch {
		case d.Kind != "category":
			s.Body = numberCurve(spec, d)
			if spec.Task != data.Regression {
				s.Note += " These add up differences, and may leave 0 to 1."
			}
			if d.Missing != nil {
				k := CurveOutput(spec, d)
				s.Note += fmt.Sprintf(" Where it is missing (%s): %s.", human.Plural(d.Missing.Rows, "row"), Amount(spec, d.Missing.Partial[k]))
			}
		case len(d.Outputs) == 1 || spec.Task == data.Classification && len(d.Outputs) == 2:
			s.Note = fmt.Sprintf("The mean prediction for %s, if all had the level; levels whose rows are alike stand beside each other.", human.Plural(d.Rows, "row"))
			s.Body = levelBars(spec, d, len(d.Outputs)-1)
		default:
			s.Note = fmt.Sprintf("The mean prediction for %s, if all had the level; levels whose rows are alike stand beside each other.", human.Plural(d.Rows, "row"))
			s.Body = levelTable(spec, d)
		}
		sections = append(sections, s)
	}
	return sections
}

// drawn lists the outputs that are drawn: of two classes the second, of others the
// first few.
func drawn(spec data.Spec, outputs []string) (list []int) {
	for k := range outputs {
		if len(list) < mostOutputs && !(spec.Task == data.Classification && len(outputs) == 2 && k == 0) {
			list = append(list, k)
		}
	}
	return list
}

func numberCurve(spec data.Spec, d *explain.Dependence) report.Chart {
	x := report.Axis{Label: d.Column}
	if d.Kind == "date" {
		x.Label += ", days since 1970"
	}
	list := drawn(spec, d.Outputs)
	c := report.Chart{X: x, Y: report.Axis{Label: OutputTitle(spec, d.Outputs, list[0])}}
	if len(list) > 1 {
		c.Y.Label = map[bool]string{true: "prediction", false: "probability"}[spec.Task == data.Regression]
	}
	for i, k := range list {
		partial := report.Series{Name: "partial dependence", Color: i + 1}
		local := report.Series{Name: "local effects", Color: i + 1, Dashed: true}
		if len(list) > 1 {
			partial.Name, local.Name = d.Outputs[k], d.Outputs[k]+", local effects"
		}
		for _, p := range d.Points {
			partial.X, partial.Y = append(partial.X, p.Value), append(partial.Y, p.Partial[k])
			if p.Local != nil {
				local.X, local.Y = append(local.X, p.Value), append(local.Y, d.Mean[k]+p.Local[k])
			}
		}
		c.Series = append(c.Series, partial)
		if len(local.X) > 0 {
			c.Series = append(c.Series, local)
		}
	}
	return c
}

func levelBars(spec data.Spec, d *explain.Dependence, k int) report.Bars {
	b := report.Bars{X: report.Axis{Label: OutputTitle(spec, d.Outputs, k)}}
	for _, p := range d.Points {
		b.Bars = append(b.Bars, report.Bar{Name: p.Text, Text: Amount(spec, p.Partial[k]), Value: p.Partial[k], Low: math.NaN(), High: math.NaN()})
	}
	return b
}

func levelTable(spec data.Spec, d *explain.Dependence) report.Table {
	t := report.Table{Columns: append([]string{"level", "rows"}, d.Outputs...)}
	for _, p := range d.Points {
		row := report.Row{p.Text, p.Rows}
		for _, v := range p.Partial {
			row = append(row, report.Quantity{Value: v, Text: Amount(spec, v)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ReasonSections show why a row has its prediction.
func ReasonSections(group string, spec data.Spec, r *explain.Reasons, background string) []report.Section {
	var sections []report.Section
	for _, k := range r.Answer {
		bars := report.Bars{X: report.Axis{Label: "share of the prediction beyond the mean"}}
		table := report.Table{Columns: []string{"column", "this row", "share", "from", "to", "predicted without it"}}
		for _, c := range r.Strongest(k) {
			of := r.Columns[c]
			s := of.Shapley[k]
			bars.Bars = append(bars.Bars, report.Bar{Name: of.Column + " " + of.Cell, Text: Signed(spec, s.Mean), Value: s.Mean, Low: s.Low, High: s.High})
			table.Rows = append(table.Rows, report.Row{of.Column, of.Cell, inShort(s.Mean), inShort(s.Low), inShort(s.High), inShort(r.Prediction[k] - of.Occlusion[k].Mean)})
		}
		title := OutputTitle(spec, r.Outputs, k)
		note := fmt.Sprintf("Predicted is %s; the mean of %s %s is %s. Shares are Shapley values: they add up to the difference.", Amount(spec, r.Prediction[k]), human.Thousands(float64(r.Background)), background, Amount(spec, r.Mean[k]))
		sections = append(sections,
			report.Section{Group: group, Title: title, Note: note, Body: bars},
			report.Section{Group: group, Title: title + ", in numbers", Wide: true, Body: table})
	}
	return sections
}

// faintest is the share of the largest change from which on a word is marked.
const faintest = 0.05

// WordSections show what the words of columns of text have to do with outputs.
func WordSections(group string, spec data.Spec, answer []int, texts []*explain.Words) []report.Section {
	var sections []report.Section
	for _, w := range texts {
		for _, k := range answer {
			if len(w.Parts) == 0 {
				continue
			}
			title := OutputTitle(spec, w.Outputs, k)
			marked := report.Marked{For: "speaks for it", Against: "speaks against it"}
			if spec.Task == data.Regression {
				marked = report.Marked{For: "makes it more", Against: "makes it less"}
			}
			order := w.Strongest(k)
			most, at := math.Abs(w.Parts[order[0]].Change[k]), 0
			for _, of := range w.Parts {
				mark := report.Passage{Text: of.Text, Note: fmt.Sprintf("%s; without it %s", WordChange(of.Change[k], most), Amount(spec, of.Without[k]))}
				if share := of.Change[k] / most; math.Abs(share) >= faintest {
					mark.Weight = share
				}
				marked.Parts = append(marked.Parts, report.Passage{Text: w.Text[at:of.From]}, mark)
				at = of.To
			}
			table := report.Table{Columns: []string{"word", "at", WordUnit(spec), "predicted without it"}}
			for _, i := range order {
				of := w.Parts[i]
				table.Rows = append(table.Rows, report.Row{WordText(of.Text), 1 + i*w.Each, inShort(of.Change[k]), inShort(of.Without[k])})
			}
			name := "Words of " + w.Column + ": " + title
			note := fmt.Sprintf("Predicted is %s. A word is marked by how much the %s without it; these changes do not add up.", Amount(spec, w.Prediction[k]), map[bool]string{true: "prediction falls", false: "log-odds fall"}[spec.Task == data.Regression])
			if w.Each > 1 {
				note += fmt.Sprintf(" Of the %s words %d at a time were left out.", human.Thousands(float64(w.Count)), w.Each)
			}
			sections = append(sections,
				report.Section{Group: group, Title: name, Note: note, Wide: true, Body: marked},
				report.Section{Group: group, Title: name + ", in numbers", Wide: true, Body: table})
		}
	}
	return sections
}

// explainedSections show which columns matter to a run's model of a table.
func explainedSections(r *runs.Run) []report.Section {
	if r.Explained == nil {
		return nil
	}
	source := sources([]*runs.Run{r}, runs.ExplainFile)
	sections := ImportanceSections("Columns", source, r.Explained.Importance)
	return append(sections[:1], SliceSections("Columns", source, r.Explained.Slices)...)
}
