package data_test

import (
	"fmt"
	"strings"
	"testing"

	"descent/data"
)

// TestReadCells: cells are read as the columns of an encoder read them.
func TestReadCells(t *testing.T) {
	const table = "when;price;city;note\n11.02.2001;1.234,5;Bonn;x\n12.02.2001;k. A.;;y\n;7;1.0;z\n"
	columns := []data.Column{
		{Name: "city", Kind: "category", Levels: []string{"1", "Bonn"}}, {Name: "price", Kind: "number", Notation: "1.234,56", Absent: []string{"k. A."}},
		{Name: "when", Kind: "date", Form: "dmy"},
	}
	cells, _, err := data.ReadCells(strings.NewReader(table), "t.csv", columns)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(cells), "[{[] [Bonn  1]} {[1234.5 NaN 7] []} {[11364 11365 NaN] []}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, bad := range []struct{ table, says string }{
		{"when;price;city\n11.02.2001;much;Bonn\n", `"much"`}, {"when;city;prize\n1;2;3\n", `did you mean "prize"`}, {"when;price;city\n", "no rows"},
	} {
		if _, _, err := data.ReadCells(strings.NewReader(bad.table), "t.csv", columns); err == nil || !strings.Contains(err.Error(), bad.says) || !strings.Contains(err.Error(), "t.csv") {
			t.Errorf("%q: %v, want %s", bad.table, err, bad.says)
		}
	}
}
