package formula

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPlaces holds functions to their promise: by hand, one is named here and in
// the operation of package graph that it serves, and nowhere else. What handles
// functions one by one goes through the tables.
func TestPlaces(t *testing.T) {
	root := filepath.Join("..", "..")
	sources := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil && !strings.HasPrefix(string(text), "// Code generated") {
			sources[filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range Unaries[float32]() {
		if row.Operations == 1 {
			continue // arithmetic, which programs know by name
		}
		name := regexp.MustCompile(`\bformula\.` + row.Name + `\b`)
		var places []string
		for path, text := range sources {
			if name.MatchString(text) {
				places = append(places, path)
			}
		}
		places = slices.DeleteFunc(places, func(path string) bool { // whose softmax and gates are no programs
			return strings.HasPrefix(path, "internal/kernel/attention/") || strings.HasPrefix(path, "internal/kernel/recurrent/")
		})
		if len(places) != 1 || !strings.HasPrefix(places[0], "graph/") {
			t.Errorf("%s is named in %v, want one file of graph", row.Name, places)
		}
	}
}
