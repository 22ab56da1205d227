//go:build linux && arm64 && !purego

package jit

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"regexp"
	"testing"
)

// TestFlushIsThere reads this program's own machine code, as an emulator may
// run code that was never flushed: the caches of data are written back before
// those of instructions are dropped, and each is waited for.
func TestFlushIsThere(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := file.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	const ret = 0xD65F03C0
	want := []struct {
		name       string
		word, mask uint32
	}{
		{"DC CVAU", 0xD50B7B20, ^uint32(31)},
		{"DSB ISH", 0xD5033B9F, ^uint32(0)},
		{"IC IVAU", 0xD50B7520, ^uint32(31)},
		{"DSB ISH", 0xD5033B9F, ^uint32(0)},
		{"ISB", 0xD5033FDF, ^uint32(0)},
	}
	found := 0
	for at := 0; at < len(text) && found < len(want); at += 4 {
		switch word := binary.LittleEndian.Uint32(text[at:]); {
		case word&want[found].mask == want[found].word:
			found++
		case word == ret && found > 0:
			t.Fatalf("the flush returns before %s", want[found].name)
		}
	}
	if found < len(want) {
		t.Errorf("no code has %s", want[found].name)
	}
}

// TestFlushIsCalled holds the one place that makes memory executable to
// flushing it, behind the last change.
func TestFlushIsCalled(t *testing.T) {
	source, err := os.ReadFile("code_unix.go")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?s)copy\(memory, code\).*PROT_EXEC.*\n\tflush\(memory\)\n\treturn memory, nil`).Match(source) {
		t.Error("code_unix.go returns memory that is not flushed")
	}
}
