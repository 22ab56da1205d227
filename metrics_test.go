package descent_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descent/loss"
	"descent/metric"
)

// TestMetricsAreListedOnce asks that the table of package metric is the only list
// of metrics: elsewhere no program text is the name of one, unless a loss is called
// the same, and none holds several.
func TestMetricsAreListedOnce(t *testing.T) {
	var names []string
	for _, m := range metric.All() {
		if _, err := loss.ByName(m.Name); err != nil && m.Name != metric.Loss.Name {
			names = append(names, m.Name)
		}
	}
	columns := map[string]string{"internal/runpage/details.go": "fields of metric.Class", "internal/settings/threshold.go": "a way to find a threshold"}
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && path != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || path == "metric" || path == "examples") {
			return filepath.SkipDir
		}
		if columns[filepath.ToSlash(path)] != "" || d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING {
				return true
			}
			value, _ := strconv.Unquote(text.Value)
			words := strings.FieldsFunc(value, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
			var found []string
			for _, w := range words {
				if slices.Contains(names, w) && !slices.Contains(found, w) {
					found = append(found, w)
				}
			}
			if slices.Contains(names, value) || len(found) > 1 {
				t.Errorf("%v names metrics by hand: %q; range over package metric", files.Position(text.Pos()), found)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
