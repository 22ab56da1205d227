package data

import (
	"slices"
	"strings"
	"testing"
)

func TestReadSamples(t *testing.T) {
	classes := Spec{Input: []int{2, 1}, Task: Classification, Classes: []string{"no", "yes"}}
	targets := Spec{Input: []int{1}, Task: Regression, Targets: []string{"a", "b"}}
	for _, tt := range []struct {
		text string
		spec Spec
		x, y []float32
		err  string
	}{
		{"1,2\n3,-4e-1\n", classes, []float32{1, 2, 3, -0.4}, nil, ""},
		{"u,v\n1,2\n", classes, []float32{1, 2}, nil, ""},
		{"u,v,class\n1, 2, yes\n3,4,0\n", classes, []float32{1, 2, 3, 4}, []float32{1, 0}, ""},
		{"5,6,7\n", targets, []float32{5}, []float32{6, 7}, ""},
		{"5\n", targets, []float32{5}, nil, ""},
		{"1,2,maybe\n", classes, nil, nil, `line 1: value 3: "maybe" is no class; those are no, yes`},
		{"1,2\n3\n", classes, nil, nil, "wrong number of fields"},
		{"1,2,3,4\n", classes, nil, nil, "4 values; a sample of shape [2 1] has 2"},
		{"1,2\n3,NaN\n", classes, nil, nil, `line 2: value 2: "NaN" is no finite number`},
		{"u,v\n", classes, nil, nil, "empty"},
		{"", classes, nil, nil, "empty"},
		{"1\n", Spec{Input: []int{1}, More: []Field{{Name: "m"}}}, nil, nil, `field "m"`},
	} {
		s, err := ReadSamples(strings.NewReader(tt.text), "some/x.csv", tt.spec)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), "x.csv") {
				t.Errorf("%q: %v, want %q", tt.text, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		rows := make([]int, s.Len())
		for i := range rows {
			rows[i] = i
		}
		x, y := make([]float32, len(tt.x)), make([]float32, len(tt.y))
		if tt.y == nil {
			y = nil
		}
		if err := s.Read(rows, x, y); err != nil || !slices.Equal(x, tt.x) || !slices.Equal(y, tt.y) || s.Spec().Unlabeled != (tt.y == nil) {
			t.Errorf("%q: %v %v, %v", tt.text, x, y, err)
		}
	}
}
