package data

import (
	"fmt"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

func TestClassesAsSpelt(t *testing.T) {
	const composed, decomposed = "caf\u00e9", "cafe\u0301"
	for _, test := range []struct {
		name, labels, want, note string
	}{
		{"eight digits", "43211503 10000000 44121706", "10000000 43211503 44121706", ""},
		{"leading zeros", "100 007 010", "007 010 100", ""},
		{"seven beside 007", "007 7 100", "007 7 100", `"007" and "7" of the target "y" are the same number`},
		{"versions", "1.10 1.9 1.1", "1.1 1.10 1.9", `"1.1" and "1.10" of the target "y" are the same number`},
		{"whole numbers of two spellings", "1 0 1.0", "0 1", ""},
		{"fractions of nothing", "1.0 0.0 1.00", "0.0 1.0", ""},
		{"upper and lower case", "yes Yes no", "Yes no yes", `"Yes" and "yes" of the target "y" differ only in upper and lower case`},
		{"text as text", "10 9 b", "10 9 b", ""},
		{"numbers beside text", "1.0 1 b", "1 1.0 b", "are the same number"},
		{"exponents as they are", "1e7 2e7 1", "1 1e7 2e7", ""},
		{"more digits than a float64 has", "12345678901234567890 12345678901234567891", "12345678901234567890 12345678901234567891", ""},
		{"accents", composed + " " + decomposed + " tea", composed + " tea", ""},
		{"accents behind their letters", decomposed + " tea", decomposed + " tea", ""},
		{"signs", "-1 +1 0", "-1 0 +1", ""},
	} {
		labels := strings.Fields(test.labels)
		table, err := readTable(targets(12, func(i int) string { return labels[i%len(labels)] }), CSVConfig{Task: Classification})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		spec := table.Spec()
		if got := strings.Join(spec.Classes, " "); got != test.want {
			t.Errorf("%s: classes %s, want %s", test.name, got, test.want)
		}
		if notes := strings.Join(table.Notes(), "\n"); !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
			t.Errorf("%s: notes %q, want %q", test.name, notes, test.note)
		}
		_, y := readAll(t, table)
		for row, class := range y {
			if got, want := spec.Classes[int(class)], labels[row%len(labels)]; parse.Meaning(got) != parse.Meaning(want) {
				t.Errorf("%s: row %d is %s, want %s", test.name, row, got, want)
			}
		}
	}
}

// TestLabelsInOtherSpellings checks what counts as a class that training had.
func TestLabelsInOtherSpellings(t *testing.T) {
	for _, test := range []struct{ classes, label, want string }{
		{"007 010 100", "7", "007"},
		{"007 010 100", "10.0", "010"},
		{"7 10 100", "007", "7"}, // a model of before
		{"1e+07 4.3211503e+07", "43211503", "4.3211503e+07"},
		{"1.2345678901234567e+19 1", "12345678901234567890", "1.2345678901234567e+19"},
		{"12345678901234567890 1", "12345678901234567891", ""},
		{"0 1", "1.0", "1"},
		{"007 7", "7", "7"},
		{"007 7", "7.0", ""},
		{"True False", "TRUE", "True"},
		{"TRUE FALSE", "true", "TRUE"},
		{"TRUE True", "true", ""},
		{"yes no", "Yes", ""},
		{"caf\u00e9 tea", "cafe\u0301", "caf\u00e9"},
		{"cafe\u0301 tea", "caf\u00e9", "cafe\u0301"},
		{"a b", "c", ""},
	} {
		classes := strings.Fields(test.classes)
		e := fitted(t, "a,y\n1,0\n2,1\n5,1\n", "y")
		e.Classes = classes
		s, err := e.EncodeCSV(strings.NewReader("a,y\n1,"+test.label+"\n"), "raw.csv")
		if err != nil {
			t.Fatal(err)
		}
		x, y := make([]float32, 1), make([]float32, 1)
		err = s.Read([]int{0}, x, y)
		switch {
		case test.want == "" && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q is no class", test.label)) ||
			test.label == "Yes" && !strings.Contains(err.Error(), `did you mean "yes"?`)):
			t.Errorf("%s among %s: class %v, %v", test.label, test.classes, y[0], err)
		case test.want != "" && (err != nil || classes[int(y[0])] != test.want):
			t.Errorf("%s among %s: class %v, %v; want %s", test.label, test.classes, y[0], err, test.want)
		}
	}
}
