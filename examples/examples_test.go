package examples

import (
	"os/exec"
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
