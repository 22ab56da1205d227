//go:build linux && (amd64 || arm64) && !purego

package jit_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"descent/internal/jit"
)

// TestMemoryGoesAway loads code and drops it: its memory must be given back.
func TestMemoryGoesAway(t *testing.T) {
	const many = 300
	executable := func() (n int) {
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Skip(err)
		}
		for line := range strings.Lines(string(maps)) {
			var from, to int
			fields := strings.Fields(line)
			if len(fields) == 5 && fields[1] == "r-xp" { // without a file's name
				_, _ = fmt.Sscanf(fields[0], "%x-%x", &from, &to)
				n += to - from
			}
		}
		return n
	}
	before := executable()
	var all []*jit.Code
	page := make([]byte, os.Getpagesize())
	for range many {
		c, err := jit.Load(page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	during := executable()
	if during < before+many*len(page) {
		t.Errorf("%d executable bytes before, %d with %d pieces of code", before, during, many)
	}
	runtime.KeepAlive(all)
	all = nil
	for range 6000 { // a minute
		runtime.GC()
		if executable() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d executable bytes before, %d with %d pieces of code, %d when they were garbage", before, during, many, executable())
}
