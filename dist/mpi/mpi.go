//go:build linux && (amd64 || arm64)

// Package mpi joins the processes that an MPI launcher starts (mpirun, srun) into
// one group. The system's MPI is opened when the program runs: Open MPI, MPICH and
// what shares its binary interface, and libraries of MPI 5's interface. No C
// compiler and no headers are needed.
//
//	world, err := mpi.Init(ctx, mpi.Options{Timeout: 10 * time.Minute})
//	if err != nil {
//		log.Fatal(err)
//	}
//	if err := work(world); err != nil {
//		world.Abort(err) // the job ends, on all processes
//	}
//	err = world.Finalize()
//
// # Processes that are gone
//
// A process that dies, is stopped or cannot be reached any more ends the job on all
// others within Options.HeartbeatTimeout: their operations return an error that names
// its rank, its host and its number there. Processes say that they live by the thread
// that owns MPI, whether an operation is under way or not: one that compiles, reads
// data or evaluates for an hour is waited for. A process is found that was killed with
// its host (what is killed alone the launcher mostly finds at once), is stopped
// (SIGSTOP, a debugger), swaps so much that its threads do not run, or has lost its
// network. Time in which the one who listens was stopped itself does not count, so that
// a job that is stopped as a whole goes on.
//
// Not found is a process whose thread for MPI runs and whose program hangs, such as one
// that waits for a file of a dead server: Options.Timeout bounds that. Nor is a link
// that is cut between two ranks which both reach rank 0; the transport of MPI gives up
// after its own time, or Timeout ends it.
//
// # The end of a job
//
// [World.Abort] and a process that is gone end a job for all: every process is told
// why, its operations return that, and it has Options.Grace to end its work, such as a
// checkpoint of rank 0. A process that has ended its work calls [World.Finalize], as after
// success; when all that can be reached have, or the time is over, MPI ends all
// processes, and those that it does not end do so themselves. The exit code is 75
// (EX_TEMPFAIL of sysexits.h: a job script may start the job anew) if a process was
// gone or MPI failed, else 1.
package mpi

import (
	"cmp"
	"context"
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
	// was, its host and its rank, and ends the job. Zero sets no bound, but five minutes
	// for Init, before whose end nobody knows of a process that is gone.
	Timeout time.Duration

	// HeartbeatTimeout is how long a process may be silent before the others take it for
	// gone and end the job, a second or more. If it is zero, the environment variable
	// DESCENT_MPI_HEARTBEAT_TIMEOUT has it, such as 30s, and without that it is a
	// minute. What rank 0 has counts for all.
	HeartbeatTimeout time.Duration

	// Grace is how long processes have to end their work when the job ends
	// before its time. Zero: 30 s.
	Grace time.Duration
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
	where      string // host and number of the process
	timeout    time.Duration
	grace      time.Duration
	lib        library
	watch      watch

	mu       sync.Mutex // held during a collective operation
	finished bool
	timer    *time.Timer // nil without a bound
	pins     runtime.Pinner
	parts    parts

	// The goroutine that owns MPI takes calls and says how they ended.
	calls chan call
	done  chan error

	abort    sync.Once
	aborting chan struct{} // closed when the job ends before its time
	cause    error         // of it
	code     int           // with which processes end then
	through  chan struct{} // closed when this one has ended its work then
	once     sync.Once     // to close it

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
// non-blocking function of the library, exchange slices, or nothing.
type call struct {
	name          string
	fn            uintptr    // 0: none
	args          [9]uintptr // and a request behind them
	n             int        // of args
	send, receive [][]byte
}

// Init joins the group, and returns when all processes have. It is called once in a process,
// which is to end after an error: MPI may still be waiting. When ctx ends, it waits for five
// seconds more, since those who have joined can end together, and a launcher may wait for
// all where one ends before it has.
//
// It fails if no MPI library can be opened, if the library is of an implementation
// that is not known, and if the launcher counts other processes than the library,
// as happens when each is of another implementation.
func Init(ctx context.Context, o Options) (*World, error) {
	w := &World{timeout: o.Timeout, grace: o.Grace, calls: make(chan call), done: make(chan error), aborting: make(chan struct{}), through: make(chan struct{})}
	heartbeat, err := heartbeatTimeout(o.HeartbeatTimeout, os.LookupEnv)
	switch {
	case err != nil:
		return nil, err
	case o.Timeout < 0:
		return nil, fmt.Errorf("mpi: a timeout of %v", o.Timeout)
	case o.Grace < 0:
		return nil, fmt.Errorf("mpi: %v of grace", o.Grace)
	case o.Grace == 0:
		w.grace = 30 * time.Second
	}
	joining := cmp.Or(o.Timeout, 5*time.Minute)
	expired := time.NewTimer(joining)
	defer expired.Stop()
	if o.Timeout > 0 {
		w.timer = expired
	}
	host := dist.Host()
	w.where = fmt.Sprintf("%s (process %d)", host, os.Getpid())
	go w.own(o.Library, heartbeat)
	ended, left := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case err := <-w.done:
			if err != nil {
				return nil, err
			}
			return w, nil
		case <-ended:
			ended, left = nil, time.After(5*time.Second)
		case <-left:
			return nil, fmt.Errorf("mpi: Init on %s: %w", host, context.Cause(ctx))
		case <-expired.C:
			return nil, fmt.Errorf("mpi: Init on %s has lasted longer than %v: not all processes of the job have joined", host, joining)
		}
	}
}

// heartbeatTimeout is what the options say, or the environment.
func heartbeatTimeout(given time.Duration, env func(string) (string, bool)) (time.Duration, error) {
	const variable, usual, least = "DESCENT_MPI_HEARTBEAT_TIMEOUT", time.Minute, time.Second
	where := "the heartbeat timeout"
	if text, ok := env(variable); given == 0 && ok && text != "" {
		var err error
		if given, err = time.ParseDuration(text); err != nil {
			return 0, fmt.Errorf("mpi: %s is %q, and no time such as 30s or 5m", variable, text)
		}
		where = variable
	} else if given == 0 {
		return usual, nil
	}
	if given < least {
		return 0, fmt.Errorf("mpi: %s is %v; it is at least %v", where, given, least)
	}
	return given, nil
}

// own is the goroutine that makes all calls of MPI, on one thread of the system.
func (w *World) own(library string, heartbeat time.Duration) {
	runtime.LockOSThread()
	err := w.start(library, heartbeat)
	w.done <- err
	if err != nil {
		return
	}
	idle := time.NewTicker(w.watch.every())
	defer idle.Stop()
	for !w.watch.over {
		select {
		case c := <-w.calls:
			w.done <- w.perform(c)
		case <-w.aborting:
			w.end()
		case <-idle.C:
			w.look()
		}
	}
}

// start opens the library and joins.
func (w *World) start(library string, heartbeat time.Duration) error {
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
	if err := w.meet("Init"); err != nil { // so that nobody is missed who comes late
		return err
	}
	return w.begin(heartbeat)
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
	return fmt.Errorf("mpi: %s: %w: %w", name, dist.ErrAborted, w.cause)
}

// perform waits until every process has come, and then does what c says.
func (w *World) perform(c call) error {
	if err := w.meet(c.name); err != nil {
		return err
	}
	if c.send != nil {
		return w.exchange(c.send, c.receive)
	}
	switch c.fn {
	case 0:
		return nil
	case w.lib.finalize:
		w.farewell()
		late := time.AfterFunc(w.watch.timeout, func() { // it blocks
			fmt.Fprintf(os.Stderr, "mpi: %s: Finalize has lasted longer than %v\n", w.name(w.rank, w.where), w.watch.timeout)
			os.Exit(exitGone)
		})
		defer late.Stop()
		return w.check(c.name, w.lib.call(c.fn))
	}
	c.args[c.n] = pointer(&w.request)
	if err := w.check(c.name, w.lib.call(c.fn, c.args[:c.n+1]...)); err != nil {
		return err
	}
	return w.wait(c.name, &w.request, busy)
}

// meet returns when every process has called it. While others compute, it does not
// keep a core busy, as blocking calls of MPI do.
func (w *World) meet(name string) error {
	if err := w.check(name, w.lib.call(w.lib.ibarrier, w.lib.world, pointer(&w.request))); err != nil {
		return err
	}
	return w.wait(name, &w.request, time.Millisecond)
}

// busy is the longest pause between looks at an operation under way.
const busy = 50 * time.Microsecond

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
		w.look()
		time.Sleep(pause)
		pause = min(2*pause, longest)
	}
}

// Abort ends the job, on all processes: see the package's documentation. It writes
// err with this process's rank and host to standard error. It does not wait; operations
// return an error that wraps [dist.ErrAborted] and, here, err. End with Finalize.
func (w *World) Abort(err error) {
	code := 1
	if errors.Is(err, errMPI) {
		code = exitGone
	}
	w.fail(code, true, fmt.Errorf("%s: %w", w.name(w.rank, w.where), err))
}

// Finalize leaves the group, when all processes do. When the job ends before its
// time it says that this process has ended its work, and does not return.
func (w *World) Finalize() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.collective("Finalize", w.lib.finalize)
	if errors.Is(err, dist.ErrAborted) {
		w.once.Do(func() { close(w.through) })
		select {} // until the owner of MPI ends the process
	}
	w.finished = true
	return err
}

// errMPI is wrapped by errors of the library, for which other processes or the network
// are to blame.
var errMPI = errors.New("MPI failed")

// check makes an error of what an MPI function returned.
func (w *World) check(name string, code int32) error {
	if code == 0 {
		return nil
	}
	w.lib.call(w.lib.errorString, uintptr(code), pointer(&w.text), pointer(&w.number))
	return fmt.Errorf("mpi: %s: %w: %s", name, errMPI, w.text[:w.number])
}
