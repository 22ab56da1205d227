package data

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// census is a table of every kind of column: numbers plain, with a comma and with
// thousands, with a unit and with a word for missing; dates, months, times and
// seconds; codes, truths, levels, rare ones, accents.
func census(n int, seed uint64) (header []string, rows [][]string) {
	random := rand.New(rand.NewPCG(seed, 2))
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	header = []string{"age", "pay", "gain", "share", "hours", "born", "month", "shift", "seen", "code", "adult", "city", "work", "naïve", "a.b", "day", "class"}
	for i := range n {
		age := strconv.Itoa(17 + random.IntN(70))
		if random.IntN(9) == 0 {
			age = pick("", "?", "NA")
		}
		city := fmt.Sprint("town ", int(math.Abs(random.NormFloat64())*60))
		if random.IntN(20) == 0 {
			city = ""
		}
		rows = append(rows, []string{
			age,
			fmt.Sprintf("%d.%03d,%02d €", 1+random.IntN(9), random.IntN(1000), random.IntN(100)),
			strconv.FormatFloat(random.NormFloat64()*1e3, 'g', -1, 64),
			fmt.Sprintf("%d,%d", random.IntN(100), 1+random.IntN(9)),
			pick("40", "38.5", "12", "none", "61", fmt.Sprint(random.IntN(60)), fmt.Sprint(random.IntN(60))),
			fmt.Sprintf("%02d/%02d/19%02d", 1+random.IntN(28), 1+random.IntN(12), 20+random.IntN(70)),
			fmt.Sprintf("20%02d-%02d", random.IntN(20), 1+random.IntN(12)),
			fmt.Sprintf("%02d:%02d", random.IntN(24), random.IntN(60)),
			fmt.Sprint(1.5e9 + random.Float64()*1e8),
			pick("1", "2", "3"), pick("true", "false"), city,
			pick("private", "state", "Selbständig", "Selbsta\u0308ndig"),
			pick("1.0", "2.5", "0.125"), fmt.Sprint(random.Float64()), fmt.Sprint(20190101 + random.IntN(28)), pick("<=50K", ">50K"),
		})
		if i == 0 {
			rows[0][5], rows[0][4] = "28/02/1960", "40"
		}
	}
	return header, rows
}

func csvText(t *testing.T, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func censusEncoder(t *testing.T) *Encoder {
	t.Helper()
	header, rows := census(600, 1)
	table, err := ReadCSV(strings.NewReader(csvText(t, append([][]string{header}, rows...)...)), "census.csv", CSVConfig{
		Targets: []string{"class"}, Categories: []string{"code", "naïve"}, Dates: []string{"seen:unix", "day:ymd"},
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, c := range e.Columns {
		kinds += c.Name + " " + c.Kind + c.Form + c.Notation + "; "
		if c.Name == "city" && len(c.Rare) == 0 {
			t.Error("no town is rare")
		}
	}
	if want := "age number; pay number1.234,56 €; gain number; share number1.234,56; hours number; born datedmy; month dateym; shift datetime; seen dateunix; code category; adult category; city category; work category; naïve category; a.b number; day dateymd; "; kinds != want {
		t.Errorf("%s\nwant %s", kinds, want)
	}
	return e
}

// sameBits compares samples, and says where they differ.
func sameBits(t *testing.T, what string, e *Encoder, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	names := e.Features()
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			name := fmt.Sprint("value ", i)
			if i < len(names) {
				name = names[i]
			}
			t.Errorf("%s: %s is %v, want %v", what, name, got[i], want[i])
		}
	}
}

// TestRowsAreEncodedAsFilesAre: cells of CSV, values of JSON, read with and without
// json.Number, have the bits of the files.
func TestRowsAreEncodedAsFilesAre(t *testing.T) {
	e := censusEncoder(t)
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := census(300, 7) // with other towns, too
	for i, cells := range rows {
		file, err := e.EncodeCSV(strings.NewReader(csvText(t, header, cells)), "row.csv")
		if err != nil {
			t.Fatal(err)
		}
		want, _ := readAll(t, file)
		row := make(map[string]any)
		for j, name := range header {
			row[name] = cells[j]
		}
		got, err := r.AppendRow(nil, row)
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, fmt.Sprint("CSV row ", i), e, got, want)

		// The same as an object of JSON: numbers, true and false, null, a nested one.
		for j, name := range header {
			v, err := strconv.ParseFloat(cells[j], 64)
			switch {
			case name == "naïve", name == "work", name == "city", name == "month":
			case name == "adult":
				row[name] = cells[j] == "true"
			case cells[j] == "":
				row[name] = nil
			case err == nil:
				row[name] = v
			}
		}
		row["a"] = map[string]any{"b": row["a.b"]}
		delete(row, "a.b")
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		if file, err = e.EncodeCSV(bytes.NewReader(text), "row.json"); err != nil {
			t.Fatal(err)
		}
		asJSON, _ := readAll(t, file)
		sameBits(t, fmt.Sprint("JSON file ", i), e, asJSON, want)
		for _, exact := range []bool{false, true} {
			d := json.NewDecoder(bytes.NewReader(text))
			if exact {
				d.UseNumber()
			}
			var object map[string]any
			if err := d.Decode(&object); err != nil {
				t.Fatal(err)
			}
			if got, err = r.AppendRow(got[:0], object); err != nil {
				t.Fatal(err)
			}
			sameBits(t, fmt.Sprint("object ", i, exact), e, got, asJSON)
		}
	}
}

// TestPeopleFromMemory encodes the rows of the table that numpy has encoded, too.
func TestPeopleFromMemory(t *testing.T) {
	table, err := OpenCSV("testdata/people.csv", CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	file, err := e.Open("testdata/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	want, _ := readAll(t, file)
	text, err := os.ReadFile("testdata/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []float32
	for _, record := range records[1:] {
		row := make(map[string]any)
		for j, name := range records[0] {
			row[name] = record[j]
		}
		if got, err = r.AppendRow(got, row); err != nil {
			t.Fatal(err)
		}
	}
	sameBits(t, "people", e, got, want)
}

// person is a row as a program has it.
type person struct {
	place
	Age    *int8
	Pay    float32 `json:"pay"`
	Gain   float64
	Share  string `csv:"share" json:"other"`
	Hours  any
	Born   time.Time
	Month  time.Time
	Shift  time.Time
	Seen   *time.Time
	Code   uint16 `json:"code,omitempty"`
	Adult  bool
	Work   level
	Naive  json.Number `json:"naïve"`
	A      *nested     `json:"a"`
	Day    int
	Class  string `json:"-"`
	hidden int
}

type (
	place  struct{ City string }
	level  string
	nested struct{ B float64 }
)

func TestStructs(t *testing.T) {
	e := censusEncoder(t)
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	age, seen := int8(44), time.Date(2019, 5, 30, 14, 5, 9, 5e8, time.FixedZone("", 7200))
	p := person{
		place: place{"town 3"}, Age: &age, Pay: 4512.1, Gain: 1e3, Share: "12,5", Hours: "none",
		Born: time.Date(1960, 2, 28, 0, 0, 0, 0, time.UTC), Month: seen, Shift: seen, Seen: &seen,
		Code: 2, Adult: true, Work: "state", Naive: "1.00", A: &nested{0.25}, Day: 20190102, hidden: 1,
	}
	row := map[string]any{
		"city": "town 3", "age": 44, "pay": 4512.1, "gain": "1000", "share": "12,5", "hours": nil,
		"born": "28.02.1960", "month": "2019-05", "shift": "14:05:09.5", "seen": float64(seen.UnixMilli()) / 1000,
		"code": 2, "adult": "TRUE", "work": "state", "nai\u0308ve": 1, "a": map[string]any{"b": 0.25}, "day": 20190102.0, "more": []int{1},
	}
	want, err := r.AppendRow(nil, row)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []any{p, &p} {
		got, err := r.AppendStruct([]float32{7}, row)
		if err != nil || got[0] != 7 {
			t.Fatal(err)
		}
		sameBits(t, "struct", e, got[1:], want)
	}
	// What is nil is missing.
	p.Age, p.A = nil, nil
	row["age"], row["a"] = nil, map[string]any{"b": nil}
	if want, err = r.AppendRow(nil, row); err != nil {
		t.Fatal(err)
	}
	got, err := r.AppendStruct(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "missing", e, got, want)
	for _, bad := range []any{nil, 3, (*person)(nil), row} {
		if _, err := r.AppendStruct(nil, bad); err == nil || !strings.Contains(err.Error(), "a row is a struct") {
			t.Errorf("%T: %v", bad, err)
		}
	}
	var small struct{ Age, Pays int }
	if _, err := r.AppendStruct(nil, small); !errors.Is(err, ErrNoColumn) || !strings.Contains(err.Error(), `it has "Age", "Pays"`) {
		t.Error(err)
	}
}

func TestRowErrors(t *testing.T) {
	e := fitted(t, smallTable, "kind")
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	dst := []float32{1}
	for _, test := range []struct {
		row  map[string]any
		want string
		kind error
	}{
		{map[string]any{"color": "red"}, `the row lacks the columns "size"`, ErrNoColumn},
		{map[string]any{"colour": "red", "size": 1}, `lacks the columns "color" that the model was trained on; did you mean "colour"?; it has "colour", "size"`, ErrNoColumn},
		{nil, `lacks the columns`, ErrNoColumn},
		{map[string]any{"color": "red", "size": "big"}, `column "size": "big" is not a number, as the column holds`, ErrCell},
		{map[string]any{"color": "red", "size": math.Inf(1)}, `column "size": +Inf is infinite`, ErrCell},
		{map[string]any{"color": "red", "size": 1e300}, `column "size": 1e+300 is too far from the training part`, ErrCell},
		{map[string]any{"color": []any{"red"}, "size": 1}, `column "color": [red] is a list; a value is text`, ErrCell},
		{map[string]any{"color": map[string]any{"x": 1}, "size": 1}, `column "color": map[x:1] is an object`, ErrCell},
		{map[string]any{"color": "\xff", "size": 1}, `column "color": "\xff" is not UTF-8`, ErrCell},
	} {
		got, err := r.AppendRow(dst, test.row)
		if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, test.kind) {
			t.Errorf("%v: %v, want %q", test.row, err, test.want)
		}
		if !slices.Equal(got, dst) {
			t.Errorf("%v: dst became %v", test.row, got)
		}
	}
	if _, err := r.AppendImage(dst, image.NewGray(image.Rect(0, 0, 1, 1))); err == nil || !strings.Contains(err.Error(), `a table with the columns "size", "color", and takes no images`) {
		t.Error(err)
	}
	if _, err := NewRowEncoder(nil); err == nil {
		t.Error("no encoder encodes")
	}
}

// TestRowsSideBySide encodes the same rows from several goroutines, into a buffer
// that is used again.
func TestRowsSideBySide(t *testing.T) {
	e := censusEncoder(t)
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := census(50, 3)
	var group sync.WaitGroup
	results := make([][]float32, 4)
	for w := range results {
		group.Go(func() {
			for _, cells := range rows {
				row := make(map[string]any)
				for j, name := range header {
					row[name] = cells[j]
				}
				var err error
				if results[w], err = r.AppendRow(results[w], row); err != nil {
					t.Error(err)
				}
				if _, err := r.AppendStruct(nil, person{Hours: w, Day: 20190102}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for _, got := range results[1:] {
		sameBits(t, "another goroutine", e, got, results[0])
	}
	row := map[string]any{}
	for j, name := range header {
		row[name] = rows[0][j]
	}
	row["age"], row["gain"], row["a.b"] = 30.0, 1.5, 0.25
	buffer := make([]float32, 0, r.size)
	if n := testing.AllocsPerRun(100, func() { r.AppendRow(buffer, row) }); n > 16 { // measured 12: parts of dates and numbers in notations
		t.Errorf("%v allocations a row", n)
	}
}

// imageEncoder is that of a model of images of a shape.
func imageEncoder(bits int, shape ...int) *Encoder {
	e := &Encoder{Kind: imageKind, Task: Classification, Classes: []string{"a", "b"}, Targets: []Target{{Name: "class"}}, Shape: shape, Bits: bits}
	if shape[2] == 1 {
		e.Mean, e.Std = 100.3, 41.7
	} else {
		e.Means, e.Stds = []float64{100.3, 90.1, 80.7}, []float64{41.7, 42.9, 43.3}
	}
	return e
}

// TestImagesFromMemory: the bytes of a file, and the image in it, have the bits of
// the file.
func TestImagesFromMemory(t *testing.T) {
	files, err := filepath.Glob("images/testdata/images/*")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	files = append(files, filepath.Join(wideSet(t), "a", "1.png"))
	for _, e := range []*Encoder{imageEncoder(0, 7, 5, 1), imageEncoder(0, 4, 9, 3), imageEncoder(16, 6, 6, 1), imageEncoder(16, 3, 8, 3), imageEncoder(0, 2, 2, 1)} {
		r, err := NewRowEncoder(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			set, err := e.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]float32, set.Spec().Size())
			if err := set.Read([]int{0}, want, nil); err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.AppendImageBytes(nil, file)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, path, e, got, want)
			if strings.Contains(path, "turn") || strings.Contains(path, "exif") || bytes.Contains(file, []byte("Exif")) {
				continue // an image does not know how it is to be turned
			}
			img, _, err := image.Decode(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if got, err = r.AppendImage(got[:0], img); err != nil {
				t.Fatal(err)
			}
			sameBits(t, path+" decoded", e, got, want)
		}
	}
}

func TestImageErrors(t *testing.T) {
	r, err := NewRowEncoder(imageEncoder(0, 2, 2, 1))
	if err != nil {
		t.Fatal(err)
	}
	for want, file := range map[string][]byte{
		"the file is empty": nil, "no PNG, JPEG or GIF image": []byte("text"), "not enough pixel data": grayPNG(t, 20, 20, 1)[:45],
		"which a file of 33 bytes cannot hold": pngHead(4096, 4096),
	} {
		if got, err := r.AppendImageBytes([]float32{1}, file); !errors.Is(err, ErrCorruptImage) || !strings.Contains(err.Error(), want) || len(got) != 1 {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := r.AppendImage(nil, image.NewGray(image.Rect(1, 1, 1, 5))); !errors.Is(err, ErrCorruptImage) {
		t.Error(err)
	}
	if _, err := r.AppendRow(nil, map[string]any{"a": 1}); err == nil || !strings.Contains(err.Error(), "takes no rows of a table") {
		t.Error(err)
	}
	// A part of a picture lies where its parent has it.
	whole := image.NewNRGBA64(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		whole.SetNRGBA64(i%4, i/4, color.NRGBA64{uint16(i) << 10, 0, 0, 65535})
	}
	part := image.NewNRGBA64(image.Rect(0, 0, 2, 2))
	for i := range 4 {
		part.Set(i%2, i/2, whole.At(1+i%2, 2+i/2))
	}
	for _, e := range []*Encoder{imageEncoder(0, 2, 2, 1), imageEncoder(16, 2, 2, 3)} {
		if r, err = NewRowEncoder(e); err != nil {
			t.Fatal(err)
		}
		want, err1 := r.AppendImage(nil, part)
		got, err2 := r.AppendImage(nil, whole.SubImage(image.Rect(1, 2, 3, 4)))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		sameBits(t, "a part", e, got, want)
	}
}
