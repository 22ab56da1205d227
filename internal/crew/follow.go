package crew

import (
	"context"
	"fmt"
	"sync"

	"descent/dist"
)

// Hand does what the leader says.
type Hand interface {
	// Prepare makes ready for work that all ranks do together, and returns what does
	// it, by calls of the group.
	Prepare(work []byte) (do func() error, err error)

	// Do does work alone, until ctx ends, and returns the answer. It is called for
	// several at once.
	Do(ctx context.Context, work []byte) (answer []byte, err error)
}

// Follow does what the leader says until that ends, and returns the status that it ends
// with. The end of ctx is told the leader.
func Follow(ctx context.Context, g dist.Group, hand Hand) (status int, err error) {
	f := follower{line: newLine(g), hand: hand, stop: map[int]context.CancelFunc{}}
	defer f.stopAll()
	context.AfterFunc(ctx, func() { f.say(message{Kind: ended}) })
	for {
		happened, err := f.exchange(f.said())
		if err != nil {
			return 1, err
		}
		for _, m := range f.in[0] {
			switch m.Kind {
			case prepare:
				go f.prepare(m)
			case together:
				if err := f.do(); err != nil {
					return 1, err
				}
			case give:
				within, stop := context.WithCancel(context.Background())
				f.stop[m.Number] = stop
				go f.answer(within, m)
			case stop:
				f.stop[m.Number]()
			case end:
				return m.Number, nil
			}
		}
		f.rest(happened)
	}
}

// follower is a rank that follows.
type follower struct {
	*line
	hand Hand
	stop map[int]context.CancelFunc // what was given, by its number

	mu  sync.Mutex // of what goroutines set
	out []message  // to the leader
	do  func() error
}

func (f *follower) say(m message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = append(f.out, m)
}

// said is what is to be sent.
func (f *follower) said() [][]message {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([][]message, f.group.Size())
	out[0], f.out = f.out, nil
	return out
}

func (f *follower) prepare(m message) {
	var err error
	f.do, err = f.hand.Prepare(m.Body)
	f.say(message{Kind: ready, Fault: f.fault(err)})
}

func (f *follower) answer(ctx context.Context, m message) {
	body, err := f.hand.Do(ctx, m.Body)
	f.say(message{Kind: answer, Number: m.Number, Body: body, Fault: f.fault(err)})
}

// fault is an error in words, with where it happened.
func (f *follower) fault(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%s: %v", Here(f.group), err)
}

func (f *follower) stopAll() {
	for _, stop := range f.stop {
		stop()
	}
}
