package data

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFormatsThatGiveNothing are refused by their names.
func TestFormatsThatGiveNothing(t *testing.T) {
	var none *memory
	for ending, f := range map[string]Format{
		"no rows to go through": {Table: func(string) ([]string, iter.Seq2[[]string, error], error) { return []string{"a"}, nil, nil }},
		"no file system":        {Images: func(string) (fs.FS, error) { return nil, nil }},
		"a set of -1 rows":      {Samples: func(string) (Source, error) { return negative{none}, nil }},
	} {
		name := strings.ReplaceAll(ending, " ", "-")
		f.Name, f.Match = "a file of "+name, func(path string, _ []byte) bool { return strings.HasSuffix(path, name) }
		register(t, f)
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("a,b\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, CSVConfig{}); err == nil || !strings.Contains(err.Error(), ending) || !strings.Contains(err.Error(), f.Name) {
			t.Errorf("error %v, want one that says %q", err, ending)
		}
	}
}

type negative struct{ *memory }

func (negative) Spec() Spec { return Spec{Input: []int{1}, Task: Regression, Targets: []string{"y"}} }
func (negative) Len() int   { return -1 }

var again bool // a format is to register another

// TestMatchMayRegister: a format that registers another when it is asked does not
// wait for itself.
func TestMatchMayRegister(t *testing.T) {
	again = true
	register(t, Format{
		Name: "a file that registers", Samples: func(string) (Source, error) { return nil, errors.New("none") },
		Match: func(string, []byte) bool {
			if again {
				again = false
				Register(Format{})
			}
			return false
		},
	})
	if _, err := Open("digits", CSVConfig{}); err != nil || again {
		t.Error(err)
	}
}

// TestFromFieldsKeepsItsOwn: labels are 0 or 1, and the map stays the caller's.
func TestFromFieldsKeepsItsOwn(t *testing.T) {
	spec := Spec{Input: []int{1}, Task: MultiLabel, Targets: []string{"red", "round"}}
	values := map[string][]float32{X: {1, 2}, Y: {0, 1, 0.5, 0}}
	_, err := FromFields(spec, values)
	if !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), `row 1 has 0.5 for label "red"`) {
		t.Errorf("error %v", err)
	}
	values[Y][2] = 1
	s, err := FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	delete(values, X)
	x := make([]float32, 2)
	if err := s.Read([]int{1, 0}, x, nil); err != nil || x[0] != 2 || x[1] != 1 {
		t.Errorf("%v, %v", x, err)
	}
}

// TestReadSamplesHeading: only a line without any number is a heading, wherever
// the text begins.
func TestReadSamplesHeading(t *testing.T) {
	spec := Spec{Input: []int{2}, Task: Regression, Targets: []string{"y"}}
	for text, rows := range map[string]int{
		"\ufeff1,2\n3,4\n": 2, "\ufeffa,b\n3,4\n": 1, "\n# by hand\na,b\n1,2\n": 1, "a,b\n": 0,
		"nan,2\n3,4\n": -1, "one,2\n3,4\n": -1, "a,b\na,b\n1,2\n": -1, "1e99,b\n1,2\n": -1,
	} {
		s, err := ReadSamples(strings.NewReader(text), "f.csv", spec)
		switch {
		case rows == 0 && !errors.Is(err, errEmpty), rows < 0 && (err == nil || !strings.Contains(err.Error(), "f.csv, line")):
			t.Errorf("%q: error %v", text, err)
		case rows > 0 && (err != nil || s.Len() != rows):
			t.Errorf("%q: %v, %v; want %d rows", text, s, err, rows)
		}
	}
}
