package data

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// guideRows returns the rows of the table below a heading of docs/data.md, cell

// by cell, with what stands between backticks in each.

func guideRows(t *testing.T, heading string) (rows [][][]string) {
	t.Helper()
	text, err := os.ReadFile("../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	_, below, there := strings.Cut(string(text), "\n## "+heading+"\n")
	if !there {
		t.Fatalf("docs/data.md has no %q", heading)
	}
	below, _, _ = strings.Cut(below, "\n## ")
	quoted := regexp.MustCompile("`([^`]*)`")
	for line := range strings.Lines(below) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		var row [][]string
		for _, cell := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ") {
			texts := []string{strings.TrimSpace(cell)}
			for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
				texts = append(texts, match[1])
			}
			row = append(row, texts)
		}
		rows = append(rows, row)
	}
	return rows[1:] // without the heads of columns
}

// TestGuideCells reads the cells of the guide, those of numbers with other digits

// too, and looks for what it says in the schema.

func TestGuideCells(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, row := range guideRows(t, "Cells of a column") {
		cells, want := row[0][1:], row[1][1]
		vary := strings.HasPrefix(want, "written")
		e, notes, err := columnOf(CSVConfig{}, ",", 120, func(i int) string {
			cell := cells[i%len(cells)]
			if !vary {
				return cell
			}
			return strings.Map(func(r rune) rune {
				if r >= '1' && r <= '9' {
					return '1' + rune(random.IntN(9))
				}
				return r
			}, cell)
		})
		if err != nil {
			t.Errorf("%q: %v", cells, err)
			continue
		}
		c := e.Columns[0]
		if said := c.Kind + " " + c.detail(); !strings.Contains(said, want) {
			t.Errorf("%q are %q, not %q; notes %q", cells, said, want, notes)
		}
	}
}

// TestGuideLayouts lays out the images of the guide.

// TestGuideMissing asks that what the guide calls missing is.
