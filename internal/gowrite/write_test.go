package gowrite

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"descent/data"
)

// TestColumnNames: whatever columns are called, the package is Go and names them as they are.
func TestColumnNames(t *testing.T) {
	s := data.Spec{Task: data.Regression, Targets: []string{"100 %d"}, Encoder: &data.Encoder{}}
	names := []string{"ANSWER_1", "%[5]s", `a "quote"`, "two\nlines", "2nd", "func", "*/"}
	for _, name := range names {
		s.Encoder.Columns = append(s.Encoder.Columns, data.Column{Name: name, Kind: "number"})
	}
	f := ofTable(s)
	source := "package p\n" + f.types + f.body
	if _, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	for _, want := range []string{`columns["ANSWER_1"] = r.ANSWER1`, `columns["%[5]s"]`, "Values of the result are 100 %d"} {
		if !strings.Contains(source, want) {
			t.Errorf("no %s in\n%s", want, source)
		}
	}
}
