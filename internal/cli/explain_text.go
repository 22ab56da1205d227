package cli

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/runpage"
)

// mostLines of each list are printed; JSON has all.
const mostLines = 15

// title names the rows.
func (x *explaining) title() string {
	if x.found.Row != nil {
		return fmt.Sprintf("Row %d of %s", *x.found.Row, x.place())
	}
	title := fmt.Sprintf("%s, %s", human.Line(x.set.title), human.Plural(x.found.Rows, "row"))
	if all := x.set.source.Len(); all > x.found.Rows {
		title += fmt.Sprintf(" of %s", human.Thousands(float64(all)))
	}
	return title
}

// place names the rows within a sentence.
func (x *explaining) place() string {
	if of, ok := strings.CutSuffix(x.set.title, " of the run"); ok {
		return "the " + strings.ToLower(of[:1]) + of[1:] + " of the run"
	}
	return human.Line(x.set.title)
}

// text is what people read.
func (x *explaining) text() string {
	var b strings.Builder
	if x.found.Reasons != nil {
		x.reasonsText(&b)
		return b.String()
	}
	fmt.Fprintf(&b, "%s, each column shuffled %s\n\n", x.title(), times(x.found.Importance.Repeats))
	importanceText(&b, x.found.Importance)
	if len(x.opt.columns) > 0 {
		for _, d := range x.found.Curves {
			b.WriteByte('\n')
			curveText(&b, x.model.Spec(), d)
		}
	}
	b.WriteByte('\n')
	slicesText(&b, x.found.Slices, 5)
	return b.String()
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// importanceText lists the columns, the one that matters most first.
func importanceText(b *strings.Builder, im *explain.Importance) {
	head := []string{"", im.Scores[0].Name + " rises by"}
	for _, s := range im.Scores[1:] {
		way := " rises by"
		if s.Higher {
			way = " falls by"
		}
		head = append(head, human.Line(human.Label(s.Name))+way)
	}
	var rows [][]string
	var bars []string
	most, left, unsure := 0.0, 0, 0
	for _, c := range im.Columns {
		most = max(most, c.Costs[0].Mean)
	}
	for i, c := range im.Columns {
		if i >= mostLines {
			left++
			continue
		}
		if c.Costs[0].Low <= 0 {
			unsure++
		}
		rows = append(rows, costsRow(human.Line(c.Columns[0]), im, c))
		bars = append(bars, bar(c.Costs[0].Mean, most))
	}
	for _, c := range im.Alike {
		rows = append(rows, costsRow(human.Line(strings.Join(c.Columns, " + ")), im, c))
		bars = append(bars, "together, as they nearly say the same")
	}
	barred(b, "  ", append([][]string{head}, rows...), bars)
	if left > 0 {
		fmt.Fprintf(b, "  and %s more, each below %s; --json has them\n", human.Plural(left, "column"), human.Rounded(im.Columns[mostLines-1].Costs[0].Mean, 2))
	}
	fmt.Fprintf(b, "± is half an interval of 95 %%.%s\n", unsureText(unsure))
}

// unsureText says that some columns may not matter.
func unsureText(unsure int) string {
	if unsure == 0 {
		return ""
	}
	return fmt.Sprintf(" The interval of %s reaches 0: these rows do not show that they matter.", human.Plural(unsure, "column"))
}

func costsRow(name string, im *explain.Importance, e explain.Effect) []string {
	row := []string{name}
	for s, c := range e.Costs {
		row = append(row, runpage.Margin(im.Scores[s].Name, c.Interval))
	}
	return row
}

// barLetters is the length of the longest bar.
const barLetters = 24

// bar draws a part of the largest amount.
func bar(v, most float64) string {
	if !(most > 0) || !(math.Abs(v) > 0) {
		return ""
	}
	eighths := int(math.Round(math.Abs(v) / most * barLetters * 8))
	text := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return text
}

// signedBar draws a part of the largest amount behind its sign.
func signedBar(v, most float64) string {
	if v < 0 {
		return "-" + bar(v, most)
	}
	return "+" + bar(v, most)
}

// barred writes a table with a bar behind each row but the head.
func barred(b *strings.Builder, indent string, rows [][]string, bars []string) {
	lines := strings.Split(strings.TrimRight(human.Columns(rows), "\n"), "\n")
	wide := 0
	for _, line := range lines {
		wide = max(wide, utf8.RuneCountInString(line))
	}
	for i, line := range lines {
		if i > 0 {
			line += strings.Repeat(" ", wide-utf8.RuneCountInString(line)) + "  " + bars[i-1]
		}
		fmt.Fprintf(b, "%s%s\n", indent, strings.TrimRight(line, " "))
	}
}

// slicesText says where the model is wrong.
func slicesText(b *strings.Builder, s *explain.Slices, most int) {
	rows := [][]string{{"worse than elsewhere on the rows with", "rows", "loss", "elsewhere"}}
	if s.Score != "" {
		rows[0] = append(rows[0], human.Label(s.Score), "elsewhere")
	}
	for _, w := range s.Worst {
		if !w.Sure() || len(rows) > most {
			break
		}
		row := []string{human.Line(w.Column + " " + w.Text), human.Thousands(float64(w.Rows)), threeDigits(w.Loss), threeDigits(w.Others)}
		if w.Score != nil && w.Besides != nil {
			row = append(row, human.Score(s.Score, *w.Score), human.Score(s.Score, *w.Besides))
		}
		rows = append(rows, row)
	}
	switch {
	case s.Looked == 0:
		b.WriteString("The rows are too few to say on which the model is worse: a part of them takes 20, and the others, too.\n")
		return
	case len(rows) == 1:
		fmt.Fprintf(b, "On no part of the rows, by level or range of a column, is the model worse beyond chance (%d were compared).\n", s.Looked)
		return
	}
	b.WriteString(human.Indent(human.Columns(rows), "  "))
	fmt.Fprintf(b, "Of %d parts of %s, these are worse beyond chance, with all of them counted.\n", s.Looked, rowsText(s))
}

// rowsText says how many rows were looked at.
func rowsText(s *explain.Slices) string {
	if s.Rows < s.Total {
		return fmt.Sprintf("%s, a sample of %s", human.Plural(s.Rows, "row"), human.Thousands(float64(s.Total)))
	}
	return "the rows"
}

// threeDigits writes a loss.
func threeDigits(v float64) string {
	if v >= 1000 {
		return human.Rounded(v, 3)
	}
	return fmt.Sprintf("%#.3g", v)
}

// mostPoints of a curve are printed.
const mostPoints = 20

// curveText draws the curves of a column.
func curveText(b *strings.Builder, spec data.Spec, d *explain.Dependence) {
	k := runpage.CurveOutput(spec, d)
	fmt.Fprintf(b, "%s: %s, as a mean over %s\n", human.Line(d.Column), human.Line(runpage.OutputTitle(spec, d.Outputs, k)), human.Plural(d.Rows, "row"))
	rows := [][]string{{"", "rows", "if all had it", "along the rows"}}
	low, high := math.Inf(1), math.Inf(-1)
	var values []float64
	every := (len(d.Points) + mostPoints - 1) / mostPoints
	count := 0
	add := func(text string, n int, p explain.Point) {
		row := []string{human.Line(text), human.Thousands(float64(n)), runpage.Amount(spec, p.Partial[k])}
		if p.Local != nil {
			row = append(row, runpage.Amount(spec, d.Mean[k]+p.Local[k]))
		}
		rows = append(rows, row)
		values = append(values, p.Partial[k])
		low, high = min(low, p.Partial[k]), max(high, p.Partial[k])
	}
	for i, p := range d.Points {
		count += p.Rows
		if d.Kind == "category" || i%every == 0 || i == len(d.Points)-1 {
			add(p.Text, count, p)
			count = 0
		}
	}
	if d.Missing != nil {
		add("missing", d.Missing.Rows, *d.Missing)
	}
	if spec.Task != data.Regression {
		low = 0
	}
	var bars []string
	for _, v := range values {
		bars = append(bars, bar(v-low, high-low))
	}
	barred(b, "  ", rows, bars)
}

// reasonsText says why a row has its prediction.
func (x *explaining) reasonsText(b *strings.Builder) {
	spec, r := x.model.Spec(), x.found.Reasons
	fmt.Fprintf(b, "%s\n", x.title())
	told := false // of words
	for _, k := range r.Answer {
		fmt.Fprintf(b, "\n  %s\n", human.Line(runpage.OutputTitle(spec, r.Outputs, k)))
		rows := [][]string{{"", "this row", "its share", "without it"}}
		rows = append(rows, []string{fmt.Sprintf("mean of %s %s", human.Thousands(float64(r.Background)), human.Line(x.found.Background)), "", runpage.Amount(spec, r.Mean[k]), ""})
		order := r.Strongest(k)
		bars, most, left := []string{""}, 0.0, 0.0
		for _, c := range order {
			most = max(most, math.Abs(r.Columns[c].Shapley[k].Mean))
		}
		for i, c := range order {
			of := r.Columns[c]
			if i >= mostLines {
				left += of.Shapley[k].Mean
				continue
			}
			cell := human.Line(of.Cell)
			if cell == "" {
				cell = "missing"
			}
			rows = append(rows, []string{human.Line(of.Column), cell, runpage.Change(spec, of.Shapley[k]), runpage.Amount(spec, r.Prediction[k]-of.Occlusion[k].Mean)})
			bars = append(bars, signedBar(of.Shapley[k].Mean, most))
		}
		if n := len(order) - mostLines; n > 0 {
			rows, bars = append(rows, []string{human.Plural(n, "column") + " more", "", runpage.Signed(spec, left), ""}), append(bars, "")
		}
		rows, bars = append(rows, []string{"prediction", "", runpage.Amount(spec, r.Prediction[k]), ""}), append(bars, "")
		barred(b, "    ", rows, bars)
		for _, w := range x.found.Words {
			fmt.Fprintln(b)
			told = wordsText(b, spec, w, k) || told
		}
	}
	b.WriteString("Shares are Shapley values, which add up to the prediction; ± is half an interval of 95 %.\n")
	if told {
		fmt.Fprintf(b, "%s of a word are what the prediction loses without it; these do not add up.\n", choose(spec.Task == data.Regression, "Changes", "Log-odds"))
	}
}

// wordsText lists the words of a text, those first that change an output most, and
// reports whether there are any.
func wordsText(b *strings.Builder, spec data.Spec, w *explain.Words, k int) bool {
	name, changing := human.Line(w.Column), 0
	for _, of := range w.Parts {
		if of.Change[k] != 0 {
			changing++
		}
	}
	switch {
	case w.Count == 0:
		fmt.Fprintf(b, "    %s has no words\n", name)
		return false
	case w.Each > 1:
		fmt.Fprintf(b, "    %s, %s words, %d of them left out at a time", name, human.Thousands(float64(w.Count)), w.Each)
	default:
		fmt.Fprintf(b, "    %s, %s, each left out by itself", name, human.Plural(w.Count, "word"))
	}
	if changing == 0 {
		b.WriteString(": the prediction stays the same\n")
		return false
	}
	b.WriteByte('\n')
	rows, bars, order := [][]string{{"", "at", runpage.WordUnit(spec), "without it"}}, []string(nil), w.Strongest(k)
	most := math.Abs(w.Parts[order[0]].Change[k])
	for _, i := range order[:min(changing, mostLines)] {
		of := w.Parts[i]
		rows = append(rows, []string{human.Line(runpage.WordText(of.Text)), human.Thousands(float64(1 + i*w.Each)), runpage.WordChange(of.Change[k], most), runpage.Amount(spec, of.Without[k])})
		bars = append(bars, signedBar(of.Change[k], most))
	}
	barred(b, "      ", rows, bars)
	if left := len(w.Parts) - len(bars); left > 0 {
		fmt.Fprintf(b, "      and %s more; --json has them\n", human.Thousands(float64(left)))
	}
	return true
}
