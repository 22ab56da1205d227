package trials

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"descent/internal/settings"
)

// Ranks are processes that make trials, too: 1 to N-1, beside the one that decides them.
type Ranks struct {
	N    int
	Give func(ctx context.Context, rank int, work []byte) (answer []byte, err error)
}

// dealt is a trial for another rank.
type dealt struct {
	ID       trialID
	Base     string // settings on whose data it is
	Settings string // of the trial
	Values   map[string]string
	Test     bool
	Metric   string
	Workers  int
}

// spread has trials be made on ranks, on each as many at once as on this.
func (l *lab) spread(ranks Ranks) {
	l.ranks = ranks
	l.free = make(chan int, l.slots())
	for range l.side {
		for rank := range max(1, ranks.N) {
			l.free <- rank
		}
	}
}

// slots is how many trials are made at once.
func (l *lab) slots() int { return l.side * max(1, l.ranks.N) }

// made makes a trial on a rank that has nothing to do.
func (l *lab) made(ctx context.Context, t trial) (outcome, error) {
	rank := <-l.free
	defer func() { l.free <- rank }()
	if rank == 0 {
		return l.train(ctx, t)
	}
	var o outcome
	d := dealt{ID: t.trialID, Values: t.values, Test: t.test, Metric: l.metric, Workers: l.workers}
	for _, of := range []struct {
		s    *settings.Settings
		text *string
	}{{&l.given, &d.Base}, {&t.settings, &d.Settings}} {
		var b bytes.Buffer
		if err := of.s.Write(&b); err != nil {
			return o, err
		}
		*of.text = b.String()
	}
	work, err := json.Marshal(d)
	if err != nil {
		return o, err
	}
	answer, err := l.ranks.Give(ctx, rank, work)
	if err == nil {
		err = json.Unmarshal(answer, &o)
	}
	return o, err
}

// Maker makes the trials that are dealt to a rank.
type Maker struct {
	mu   sync.Mutex
	base string // settings whose data is open
	job  *settings.Job
}

// Make makes a trial, and returns its outcome.
func (m *Maker) Make(ctx context.Context, work []byte) (answer []byte, err error) {
	var d dealt
	if err := json.Unmarshal(work, &d); err != nil {
		return nil, err
	}
	l := &lab{metric: d.Metric, workers: d.Workers}
	if l.base, err = m.open(d.Base); err != nil {
		return nil, err
	}
	t := trial{trialID: d.ID, values: d.Values, test: d.Test}
	if t.settings, err = settings.OfRank0(d.Settings); err != nil {
		return nil, err
	}
	o, err := l.train(ctx, t)
	if err != nil {
		return nil, err
	}
	return json.Marshal(o)
}

// open opens the data of settings, unless it is open.
func (m *Maker) open(base string) (*settings.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.job != nil && m.base == base {
		return m.job, nil
	}
	s, err := settings.OfRank0(base)
	if err != nil {
		return nil, err
	}
	m.base, m.job = "", nil
	job, err := settings.Prepare(s)
	if err == nil {
		m.base, m.job = base, job
	}
	return job, err
}
