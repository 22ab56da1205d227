package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"descent/internal/human"
)

// obeyed fails the test if a terminal would obey something in the text.
func obeyed(t *testing.T, what, text string) {
	t.Helper()
	if human.Escape(text) != text || !utf8.ValidString(text) {
		t.Errorf("%s prints %q", what, text)
	}
}

// TestNamesAreShownNotObeyed: columns, classes, paths and arguments may be
// called anything.
func TestNamesAreShownNotObeyed(t *testing.T) {
	folder := t.TempDir()
	name := func(name string) string { return filepath.Join(folder, name) }
	var table strings.Builder
	table.WriteString("a\x1b[2J\x1b]0;owned\a,b\u009b1m,\"two\nnote      lines\",kind\x1b[31m\n")
	for i := range 90 {
		fmt.Fprintf(&table, "%d.5,%s,%d,%s\n", i%7, []string{"x\x1b[5m", "y"}[i%2], i%5, []string{"p\x1b[5m", "q\u202e", "r"}[i%3])
	}
	data := name("da\x1bta.csv")
	if err := os.WriteFile(data, []byte(table.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	run, target := name("r\x1b[1mun"), "kind\x1b[31m"
	for _, args := range [][]string{
		{"train", "--data", data, "--target", target, "--epochs", "2", "--model", "mlp:8", "--out", run},
		{"train", "--resume", run},
		{"inspect", run},
		{"eval", run, data},
		{"eval", run, data, "--part", "all"},
		{"predict", run, data, "--out", name("p\x1b.csv")},
		{"report", run},
		{"runs", folder},
		{"runs", folder, "--show", "data,target"},
		{"runs", "compare", run, run},
		{"lr-find", "--data", data, "--target", target, "--updates", "20", "--model", "mlp:8", "--out", name("l\x1b")},
		{"schedule", "cosine", "--svg", name("s\x1b.svg")},
		{"runs", "rm", run, "--yes"},
	} {
		r := command(t, args...).want(t, exitDone)
		obeyed(t, fmt.Sprintf("%q", args), r.stdout+r.stderr)
		if strings.Contains(r.stdout+r.stderr, "\nnote      lines") {
			t.Errorf("%q: a name breaks a line", args)
		}
	}
	for _, args := range [][]string{
		{"\x1b[2J"},
		{"train", "--\x1b[2J"},
		{"train", "--epochs", "\x1b[2J"},
		{"train", "--set", "\x1b[2J=1"},
		{"train", "--config", name("no\x1b.yaml")},
		{"train", "--data", name("no\x1b.csv"), "--target", "y"},
		{"train", "--data", data, "--target", "no\x1b"},
		{"train", "--optimizer", "ad\x1bam"},
		{"train", "--out", folder + "\x1b/\x00"},
		{"predict", name("no\x1b"), data},
		{"runs", "compare", "a\x1b", "b\u009b"},
		{"runs", "rm", "a\x1b"},
		{"help", "\x1b[2J"},
		{"schedule", "\x1b[2J"},
	} {
		r := command(t, args...)
		if r.code == exitDone && args[0] != "help" {
			t.Errorf("%q is taken", args)
		}
		obeyed(t, fmt.Sprintf("%q", args), r.stdout+r.stderr)
	}
}

// TestDataIsExact: what programs read holds the names as they are.
func TestDataIsExact(t *testing.T) {
	var table strings.Builder
	table.WriteString("x,kind\n")
	classes := []string{"p\x1b[5m", "q\u009b", "r\u202e"}
	for i := range 60 {
		fmt.Fprintf(&table, "%d,%s\n", i%3, classes[i%3])
	}
	file := write(t, "kinds.csv", table.String())
	_, run := trained(t, "--data", file, "--target", "kind")
	rows, err := csv.NewReader(strings.NewReader(command(t, "predict", run, file, "--probabilities").want(t, exitDone).stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, class := range classes {
		if rows[0][1+i] != "p_"+class {
			t.Errorf("the column of %q is called %q", class, rows[0][1+i])
		}
	}
	var shown struct{ Classes []string }
	if err := json.Unmarshal([]byte(command(t, "inspect", run, "--json").want(t, exitDone).stdout), &shown); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(shown.Classes) != fmt.Sprint(classes) {
		t.Errorf("inspect --json has %q", shown.Classes)
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestFullDisk: a result that could not be written is a failure, of the
// command and not of the run.
func TestFullDisk(t *testing.T) {
	_, run := trained(t)
	out := filepath.Join(t.TempDir(), "run")
	for _, args := range [][]string{
		{"predict", run, "digits"},
		{"predict", run, "digits", "--format", "jsonl"},
		{"eval", run, "digits"},
		{"eval", run, "digits", "--json"},
		{"inspect", run},
		{"train", "--print-config"},
		append(append([]string{}, small...), "--out", out),
		append(append([]string{}, small...), "--json", "--out", out+"-json"),
		{"help"},
		{"version"},
	} {
		var messages bytes.Buffer
		if code := Run(context.Background(), args, strings.NewReader(""), full{}, &messages); code != exitFailed {
			t.Errorf("%q exits with %d", args, code)
		}
		contains(t, messages.String(), errFull.Error())
	}
	for _, folder := range []string{out, out + "-json"} {
		contains(t, command(t, "train", "--resume", folder).want(t, exitDone).stdout, "Test, 359 rows")
	}
}

func TestVersionFlag(t *testing.T) {
	want := command(t, "version").want(t, exitDone).stdout
	if got := command(t, "--version").want(t, exitDone).stdout; got != want || want == "" {
		t.Errorf("--version prints %q, version %q", got, want)
	}
}
