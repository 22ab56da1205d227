package human

import (
	"math"
	"testing"
)

func TestBounds(t *testing.T) {
	inf := math.Inf(1)
	for _, row := range []struct {
		score       string
		least, most float64
	}{{"accuracy", 0, 1}, {"auroc", 0, 1}, {"r2", -inf, 1}, {"mse", 0, inf}, {"loss", 0, inf}} {
		if least, most := Bounds(row.score); least != row.least || most != row.most {
			t.Errorf("%s is between %v and %v, want %v and %v", row.score, least, most, row.least, row.most)
		}
	}
}

func TestWords(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{Thousands(0), "0"},
		{Thousands(999), "999"},
		{Thousands(1000), "1,000"},
		{Thousands(1234567.8), "1,234,568"},
		{Thousands(-1), "?"},
		{Clock(0.4), "0s"},
		{Clock(59), "59s"},
		{Clock(61), "1:01"},
		{Clock(3661), "1:01:01"},
		{Clock(-1), "?"},
		{Took(0.25), "0.2 s"},
		{Took(75), "1:15"},
		{Plural(1, "row"), "1 row"},
		{Plural(1200, "row"), "1,200 rows"},
		{And(nil), ""},
		{And([]string{"a"}), "a"},
		{And([]string{"a", "b", "c"}), "a, b and c"},
		{Score("accuracy", 0.975), "97.50 %"},
		{Score("loss", 0.12345), "0.1235"},
		{Score("balanced_accuracy", 0.5), "50.00 %"},
		{Score("f1", 0.98234), "0.9823"},
		{Shape([]int{8, 8, 1}), "8×8×1"},
		{Wrap("one two three", 8), "one two\nthree\n"},
		{Indent("a\nb\n", "  "), "  a\n  b\n"},
		{Columns([][]string{{"", "rate"}, {"adam", "1"}}), "      rate\nadam     1\n"},
		{Float(1e-3), "0.001"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
