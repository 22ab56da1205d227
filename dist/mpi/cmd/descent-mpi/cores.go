//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// neighbours are the variables by which launchers say how many processes of the job are on
// this machine: Open MPI's, MPICH's and its kin, and Slurm.
var neighbours = []string{"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"}

// shareCores leaves this process its part of the cores where the launcher has not bound it
// to some.
func shareCores() {
	if os.Getenv("GOMAXPROCS") != "" {
		return
	}
	for _, name := range neighbours {
		n, err := strconv.Atoi(os.Getenv(name))
		if err == nil && n > 1 {
			runtime.GOMAXPROCS(share(runtime.GOMAXPROCS(0), runtime.NumCPU(), online(), n))
			return
		}
	}
}

// share is how many cores one of n processes takes: of those that Go would take, and those
// that it may be run on, of all that there are.
func share(usual, allowed, all, n int) int {
	if allowed < all { // it is bound, maybe to cores of its own
		return max(1, min(usual, (all+n-1)/n))
	}
	return max(1, usual/n)
}

// online is how many cores the machine has.
func online() int {
	text, err := os.ReadFile("/sys/devices/system/cpu/online") // as in 0-3,8-11
	if err != nil {
		return runtime.NumCPU()
	}
	return count(string(text))
}

// count is how many numbers a list of ranges has.
func count(text string) (n int) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		first, last, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			return runtime.NumCPU()
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(last); err != nil {
				return runtime.NumCPU()
			}
		}
		n += b - a + 1
	}
	return n
}
