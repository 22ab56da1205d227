//go:build linux && (amd64 || arm64)

package mpi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unsafe"
)

// watch is how the processes of a job know of each other that they live, and how
// they end together. Rank 0 and each other rank send each other words, short messages of a
// tag of their own: rank 0 has a peer in every other rank, and these have one, rank 0.
// The goroutine that owns MPI looks after them while it waits for others and while
// it has nothing to do, so that a process that computes for long is not taken
// for one that is gone. What rank 0 finds it tells all; rank 0 itself is missed by
// each of the others.
type watch struct {
	peers   []peer
	timeout time.Duration // of silence
	looked  time.Time
	beaten  time.Time // when words were last due
	over    bool      // the last words are said
}

// A word is due beatsIn times in a timeout, and looked for more often, but not in every
// look at an operation of some microseconds.
const (
	beatsIn  = 8
	looksIn  = 4 * beatsIn
	seldom   = 100 * time.Millisecond
	wordTag  = 1 // operations have 0
	exitGone = 75
)

// Kinds of words.
const (
	lives  = 1 + iota // the process is there; text says where
	ends              // the job ends with code, and text says why
	ready             // nothing is left to do before the end of a job
	leaves            // in Finalize, the last word
)

// word is a message, in the byte order of the machines.
type word struct {
	kind, code int32
	timeout    int64 // nanoseconds, rank 0's
	text       [496]byte
}

func newWord(kind, code int, timeout time.Duration, text string) *word {
	w := &word{kind: int32(kind), code: int32(code), timeout: int64(timeout)}
	copy(w.text[:], text)
	return w
}

func (w *word) String() string {
	text, _, _ := bytes.Cut(w.text[:], []byte{0})
	return strings.ToValidUTF8(string(text), "")
}

// peer is a process that words are exchanged with.
type peer struct {
	rank   int
	where  string        // it is: host and number of the process, "" as long as that is not known
	silent time.Duration // since its last word, of the time that this process ran
	gone   bool          // silent for too long
	knows  bool          // that the job ends
	ready  bool
	left   bool

	receives, sends uint64 // requests
	sending         bool
	in, out         word
	queue           []*word // to be sent, before any that say no more than lives
	due             bool    // a word, whichever
}

// begin sets up the words, of which the first say where processes are.
func (w *World) begin(timeout time.Duration) error {
	v := &w.watch
	v.timeout = timeout
	v.looked = time.Now()
	v.beaten = v.looked
	for rank := range w.size {
		if rank != w.rank && (rank == 0 || w.rank == 0) {
			v.peers = append(v.peers, peer{rank: rank})
		}
	}
	for i := range v.peers {
		p := &v.peers[i]
		p.queue = append(p.queue, newWord(lives, 0, v.timeout, w.where))
		if err := w.hear(p); err != nil {
			return err
		}
		w.speak(p)
	}
	return nil
}

// every is how often words are looked for.
func (v *watch) every() time.Duration { return min(seldom, v.timeout/looksIn) }

// look looks after the words, if it is time to.
func (w *World) look() {
	now := time.Now()
	if v := &w.watch; !v.over && now.Sub(v.looked) >= v.every() {
		w.attend(now)
	}
}

// attend looks after the words.
func (w *World) attend(now time.Time) {
	v := &w.watch
	// The time that this process was stopped itself says nothing of others.
	passed := min(now.Sub(v.looked), v.timeout/beatsIn)
	beat := now.Sub(v.beaten) >= v.timeout/beatsIn
	v.looked = now
	if beat {
		v.beaten = now
	}
	for i := range v.peers {
		p := &v.peers[i]
		p.silent += passed
		p.due = p.due || beat
		w.listen(p)
		w.speak(p)
	}
	w.judge()
}

// judge ends the job if a peer has been silent for too long.
func (w *World) judge() {
	var gone []string
	for i := range w.watch.peers {
		p := &w.watch.peers[i]
		if p.silent > w.watch.timeout && !p.left && !p.gone {
			p.gone = true
			gone = append(gone, w.name(p.rank, p.where))
		}
	}
	if gone == nil {
		return
	}
	const most = 8
	if n := len(gone); n > most {
		gone = append(gone[:most], fmt.Sprintf("and %d more", n-most))
	}
	w.fail(exitGone, true, fmt.Errorf("%s: no word of %s for %v: it is stopped or gone, or the network to it is cut",
		w.name(w.rank, w.where), strings.Join(gone, ", "), w.watch.timeout))
}

// name names a process.
func (w *World) name(rank int, where string) string {
	if where == "" {
		where = "an unknown host"
	}
	return fmt.Sprintf("rank %d of %d on %s", rank, w.size, where)
}

// hear waits for the next word of p.
func (w *World) hear(p *peer) error {
	p.in = word{}
	return w.check("Irecv", w.lib.call(w.lib.irecv, pointer(&p.in), unsafe.Sizeof(p.in), w.lib.byte, uintptr(p.rank), wordTag, w.lib.world, pointer(&p.receives)))
}

// listen takes in what p has said.
func (w *World) listen(p *peer) {
	for !p.left && !p.gone {
		err := w.check("Test", w.lib.call(w.lib.test, pointer(&p.receives), pointer(&w.number), pointer(&w.status)))
		if err != nil {
			w.lose(p, err)
			return
		}
		if w.number == 0 {
			return
		}
		p.silent = 0
		w.take(p)
		if p.left {
			return
		}
		if err := w.hear(p); err != nil {
			w.lose(p, err)
		}
	}
}

// take takes in a word.
func (w *World) take(p *peer) {
	switch p.in.kind {
	case lives:
		if text := p.in.String(); text != "" {
			p.where = text
		}
		if p.rank == 0 && p.in.timeout > 0 { // one for all, whatever the environment of each
			w.watch.timeout = time.Duration(p.in.timeout)
		}
	case ends:
		p.knows = true
		w.fail(int(p.in.code), false, errors.New(p.in.String()))
	case ready:
		p.ready = true
	case leaves:
		p.left = true
	}
}

// lose ends the job since MPI does not reach p any more.
func (w *World) lose(p *peer, err error) {
	p.gone = true
	w.fail(exitGone, true, fmt.Errorf("%s: %s cannot be reached: %w", w.name(w.rank, w.where), w.name(p.rank, p.where), err))
}

// speak sends what is to be said to p, when the word before it is on its way.
func (w *World) speak(p *peer) {
	if p.gone {
		return
	}
	if p.sending {
		if err := w.check("Test", w.lib.call(w.lib.test, pointer(&p.sends), pointer(&w.number), pointer(&w.status))); err != nil {
			w.lose(p, err)
			return
		}
		if w.number == 0 {
			return
		}
		p.sending = false
	}
	switch {
	case len(p.queue) > 0:
		p.out = *p.queue[0]
		p.queue = p.queue[1:]
	case p.due && !p.left:
		p.out.kind, p.out.text[0] = lives, 0
	default:
		return
	}
	p.due = false
	if err := w.check("Isend", w.lib.call(w.lib.isend, pointer(&p.out), unsafe.Sizeof(p.out), w.lib.byte, uintptr(p.rank), wordTag, w.lib.world, pointer(&p.sends))); err != nil {
		w.lose(p, err)
		return
	}
	p.sending = true
}

// say sends a word to all peers that do not know it.
func (w *World) say(kind int, text string, code int) {
	for i := range w.watch.peers {
		if p := &w.watch.peers[i]; !p.gone && !(kind == ends && p.knows) {
			p.queue = append(p.queue, newWord(kind, code, 0, text))
		}
	}
}

// all reports whether something is so of all peers that can be reached.
func (v *watch) all(so func(*peer) bool) bool {
	for i := range v.peers {
		if p := &v.peers[i]; !p.gone && !so(p) {
			return false
		}
	}
	return true
}

func (p *peer) said() bool { return len(p.queue) == 0 && !p.sending }

// farewell exchanges the last words of a job that has gone well, so that MPI has
// nothing under way when it ends.
func (w *World) farewell() {
	if w.rank != 0 {
		w.say(leaves, "", 0)
	}
	w.attendUntil(func() bool { return w.watch.all(func(p *peer) bool { return p.left }) })
	if w.rank == 0 {
		w.say(leaves, "", 0)
	}
	w.attendUntil(func() bool { return w.watch.all((*peer).said) })
	w.watch.over = true
	w.abort.Do(func() {}) // nothing is left to abort
}

func (w *World) attendUntil(so func() bool) {
	for pause := 20 * time.Microsecond; !so(); pause = min(2*pause, time.Millisecond) {
		time.Sleep(pause)
		w.attend(time.Now())
		select {
		case <-w.aborting:
			w.end()
		default:
		}
	}
}

// fail has this process end with the job: operations return cause from now on.
func (w *World) fail(code int, loud bool, cause error) {
	w.abort.Do(func() {
		if loud {
			fmt.Fprintf(os.Stderr, "mpi: %v\n", cause)
		}
		w.cause, w.code = cause, code
		close(w.aborting)
		time.AfterFunc(w.grace+hangs, func() { os.Exit(code) }) // MPI hangs; the launcher ends the others when one ends so
	})
}

// hangs is how long MPI may take to end a job before the process ends by itself.
const hangs = 3 * time.Second

// end tells the others that the job ends, waits until all that can be reached have
// ended their work, or their time is over, and has MPI end all processes.
func (w *World) end() {
	w.say(ends, w.cause.Error(), w.code)
	over := time.Now().Add(w.grace)
	through := w.through
	for time.Now().Before(over) {
		w.attend(time.Now())
		select {
		case <-through:
			through = nil
			if w.rank != 0 {
				w.say(ready, "", 0)
			}
		default:
		}
		// Rank 0 ends the job for all; when it is gone, nobody waits for the others, as it alone writes.
		if through == nil && (w.rank == 0 || w.watch.peers[0].gone) && w.watch.all(func(p *peer) bool { return p.ready }) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond) // so that the launcher passes on what was written: MPICH's drops it otherwise
	w.lib.call(w.lib.abort, w.lib.world, uintptr(w.code))
	os.Exit(w.code)
}
