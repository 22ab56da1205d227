// Package crew has one member of a group lead and the others follow: rank 0 says
// what is done next, and the others do it. Between trainings, for which they use the
// group together, all ranks exchange messages a few times a second, so that the leader can wait
// for what it likes while it knows that all are there.
//
//	leader := crew.Lead(group, ended)              // on rank 0
//	done, err := leader.Together(work)             // all do it, and this rank
//	done()                                         // what it has of it
//	answer, err := leader.Give(ctx, rank, work)    // that rank does it
//	leader.End(status)
//
//	status, err := crew.Follow(ctx, group, hand)   // on the others, until End
package crew

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"time"

	"descent/dist"
)

// What a message says.
type kind byte

const (
	prepare  kind = iota // for what all do together; Body is the work
	ready                // it is prepared; Fault if it cannot be
	together             // all do it, from the next call of the group on
	give                 // what the follower is to do by itself; Body is the work
	answer               // to that of the same Number; Fault if it has failed
	stop                 // what was given with Number
	ended                // the ctx of a follower
	end                  // of it all; Number is the status
)

// message is what a rank sends another.
type message struct {
	Kind   kind
	Number int
	Body   []byte
	Fault  string
}

// line carries messages between the leader and each follower.
type line struct {
	group dist.Group
	in    [][]message // by rank, received by the last call of exchange
	pause time.Duration
}

func newLine(g dist.Group) *line {
	return &line{group: g, in: make([][]message, g.Size())}
}

// longestPause is that between two exchanges.
const longestPause = 100 * time.Millisecond

// exchange sends what out has for each rank and receives what others have sent. It reports
// whether anything came or went here.
func (l *line) exchange(out [][]message) (any bool, err error) {
	texts := make([][]byte, len(out))
	for rank, list := range out {
		if len(list) == 0 {
			continue
		}
		any = true
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(list); err != nil {
			return false, err
		}
		texts[rank] = b.Bytes()
	}
	received, err := dist.Exchange(l.group, texts)
	if err != nil {
		return false, err
	}
	for rank, text := range received {
		l.in[rank] = nil
		if len(text) == 0 || rank == l.group.Rank() {
			continue
		}
		any = true
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&l.in[rank]); err != nil {
			return false, fmt.Errorf("a message of rank %d: %w", rank, err)
		}
	}
	return any, nil
}

// rest waits until the next exchange: a moment after something has happened, and
// longer the longer nothing does.
func (l *line) rest(happened bool) {
	if happened {
		l.pause = 0
	}
	time.Sleep(l.pause)
	l.pause = min(2*l.pause+time.Millisecond, longestPause)
}

// Here names this member, as messages about it do.
func Here(g dist.Group) string {
	return fmt.Sprintf("rank %d of %d on %s", g.Rank(), g.Size(), dist.Host())
}
