package data

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"descent/data/internal/feature"
	"descent/data/internal/parse"
	"descent/internal/goldentest"
)

// reference is what testdata/reference.py computed with numpy.
type reference struct {
	Train      []int
	X          [][]float64
	Y, Income  []float64
	DigitsMean float64 `json:"digits_mean"`
	DigitsStd  float64 `json:"digits_std"`
}

func readReference(t *testing.T) reference {
	t.Helper()
	return goldentest.Load[reference](t, "reference.json")
}

// near allows for the rounding to float32.
func near(a, b float64) bool { return math.Abs(a-b) <= 1.2e-7*(1+math.Abs(b)) }

func readAll(t *testing.T, s Source) (x, y []float32) {
	t.Helper()
	spec := s.Spec()
	x = make([]float32, s.Len()*spec.Size())
	if !spec.Unlabeled {
		y = make([]float32, s.Len()*spec.TargetSize())
	}
	if err := s.Read(natural(s.Len()), x, y); err != nil {
		t.Fatal(err)
	}
	return x, y
}

// stored returns an encoder as JSON, as models hold it, and what comes back from that.
func stored(t *testing.T, e *Encoder) (text []byte, back *Encoder) {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	back = new(Encoder)
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	return text, back
}

func TestEncodingEqualsNumpy(t *testing.T) {
	ref := readReference(t)
	table, err := OpenCSV("testdata/people.csv", CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(ref.Train)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"age", "age=<missing>", "city=Bonn", "city=Jena", "city=Ulm", "city=<missing>", "city=<unk>", "height"}
	if got := e.Features(); !reflect.DeepEqual(got, want) {
		t.Errorf("features %q, want %q", got, want)
	}
	_, back := stored(t, e)
	if !reflect.DeepEqual(e, back) {
		t.Errorf("JSON changed the encoder:\n%+v\n%+v", e, back)
	}
	direct, err := table.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := back.Open("testdata/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Source{"encoded": direct, "opened": opened} {
		x, y := readAll(t, s)
		size := s.Spec().Size()
		for i, row := range ref.X {
			for j, v := range row {
				if got := float64(x[i*size+j]); !near(got, v) {
					t.Errorf("%s: x[%d][%d] = %v, want %v", name, i, j, got, v)
				}
			}
			if !near(float64(y[i]), ref.Y[i]) {
				t.Errorf("%s: y[%d] = %v, want %v", name, i, y[i], ref.Y[i])
			}
		}
		for i, v := range back.DecodeTarget(y) {
			if math.Abs(v-ref.Income[i]) > 1e-7*ref.Income[i] {
				t.Errorf("%s: income %d = %v, want %v", name, i, v, ref.Income[i])
			}
		}
	}
}

// fitted returns an encoder of a small table.
func fitted(t *testing.T, text string, target ...string) *Encoder {
	t.Helper()
	table, err := ReadCSV(strings.NewReader(text), "train.csv", CSVConfig{Targets: target})
	if err != nil {
		t.Fatal(err)
	}
	return table.Spec().Encoder
}

const smallTable = "size,color,kind\n1,red,a\n2,blue,b\n4,red,a\n,,b\n"

func TestEncodeRawRows(t *testing.T) {
	e := fitted(t, smallTable, "kind")
	// Features: size, size=<missing>, color=blue, red, <missing>, <unk>.
	std := math.Sqrt((16.0/9 + 1.0/9 + 25.0/9) / 3)
	z := func(v float64) float32 { return float32((v - 7.0/3) / std) }
	for _, test := range []struct {
		name, text string
		want       []float32
	}{
		{"no target, other order", "color,size\nred,2\n", []float32{z(2), 0, 0, 1, 0, 0}},
		{"other columns are ignored", "color,size,shape\nblue,1,round\n", []float32{z(1), 0, 1, 0, 0, 0}},
		{"missing", "color,size\n?,NaN\n", []float32{z(2), 1, 0, 0, 1, 0}},
		{"unseen level", "color,size\ngreen,4\n", []float32{z(4), 0, 0, 0, 0, 0}},
		{"unknown class matters only for y", "color,size,kind\nred,4,zebra\n", []float32{z(4), 0, 0, 1, 0, 0}},
	} {
		s, err := e.EncodeCSV(strings.NewReader(test.text), "raw.csv")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		x := make([]float32, s.Spec().Size())
		if err := s.Read([]int{0}, x, nil); err != nil || !reflect.DeepEqual(x, test.want) {
			t.Errorf("%s: %v, %v; want %v", test.name, x, err, test.want)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	e := fitted(t, smallTable, "kind")
	for _, test := range []struct{ name, text, want string }{
		{"column gone", "colour,size\nred,1\n", `lacks the columns "color"`},
		{"did you mean", "colour,size\nred,1\n", `did you mean "colour"?`},
		{"text in a number", "color,size\nred,1\nred,big\n", `raw.csv, line 3, column "size": "big" is not a number`},
		{"infinity", "color,size\nred,Inf\n", `line 2, column "size": Inf is infinite`},
		{"too far", "color,size\nred,1e300\n", "too far from the training part"},
	} {
		_, err := e.EncodeCSV(strings.NewReader(test.text), "raw.csv")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	y := make([]float32, 1)
	x := make([]float32, 6)
	for _, test := range []struct{ name, text, want string }{
		{"no target column", "color,size\nred,1\n", `no target "kind"`},
		{"target missing in a row", "color,size,kind\nred,1,\nred,1,a\n", `line 2 has no usable value for the target`},
		{"unknown class", "color,size,kind\nred,1,zebra\n", `line 2, column "kind": "zebra" is no class`},
	} {
		s, err := e.EncodeCSV(strings.NewReader(test.text), "raw.csv")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if err := s.Read([]int{0}, x, y); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestEncoderValidate(t *testing.T) {
	good := func() *Encoder { return fitted(t, smallTable, "kind") }
	for _, test := range []struct {
		name  string
		spoil func(*Encoder)
		want  string
	}{
		{"kind", func(e *Encoder) { e.Kind = "audio" }, "no kind"},
		{"std", func(e *Encoder) { e.Columns[0].Std = 0 }, "standard deviation 0"},
		{"median", func(e *Encoder) { e.Columns[0].Median = math.NaN() }, "median NaN"},
		{"column kind", func(e *Encoder) { e.Columns[1].Kind = "time" }, `kind "time"`},
		{"classes", func(e *Encoder) { e.Classes = nil }, "without classes"},
		{"columns", func(e *Encoder) { e.Columns = nil }, "no column"},
		{"targets", func(e *Encoder) { e.Targets = nil }, "0 targets"},
		{"task", func(e *Encoder) { e.Task = 0 }, "neither"},
	} {
		e := good()
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		test.spoil(e)
		if err := e.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if err := (*Encoder)(nil).Validate(); err == nil {
		t.Error("no encoder at all is valid")
	}
}

func TestRareLevels(t *testing.T) {
	var b strings.Builder
	b.WriteString("city,y\n")
	for i := range 150 { // level i/... : c000 to c049 twenty times, the others three times
		times := 20
		if i >= 50 {
			times = 3
		}
		for j := range times {
			b.WriteString("c" + parse.FormatNumber(float64(1000+i)) + "," + parse.FormatNumber(float64(i*j)/7) + "\n")
		}
	}
	e := fitted(t, b.String(), "y")
	c := e.Columns[0]
	if c.Kind != parse.CategoryKind || len(c.Levels) != 50 || len(c.Rare) != 100 || c.width() != len(c.Features()) {
		t.Fatalf("%s with %d levels and %d rare ones, want 50 and 100", c.Kind, len(c.Levels), len(c.Rare))
	}
	s, err := e.EncodeCSV(strings.NewReader("city\nc1000\nc1149\nc2\nc3\n\"\"\n"), "raw.csv")
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, s)
	for row, hot := range []int{0, 50, 50, 50, feature.None} {
		for i, v := range x[row*52 : (row+1)*52] {
			if (v == 1) != (i == hot) || v != 0 && v != 1 {
				t.Errorf("row %d: feature %s is %v", row, e.Features()[i], v)
			}
		}
	}
	want := []string{
		`2 of 5 rows have levels that training did not have: city "c2" (1), "c3" (1); they count as rare ones`,
		`1 of 5 rows lack values that no row of training lacked: city (1); they count as none of the levels`,
	}
	if got := s.(*encodedTable).Notes(); !reflect.DeepEqual(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
}

func TestTargeted(t *testing.T) {
	table, err := readTable("a,y\n1.5,2.5\n2.5,3\n3.5,4\n", CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	some, err := e.EncodeCSV(strings.NewReader("a,y\n1.5,2.5\n2.5,\n3.5,4\n"), "some")
	if err != nil {
		t.Fatal(err)
	}
	left, note := Targeted(some)
	if left.Len() != 2 || note != `1 of 3 rows have no value for the target "y" and are left out (first in line 3)` {
		t.Errorf("%d rows, note %q", left.Len(), note)
	}
	if _, y := readAll(t, left); len(y) != 2 {
		t.Errorf("targets %v", y)
	}
	if all, note := Targeted(left); all != left || note != "" {
		t.Errorf("a view is taken apart: %q", note)
	}
	parts, err := Split(table, SplitConfig{Train: 1, TestSet: raw{e, "a,y\n2,2.5\n3,\n"}})
	if err != nil || parts.Test.Len() != 1 || !strings.Contains(strings.Join(parts.Notes, "\n"), "test: 1 of 2 rows have no value for the target") {
		t.Errorf("as a test set: %v, %v", parts, err)
	}
}

// raw is a set that is read when the encoder is known.
type raw struct {
	*Encoder
	text string
}

func (r raw) Len() int                               { return 0 }
func (r raw) Read([]int, []float32, []float32) error { return nil }
func (r raw) Fit([]int) (*Encoder, error)            { return nil, nil }
func (r raw) Encode(e *Encoder) (Source, error)      { return e.EncodeCSV(strings.NewReader(r.text), "raw") }

func TestNotesOnGuesses(t *testing.T) {
	var b strings.Builder
	b.WriteString("zip,day,date,year,y\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%05d,202305%02d,202405%02d,%d,%d\n", 700+i*7, 1+i%28, 1+i%28, 1990+i%30, i*7%53)
	}
	table, err := readTable(b.String(), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(table.Notes(), "\n")
	for _, want := range []string{
		`column "zip": codes such as "00700" are read as numbers; --category "zip"`,
		`column "day": whole numbers such as dates are read as numbers; --date "day"`,
		`column "date": whole numbers are read as dates`,
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in\n%s", want, notes)
		}
	}
	if strings.Contains(notes, "year") && strings.Count(notes, "\n") > 2 {
		t.Errorf("years are noted:\n%s", notes)
	}
	for text, want := range map[string]string{
		"5.1,3.5,setosa\n4.9,3.1,versicolor\n4.7,3.2,setosa\n": "line 1 is taken for the names of the columns, though 2 of 3 are numbers",
		"a,b,y\nr1,1,2.5,u\nr2,3,4,v\nr3,4,5,u\n":              `the first is taken for the name of the row, and "a" for the name of the second column`,
		"2019,2020,2021,y\n1.5,2,3,u\n2,3.5,4,v\n3,4,5.5,u\n":  "",
		"key,a,y\nu1,1.5,p\nu2,2.5,q\nu3,3.5,p\n":              "",
	} {
		g, err := readGrid(strings.NewReader(text), "t.csv")
		if notes := strings.Join(g.Notes, "\n"); err != nil || want == "" && notes != "" || !strings.Contains(notes, want) {
			t.Errorf("%q: notes %q, %v, want %q", text, notes, err, want)
		}
	}
}
