package crew

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"descent/dist"
)

// Leader is rank 0 of a group.
type Leader struct {
	line  *line
	ended func() // the ctx of a follower has

	mu      sync.Mutex
	changed sync.Cond
	out     [][]message // by rank, to be sent
	waiting int         // followers that have not said whether they are ready
	faults  []error     // of those that are not
	given   int         // pieces of work, of all followers
	answers map[int]message
	state   state
	err     error // for good
}

// state is what the leader's goroutine is at.
type state byte

const (
	talking state = iota // exchanging messages
	leaving              // until what is in out has gone
	apart                // the group is another's
	over
)

// Lead begins to lead the group. ended is called when the ctx of a follower has ended.
func Lead(g dist.Group, ended func()) *Leader {
	l := &Leader{line: newLine(g), ended: ended, out: make([][]message, g.Size()), answers: map[int]message{}}
	l.changed.L = &l.mu
	go l.talk()
	return l
}

// Size is the number of ranks, that of the leader among them.
func (l *Leader) Size() int { return l.line.group.Size() }

// Group is the group, which is the caller's between Together and what that returns.
func (l *Leader) Group() dist.Group { return l.line.group }

// talk exchanges messages while the group is not another's.
func (l *Leader) talk() {
	for {
		l.mu.Lock()
		for l.state == apart {
			l.changed.Wait()
		}
		last := l.state == leaving
		silent := l.state == over
		out := slices.Clone(l.out)
		clear(l.out)
		l.mu.Unlock()
		if silent {
			return
		}
		happened, err := l.line.exchange(out)
		l.mu.Lock()
		if err != nil {
			l.err, l.state = fmt.Errorf("the other ranks: %w", err), over
		} else {
			l.hear()
			if last {
				l.state = apart
			}
		}
		l.changed.Broadcast()
		l.mu.Unlock()
		if err != nil {
			return
		}
		if !last {
			l.line.rest(happened)
		}
	}
}

// hear takes in what followers have said.
func (l *Leader) hear() {
	for _, list := range l.line.in {
		for _, m := range list {
			switch m.Kind {
			case ready:
				l.waiting--
				if m.Fault != "" {
					l.faults = append(l.faults, errors.New(m.Fault))
				}
			case answer:
				l.answers[m.Number] = m
			case ended:
				l.ended()
			}
		}
	}
}

// tell sends a message to all followers. l.mu is held.
func (l *Leader) tell(m message) {
	for rank := 1; rank < len(l.out); rank++ {
		l.out[rank] = append(l.out[rank], m)
	}
}

// Together has all followers prepare for work and waits until they are ready. Then all
// ranks do it, and the group is the caller's until it calls done. The error is
// of the first follower that cannot, and nobody does anything then.
func (l *Leader) Together(work []byte) (done func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting, l.faults = len(l.out)-1, nil
	l.tell(message{Kind: prepare, Body: work})
	for l.waiting > 0 && l.err == nil {
		l.changed.Wait()
	}
	switch {
	case l.err != nil:
		return nil, l.err
	case len(l.faults) > 0:
		return nil, l.faults[0]
	}
	l.tell(message{Kind: together})
	l.leave()
	if l.err != nil {
		return nil, l.err
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.state = talking
		l.changed.Broadcast()
	}, nil
}

// Give has a follower do work by itself, until ctx ends, and returns its answer.
func (l *Leader) Give(ctx context.Context, rank int, work []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given++
	number := l.given
	l.out[rank] = append(l.out[rank], message{Kind: give, Number: number, Body: work})
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.out[rank] = append(l.out[rank], message{Kind: stop, Number: number})
	})()
	for l.err == nil {
		if m, ok := l.answers[number]; ok {
			delete(l.answers, number)
			switch {
			case m.Fault == "":
				return m.Body, nil
			case ctx.Err() != nil:
				return nil, context.Cause(ctx)
			}
			return nil, errors.New(m.Fault)
		}
		l.changed.Wait()
	}
	return nil, l.err
}

// leave returns when what is to be sent has gone, and no more is. l.mu is held.
func (l *Leader) leave() {
	if l.state == talking {
		l.state = leaving
	}
	for l.state == leaving {
		l.changed.Wait()
	}
}

// End has all followers end with a status.
func (l *Leader) End(status int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell(message{Kind: end, Number: status})
	l.leave()
	if l.err == nil {
		l.state = over
		l.changed.Broadcast()
	}
	return l.err
}
