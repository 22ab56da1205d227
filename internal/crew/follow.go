package crew

import (
	"context"
	"fmt"

	"descent/dist"
)

// Hand does what the leader says.
type Hand interface {
	// Prepare makes ready for work that all ranks do together, and returns what does
	// it, by calls of the group.
	Prepare(work []byte) (do func() error, err error)
}

// Follow does what the leader says until that ends, and returns the status that it ends
// with. The end of ctx is told the leader.
func Follow(ctx context.Context, g dist.Group, hand Hand) (status int, err error) {
	f := follower{line: newLine(g), hand: hand, prepared: make(chan preparation, 1)}
	for told := false; ; {
		if !told && ctx.Err() != nil {
			told = true
			f.say(message{Kind: ended})
		}
		select {
		case p := <-f.prepared:
			f.do = p.do
			if p.err == nil {
				f.say(message{Kind: ready})
			} else {
				f.say(message{Kind: failed, Body: []byte(fmt.Sprintf("%s: %v", Here(g), p.err))})
			}
		default:
		}
		happened, err := f.exchange()
		if err != nil {
			return 1, err
		}
		for _, m := range f.in[0] {
			switch m.Kind {
			case end:
				return m.Status, nil
			case prepare:
				go func() {
					do, err := hand.Prepare(m.Body)
					f.prepared <- preparation{do, err}
				}()
			case drop:
				f.do = nil
			case train:
				do := f.do
				f.do = nil
				if err := do(); err != nil {
					return 1, err
				}
			}
		}
		f.rest(happened)
	}
}

type follower struct {
	*line
	hand     Hand
	prepared chan preparation
	do       func() error
}

type preparation struct {
	do  func() error
	err error
}

func (f *follower) say(m message) { f.out[0] = append(f.out[0], m) }
