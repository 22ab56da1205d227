package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignalWhileDataIsRead: a signal ends the process while there is nothing to
// save, without waiting for the end of the data, and no folder is left behind.
func TestSignalWhileDataIsRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system sends no signals")
	}
	folder := t.TempDir()
	program := build(t, folder)
	var rows strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&rows, "%d.5,%d,%d,%d,%d,%d,%d,%d,%d\n", i%7, i%11, i%13, i%17, i%19, i%23, i%29, i%31, i%37)
	}
	table := "a,b,c,d,e,f,g,h,y\n" + strings.Repeat(rows.String(), 10) // which takes a second on a fast machine
	data := filepath.Join(folder, "data.csv")
	if err := os.WriteFile(data, []byte(table), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"train", "lr-find", "compare"} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			var messages bytes.Buffer
			code := -1
			for wait := 200 * time.Millisecond; code < 0 && wait < time.Minute; wait *= 2 { // a busy machine has not begun to listen to signals
				messages.Reset()
				cmd := exec.Command(program, name, "--data", data, "--target", "y", "--out", out)
				cmd.Stderr = &messages
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(wait)
				cmd.Process.Signal(syscall.SIGTERM)
				cmd.Wait()
				code = cmd.ProcessState.ExitCode()
			}
			if code != 143 || !strings.Contains(messages.String(), "before there was anything to save") {
				t.Errorf("exit %d: %s", code, messages.String())
			}
			if _, err := os.Stat(out); !os.IsNotExist(err) {
				t.Errorf("%s is left behind: %v", out, err)
			}
		})
	}
}

// TestStatic: without cgo the binary needs no C library, on a machine that has
// a C compiler, too.
func TestStatic(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems link to a library of theirs")
	}
	program := filepath.Join(t.TempDir(), "descent")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			t.Error("the binary asks for a dynamic linker")
		}
	}
}
