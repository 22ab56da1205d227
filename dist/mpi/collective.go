//go:build linux && (amd64 || arm64)

package mpi

import (
	"fmt"
	"math"
	"unsafe"
)

// AllGather brings the part of every process to all: all is the parts one behind the
// other, by rank. counts[r] is the length of rank r's part, the same on every process.
//
//	part [counts[Rank]]    all [Σ counts]    counts [Size]
//
// part may be its own place in all; otherwise the two do not overlap.
func (w *World) AllGather(part, all []float32, counts []int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.parts.set("AllGather", counts, len(all)); err != nil {
		return err
	}
	if n := counts[w.rank]; len(part) != n {
		return fmt.Errorf("mpi: AllGather: the part has %d numbers, and counts[%d] is %d", len(part), w.rank, n)
	}
	from := address(w, part)
	if at := int(w.parts.at[w.rank]); len(part) > 0 && &part[0] == &all[at] {
		from = w.lib.inPlace
	}
	return w.collective("AllGather", w.lib.allGather,
		from, uintptr(len(part)), w.lib.float,
		address(w, all), pointer(&w.parts.counts[0]), pointer(&w.parts.at[0]), w.lib.float, w.lib.world)
}

// AllReduce replaces values, of the same length on every process, by their sums over
// all processes.
//
// The order of the additions is the MPI library's own: it differs between libraries,
// numbers of processes and lengths, and the last bits of the sums with it. Where bits
// are to be the same on any number of processes, use [World.AllToAll] and add in an
// order of one's own.
func (w *World) AllReduce(values []float32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := fits("AllReduce", len(values)); err != nil {
		return err
	}
	return w.collective("AllReduce", w.lib.allReduce,
		w.lib.inPlace, address(w, values), uintptr(len(values)), w.lib.float, w.lib.sum, w.lib.world)
}

// Broadcast brings rank root's values to all processes. The slices have the same
// length everywhere.
func (w *World) Broadcast(values []byte, root int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if root < 0 || root >= w.size {
		return fmt.Errorf("mpi: Broadcast from rank %d of %d", root, w.size)
	}
	if err := fits("Broadcast", len(values)); err != nil {
		return err
	}
	return w.collective("Broadcast", w.lib.broadcast,
		address(w, values), uintptr(len(values)), w.lib.byte, uintptr(root), w.lib.world)
}

// Barrier returns when every process has called it.
func (w *World) Barrier() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.collective("Barrier", 0)
}

// address keeps values where they are until the call has gone well, and returns where that is.
func address[T any](w *World, values []T) uintptr {
	if len(values) == 0 {
		return pointer(&w.empty)
	}
	w.pins.Pin(unsafe.SliceData(values))
	return pointer(unsafe.SliceData(values))
}

// parts are pieces of a slice, one behind the other, as MPI takes them.
type parts struct{ counts, at []int32 }

// set makes p the parts of a slice of length n.
func (p parts) set(what string, counts []int, n int) error {
	if len(counts) != len(p.counts) {
		return fmt.Errorf("mpi: %s: %d counts for %d processes", what, len(counts), len(p.counts))
	}
	if err := fits(what, n); err != nil {
		return err
	}
	at := 0
	for r, count := range counts {
		if count < 0 || count > n-at {
			return fmt.Errorf("mpi: %s: counts[%d] is %d, and %d of %d numbers are left", what, r, count, n-at, n)
		}
		p.counts[r], p.at[r] = int32(count), int32(at)
		at += count
	}
	if at != n {
		return fmt.Errorf("mpi: %s: the counts are %d together, and the slice has %d numbers", what, at, n)
	}
	return nil
}

// fits checks a length against MPI's numbers of 32 bits.
func fits(what string, n int) error {
	if n > math.MaxInt32 {
		return fmt.Errorf("mpi: %s: a slice of %d, and MPI counts to %d: hand over pieces", what, n, math.MaxInt32)
	}
	return nil
}
