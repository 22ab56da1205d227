package images

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

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

func guideRows(t *testing.T, heading string) (rows [][][]string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/data.md")
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
