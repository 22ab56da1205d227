package data

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// weighed is a table of rows that count 0, 1, 2, 3, 0, ...
func weighed(n int, cell func(row int) string) string {
	var b strings.Builder
	b.WriteString("a,w,y\n")
	for i := range n {
		text := fmt.Sprint(i % 4)
		if cell != nil {
			text = cell(i)
		}
		fmt.Fprintf(&b, "%d.5,%s,%d.25\n", i*i%17, text, i*i%29)
	}
	return b.String()
}

// TestWeights: a column of weights is no input, has the mean 1 over the training rows,
// and is a field of the samples.
func TestWeights(t *testing.T) {
	table, err := ReadCSV(strings.NewReader(weighed(60, nil)), "w.csv", CSVConfig{Targets: []string{"y"}, Weight: "w"})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Split(table, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	spec := parts.Train.Spec()
	if spec.Size() != 1 || len(spec.More) != 1 || spec.More[0].Name != WeightField || spec.More[0].Role != TargetRole {
		t.Fatalf("the samples are %+v", spec)
	}
	rows := make([]int, parts.Train.Len())
	for i := range rows {
		rows[i] = i
	}
	w := make([]float32, len(rows))
	if err := parts.Train.(FieldReader).ReadField(WeightField, rows, w); err != nil {
		t.Fatal(err)
	}
	sum, zeros := 0.0, 0
	for _, v := range w {
		sum += float64(v)
		if v == 0 {
			zeros++
		}
	}
	if math.Abs(sum/float64(len(w))-1) > 1e-6 || zeros == 0 {
		t.Errorf("weights of the training rows have the mean %v, and %d are 0", sum/float64(len(w)), zeros)
	}
	if text := spec.Encoder.String(); !strings.Contains(text, "weight    w (mean ") {
		t.Errorf("the schema says\n%s", text)
	}
	// Rows to predict need no weights, and others without them count alike.
	for text, want := range map[string]float32{"a\n1.5\n": 1, "a,y\n1.5,2.25\n": 1, "a,w,y\n1.5,6,2.25\n": float32(6 / spec.Encoder.Weight.Mean)} {
		s, err := spec.Encoder.EncodeCSV(strings.NewReader(text), "new.csv")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.(FieldReader).ReadField(WeightField, []int{0}, w[:1]); err != nil || w[0] != want {
			t.Errorf("%q: weight %v, %v; want %v", text, w[0], err, want)
		}
	}
	r, err := NewRowEncoder(spec.Encoder)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := r.AppendRow(nil, map[string]any{"a": 1.5}); err != nil || len(x) != 1 {
		t.Errorf("a row from memory is %v, %v", x, err)
	}
}

func TestWeightErrors(t *testing.T) {
	at := func(bad string) func(int) string {
		return func(row int) string {
			if row == 20 {
				return bad
			}
			return "2"
		}
	}
	for _, tt := range []struct {
		cell func(int) string
		cfg  CSVConfig
		want string
	}{
		{at("-1"), CSVConfig{Weight: "w"}, `w.csv, line 22, column "w": the weight is -1; want a number of at least 0`},
		{at(""), CSVConfig{Weight: "w"}, `w.csv, line 22, column "w": the weight is missing`},
		{at("NaN"), CSVConfig{Weight: "w"}, `w.csv, line 22, column "w": the weight is missing ("NaN")`},
		{at("x"), CSVConfig{Weight: "w"}, `line 22`},
		{at("1e999"), CSVConfig{Weight: "w"}, `line 22`},
		{func(int) string { return "0" }, CSVConfig{Weight: "w"}, `the weights in column "w" have the mean 0 over the 60 rows to learn from`},
		{nil, CSVConfig{Weight: "y"}, `column "y" is a target and cannot be in weight too`},
		{nil, CSVConfig{Weight: "w", Drop: []string{"w"}}, `column "w" is the weight of a row and cannot be in drop too`},
		{nil, CSVConfig{Weight: "v"}, `has no column "v"`},
		{nil, CSVConfig{Weight: "a,w"}, "one column holds the weights"},
	} {
		tt.cfg.Targets = []string{"y"}
		_, err := ReadCSV(strings.NewReader(weighed(60, tt.cell)), "w.csv", tt.cfg)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %q", tt.cfg, err, tt.want)
		}
	}
}
