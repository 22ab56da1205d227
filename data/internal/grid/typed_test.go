package grid

import (
	"fmt"
	"reflect"
	"testing"
)

func TestNotesOn(t *testing.T) {
	columns := []LeftOut{{"id", "numbers the rows"}, {"c0", "is constant (0)"}, {"c1", "is constant (7)"}}
	want := []string{`column "id" is left out: it numbers the rows`, `column "c0" is left out: it is constant (0)`, `column "c1" is left out: it is constant (7)`}
	if got := NotesOn(columns); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	for i := range 20 { // of a wide table a line each hides what else is said
		columns = append(columns, LeftOut{fmt.Sprintf("d%d", i), "is constant (1)"})
	}
	columns = append(columns, LeftOut{"day", `identifies rows (9 different values in 9 rows); it is not read as dates for cells such as "soon"`})
	want = []string{want[0], `22 columns are left out: each of "c0", "c1", "d0", "d1", "d2", "d3", "d4", "d5" and 14 more is constant`,
		`column "day" is left out: it identifies rows (9 different values in 9 rows); it is not read as dates for cells such as "soon"`}
	if got := NotesOn(columns); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}
