package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// console begins a block of a guide: a document whose commands are run, lines that
// begin with $ for bash, with what they print below them. A line of three dots
// stands for any lines.
const console = "```console"

// TestGuides runs what the documents show, each in a folder of its own, and
// compares what comes out. DESCENT_UPDATE=1 writes that into them.
func TestGuides(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the commands are for bash, which is not here")
	}
	bin := t.TempDir()
	if err := os.Rename(build(t, bin), filepath.Join(bin, "descent")); err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, guide := range documents {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), console) {
			continue
		}
		t.Run(filepath.Base(guide), func(t *testing.T) {
			if _, err := exec.LookPath("curl"); err != nil && strings.Contains(string(text), "$ curl") {
				t.Skip("curl is not here")
			}
			s := shown{dir: t.TempDir(), path: bin + string(os.PathListSeparator) + os.Getenv("PATH")}
			now := s.run(t, string(text))
			if os.Getenv("DESCENT_UPDATE") == "" || t.Failed() {
				return
			}
			if err := os.WriteFile(guide, []byte(now), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// shown runs commands of a document.
type shown struct{ dir, path string }

// run runs all blocks of a document, and returns it with what they print now.
func (s shown) run(t *testing.T, text string) string {
	var now strings.Builder
	var command, want []string
	inside, ran := false, 0
	finish := func() {
		if command == nil {
			return
		}
		got := s.output(t, strings.Join(command, "\n"))
		if !matches(got, want) && os.Getenv("DESCENT_UPDATE") == "" {
			t.Errorf("%s\nprints\n%s\nnot\n%s", strings.Join(command, "\n"), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if matches(got, want) {
			got = want
		}
		for _, line := range got {
			now.WriteString(line + "\n")
		}
		command, want = nil, nil
		ran++
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch first, isCommand := strings.CutPrefix(line, "$ "); {
		case !inside:
			inside = line == console
		case line == "```":
			finish()
			inside = false
		case isCommand:
			finish()
			command = []string{first}
		case command != nil && want == nil && strings.HasPrefix(line, "> "):
			command = append(command, line[2:])
		default:
			want = append(want, line)
			continue
		}
		now.WriteString(line + "\n")
	}
	if ran == 0 {
		t.Error("the document shows no command")
	}
	return now.String()
}

// output returns the lines that a command prints.
func (s shown) output(t *testing.T, command string) []string {
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+s.path, "COLUMNS=100")
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	text := strings.TrimRight(string(out), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// took is a time that something took, which differs from run to run.
var took = regexp.MustCompile(`\b(\d+(\.\d+)? m?s|\d+:\d\d(:\d\d)?)\b`)

// alike reports whether two lines differ in times and blanks at their ends alone.
func alike(a, b string) bool {
	text := func(line string) string { return took.ReplaceAllString(strings.TrimRight(line, " "), "TIME") }
	return text(a) == text(b)
}

// matches compares lines with those wanted, of which ... is any number.
func matches(got, want []string) bool {
	for i, line := range want {
		if line == "..." {
			for skip := range len(got) + 1 {
				if matches(got[skip:], want[i+1:]) {
					return true
				}
			}
			return false
		}
		if len(got) == 0 || !alike(got[0], line) {
			return false
		}
		got = got[1:]
	}
	return len(got) == 0
}
