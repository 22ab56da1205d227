package descent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuilding: each program line that docs/building.md shows is one of a program
// in testdata/outside, in its order, and each output is a program's whole one.
func TestBuilding(t *testing.T) {
	page, err := os.ReadFile("docs/building.md")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) (texts []string) {
		t.Helper()
		files, err := filepath.Glob("testdata/outside/*/" + name)
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		return texts
	}
	programs, outputs := read("main.go"), read("want.txt")
	blocks := 0
	for i, part := range strings.Split(string(page), "```") {
		kind, text, _ := strings.Cut(part, "\n")
		if i%2 == 0 {
			continue
		}
		blocks++
		found := false
		switch kind {
		case "go":
			for _, program := range programs {
				found = found || strings.Contains(flush(program), strings.TrimSpace(flush(text)))
			}
		case "text":
			for _, output := range outputs {
				found = found || output == text
			}
		}
		if !found {
			t.Errorf("no program has this %s:\n%s", kind, text)
		}
	}
	if blocks < 12 {
		t.Errorf("%d blocks", blocks)
	}
}

// flush is a text without blanks at the beginning of lines.
func flush(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}
