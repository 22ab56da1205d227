//go:build linux && (amd64 || arm64)

// Package mpi joins the processes that an MPI launcher starts (mpirun, srun) into
// one group. The system's MPI is opened when the program runs: Open MPI, MPICH and
// what shares its binary interface, and libraries of MPI 5's interface. No C
// compiler and no headers are needed.
//
//	world, err := mpi.Init(mpi.Options{Timeout: 10 * time.Minute})
//	if err != nil {
//		log.Fatal(err)
//	}
//	err = work(world)
//	if err != nil {
//		world.Abort(err) // ends all processes
//	}
//	err = world.Finalize()
package mpi

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"descent/dist"
)

// Options say how a process joins.
type Options struct {
	// Library is the file or the name of the MPI library. If it is empty, the
	// environment variable DESCENT_MPI names it, and without that the launcher's
	// implementation is looked for first, then the others.
	Library string

	// Timeout bounds how long [Init] and each collective operation may last, waiting
	// for the slowest process included. Past it a process says which operation it
	// was, its host and its rank, and ends the job. Zero sets no bound.
	Timeout time.Duration
}

// World is the group of all processes of the job, a [dist.Group]. Its collective operations are
// called by every process in the same order, return when this process's part is
// done, and allocate nothing once warm. Several goroutines may call them, one after
// the other. After an error the group is of no more use: end with [World.Abort].
//
// Until a call returns, the network reads and writes the slices that were handed
// over. Where it registers memory (InfiniBand and the like), they should live as long
// as the group does: registrations outlive what Go gives back to the system.
type World struct {
	rank, size int
	host       string
	timeout    time.Duration
	lib        library

	mu       sync.Mutex // held during a collective operation
	finished bool
	timer    *time.Timer // nil without a bound
	pins     runtime.Pinner
	parts    parts

	// The goroutine that owns MPI takes calls and says how they ended.
	calls chan call
	done  chan error

	abort    sync.Once
	aborting chan struct{} // closed by the first Abort
	cause    error         // of it

	// What MPI writes to, large enough for every implementation. None of it is on the
	// stack of a goroutine, which may move.
	request   uint64
	number    int32
	status    [8]uint64
	text      [8192]byte
	empty     float32 // where empty slices point
	transfers []transfer
}

// call is what the owner of MPI is to do when all processes have come: call a
// function of the library, exchange slices, or nothing.
type call struct {
	name          string
	fn            uintptr // 0: none
	args          [9]uintptr
	n             int // of args
	send, receive [][]byte
}

// Init joins the group. It is called once in a process, before any other process
// can get past its own Init.
//
// It fails if no MPI library can be opened, if the library is of an implementation
// that is not known, and if the launcher counts other processes than the library,
// as happens when each is of another implementation.
func Init(o Options) (*World, error) {
	w := &World{timeout: o.Timeout, calls: make(chan call), done: make(chan error), aborting: make(chan struct{})}
	if o.Timeout < 0 {
		return nil, fmt.Errorf("mpi: a timeout of %v", o.Timeout)
	}
	var expired <-chan time.Time
	if o.Timeout > 0 {
		w.timer = time.NewTimer(o.Timeout)
		expired = w.timer.C
		defer w.timer.Stop()
	}
	var err error
	if w.host, err = os.Hostname(); err != nil {
		w.host = "an unnamed host"
	}
	go w.own(o.Library)
	select {
	case err := <-w.done:
		if err != nil {
			return nil, err
		}
		return w, nil
	case <-expired:
		return nil, fmt.Errorf("mpi: Init on %s has lasted longer than %v", w.host, o.Timeout)
	}
}

// own is the goroutine that makes all calls of MPI, on one thread of the system.
func (w *World) own(library string) {
	runtime.LockOSThread()
	err := w.start(library)
	w.done <- err
	if err != nil {
		return
	}
	for {
		select {
		case c := <-w.calls:
			w.done <- w.perform(c)
		case <-w.aborting:
			w.end()
		}
	}
}

// start opens the library and joins.
func (w *World) start(library string) error {
	handlers := saveHandlers()
	defer handlers.restore()
	lib, err := open(library, os.LookupEnv)
	if err != nil {
		return err
	}
	w.lib = lib
	if lib.call(lib.initialized, pointer(&w.number)); w.number != 0 {
		return errors.New("mpi: a second Init in a process")
	}
	if err := w.check("Init", lib.call(lib.init, 0, 0, uintptr(lib.funneled), pointer(&w.number))); err != nil {
		return err
	}
	level := w.number
	lib.call(lib.setErrorHandler, lib.world, lib.errorsReturn)
	lib.call(lib.commSize, lib.world, pointer(&w.number))
	w.size = int(w.number)
	lib.call(lib.commRank, lib.world, pointer(&w.number))
	w.rank = int(w.number)
	err = sameSize(w.size, lib.name, lib.version, os.LookupEnv)
	if level < lib.funneled {
		err = fmt.Errorf("mpi: %s (%s) takes no calls from a program with threads", lib.name, lib.version)
	}
	if err != nil {
		lib.call(lib.finalize)
		return err
	}
	w.parts = parts{make([]int32, w.size), make([]int32, w.size)}
	w.transfers = make([]transfer, 0, 2*w.size)
	return nil
}

// Rank is this process's number, from 0 to Size-1.
func (w *World) Rank() int { return w.rank }

// Size is the number of processes.
func (w *World) Size() int { return w.size }

// Version is what the MPI library says of itself.
func (w *World) Version() string { return w.lib.version }

// collective has the owner make a call that all processes make, and waits for it.
// w.mu is held.
func (w *World) collective(name string, fn uintptr, args ...uintptr) error {
	c := call{name: name, fn: fn}
	c.n = copy(c.args[:], args)
	return w.run(c)
}

func (w *World) run(c call) error {
	if w.finished {
		return fmt.Errorf("mpi: %s after Finalize", c.name)
	}
	var expired <-chan time.Time
	if w.timer != nil {
		w.timer.Reset(w.timeout)
		defer w.timer.Stop()
		expired = w.timer.C
	}
	select {
	case w.calls <- c:
	case <-w.aborting:
		return w.aborted(c.name)
	}
	select {
	case err := <-w.done:
		if err == nil { // else MPI may still write
			w.pins.Unpin()
		}
		return err
	case <-w.aborting:
	case <-expired:
		w.Abort(fmt.Errorf("%s has lasted longer than %v", c.name, w.timeout))
	}
	return w.aborted(c.name)
}

func (w *World) aborted(name string) error {
	return fmt.Errorf("mpi: %s: %w by rank %d: %w", name, dist.ErrAborted, w.rank, w.cause)
}

// perform waits until every process has come, and then does what c says.
func (w *World) perform(c call) error {
	if err := w.meet(c.name); err != nil {
		return err
	}
	if c.send != nil {
		return w.exchange(c.send, c.receive)
	}
	if c.fn == 0 {
		return nil
	}
	return w.check(c.name, w.lib.call(c.fn, c.args[:c.n]...))
}

// meet returns when every process has called it. While others compute, it does not
// keep a core busy, as blocking calls of MPI do.
func (w *World) meet(name string) error {
	if err := w.check(name, w.lib.call(w.lib.ibarrier, w.lib.world, pointer(&w.request))); err != nil {
		return err
	}
	return w.wait(name, &w.request, time.Millisecond)
}

// wait returns when a request is done, looking again after pauses that grow up to
// longest.
func (w *World) wait(name string, request *uint64, longest time.Duration) error {
	const eager = 100 // looks before the first pause: some 20 µs
	pause := 10 * time.Microsecond
	for look := 0; ; look++ {
		if err := w.check(name, w.lib.call(w.lib.test, pointer(request), pointer(&w.number), pointer(&w.status))); err != nil {
			return err
		}
		if w.number != 0 {
			return nil
		}
		select {
		case <-w.aborting:
			w.end()
		default:
		}
		if look < eager {
			runtime.Gosched()
			continue
		}
		time.Sleep(pause)
		pause = min(2*pause, longest)
	}
}

// grace is how long MPI may take to end a job before the process ends by itself.
const grace = 3 * time.Second

// Abort ends all processes of the job, this one included, within moments. It writes
// err with this process's rank and host to standard error. It does not wait for the
// end; operations that are called until then return an error that wraps [dist.ErrAborted]
// and err.
func (w *World) Abort(err error) {
	w.abort.Do(func() {
		fmt.Fprintf(os.Stderr, "mpi: rank %d of %d on %s: %v\n", w.rank, w.size, w.host, err)
		w.cause = err
		close(w.aborting)
		time.AfterFunc(grace, func() { os.Exit(1) }) // MPI hangs; the launcher ends the others when one ends so
	})
}

// end has MPI end all processes, when the launcher has had the time to pass on what
// they wrote: MPICH's drops it otherwise.
func (w *World) end() {
	time.Sleep(200 * time.Millisecond)
	w.lib.call(w.lib.abort, w.lib.world, 1)
	os.Exit(1)
}

// Finalize leaves the group, when all processes do.
func (w *World) Finalize() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.collective("Finalize", w.lib.finalize)
	w.finished = true
	return err
}

// check makes an error of what an MPI function returned.
func (w *World) check(name string, code int32) error {
	if code == 0 {
		return nil
	}
	w.lib.call(w.lib.errorString, uintptr(code), pointer(&w.text), pointer(&w.number))
	return fmt.Errorf("mpi: %s: %s", name, w.text[:w.number])
}
