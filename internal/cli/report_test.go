package cli

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

func TestReport(t *testing.T) {
	_, a := trained(t, "--profile=false")
	_, b := trained(t, "--seed", "1", "--clip-norm", "1")
	folder := t.TempDir()
	out, figures := filepath.Join(folder, "both.html"), filepath.Join(folder, "figures")
	r := command(t, "report", a, b, "--out", out, "--svg", figures).want(t, exitDone)
	contains(t, r.stdout, out, figures)
	contains(t, readFile(t, out), "Settings that differ", "clip_norm", `"Clip factor"`)
	if entries, err := os.ReadDir(figures); err != nil || len(entries) < 5 {
		t.Errorf("%d figures: %v", len(entries), err)
	}
	contains(t, readFile(t, filepath.Join(figures, "loss.svg")), "<svg", "validation")
	for pattern, want := range map[string]int{"gradient-norms-1-dense-weight.svg": 1, "weights-of-*-1-dense-weight.svg": 2} {
		if found, err := filepath.Glob(filepath.Join(figures, pattern)); err != nil || len(found) != want {
			t.Errorf("%s are %q, want %d: %v", pattern, found, want, err)
		}
	}
	before := readFile(t, filepath.Join(a, runs.ReportFile))
	command(t, "report", a).want(t, exitDone)
	if readFile(t, filepath.Join(a, runs.ReportFile)) != before {
		t.Error("the page that train wrote differs from that of report")
	}
	contains(t, command(t, "report", folder).want(t, exitFailed).stderr, "no run folder")
	contains(t, command(t, "report").want(t, exitUsage).stderr, "run folders")
}

func TestTestFile(t *testing.T) {
	table := write(t, "flowers.csv", flowers(300))
	for _, c := range []struct {
		name  string
		flags []string
		check func(t *testing.T, w runs.Worst)
	}{
		{"images", nil, func(t *testing.T, w runs.Worst) {
			picture, err := png.Decode(bytes.NewReader(w.PNG))
			if err != nil || picture.Bounds().Dx() != 8 || picture.Bounds().Dy() != 8 {
				t.Errorf("the picture is %v: %v", picture, err)
			}
		}},
		{"classes", []string{"--data", table, "--target", "kind"}, func(t *testing.T, w runs.Worst) {
			if len(w.Columns) != 2 || len(w.Cells) != 2 || w.Columns[1] != "color" || w.Cells[1] != "red" && w.Cells[1] != "blue" {
				t.Errorf("the row is %q %q", w.Columns, w.Cells)
			}
		}},
		{"targets", []string{"--data", write(t, "houses.csv", houses(300)), "--target", "price"}, func(t *testing.T, w runs.Worst) {
			if w.Probability != nil || w.Actual == "" || len(w.Cells) == 0 {
				t.Errorf("the row is %+v", w)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, out := trained(t, c.flags...)
			var test runs.Test
			if err := json.Unmarshal([]byte(readFile(t, filepath.Join(out, runs.TestFile))), &test); err != nil {
				t.Fatal(err)
			}
			if len(test.Worst) == 0 {
				t.Fatal("there are no worst rows")
			}
			for i, w := range test.Worst[1:] {
				if w.Loss > test.Worst[i].Loss {
					t.Errorf("row %d has more loss than the one before", w.Row)
				}
			}
			sum := 0
			for _, row := range test.Confusion {
				for _, n := range row {
					sum += n
				}
			}
			if test.Classes != nil && sum != test.Rows {
				t.Errorf("the confusion counts %d of %d rows", sum, test.Rows)
			}
			c.check(t, test.Worst[0])
		})
	}
}

func TestProbesOfARun(t *testing.T) {
	_, out := trained(t, "--epochs", "8") // of 40 updates
	r, err := runs.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Probes) != 3 || r.Probes[0].Update != 1 || r.Probes[2].Update != 301 || r.Probes[2].Epoch != 8 {
		t.Errorf("there are %d probes: %+v", len(r.Probes), r.Probes)
	}
}

// TestSteps: there is a row for each update.
func TestSteps(t *testing.T) {
	_, out := trained(t)
	lines := strings.Split(strings.TrimSpace(readFile(t, filepath.Join(out, runs.StepsFile))), "\n")
	if len(lines) != 1+2*40 || lines[0] != "step,epoch,loss,penalty,lr,grad_norm,clip" {
		t.Fatalf("%d lines, the first %s", len(lines), lines[0])
	}
	if !strings.HasPrefix(lines[41], "41,2,") || strings.Count(lines[41], ",") != 6 {
		t.Errorf("row 41 is %s", lines[41])
	}
}
