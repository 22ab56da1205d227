package metric

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestConfusionString(t *testing.T) {
	tests := []struct {
		name string
		m    Confusion
		want string
	}{
		{
			"two",
			Confusion{[]string{"ham", "spam"}, [][]int{{120, 3}, {0, 17}}, []int{0, 0}},
			`
         predicted
actual     ham  spam  recall
ham      [120]    3    97.6%
spam        .   [17]  100.0%
`,
		},
		{
			"long names, undecided rows, a class that does not occur",
			Confusion{
				[]string{"Iris-setosa", "an exceedingly long name", "bad\x1b[31m\n"},
				[][]int{{5, 0, 1}, {0, 0, 0}, {2, 0, 8}}, []int{4, 0, 0},
			},
			`
                          predicted
actual                      0   1   2 NaN  recall
 0 Iris-setosa            [5]  .   1    4   50.0%
 1 an exceedingly long…    .  [0]  .    0    none
 2 bad?[31m?               2   .  [8]   0   80.0%
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := tt.m.String(), strings.TrimPrefix(tt.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestConfusionAligned asks, for every size that is drawn, that all lines
// after the title end in one column, and that the diagonal is bracketed.
func TestConfusionAligned(t *testing.T) {
	for n := 2; n <= mostDrawn; n++ {
		c := NewClassification(names(n), Logits)
		for i := range n {
			row := make([]float32, n)
			row[i*i%n] = 1
			for range 1 + i*i*i {
				if err := c.Add(row, []float32{float32(i)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		text := c.Confusion().String()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != n+2 {
			t.Fatalf("%d classes: %d lines", n, len(lines))
		}
		for _, line := range lines[2:] {
			if utf8.RuneCountInString(line) != utf8.RuneCountInString(lines[1]) || strings.Count(line, "[") != 1 {
				t.Fatalf("%d classes: line %q\n%s", n, line, text)
			}
		}
	}
}

func TestConfusionSummary(t *testing.T) {
	const n = 40
	classes := make([]string, n)
	c := make([][]int, n)
	for i := range c {
		classes[i] = fmt.Sprintf("kind %d", i)
		c[i] = make([]int, n)
		c[i][i] = 90
	}
	c[3][4], c[7][1], c[8][1] = 30, 60, 30
	got := Confusion{classes, c, make([]int, n)}.String()
	lines := strings.Split(got, "\n")
	for i, want := range []string{
		"40 classes. Most frequent confusions:",
		"     60  kind 7               taken for kind 1",
		"     30  kind 3               taken for kind 4",
		"     30  kind 8               taken for kind 1",
		"Lowest recall:",
		"  60.0%  kind 7               90 of 150",
		"  75.0%  kind 3               90 of 120",
	} {
		if lines[i] != want {
			t.Errorf("line %d is %q, want %q\n%s", i, lines[i], want, got)
		}
	}
	if len(lines) != 16 { // the title, 3 confusions, the title, 10 classes, an empty end
		t.Errorf("%d lines\n%s", len(lines), got)
	}
	for i := range c {
		c[i] = make([]int, n)
	}
	if got := (Confusion{classes, c, make([]int, n)}).String(); !strings.Contains(got, "none") {
		t.Errorf("of no rows\n%s", got)
	}
}
