package dist

import (
	"fmt"
	"sync"
)

// Local returns the members of a group of n goroutines in this process, n > 0.
func Local(n int) []Group {
	m := &meeting{calls: make([]call, n)}
	m.changed.L = &m.mutex
	members := make([]Group, n)
	for rank := range members {
		members[rank] = local{m, rank}
	}
	return members
}

type local struct {
	*meeting
	rank int
}

// meeting is where goroutines exchange what they have: the last one to come copies
// for all.
type meeting struct {
	mutex   sync.Mutex
	changed sync.Cond // rounds or err
	calls   []call    // by rank, of this round
	come    int       // in this round
	rounds  int       // that are over
	err     error     // for good
}

// call is what a member has brought.
type call struct{ send, receive [][]byte }

func (l local) Rank() int { return l.rank }
func (l local) Size() int { return len(l.calls) }

func (l local) AllToAll(send, receive [][]byte) error {
	m := l.meeting
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.err != nil {
		return m.err
	}
	round := m.rounds
	m.calls[l.rank] = call{send, receive}
	if m.come++; m.come == len(m.calls) {
		m.end(m.copy())
	}
	for m.rounds == round && m.err == nil {
		m.changed.Wait()
	}
	if m.rounds != round { // whatever came after that
		return nil
	}
	return m.err
}

func (l local) Abort(err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.fail(fmt.Errorf("%w by rank %d: %w", ErrAborted, l.rank, err))
}

// end ends a round.
func (m *meeting) end(err error) {
	if err != nil {
		m.fail(err)
		return
	}
	m.come = 0
	m.rounds++
	m.changed.Broadcast()
}

func (m *meeting) fail(err error) {
	if m.err == nil {
		m.err = err
		m.changed.Broadcast()
	}
}

// copy gives everybody what the others have sent.
func (m *meeting) copy() error {
	n := len(m.calls)
	for rank, c := range m.calls {
		if len(c.send) != n || len(c.receive) != n {
			return fmt.Errorf("rank %d sends to %d and receives from %d of %d ranks", rank, len(c.send), len(c.receive), n)
		}
	}
	for to, c := range m.calls {
		for from, into := range c.receive {
			if from == to {
				continue
			}
			sent := m.calls[from].send[to]
			if len(sent) != len(into) {
				return fmt.Errorf("rank %d sends %d bytes to rank %d, which expects %d", from, len(sent), to, len(into))
			}
			copy(into, sent)
		}
	}
	return nil
}
