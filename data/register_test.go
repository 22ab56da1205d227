package data

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// pairsFormat is a table of lines such as "colour=red size=1.5", between marks.
var pairsFormat = Format{
	Name:  "a file of pairs",
	Match: func(_ string, head []byte) bool { return strings.HasPrefix(string(head), "%pairs") },
	Table: func(path string) ([]string, iter.Seq2[[]string, error], error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
		if len(lines) == 0 {
			return []string{"colour", "size"}, func(func([]string, error) bool) {}, nil
		}
		var columns []string
		for _, pair := range strings.Fields(lines[0]) {
			name, _, _ := strings.Cut(pair, "=")
			columns = append(columns, name)
		}
		return columns, func(yield func([]string, error) bool) {
			var row []string
			for _, line := range lines {
				if line == "broken" {
					yield(nil, errors.New("a broken line"))
					return
				}
				row = row[:0]
				for _, pair := range strings.Fields(line) {
					_, value, _ := strings.Cut(pair, "=")
					row = append(row, value)
				}
				if !yield(row, nil) {
					return
				}
			}
		}, nil
	},
}

// vectorsFormat is samples at a name where no file is.
var vectorsFormat = Format{
	Name:  "a set in memory",
	Match: func(path string, head []byte) bool { return head == nil && strings.HasPrefix(path, "memory:") },
	Samples: func(path string) (Source, error) {
		switch strings.TrimPrefix(path, "memory:") {
		case "two":
			return FromTargets([][]float32{{1, 2}, {3, 4}}, [][]float32{{5}, {6}})
		case "wide":
			return FromTargets([][]float32{{1, 2, 3}}, [][]float32{{5}})
		case "classes":
			return FromClasses([][]float32{{1, 2}}, []int{0}, []string{"a"})
		case "nothing":
			return nil, nil
		}
		return nil, fs.ErrNotExist
	},
}

// register adds a format once, however often tests run.
func register(t *testing.T, f Format) {
	t.Helper()
	if err := Register(f); err != nil && !strings.Contains(err.Error(), "there is a format") {
		t.Fatal(err)
	}
}

func TestRegisteredTable(t *testing.T) {
	register(t, pairsFormat)
	text := "%pairs\n"
	csv := "colour,size,weight\n"
	for i := range 40 {
		colour, size, weight := []string{"red", "green"}[i%2], float64(i)/4, float64(i%2)+float64(i)/8
		text += fmt.Sprintf("colour=%s size=%v weight=%v\n", colour, size, weight)
		csv += fmt.Sprintf("%s,%v,%v\n", colour, size, weight)
	}
	dir := folder(t, map[string][]byte{"x.pairs": []byte(text), "x.pairs.gz": zipped([]byte(text)), "x.csv": []byte(csv)})
	cfg := CSVConfig{Targets: []string{"weight"}}
	want, err := Open(filepath.Join(dir, "x.csv"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	wantX, wantY := readAll(t, want)
	got, err := Open(filepath.Join(dir, "x.pairs"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	x, y := readAll(t, got)
	if fmt.Sprint(x, y) != fmt.Sprint(wantX, wantY) {
		t.Errorf("%v, %v\nwant %v, %v", x, y, wantX, wantY)
	}
	// A model of CSV predicts from it, by its own columns.
	encoded, err := want.Spec().Encoder.Open(filepath.Join(dir, "x.pairs"))
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := readAll(t, encoded); fmt.Sprint(x) != fmt.Sprint(wantX) {
		t.Errorf("for a model %v, want %v", x, wantX)
	}
}

func TestRegisteredImages(t *testing.T) {
	register(t, Format{
		Name:  "an album",
		Match: func(path string, _ []byte) bool { return strings.HasSuffix(path, ".album") },
		Images: func(path string) (fs.FS, error) {
			return fstest.MapFS{"cat/1.png": {Data: grayPNG(t, 2, 2, 9)}, "dog/1.png": {Data: grayPNG(t, 2, 2, 200)}}, nil
		},
	})
	path := filepath.Join(folder(t, map[string][]byte{"pets.album": []byte("album")}), "pets.album")
	s, err := Open(path, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.(Fitter).Fit([]int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	s, err = e.Open(path)
	if err != nil || s.Len() != 2 || fmt.Sprint(s.Spec().Classes) != "[cat dog]" {
		t.Errorf("%v, %v", s, err)
	}
	if s, err = OpenImages(path, ImageConfig{Height: 5, Width: 4}); err != nil || fmt.Sprint(s.Spec().Input) != "[5 4 1]" {
		t.Errorf("%v", err)
	}
}

func TestRegisteredSamples(t *testing.T) {
	register(t, vectorsFormat)
	s, err := Open("memory:two", CSVConfig{})
	if err != nil || s.Len() != 2 {
		t.Fatal(err)
	}
	if again, err := s.Spec().Open("memory:two"); err != nil || again.Len() != 2 {
		t.Errorf("for a model: %v", err)
	}
	people := "testdata/people.csv"
	table, err := OpenCSV(people, CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		open func() (Source, error)
		want string
	}{
		{func() (Source, error) { return Open("memory:nothing", CSVConfig{}) }, "gave no set"},
		{func() (Source, error) { return Open("memory:gone", CSVConfig{}) }, "data: memory:gone: file does not exist"},
		{func() (Source, error) { return Open("memory:two", CSVConfig{Targets: []string{"a"}}) }, "is a set in memory; columns"},
		{func() (Source, error) { return OpenImages("memory:two", ImageConfig{}) }, "it is a set in memory"},
		{func() (Source, error) { return s.Spec().Open("memory:wide") }, "takes samples of 2, and those of memory:wide are 3"},
		{func() (Source, error) { return s.Spec().Open("memory:classes") }, "is for classification"},
		{func() (Source, error) { return s.Spec().Open(people) }, "6 values; a sample of shape [2] has 2"},
		{func() (Source, error) { return table.Spec().Encoder.Open("memory:two") }, "whose samples are none"},
	} {
		if _, err := test.open(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

func TestRegisterErrors(t *testing.T) {
	register(t, pairsFormat)
	match := func(path string, _ []byte) bool { return strings.HasSuffix(path, ".twice") }
	samples := func(string) (Source, error) { return Digits(), nil }
	for _, test := range []struct {
		format Format
		want   string
	}{
		{Format{Match: match, Samples: samples}, "without a name"},
		{Format{Name: "x", Samples: samples}, "has no Match"},
		{Format{Name: "x", Match: match}, "has 0 of Table, Images and Samples"},
		{Format{Name: "x", Match: match, Samples: samples, Table: pairsFormat.Table}, "has 2 of"},
		{Format{Name: "a CSV file", Match: match, Samples: samples}, `there is a format "a CSV file"`},
		{pairsFormat, `there is a format "a file of pairs"`},
	} {
		if err := Register(test.format); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
	register(t, Format{Name: "one", Match: match, Samples: samples})
	register(t, Format{Name: "another", Match: match, Samples: samples})
	dir := folder(t, map[string][]byte{
		"x.twice": nil, "ragged": []byte("%pairs\na=1 b=2\na=1\n"), "broken": []byte("%pairs\na=1 b=2\nbroken\n"),
		"same": []byte("%pairs\na=1 a=2\n"), "empty": []byte("%pairs\n"),
	})
	for name, want := range map[string]string{
		"x.twice": "is one and another; both formats were registered", "ragged": "ragged, line 2 has 1 cells; there are 2 columns",
		"broken": "broken, line 2: a broken line", "same": `column 2 is named "a"`, "empty": "no rows",
	} {
		if _, err := Open(filepath.Join(dir, name), CSVConfig{Targets: []string{"b"}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// TestFaults asks errors of opening what they are.
func TestFaults(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"a.pdf": []byte("%PDF-1.4"), "header.csv": []byte("a,b\n"), "empty.csv": nil, "t.csv": []byte("a,b\n1,2\n2,5\n3,4\n"),
		"bad.csv": []byte("a,b\nx,2\n"), "c.csv": []byte("c,b\n1,2\n"),
	})
	path := func(name string) string { return filepath.Join(dir, name) }
	b := CSVConfig{Targets: []string{"b"}, Task: Regression, Keep: []string{"a"}}
	table, err := Open(path("t.csv"), b)
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	open := func(name string, cfg CSVConfig) error { _, err := Open(path(name), cfg); return err }
	encode := func(name string) error { _, err := e.Open(path(name)); return err }
	_, empty := Open(t.TempDir(), CSVConfig{})
	all := []error{ErrNotRead, ErrNoRows, ErrNoColumn, ErrCell, ErrNoTarget, fs.ErrNotExist}
	for i, test := range []struct {
		err, want error
	}{
		{open("a.pdf", b), ErrNotRead},
		{open("header.csv", b), ErrNoRows},
		{open("empty.csv", b), ErrNoRows},
		{open("t.csv", CSVConfig{Targets: []string{"z"}}), ErrNoColumn},
		{open("t.csv", CSVConfig{}), ErrNoTarget},
		{open("none.csv", b), fs.ErrNotExist},
		{open(".", CSVConfig{}), ErrNoColumn}, // files with other columns
		{empty, ErrNoRows},
		{encode("bad.csv"), ErrCell},
		{encode("c.csv"), ErrNoColumn},
	} {
		for _, kind := range all {
			if is := errors.Is(test.err, kind); is != (kind == test.want) {
				t.Errorf("%d: %v: is %v: %v", i, test.err, kind, is)
			}
		}
	}
}
