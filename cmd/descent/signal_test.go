package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignals: a signal has a process finish its update, save, say how to go
// on and exit by convention; signals after the first end it at once.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system sends no signals")
	}
	folder := t.TempDir()
	program := build(t, folder)
	for _, tt := range []struct {
		name   string
		signal os.Signal
		again  bool
		code   int
	}{
		{"Ctrl-C", os.Interrupt, false, 130},
		{"SIGTERM", syscall.SIGTERM, false, 143},
		{"Ctrl-C twice", os.Interrupt, true, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			var stderr bytes.Buffer
			cmd := exec.Command(program, "train", "--epochs", "100000", "--ui", "none", "--out", out)
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			started := filepath.Join(out, "metrics.csv")
			for begun := false; !begun; time.Sleep(time.Millisecond) {
				text, _ := os.ReadFile(started)
				begun = strings.Count(string(text), "\n") > 1 // an epoch has ended
			}
			cmd.Process.Signal(tt.signal)
			for running := true; running; {
				select {
				case <-ended:
					running = false
				case <-time.After(time.Millisecond):
					if tt.again {
						cmd.Process.Signal(tt.signal)
					}
				}
			}
			switch code := cmd.ProcessState.ExitCode(); {
			case tt.again && code == 130: // it was faster than the second signal
				return
			case code != tt.code:
				t.Fatalf("exit %d, want %d: %s", code, tt.code, stderr.String())
			case tt.again:
				return
			}
			if want := "train --resume " + out; !strings.Contains(stderr.String(), want) {
				t.Errorf("%q is not in %s", want, stderr.String())
			}
			if files, err := filepath.Glob(filepath.Join(out, "checkpoints", "*.safetensors")); err != nil || len(files) == 0 {
				t.Errorf("checkpoints %v, %v", files, err)
			}
		})
	}
}
