package data

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

func TestRowSet(t *testing.T) {
	table := func(rows ...string) Source {
		t.Helper()
		e := &Encoder{Kind: tableKind, Task: Regression, Columns: []Column{{Name: "a", Kind: parse.NumberKind, Std: 2}}, Targets: []Target{{Name: "y", Mean: 1, Std: 3}}}
		s, err := e.EncodeCSV(strings.NewReader("a,y\n"+strings.Join(rows, "\n")+"\n"), "rows.csv")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	set, err := RowsOf(table("1,2", "3,4", "3,4", "-0,5"))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := set.Write(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	if set, err = ReadRowSet(bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		source Source
		want   []int
	}{
		{table("1,2", "3,4", "0,5"), nil},
		{table("1.0,2.0", "3,5", "4,4", "3,4"), []int{1, 2}},
		{table("2,1"), []int{0}},
	} {
		if got, err := set.Unseen(tt.source); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("unseen rows %v, %v; want %v", got, err, tt.want)
		}
	}
	for name, damaged := range map[string][]byte{
		"empty": nil, "no mark": []byte("descent lines 1\n"), "cut": whole[:len(whole)-3],
		"out of order": append(append([]byte{}, whole...), make([]byte, 8)...),
	} {
		if _, err := ReadRowSet(bytes.NewReader(damaged)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := set.Unseen(Subset(table("1,2"), []int{7})); err == nil {
		t.Error("a row that is not there was read")
	}
}
