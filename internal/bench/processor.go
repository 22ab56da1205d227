package bench

import (
	"bufio"
	"io"
	"runtime"
	"strings"
)

// Processor returns the name of this machine's processor as the system has it, or
// the architecture where it does not say.
func Processor() string {
	if name := strings.TrimSpace(processor()); name != "" {
		return strings.Join(strings.Fields(name), " ")
	}
	return runtime.GOARCH
}

// fromCPUInfo finds the name in Linux's /proc/cpuinfo, whose entries differ from
// one architecture to the next: on arm64 there are numbers for who made the core
// and which it is, and on some boards the board.
func fromCPUInfo(r io.Reader) string {
	entries := map[string]string{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		key = strings.TrimSpace(key)
		if _, seen := entries[key]; ok && !seen { // of the first core
			entries[key] = strings.TrimSpace(value)
		}
	}
	if part := entries["CPU part"]; part != "" {
		name := "implementer " + entries["CPU implementer"] + ", part " + part
		if board := entries["Model"]; board != "" {
			name = board + ", " + name
		}
		return name
	}
	for _, key := range []string{"model name", "cpu", "uarch", "processor 0"} {
		if name := entries[key]; name != "" {
			return name
		}
	}
	return ""
}
