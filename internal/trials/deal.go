package trials

import (
	"bytes"
	"context"
	"encoding/json"

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
	var text bytes.Buffer
	if err := t.settings.Write(&text); err != nil {
		return o, err
	}
	work, err := json.Marshal(dealt{ID: t.trialID, Settings: text.String(), Values: t.values, Test: t.test, Metric: l.metric, Workers: l.workers})
	if err != nil {
		return o, err
	}
	answer, err := l.ranks.Give(ctx, rank, work)
	if err == nil {
		err = json.Unmarshal(answer, &o)
	}
	return o, err
}

// Make makes a trial that was dealt to this rank, on the data of a job, and returns its outcome.
func Make(ctx context.Context, base *settings.Job, work []byte) (answer []byte, err error) {
	var d dealt
	if err := json.Unmarshal(work, &d); err != nil {
		return nil, err
	}
	l := &lab{base: base, metric: d.Metric, workers: d.Workers}
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
