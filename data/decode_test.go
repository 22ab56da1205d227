package data

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

func TestRowsDecode(t *testing.T) {
	const file = "testdata/people.csv"
	table, err := OpenCSV(file, CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	source, err := table.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, source)
	size := source.Spec().Size()
	checked := 0
	for row := range source.Len() {
		for _, c := range e.DecodeRow(x[row*size : (row+1)*size]) {
			want := table.grid.Cell(row, table.grid.Index(c.Column))
			if parse.Missing(want) {
				want = ""
			}
			if v, err := strconv.ParseFloat(want, 64); err == nil {
				want = strconv.FormatFloat(v, 'g', 6, 64)
			}
			if c.Value != want {
				t.Errorf("row %d: %s is %q, decoded %q", row, c.Column, want, c.Value)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Error("nothing was decoded")
	}
}

func TestLevelsOutsideTheTableDecode(t *testing.T) {
	c := Column{Name: "city", Kind: parse.CategoryKind, Levels: []string{"Bonn"}, Rare: []string{"Ulm", "Jena"}, Missing: true}
	f, err := c.feature()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Bonn", "<rare>", "", "<unk>"} {
		x := make([]float32, 4)
		x[i] = 1
		if got := f.Decode(x); got != want {
			t.Errorf("slot %d is %q, want %q", i, got, want)
		}
	}
}

func TestPixelsDecode(t *testing.T) {
	raw := Digits()
	e, err := raw.(Fitter).Fit(natural(raw.Len()))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := raw.(Fitter).Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	pixels, samples := make([]float32, 64), make([]float32, 64)
	for row := range 20 {
		if err := raw.Read([]int{row}, pixels, nil); err != nil {
			t.Fatal(err)
		}
		if err := encoded.Read([]int{row}, samples, nil); err != nil {
			t.Fatal(err)
		}
		var got []float32
		for _, b := range e.DecodePixels(samples) {
			got = append(got, float32(b))
		}
		if !reflect.DeepEqual(got, pixels) {
			t.Fatalf("image %d is %v, decoded %v", row, pixels, got)
		}
	}
	if e.DecodeRow(samples) != nil || !strings.Contains(e.Kind, "image") {
		t.Error("an image decodes as a row of a table")
	}
}
