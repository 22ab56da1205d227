//go:build linux

package scratch

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
)

// TestRecords: records in memory and in a file are the same, also where they are laid for
// others, in a view, and when some are taken out.
func TestRecords(t *testing.T) {
	const n, size = 1000, 6
	record := func(i int) string { return fmt.Sprintf("%06d", i*i) }
	for _, limit := range []int64{1 << 40, 1 << 12} {
		before := debug.SetMemoryLimit(limit)
		r, err := NewRecords(n, size)
		debug.SetMemoryLimit(before)
		if err != nil {
			t.Fatal(err)
		}
		if inMemory := r.Bytes() != nil; inMemory != (limit > n*size) {
			t.Fatalf("in memory: %v", inMemory)
		}
		var buffer []byte
		for from := 0; from < n; from += 10 {
			room := r.Room(from, from+10, &buffer)
			for i := range 10 {
				copy(room[i*size:], record(from+i))
			}
			if err := r.Put(from, room); err != nil {
				t.Fatal(err)
			}
		}
		file, err := New()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Append([]byte("before")); err != nil {
			t.Fatal(err)
		}
		at, err := r.Lay(file)
		if err != nil {
			t.Fatal(err)
		}
		others, err := AtPlace(at, size)
		if err != nil {
			t.Fatal(err)
		}
		debug.SetMemoryLimit(1 << 12)
		read, err := AtPlace(at, size)
		debug.SetMemoryLimit(before)
		if err != nil {
			t.Fatal(err)
		}
		rows := []int{0, 1, 2, 999, 500, 501, 7, 7}
		asks := func(name string, r *Records, rows []int, want func(row int) string) {
			t.Helper()
			if err := r.Each(rows, func(i int, got []byte) {
				if string(got) != want(rows[i]) {
					t.Errorf("%s: record %d is %q, want %q", name, rows[i], got, want(rows[i]))
				}
			}); err != nil {
				t.Error(err)
			}
		}
		asks("written", r, rows, record)
		asks("in memory", others, rows, record)
		asks("in the file", read, rows, record)
		asks("a view", read.Part(500, 600), []int{0, 99, 3}, func(row int) string { return record(500 + row) })
		asks("a view", r.Part(500, 600), []int{0, 99, 3}, func(row int) string { return record(500 + row) })
		kept := []int{0, 1, 5, 700, 999}
		if err := r.Keep(kept); err != nil {
			t.Fatal(err)
		}
		asks("kept", r, []int{0, 1, 2, 3, 4}, func(row int) string { return record(kept[row]) })
		if text, err := (Place{at.Path, at.At, size}).Read(); err != nil || len(text) != size {
			t.Errorf("read %q, %v", text, err)
		}
		file.Close()
	}
}

// TestOpenRefuses: what is no file of another process is an error, and does not wait.
func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	short := filepath.Join(folder, "short")
	if err := os.WriteFile(short, bytes.Repeat([]byte("x"), 10), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, at := range []Place{{pipe, 0, 4}, {folder, 0, 4}, {filepath.Join(folder, "none"), 0, 4}, {short, 8, 4}, {short, 0, -1}} {
		if text, err := at.Read(); err == nil || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%v: read %q, %v", at, text, err)
		}
	}
}
