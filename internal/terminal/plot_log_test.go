package terminal

import (
	"strings"
	"testing"
)

// TestPlotLog draws a line that falls from corner to corner.
func TestPlotLog(t *testing.T) {
	got := strings.Split(PlotLog([]float64{0.01, 1}, []float64{3, 1}, []Mark{{0.1, "here"}, {1, "end"}}), "\n")
	if len(got) != PlotRows+5 {
		t.Fatalf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i, want := range map[int]string{
		0:            "       3 │⠉⠒⠤⢄⡀",
		PlotRows - 1: "       1 │" + strings.Repeat("\u2800", PlotColumns-5) + "⠈⠑⠒⠤⣀",
		PlotRows:     "         └┴" + strings.Repeat("─", 29) + "┴" + strings.Repeat("─", 28) + "┴",
		PlotRows + 1: "          1e-02" + strings.Repeat(" ", 25) + "1e-01" + strings.Repeat(" ", 24) + "1e+00",
		PlotRows + 2: strings.Repeat(" ", 40) + "↑ here",
		PlotRows + 3: strings.Repeat(" ", 69) + "↑ end",
	} {
		if got[i] != want {
			t.Errorf("line %d is\n%s\nwant\n%s", i, got[i], want)
		}
	}
}
