package data

import (
	"context"
	"fmt"
	"iter"
)

// Batch is some rows of a set. Its slices are reused: they are valid until
// the next one is asked for.
type Batch struct {
	Rows  []int     // of the source
	X     []float32 // [rows, size of a sample]
	Y     []float32 // [rows, size of a target]; nil for a set without targets
	Index int       // of the batch, from 0
}

// BatchConfig says how a set is cut into batches.
type BatchConfig struct {
	Size     int   // rows per batch
	Order    []int // rows to deliver, see [Order]; nil: all, as they stand
	DropLast bool  // leave out a last batch that is shorter
	Ahead    int   // batches prepared ahead of their use; 0: 3
	Start    int   // the first batch to deliver, to resume
}

// defaultAhead keeps one batch in use, one ready and one in the making.
const defaultAhead = 3

// Batches delivers a set batch by batch, prepared ahead of their use by one
// goroutine over a ring of buffers; once the ring is there, nothing is
// allocated. The last short batch is kept unless DropLast.
//
// An error ends the sequence: one of Read, with the rows of its batch; a value
// that is not finite; or that of ctx. The goroutine has ended when the
// sequence has.
func Batches(ctx context.Context, s Source, cfg BatchConfig) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		f, count, err := newFeeder(s, cfg)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(Batch{}, err)
			return
		}
		if cfg.Start >= count {
			return
		}
		ahead := max(1, min(f.ahead, count-cfg.Start))
		free, ready := make(chan *slot, ahead), make(chan *slot, ahead)
		for range ahead {
			free <- f.newSlot()
		}
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			f.fill(cfg.Start, count, free, ready, stop)
		}()
		defer func() {
			close(stop)
			<-done
		}()
		for range count - cfg.Start {
			var next *slot
			select {
			case next = <-ready:
			case <-ctx.Done():
			}
			if err := ctx.Err(); err != nil {
				yield(Batch{}, err)
				return
			}
			if next.err != nil {
				yield(Batch{}, next.err)
				return
			}
			if !yield(next.batch, nil) {
				return
			}
			free <- next
		}
	}
}

// slot is one buffer of the ring.
type slot struct {
	batch Batch
	under []int // what the rows are called in the set that a view views
	rows  []int
	x, y  []float32
	err   error
}

// feeder fills slots with batches.
type feeder struct {
	source  Source
	view    *subset // of source, when it is one; read past it without a copy
	spec    Spec
	size    int // rows per batch
	n       int // rows to deliver
	order   []int
	ahead   int
	trusted bool
}

func newFeeder(s Source, cfg BatchConfig) (f *feeder, count int, err error) {
	switch {
	case s == nil:
		return nil, 0, fmt.Errorf("data: batches: there is no set")
	case cfg.Size < 1:
		return nil, 0, fmt.Errorf("data: batches: %d rows per batch; want at least 1", cfg.Size)
	case cfg.Start < 0 || cfg.Ahead < 0:
		return nil, 0, fmt.Errorf("data: batches: start %d, ahead %d; neither may be negative", cfg.Start, cfg.Ahead)
	}
	f = &feeder{source: s, spec: s.Spec(), size: cfg.Size, n: s.Len(), order: cfg.Order, ahead: cfg.Ahead, trusted: isVetted(s)}
	if err := f.spec.Validate(); err != nil {
		return nil, 0, err
	}
	if f.n == 0 {
		return nil, 0, fmt.Errorf("data: %s: %w", f.spec.name(), errEmpty)
	}
	if f.order != nil {
		for i, row := range f.order {
			if row < 0 || row >= f.n {
				return nil, 0, fmt.Errorf("data: batches: order[%d] is row %d; %s has rows 0 to %d", i, row, f.spec.name(), f.n-1)
			}
		}
		f.n = len(f.order)
	}
	f.view, _ = s.(*subset)
	if f.ahead == 0 {
		f.ahead = defaultAhead
	}
	count = f.n / f.size
	if f.n%f.size != 0 && !cfg.DropLast {
		count++
	}
	return f, count, nil
}

func (f *feeder) newSlot() *slot {
	rows := min(f.size, f.n)
	s := &slot{rows: make([]int, rows), x: make([]float32, rows*f.spec.Size())}
	if !f.spec.Unlabeled {
		s.y = make([]float32, rows*f.spec.TargetSize())
	}
	if f.view != nil {
		s.under = make([]int, 0, rows)
	}
	return s
}

// fill prepares batches in order until all are made, one fails or stop is
// closed. ready holds the whole ring, so sending never waits.
func (f *feeder) fill(start, count int, free <-chan *slot, ready chan<- *slot, stop <-chan struct{}) {
	for index := start; index < count; index++ {
		var s *slot
		select {
		case s = <-free:
		case <-stop:
			return
		}
		select {
		case <-stop:
			return
		default:
		}
		s.err = f.prepare(s, index)
		ready <- s
		if s.err != nil {
			return
		}
	}
}

// prepare reads one batch into a slot.
func (f *feeder) prepare(s *slot, index int) error {
	first := index * f.size
	n := min(f.size, f.n-first)
	rows := s.rows[:n]
	for i := range rows {
		rows[i] = first + i
		if f.order != nil {
			rows[i] = f.order[first+i]
		}
	}
	b := Batch{Rows: rows, X: s.x[:n*f.spec.Size()], Index: index}
	if s.y != nil {
		b.Y = s.y[:n*f.spec.TargetSize()]
	}
	err := f.read(s, b)
	if err == nil && !f.trusted {
		named := rows
		if f.view != nil {
			named = s.under // as the user's own source counts them
		}
		err = checkFinite(f.spec, named, b.X, b.Y)
	}
	if err != nil {
		return fmt.Errorf("batch %d of rows %s: %w", index, rowsText(rows), err)
	}
	s.batch = b
	return nil
}

func (f *feeder) read(s *slot, b Batch) error {
	if f.view == nil {
		return readSafely(f.source, b.Rows, b.X, b.Y)
	}
	if err := checkRead(len(f.view.rows), 0, 0, b.Rows, b.X, b.Y); err != nil {
		return err
	}
	s.under = f.view.under(s.under[:0], b.Rows)
	return readSafely(f.view.of, s.under, b.X, b.Y)
}

func rowsText(rows []int) string {
	const most = 4
	if len(rows) <= most {
		return fmt.Sprint(rows)
	}
	text := fmt.Sprint(rows[:most])
	return fmt.Sprintf("%s ... %d]", text[:len(text)-1], rows[len(rows)-1])
}
