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
func TestGuideLayouts(t *testing.T) {
	for _, row := range guideRows(t, "Folders of images") {
		want := row[1][1]
		_, got, err := layoutOf(strings.Join(row[0][1:], " "))
		if strings.HasPrefix(row[2][0], "left out") {
			got, _, _ = strings.Cut(got, " | ")
		} else if len(row[2]) > 1 {
			want += " | " + row[2][1]
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", row[0][0], got, err, want)
		}
	}
}

// TestGuideMissing asks that what the guide calls missing is.
func TestGuideMissing(t *testing.T) {
	text, err := os.ReadFile("../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile("`([^`]*)`")
	for begin, missing := range map[string]func(string) bool{"Always missing:": isMissing, "Missing where the other cells are numbers or dates": isLooseWord} {
		_, after, there := strings.Cut(string(text), begin)
		after, _, _ = strings.Cut(after, ". ")
		words := word.FindAllStringSubmatch(after, -1)
		if !there || len(words) < 5 {
			t.Errorf("the guide has %d words for %q", len(words), begin)
		}
		for _, match := range words {
			if !missing(match[1]) {
				t.Errorf("%s %q is not", begin, match[1])
			}
		}
	}
}
