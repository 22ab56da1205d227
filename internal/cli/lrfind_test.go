package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

func TestLRFind(t *testing.T) {
	out := filepath.Join(t.TempDir(), "found")
	line := []string{"lr-find", "--model", "mlp:16", "--set", "optimizer.beta1=0.8", "--batch", "16"}
	sum := parsed(t, command(t, append(line, "--json", "--out", out)...))
	valley, _ := sum["valley"].(float64)
	steepest, _ := sum["steepest"].(float64)
	if valley < 1e-4 || valley > 0.5 || steepest < 1e-4 || steepest > 0.5 || sum["suggestion"] != valley {
		t.Errorf("valley %v, steepest %v, suggestion %v", valley, steepest, sum["suggestion"])
	}
	points, _ := sum["points"].([]any)
	if len(points) < 50 || len(points) > 100 {
		t.Errorf("%d points", len(points))
	}
	if sum["page"] != filepath.Join(out, runs.LRFindPage) {
		t.Errorf("page %v", sum["page"])
	}
	contains(t, read(t, filepath.Join(out, runs.LRFindPage)), "Suggested rates", "Loss by rate")
	text, _ := sum["command"].(string)
	if want := "descent train --set optimizer.beta1=0.8 --model mlp:16 --batch 16 --lr " + roughRate(valley); text != want {
		t.Errorf("command %q, want %q", text, want)
	}
	train := append(strings.Fields(text)[1:], "--epochs", "2", "--ui", "none", "--out", filepath.Join(t.TempDir(), "run"))
	command(t, train...).want(t, exitDone)

	shown := command(t, append(line, "--out", filepath.Join(t.TempDir(), "found"))...).want(t, exitDone)
	contains(t, shown.stdout, "smoothed training loss by rate, adam on digits", "↑ valley", "1e-04", "next\n  "+text)
	if again := parsed(t, command(t, append(line, "--json", "--workers", "1", "--out", filepath.Join(t.TempDir(), "found"))...)); again["valley"] != valley {
		t.Errorf("with one worker the valley is at %v, it was at %v", again["valley"], valley)
	}
}

func TestLRFindRefuses(t *testing.T) {
	full := filepath.Dir(write(t, "something", "x"))
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		line string
		code int
		want []string
	}{
		{"--from 1 --to 0.1", exitUsage, []string{"rates from 1 to 0.1"}},
		{"--from 0.1 --to 1e9", exitUsage, []string{"1e+09"}},
		{"--updates 3", exitUsage, []string{"3 updates", "at least 20"}},
		{"--optimizer adm", exitUsage, []string{`did you mean "adam"`}},
		{"--from 1e3 --to 1e5 --optimizer sgd --model mlp:16", exitFailed, []string{"the loss rose", "smaller rate"}},
		{"--model mlp:16 --out " + full, exitFailed, []string{"not empty", "--out"}},
	} {
		r := command(t, append([]string{"lr-find"}, strings.Fields(row.line)...)...)
		if r.code != row.code {
			t.Errorf("%s: exit %d, want %d", row.line, r.code, row.code)
		}
		contains(t, r.stderr, row.want...)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("what was refused left %v, %v", left, err)
	}
}
