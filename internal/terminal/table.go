package terminal

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"descent/internal/human"
	"descent/internal/report"
)

// Table prints a table with aligned columns, numbers to the right. Columns
// without any value are left out if asked.
func Table(w io.Writer, t report.Table, full bool) {
	var columns [][]string
	for i, name := range t.Columns {
		cells, numbers, empty := []string{human.Line(name)}, true, true
		for _, row := range t.Rows {
			text := ""
			switch v := row[i].(type) {
			case nil:
			case float64:
				text = human.Rounded(v, 5)
				if v == math.Trunc(v) && math.Abs(v) < 1e15 {
					text = human.Number(v)
				}
			case report.Quantity:
				text = v.Text
			default:
				text, numbers = human.Line(fmt.Sprint(v)), false
			}
			empty = empty && text == ""
			cells = append(cells, text)
		}
		if empty && full {
			continue
		}
		columns = append(columns, aligned(cells, numbers))
	}
	for i := range len(t.Rows) + 1 {
		var line []string
		for _, c := range columns {
			line = append(line, c[i])
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(line, "  "), " "))
	}
}

// aligned pads cells to equal width.
func aligned(cells []string, right bool) []string {
	width := 0
	for _, c := range cells {
		width = max(width, utf8.RuneCountInString(c))
	}
	for i, c := range cells {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(c))
		if right {
			cells[i] = pad + c
		} else {
			cells[i] = c + pad
		}
	}
	return cells
}
