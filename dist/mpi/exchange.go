//go:build linux && (amd64 || arm64)

package mpi

import (
	"fmt"
	"runtime"
	"unsafe"
)

// AllToAll sends send[r] to each other rank r and fills receive[r] with what r sends
// here. Both have Size entries, of any lengths that agree: len(receive[r]) is the
// length of rank r's entry for this rank. Entries of the own rank are left alone.
// Those of send may share memory with each other.
//
// Bytes are sent as they lie in memory: all machines have the same byte order.
func (w *World) AllToAll(send, receive [][]byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(send) != w.size || len(receive) != w.size {
		return fmt.Errorf("mpi: AllToAll: %d slices to send and %d to receive for %d processes", len(send), len(receive), w.size)
	}
	return w.run(call{name: "AllToAll", send: send, receive: receive})
}

// transfer is a message on its way.
type transfer struct {
	request uint64
	pin     runtime.Pinner
	peer    int
	size    int // of what is expected, -1 where it is sent
}

// piece is the longest message: MPI counts in 32 bits.
const piece = 1 << 30

// exchange sends to and receives from all others at once. MPI_Alltoallv would want
// one slice for all, and counts of 32 bits for the whole.
func (w *World) exchange(send, receive [][]byte) error {
	w.transfers = w.transfers[:0]
	for step := 1; step < w.size; step++ { // so that not all send to the same rank first
		from, to := (w.rank-step+w.size)%w.size, (w.rank+step)%w.size
		if err := w.post(w.lib.irecv, receive[from], from, true); err != nil {
			return err
		}
		if err := w.post(w.lib.isend, send[to], to, false); err != nil {
			return err
		}
	}
	for i := range w.transfers {
		t := &w.transfers[i]
		if err := w.wait("AllToAll", &t.request, busy); err != nil {
			return fmt.Errorf("%w, with rank %d", err, t.peer)
		}
		if t.size < 0 {
			continue
		}
		w.lib.call(w.lib.getCount, pointer(&w.status), w.lib.byte, pointer(&w.number))
		if int(w.number) != t.size {
			return fmt.Errorf("mpi: AllToAll: rank %d sends %d bytes to rank %d, which expects %d", t.peer, w.number, w.rank, t.size)
		}
	}
	for i := range w.transfers { // not after an error: MPI may still write
		w.transfers[i].pin.Unpin()
	}
	return nil
}

// post starts to send or to receive a slice, an empty one too: that lengths differ is
// to be found rather than waited for.
func (w *World) post(fn uintptr, b []byte, peer int, receives bool) error {
	for {
		part := b[:min(len(b), piece)]
		if len(w.transfers) < cap(w.transfers) {
			w.transfers = w.transfers[:len(w.transfers)+1] // with the pin it had
		} else {
			w.transfers = append(w.transfers, transfer{})
		}
		t := &w.transfers[len(w.transfers)-1]
		t.request, t.peer, t.size = 0, peer, -1
		if receives {
			t.size = len(part)
		}
		at := pointer(&w.empty)
		if len(part) > 0 {
			t.pin.Pin(unsafe.SliceData(part))
			at = pointer(unsafe.SliceData(part))
		}
		if err := w.check("AllToAll", w.lib.call(fn, at, uintptr(len(part)), w.lib.byte, uintptr(peer), 0, w.lib.world, pointer(&t.request))); err != nil {
			return err
		}
		if b = b[len(part):]; len(b) == 0 {
			return nil
		}
	}
}
