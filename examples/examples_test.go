package examples

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Each example is a program; what it prints is checked.
func TestExamples(t *testing.T) {
	for name, want := range map[string]string{
		"loss":  "about 90 % of the waits are below the prediction: true\n",
		"layer": "better than 95 %: true\nthe same weights: true\n",
		"rule":  "better than 95 %: true\nresumed to the same bits: true\n",
		"loop":  "stopped by the loss: true\nbetter than 95 %: true\n",
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("go", "run", "./"+name).Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, err.(*exec.ExitError).Stderr)
			}
			if string(out) != want {
				t.Errorf("got  %q\nwant %q", out, want)
			}
		})
	}
}

// Examples with databases are modules of their own, so that their drivers are none of
// this one's.
func TestDatabaseExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("drivers take long to compile")
	}
	for name, want := range map[string]string{
		"sqlite":   "better than 90 %: true\nstays: true\nstays: false\n",
		"postgres": "", // needs a server, and is only compiled
	} {
		t.Run(name, func(t *testing.T) {
			run := func(args ...string) (string, error) {
				cmd := exec.Command("go", args...)
				cmd.Dir = name
				cmd.Env = append(os.Environ(), "GOWORK=off")
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := run("mod", "download"); err != nil {
				t.Skipf("the driver cannot be fetched: %v\n%s", err, out)
			}
			if out, err := run("vet", "."); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if want == "" {
				return
			}
			if out, err := run("run", "."); err != nil || !strings.HasSuffix(out, want) {
				t.Errorf("%v\n%s\nwant at the end\n%s", err, out, want)
			}
		})
	}
}
