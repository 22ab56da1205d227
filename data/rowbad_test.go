package data

import (
	"strings"
	"testing"
)

// TestRowsThatHoldThemselves: maps that hold themselves, and pointers to nothing,
// are errors that name the column or the type.
func TestRowsThatHoldThemselves(t *testing.T) {
	e := &Encoder{Kind: tableKind, Task: Regression, Columns: []Column{{Name: "a", Kind: "number", Std: 1}}, Targets: []Target{{Name: "y", Std: 1}}}
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	self := map[string]any{}
	self["self"] = self
	if _, err := r.AppendRow(nil, self); err == nil || !strings.Contains(err.Error(), `lacks the columns "a"`) {
		t.Errorf("error %v", err)
	}
	if _, err := r.AppendRow(nil, map[string]any{"a": self}); err == nil || !strings.Contains(err.Error(), `column "a": what stands there is an object`) {
		t.Errorf("error %v", err)
	}
	if _, err := r.AppendRow(nil, nil); err == nil || !strings.Contains(err.Error(), "it has none") {
		t.Errorf("error %v", err)
	}
	if _, err := r.AppendStruct(nil, (*struct{ A float64 })(nil)); err == nil || !strings.Contains(err.Error(), "not a nil *struct") {
		t.Errorf("error %v", err)
	}
}
