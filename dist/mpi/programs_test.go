//go:build linux && (amd64 || arm64)

package mpi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// programs are what the processes of a job do in tests.
var programs = map[string]func() error{
	"well": joined(func(w *World) error {
		for _, do := range []func(*World) error{handlersStay, collectives, large, idle, allocations} {
			if err := do(w); err != nil {
				return err
			}
		}
		return nil
	}),
	"train":     joined(trains),
	"much":      joined(holdsMuch),
	"exchanges": joined(exchanges),
	"busy":      joined(busyness),
	"killed": joined(func(w *World) error {
		if w.Rank() == 1 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return w.Barrier()
	}),
	"errs": joined(func(w *World) error {
		if w.Rank() == 1 {
			return errors.New("the disk is full")
		}
		return w.Barrier()
	}),
	"leaves": joined(func(w *World) error {
		if w.Rank() == 1 {
			os.Exit(3)
		}
		return w.Barrier()
	}),
	"late": joined(func(w *World) error {
		if w.Rank() == 1 {
			time.Sleep(time.Minute)
		}
		return w.Barrier()
	}),
	"differ": joined(func(w *World) error { // rank 0 waits within the operation
		if w.Rank() == 1 {
			err := w.Barrier()
			time.Sleep(time.Minute)
			return err
		}
		return w.AllReduce(make([]float32, 1<<20))
	}),
	"lengths": joined(func(w *World) error {
		send, receive := make([][]byte, w.Size()), make([][]byte, w.Size())
		for r := range send {
			send[r], receive[r] = make([]byte, 5+w.Rank()), make([]byte, 5+w.Rank())
		}
		return w.AllToAll(send, receive)
	}),
}

// joined makes a program of what a process does in a world, as users write it.
func joined(do func(*World) error) func() error {
	return func() error {
		w, err := Init(context.Background(), Options{Timeout: 2 * time.Minute, Grace: 2 * time.Second})
		if err != nil {
			return err
		}
		fmt.Printf("begun %d of %d by %s\n", w.Rank(), w.Size(), w.Version())
		if name := os.Getenv(toDo); name == "late" || name == "differ" {
			w.timeout = time.Second
		}
		if err := do(w); err != nil {
			w.Abort(err)
		}
		if err := w.Finalize(); err != nil {
			return err
		}
		if err := w.Barrier(); err == nil || err.Error() != "mpi: Barrier after Finalize" {
			return fmt.Errorf("after Finalize: %v", err)
		}
		fmt.Print("through\n")
		return nil
	}
}

// length of what rank a sends to rank b: uneven, and nothing for some.
func length(a, b int) int { return (3*a + 5*b) % 7 * 1000 }

// value i of what a sends to b.
func value(a, b, i int) byte { return byte(a*31 + b*17 + i*7 + i>>8) }

func collectives(w *World) error {
	rank, size := w.Rank(), w.Size()
	for round := range 6 {
		send, receive := make([][]byte, size), make([][]byte, size)
		for r := range size {
			send[r], receive[r] = make([]byte, length(rank, r)), make([]byte, length(r, rank))
			for i := range send[r] {
				send[r][i] = value(rank, r, i+round)
			}
		}
		own := bytes.Clone(receive[rank])
		if err := w.AllToAll(send, receive); err != nil {
			return err
		}
		if !bytes.Equal(own, receive[rank]) {
			return errors.New("AllToAll: the own entry changes")
		}
		for r := range size {
			for i, v := range receive[r] {
				if want := value(r, rank, i+round); r != rank && v != want {
					return fmt.Errorf("AllToAll: rank %d: byte %d of rank %d is %d, want %d", rank, i, r, v, want)
				}
			}
		}

		counts, total, at := make([]int, size), 0, 0
		for r := range size {
			if r == rank {
				at = total
			}
			counts[r] = length(r, round)
			total += counts[r]
		}
		all, part := make([]float32, total), make([]float32, counts[rank])
		for i := range part {
			part[i] = float32(rank*100000 + i)
		}
		if round%2 == 1 { // in its place
			copy(all[at:], part)
			part = all[at:][:len(part)]
		}
		if err := w.AllGather(part, all, counts); err != nil {
			return err
		}
		for r, at := 0, 0; r < size; r++ {
			for i := range counts[r] {
				if v := all[at]; v != float32(r*100000+i) {
					return fmt.Errorf("AllGather: number %d of rank %d is %v", i, r, v)
				}
				at++
			}
		}

		sums := make([]float32, 1000*round) // none at first
		for i := range sums {
			sums[i] = float32(i * (rank + 1))
		}
		if err := w.AllReduce(sums); err != nil {
			return err
		}
		for i, v := range sums {
			if want := float32(i * size * (size + 1) / 2); v != want {
				return fmt.Errorf("AllReduce: sum %d is %v, want %v", i, v, want)
			}
		}

		root := round % size
		text := make([]byte, length(round, 2))
		if rank == root {
			for i := range text {
				text[i] = value(root, round, i)
			}
		}
		if err := w.Broadcast(text, root); err != nil {
			return err
		}
		for i, v := range text {
			if v != value(root, round, i) {
				return fmt.Errorf("Broadcast: byte %d is %d", i, v)
			}
		}
		if err := w.Barrier(); err != nil {
			return err
		}
	}
	for what, err := range map[string]error{
		"Broadcast from nobody": w.Broadcast(nil, size),
		"AllGather of none":     w.AllGather(nil, nil, nil),
		"AllToAll of none":      w.AllToAll(nil, nil),
	} {
		if err == nil {
			return errors.New(what + " goes well")
		}
	}
	if _, err := Init(context.Background(), Options{}); err == nil {
		return errors.New("a second Init goes well")
	}
	return nil
}

// large moves 16 MB with each operation.
func large(w *World) error {
	const n = 4 << 20
	began := time.Now()
	note := func(what string) {
		if w.Rank() == 0 {
			fmt.Printf("%s of 16 MB: %v\n", what, time.Since(began))
		}
		began = time.Now()
	}
	rank, size := w.Rank(), w.Size()
	sums := make([]float32, n)
	for i := range sums {
		sums[i] = float32(i % 1000 * (rank + 1))
	}
	if err := w.AllReduce(sums); err != nil {
		return err
	}
	note("AllReduce")
	for i, v := range sums {
		if want := float32(i % 1000 * size * (size + 1) / 2); v != want {
			return fmt.Errorf("AllReduce: sum %d is %v, want %v", i, v, want)
		}
	}
	send, receive := make([][]byte, size), make([][]byte, size)
	for r := range size {
		send[r], receive[r] = make([]byte, 4*n), make([]byte, 4*n)
		for i := range send[r] {
			send[r][i] = value(rank, r, i)
		}
	}
	if err := w.Barrier(); err != nil {
		return err
	}
	began = time.Now()
	if err := w.AllToAll(send, receive); err != nil {
		return err
	}
	note("AllToAll")
	for r := range size {
		for i, v := range receive[r] {
			if r != rank && v != value(r, rank, i) {
				return fmt.Errorf("AllToAll: byte %d of rank %d is %d", i, r, v)
			}
		}
	}
	if err := w.Broadcast(receive[rank], 0); err != nil {
		return err
	}
	note("Broadcast")
	return nil
}

// handlersStay makes a panic of a nil dereference, as Go does, not the end.
func handlersStay(w *World) (err error) {
	defer func() {
		if recover() == nil {
			err = errors.New("no panic")
		}
	}()
	var nothing *World
	return fmt.Errorf("rank %d", nothing.rank)
}

// idle waits a second for the last rank, without keeping a core busy.
func idle(w *World) error {
	if w.Rank() == w.Size()-1 {
		time.Sleep(time.Second)
		return w.Barrier()
	}
	used := func() time.Duration {
		var u syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before, began := used(), time.Now()
	if err := w.Barrier(); err != nil {
		return err
	}
	if took, waited := used()-before, time.Since(began); took > waited*3/10 {
		return fmt.Errorf("waiting for %v takes %v of a processor", waited, took)
	}
	return nil
}

func allocations(w *World) (err error) {
	send, receive := make([][]byte, w.Size()), make([][]byte, w.Size())
	counts := make([]int, w.Size())
	for r := range send {
		send[r], receive[r] = make([]byte, 1000), make([]byte, 1000)
		counts[r] = 100
	}
	all := make([]float32, 100*w.Size())
	part := make([]float32, 100)
	once := func() {
		err = errors.Join(err, w.AllToAll(send, receive), w.AllGather(part, all, counts), w.AllReduce(all), w.Broadcast(send[0], 0), w.Barrier())
	}
	once()
	if n := testing.AllocsPerRun(20, once); n > 1 { // a garbage collection empties pools
		return fmt.Errorf("five operations allocate %v times", n)
	}
	return err
}

// notified is what a signal comes by.
func notified(s os.Signal) <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, s)
	return c
}
