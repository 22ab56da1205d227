package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// labelRows is a table of two numbers and of what stands behind them.
func labelRows(head string, cells ...string) string {
	var b strings.Builder
	b.WriteString("size,weight," + head + "\n")
	for i, cell := range cells {
		fmt.Fprintf(&b, "%d.5,%d.25,%s\n", i*i, 7*i%5, cell)
	}
	return b.String()
}

func TestLabels(t *testing.T) {
	for _, test := range []struct {
		name, text, targets string
		labels, y, notes    string
		column              string // name and separator of the column with all labels
		other, otherY       string // rows that training did not have
	}{
		{"yes and no", labelRows("red,round", "yes,no", "no,no", "no,YES", "yes,yes"), "red,round",
			"[red round]", "[1 0 0 0 0 1 1 1]", "1 of 4 rows have none", "",
			"weight,size,round,red\n1,2,true,0\n1,2,n,TRUE\n", "[0 1 1 0]"},
		{"numbers and crosses", labelRows("a,b,c", "1,x,", "0,,", "1,,x", "0,x,"), "a,b,c",
			"[a b c]", "[1 1 0 0 0 0 1 0 1 0 1 0]", "1 of 4 rows have none", "",
			"weight,size,a,b,c\n1,2,1.0,,X\n", "[1 0 1]"},
		{"a row without a target", labelRows("a,b", "1,0", ",1", "0,1", "1,NA"), "a,b",
			"[a b]", "[1 0 0 1]", "2 of 4 rows have no value for the target \"a\", \"b\" and are left out (first in line 3)", "",
			"weight,size,a,b\n1,2,1,1\n", "[1 1]"},
		{"a label that no row has", labelRows("a,b", "1,0", "0,0", "1,0"), "a,b",
			"[a b]", "[1 0 0 0 1 0]", `no row has the label "b", which cannot be learned`, "",
			"weight,size,a,b\n1,2,0,1\n", "[0 1]"},
		{"one column of yes and no", labelRows("a", "1", "0", "1"), "a", "[a]", "[1 0 1]", "1 of 3 rows have none", "",
			"weight,size,a\n1,2,0\n", "[0]"},
		{"one cell", labelRows("tags", "new;used", " used ", "", "old; new;old"), "tags",
			"[new old used]", "[1 0 1 0 0 1 0 0 0 1 1 0]", "1 of 4 rows have none of the labels", "tags;",
			"weight,size,tags\n1,2,old;new\n1,2,\n", "[1 1 0 0 0 0]"},
		{"bars", labelRows("tags", "a, b|c", "c", "?"), "tags", "[a, b c]", "[]", "1 of 3 rows have no value", "tags|", "", ""},
		{"commas, numbers", labelRows("tags", `"10,9"`, "9", `"100,10"`), "tags", "[9 10 100]", "[1 1 0 1 0 0 0 1 1]", "", "tags,", "", ""},
		{"accents", labelRows("tags", "é;a", "e\u0301", "a"), "tags", "[a é]", "[1 1 0 1 1 0]", "", "tags;",
			"weight,size,tags\n1,2,e\u0301\n", "[0 1]"},
	} {
		if test.name == "bars" {
			test.text = strings.ReplaceAll(strings.ReplaceAll(test.text, ",", "\t"), "a\t b", "a, b")
			test.y = "[1 1 0 1]"
		}
		table, err := ReadCSV(strings.NewReader(test.text), test.name, CSVConfig{Targets: strings.Split(test.targets, ","), Task: MultiLabel, Keep: []string{"size", "weight"}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		spec := table.Spec()
		_, y := readAll(t, table)
		notes := strings.Join(table.Notes(), "\n")
		if fmt.Sprint(spec.Targets) != test.labels || fmt.Sprint(y) != test.y || spec.Task != MultiLabel || spec.Outputs() != len(spec.Targets) {
			t.Errorf("%s: labels %v, y %v; want %s, %s", test.name, spec.Targets, y, test.labels, test.y)
		}
		if !strings.Contains(notes, test.notes) || test.notes == "" && notes != "" {
			t.Errorf("%s: notes %q, want %q", test.name, notes, test.notes)
		}
		e := spec.Encoder
		column := ""
		if e.LabelColumn != nil {
			column = e.LabelColumn.Name + e.LabelColumn.Separator
		}
		if column != test.column {
			t.Errorf("%s: column %q, want %q", test.name, column, test.column)
		}
		text, err := json.Marshal(e)
		var again Encoder
		if err := errors.Join(err, json.Unmarshal(text, &again), again.Validate()); err != nil || !reflect.DeepEqual(&again, e) {
			t.Errorf("%s: %s comes back as %+v, %v", test.name, text, again, err)
		}
		if test.other == "" {
			continue
		}
		other, err := again.EncodeCSV(strings.NewReader(test.other), "other")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if _, y := readAll(t, other); fmt.Sprint(y) != test.otherY {
			t.Errorf("%s: other rows %v, want %s", test.name, y, test.otherY)
		}
	}
}

// TestLabelsAreSplitAndPredicted cuts a set with labels, and encodes rows without.
func TestLabelsAreSplitAndPredicted(t *testing.T) {
	var cells []string
	for i := range 60 {
		cells = append(cells, []string{"a;b", "b", "", "c;a", "b;c"}[i%5])
	}
	table, err := ReadCSV(strings.NewReader(labelRows("tags", cells...)), "tags", CSVConfig{Targets: []string{"tags"}, Task: MultiLabel})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Split(table, SplitConfig{})
	if err != nil || parts.Train.Len() != 42 || parts.Counts != nil {
		t.Fatalf("%v, %v", parts, err)
	}
	e := parts.Train.Spec().Encoder
	if want := "target    tags\nlabels    \"a\", \"b\", \"c\"\ntask      multilabel: asked for; the labels of a row stand in one cell\n"; !strings.HasPrefix(e.String(), want) {
		t.Errorf("%s\nwant %s", e, want)
	}
	bare, err := e.EncodeCSV(strings.NewReader("size,weight\n1,2\n"), "bare")
	if err != nil || !bare.Spec().Unlabeled || bare.Len() != 1 {
		t.Errorf("%v, %v", bare, err)
	}
	if mean, std := e.Units(1); mean != 0 || std != 1 {
		t.Errorf("units %v, %v", mean, std)
	}
}

func TestLabelErrors(t *testing.T) {
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("l%d;m%d", i, i))
	}
	for _, test := range []struct {
		text, targets, want string
		kind                error
	}{
		{labelRows("a,b", "1,0", "0,maybe"), "a,b", `line 3, column "b": "maybe" says neither yes nor no`, ErrCell},
		{labelRows("tags", "NA", "?", "NA"), "tags", `no row has a value for the target "tags"`, ErrNoRows},
		{labelRows("tags", ";", ";;", "; ;"), "tags", `no row has a label in the target "tags"`, ErrNoRows},
		{labelRows("tags", many...), "tags", "has 600 labels in 300 rows", ErrDoubtfulTarget},
	} {
		_, err := ReadCSV(strings.NewReader(test.text), "x.csv", CSVConfig{Targets: strings.Split(test.targets, ","), Task: MultiLabel, Keep: []string{"size", "weight"}})
		if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, test.kind) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
	table, err := ReadCSV(strings.NewReader(labelRows("tags", "new;old", "old", "new")), "x.csv", CSVConfig{Targets: []string{"tags"}, Task: MultiLabel, Keep: []string{"size", "weight"}})
	if err != nil {
		t.Fatal(err)
	}
	e := *table.Spec().Encoder
	s, err := e.EncodeCSV(strings.NewReader("size,weight,tags\n1,2,New;old\n1,2,NA\n"), "y.csv")
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float32, 2)
	for row, want := range []string{`y.csv, line 2, column "tags": "New" is no label of the training data; did you mean "new"?`, `line 3 has no usable value`} {
		if err := s.Read([]int{row}, make([]float32, 2), y); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	e.LabelColumn = &LabelColumn{"tags", ":"}
	if err := e.Validate(); err == nil || !strings.Contains(err.Error(), `separated by ":"`) {
		t.Error(err)
	}
	e.LabelColumn, e.Targets = nil, []Target{{Name: "a"}, {Name: "a"}}
	if err := e.Validate(); err == nil || !strings.Contains(err.Error(), `two labels are called "a"`) {
		t.Error(err)
	}
}

// TestListsAreNoted: a target that looks like lists of labels stays what it is, with
// a note, unless labels are asked for.
func TestListsAreNoted(t *testing.T) {
	lists := labelRows("tags", "red;round", "red", "round;small", "red;small", "round", "red;round")
	yes := "a,b,x\n1,0,3\n0,1,5\n1,1,4\n0,0,9\n"
	for _, test := range []struct {
		text string
		cfg  CSVConfig
		task Task
		note string
	}{
		{lists, CSVConfig{Targets: []string{"tags"}}, Classification, `looks like lists of labels, such as "red;round"`},
		{lists, CSVConfig{Targets: []string{"tags"}, Task: Classification}, Classification, ""},
		{lists, CSVConfig{Targets: []string{"tags"}, Task: MultiLabel}, MultiLabel, ""},
		{labelRows("tags", "red", "round", "red", "a b", "red", "round"), CSVConfig{Targets: []string{"tags"}}, Classification, ""},
		{yes, CSVConfig{Targets: []string{"a", "b"}}, Regression, "all targets say yes or no"},
		{yes, CSVConfig{Targets: []string{"a", "x"}}, Regression, ""},
		{yes, CSVConfig{Targets: []string{"a", "b"}, Task: MultiLabel}, MultiLabel, ""},
	} {
		table, err := readTable(test.text, test.cfg)
		if err != nil {
			t.Errorf("%+v: %v", test.cfg, err)
			continue
		}
		notes := strings.Join(table.Notes(), "\n")
		noted := strings.Contains(notes, "multilabel")
		if table.Spec().Task != test.task || noted != (test.note != "") || !strings.Contains(notes, test.note) {
			t.Errorf("%+v: %v with the notes %s", test.cfg, table.Spec().Task, notes)
		}
	}
	var b strings.Builder
	b.WriteString("x,tags\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,a%d;b%d;c%d\n", i%7, i%5, i%8, i%2)
	}
	if _, err := readTable(b.String(), CSVConfig{Targets: []string{"tags"}}); !errors.Is(err, ErrDoubtfulTarget) || !strings.Contains(err.Error(), "look like lists of labels, task multilabel") {
		t.Errorf("lists that are all different: %v", err)
	}
}
