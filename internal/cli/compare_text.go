package cli

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// print shows the result to people.
func (c *comparison) print(r *compareResult) {
	io.WriteString(c.stdout, r.table())
	fmt.Fprintf(c.stdout, "\n%s\n", wrapText(r.Verdict, 100))
	fmt.Fprintf(c.stdout, "page    %s\ntrials  %s\n\n", r.Page, c.folder.file(trialsFile))
	if r.Best != "" {
		c.next(c.stdout, c.commands(r)...)
	}
}

// commands are what to do with the result.
func (c *comparison) commands(r *compareResult) []string {
	return []string{
		c.call("train", "--config", c.folder.file(configFile)),
		c.call("compare", "--resume", c.folder.path),
	}
}

// table has a row for each of the settings that were compared.
func (r *compareResult) table() string {
	m := strings.ReplaceAll(r.Metric, "_", " ")
	rows := [][]string{{"", "rate", "validation " + m, "test " + m, "last epoch", "steps to " + scoreText(r.Metric, float64(r.Target)), "seconds", "diverged", "p"}}
	for _, row := range r.Rows {
		steps, seconds, p := "never", "", ""
		if row.Reached > 0 {
			steps, seconds = thousands(float64(row.Steps)), fmt.Sprintf("%.2g", row.Time)
		}
		if row.Reached > 0 && row.Reached < row.Runs {
			steps += fmt.Sprintf(" (%d of %d)", row.Reached, row.Runs)
		}
		if !math.IsNaN(float64(row.P)) {
			p = pText(float64(row.P))
		}
		rate := formatFloat(row.Rate)
		if !row.Inside {
			rate += " !"
		}
		rows = append(rows, []string{
			row.Name, rate, r.cell(row.Validation), r.cell(row.Test), r.mean(row.Final), steps, seconds,
			fmt.Sprintf("%d of %d", row.Diverged, row.Runs), p,
		})
	}
	return columns(rows)
}

func (r *compareResult) cell(i interval) string {
	if math.IsNaN(float64(i.Mean)) {
		return "-"
	}
	if math.IsNaN(float64(i.Low)) {
		return r.mean(i)
	}
	half := float64(i.High-i.Low) / 2
	if share, ok := strings.CutSuffix(r.mean(i), " %"); ok {
		return share + " ± " + scoreText(r.Metric, half)
	}
	return fmt.Sprintf("%s ± %.2g", r.mean(i), half)
}

func (r *compareResult) mean(i interval) string {
	if math.IsNaN(float64(i.Mean)) {
		return "-"
	}
	return scoreText(r.Metric, float64(i.Mean))
}

// columns lays out cells, those of the first column to the left and others to
// the right.
func columns(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line += cell + pad
			} else {
				line += "  " + pad + cell
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// wrapText breaks a text into lines of at most width letters.
func wrapText(text string, width int) string {
	var b strings.Builder
	n := 0
	for _, word := range strings.Fields(text) {
		w := utf8.RuneCountInString(word)
		switch {
		case n == 0:
		case n+1+w > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += w
	}
	return b.String() + "\n"
}
