package cli

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/terminal"
)

func TestScheduleDraws(t *testing.T) {
	r := command(t, "schedule", "step:every=2e,factor=0.5", "--epochs", "4", "--steps-per-epoch", "15").want(t, exitDone)
	contains(t, r.stdout, "step:every=30,factor=0.5\n4 epochs of 15 updates each, 60 updates\n", "\n       1 │⠉⠉", "lowest  0.5 at update 30\n", "highest 1 at update 0\n", "next\n", "--schedule step:every=2e,factor=0.5 --epochs 4")
	lines := strings.Split(r.stdout, "\n")
	upper, middle := lines[3], lines[3+terminal.PlotRows/2-1]+lines[3+terminal.PlotRows/2]
	if n := strings.Count(upper, "⠉"); n < 29 || n > 30 {
		t.Errorf("%d characters at the top of %q, want 30 of %d", n, upper, terminal.PlotColumns)
	}
	if !strings.ContainsAny(middle, "⠉⠒⠤⣀") {
		t.Errorf("nothing at half of the height: %q", middle)
	}
	for _, line := range lines[3 : 3+terminal.PlotRows] {
		if n := len([]rune(line)); n > 10+terminal.PlotColumns {
			t.Errorf("a line of %d characters: %q", n, line)
		}
	}
	r = command(t, "schedule", "warmup:steps=1e,then=plateau").want(t, exitDone)
	contains(t, r.stdout, "without the cuts of the plateau", "first   0.01\n", "last    1\n")
}

// TestScheduleLong draws a run that no loop over its updates would end.
func TestScheduleLong(t *testing.T) {
	r := command(t, "schedule", "cosine", "--epochs", "1000000", "--steps-per-epoch", "1000000").want(t, exitDone)
	contains(t, r.stdout, "1,000,000,000,000 updates")
	command(t, "schedule", "cosine", "--epochs", "1", "--steps-per-epoch", "1").want(t, exitDone)
}

func TestScheduleSVG(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.svg")
	r := command(t, "schedule", "cyclic:up=1e,floor=0.1,mode=triangular2", "--svg", path).want(t, exitDone)
	contains(t, r.stdout, "drawn   "+path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(text), "<polyline", "cyclic:up=100,down=100,floor=0.1,mode=triangular2", "updates, 10 epochs")
	d := xml.NewDecoder(strings.NewReader(string(text)))
	for err == nil {
		_, err = d.Token()
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("not XML: %v", err)
	}
}

func TestScheduleRefuses(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "schedule takes SPEC"},
		{[]string{"cosin"}, exitUsage, `did you mean "cosine"?`},
		{[]string{"cosine", "--epochs", "0"}, exitUsage, "both must be at least 1"},
		{[]string{"cosine", "--steps-per-epoch", "-1"}, exitUsage, "both must be at least 1"},
		{[]string{"cosine", "--epochs", "9999999999999"}, exitUsage, "2^40 updates at most"},
		{[]string{"cosine", "--svg", filepath.Join(t.TempDir(), "none", "s.svg")}, exitFailed, "drawing the schedule"},
	} {
		r := command(t, append([]string{"schedule"}, tt.args...)...).want(t, tt.code)
		contains(t, r.stderr, tt.want)
	}
}
