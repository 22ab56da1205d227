package data

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Batch is some rows of a set. Its slices are reused: they are valid until
// the next one is asked for.
type Batch struct {
	Rows  []int     // of the source
	X     []float32 // [rows, size of a sample]
	Y     []float32 // [rows, size of a target]; nil for a set without targets
	Soft  []float32 // [rows, classes], the part of each class where labels are mixed; else nil
	Index int       // of the batch, from 0

	Positions int // of a sample, where [BatchConfig.Positions] is given and the rows are sequences; else 0

	names []string // of the fields beside x and y
	more  [][]float32
}

// Field returns the values of the field of that name, [rows, size of the
// field]; nil if there is none.
func (b *Batch) Field(name string) []float32 {
	switch name {
	case X:
		return b.X
	case Y:
		return b.Y
	}
	for i, n := range b.names {
		if n == name {
			return b.more[i]
		}
	}
	return nil
}

// Set makes values those of the field of that name, for batches of one's own.
func (b *Batch) Set(name string, values []float32) {
	switch i := slices.Index(b.names, name); {
	case name == X:
		b.X = values
	case name == Y:
		b.Y = values
	case i >= 0:
		b.more[i] = values
	default:
		b.names, b.more = append(b.names, name), append(b.more, values)
	}
}

// BatchConfig says how a set is cut into batches.
type BatchConfig struct {
	Size     int   // rows per batch
	Order    []int // rows to deliver, see [Order]; nil: all, as they stand
	DropLast bool  // leave out a last batch that is shorter
	Least    int   // rows of a last batch; one of fewer joins the batch before it. 0: 1
	Ahead    int   // batches prepared ahead of their use; 0: 3
	Start    int   // the first batch to deliver, to resume
	Workers  int   // goroutines that prepare batches; 0: half the cores, 1 to 4. It does not change them.
	NoTarget bool  // leave out y, which a row then need not have: Y is nil

	// Positions lists, ascending, how many a sample of sequences may have, which end
	// before it does: those of a batch have the fewest that all of its rows fit in. nil:
	// as many as the Spec says. See [Lengths].
	Positions []int

	Augment Augment // varies each row, as a function of Seed, Epoch and its number in the set
	Seed    uint64  // likewise of the rows that a [Renewed] set has
	Epoch   int
}

// mostWorkers prepare batches unless more are asked for: a step is faster than what
// several do.
const mostWorkers = 4

// defaultAhead keeps one batch in use, one ready and one in the making.
const defaultAhead = 3

// Batches delivers a set batch by batch, prepared ahead of their use by
// goroutines over a ring of buffers; once the ring is there, nothing is
// allocated. The last short batch is kept unless DropLast, or Least has it join
// the one before it.
//
// An error ends the sequence: one of Read, with the rows of its batch; a value
// that is not finite; or that of ctx. The goroutines have ended when the
// sequence has, but for a Read that goes on for a second after the end of ctx:
// it is left behind.
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
		ring := make([]*slot, min(f.ahead, count-cfg.Start))
		work := make(chan *slot, len(ring))
		for i := range ring {
			ring[i] = f.newSlot()
			ring[i].index = cfg.Start + i
			work <- ring[i]
		}
		stop := make(chan struct{})
		var workers sync.WaitGroup
		for range min(f.workers, len(ring)) {
			workers.Go(func() { f.fill(work, stop) })
		}
		defer func() {
			close(stop)
			wait(ctx, &workers)
		}()
		for index := cfg.Start; index < count; index++ {
			next := ring[(index-cfg.Start)%len(ring)]
			select {
			case <-next.ready:
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
			if next.index += len(ring); next.index < count {
				work <- next
			}
		}
	}
}

// patience is how long a Read may go on after the end of the context.
const patience = time.Second

// wait waits for the workers, but for one that stalls when ctx has ended.
func wait(ctx context.Context, workers *sync.WaitGroup) {
	if ctx.Err() == nil {
		workers.Wait()
		return
	}
	ended := make(chan struct{})
	go func() {
		workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(patience):
	}
}

// slot is one buffer of the ring.
type slot struct {
	index int           // of the batch that it is for
	ready chan struct{} // holds one when the batch, or its error, is there
	batch Batch
	err   error
	rows  []int
	under []int // what the rows are called in the set that a view views
	x, y  []float32
	more  [][]float32 // fields beside them
	part  [][]float32 // of more, for the rows of the batch

	// For augmentation.
	raw      []float32 // images as read
	other    []float32 // one image, varied
	partners []int
	otherY   []float32
	soft     []float32
}

// form is a set in one of the forms that its samples have.
type form struct {
	source Source
	view   *subset // of source, when it is one; read past it without a copy
	spec   Spec
}

func formOf(s Source) form {
	view, _ := s.(*subset)
	return form{s, view, s.Spec()}
}

// feeder fills slots with batches.
type feeder struct {
	form           // of the samples as the Spec has them
	shorter []form // of sequences, by how many positions they have, ascending
	lengths sequences
	names   []string // of its fields beside x and y
	size    int      // rows per batch
	n       int      // rows to deliver
	count   int      // batches
	most    int      // rows of a batch
	joins   bool     // what is left over joins the last batch
	order   []int
	ahead   int
	workers int
	trusted bool
	labeled bool       // with targets
	augment *augmenter // nil: rows stay as they are
}

func newFeeder(s Source, cfg BatchConfig) (f *feeder, count int, err error) {
	switch {
	case s == nil:
		return nil, 0, fmt.Errorf("data: batches: there is no set")
	case cfg.Size < 1:
		return nil, 0, fmt.Errorf("data: batches: %d rows per batch; want at least 1", cfg.Size)
	case cfg.Start < 0 || cfg.Ahead < 0 || cfg.Workers < 0 || cfg.Least < 0:
		return nil, 0, fmt.Errorf("data: batches: start %d, ahead %d, workers %d, least %d; none may be negative", cfg.Start, cfg.Ahead, cfg.Workers, cfg.Least)
	}
	if all, ok := s.(Renewed); ok {
		s = all.Epoch(cfg.Seed, cfg.Epoch)
	}
	f = &feeder{form: formOf(s), size: cfg.Size, n: s.Len(), order: cfg.Order, ahead: cfg.Ahead, workers: cfg.Workers, trusted: isVetted(s)}
	f.labeled = f.spec.labeled() && !cfg.NoTarget
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
	if all, ok := sequencesOf(s); ok && cfg.Positions != nil {
		f.lengths = all
		for _, n := range cfg.Positions {
			f.shorter = append(f.shorter, formOf(all.within(n)))
		}
	}
	if f.workers == 0 {
		f.workers = min(max(1, runtime.GOMAXPROCS(0)/2), mostWorkers)
	}
	if f.ahead == 0 {
		f.ahead = defaultAhead + f.workers - 1
	}
	for _, field := range f.spec.More {
		f.names = append(f.names, field.Name)
	}
	if cfg.Augment.Mixes() && cfg.NoTarget {
		return nil, 0, fmt.Errorf("data: %s: mixing rows takes their targets", f.spec.name())
	}
	if cfg.Augment.Mixes() && f.names != nil {
		return nil, 0, fmt.Errorf("data: %s: mixing rows takes samples of an image and a class; these have a field %q", f.spec.name(), f.names[0])
	}
	if f.augment, err = newAugmenter(cfg.Augment, f.spec, s.Len(), cfg.Seed, cfg.Epoch); err != nil {
		return nil, 0, err
	}
	f.count, f.most = f.n/f.size, min(f.size, f.n)
	switch left := f.n % f.size; {
	case left == 0 || cfg.DropLast:
	case left < cfg.Least && f.count > 0:
		f.joins, f.most = true, f.size+left
	default:
		f.count++
	}
	return f, f.count, nil
}

func (f *feeder) newSlot() *slot {
	rows, size := f.most, f.spec.Size()
	s := &slot{ready: make(chan struct{}, 1), rows: make([]int, rows), x: make([]float32, rows*size)}
	for _, field := range f.spec.More {
		s.more = append(s.more, make([]float32, rows*field.Size()))
	}
	s.part = slices.Clone(s.more)
	if f.labeled {
		s.y = make([]float32, rows*f.spec.TargetSize())
	}
	if f.view != nil {
		s.under = make([]int, 0, rows)
	}
	if f.augment != nil {
		s.raw = make([]float32, rows*size)
		if f.augment.Mixes() {
			s.other, s.partners = make([]float32, size), make([]int, rows)
			s.otherY, s.soft = make([]float32, rows), make([]float32, rows*f.augment.classes)
		}
	}
	return s
}

// fill prepares the batches of slots until stop is closed. A slot's ready has
// room, so telling never waits.
func (f *feeder) fill(work <-chan *slot, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		select {
		case s := <-work:
			s.err = f.prepare(s)
			s.ready <- struct{}{}
		case <-stop:
			return
		}
	}
}

// prepare reads one batch into a slot.
func (f *feeder) prepare(s *slot) error {
	first := s.index * f.size
	n := min(f.size, f.n-first)
	if f.joins && s.index == f.count-1 {
		n = f.n - first
	}
	rows := s.rows[:n]
	for i := range rows {
		rows[i] = first + i
		if f.order != nil {
			rows[i] = f.order[first+i]
		}
	}
	of := f.formOf(rows)
	b := Batch{Rows: rows, X: s.x[:n*of.spec.Size()], Index: s.index}
	if f.lengths != nil {
		b.Positions = of.spec.Size()
	}
	if s.y != nil {
		b.Y = s.y[:n*of.spec.TargetSize()]
	}
	for i, field := range of.spec.More {
		s.part[i] = s.more[i][:n*field.Size()]
	}
	b.names, b.more = f.names, s.part
	var err error
	if f.augment == nil {
		err = f.load(of, s, rows, b.X, b.Y)
	} else {
		err = f.vary(s, &b)
	}
	if err != nil {
		return fmt.Errorf("batch %d of rows %s: %w", s.index, rowsText(rows), err)
	}
	s.batch = b
	return nil
}

// formOf returns the form of a batch of some rows: the shortest that they fit in.
func (f *feeder) formOf(rows []int) form {
	longest := 0
	for _, row := range rows {
		if f.lengths == nil || row < 0 || row >= f.source.Len() { // Read will name the row
			return f.form
		}
		longest = max(longest, f.lengths.length(row))
	}
	for _, of := range f.shorter {
		if of.spec.Size() >= longest {
			return of
		}
	}
	return f.form
}

// vary reads a batch and augments it.
func (f *feeder) vary(s *slot, b *Batch) error {
	a, raw := f.augment, s.raw[:len(b.X)]
	if err := f.load(f.form, s, b.Rows, raw, b.Y); err != nil {
		return err
	}
	for i, row := range b.Rows {
		a.Vary(b.X[i*a.Size:(i+1)*a.Size], raw[i*a.Size:(i+1)*a.Size], a.Own, row)
	}
	if !a.Mixes() {
		return nil
	}
	partners, otherY := s.partners[:len(b.Rows)], s.otherY[:len(b.Rows)]
	for i, row := range b.Rows {
		partners[i] = a.PartnerOf(row)
	}
	if err := f.load(f.form, s, partners, raw, otherY); err != nil {
		return fmt.Errorf("to mix with rows %s: %w", rowsText(partners), err)
	}
	b.Soft = s.soft[:len(b.Rows)*a.classes]
	for i, row := range b.Rows {
		a.Vary(s.other, raw[i*a.Size:(i+1)*a.Size], a.Partner, row)
		a.Blend(b.X[i*a.Size:(i+1)*a.Size], s.other, row, int(b.Y[i]), int(otherY[i]), b.Soft[i*a.classes:(i+1)*a.classes])
	}
	return nil
}

// load reads rows and checks what may need checking.
func (f *feeder) load(of form, s *slot, rows []int, x, y []float32) error {
	source, named := of.source, rows
	if of.view != nil {
		if err := checkRead(len(of.view.rows), 0, 0, rows, x, y); err != nil {
			return err
		}
		s.under = of.view.under(s.under[:0], rows)
		source, named = of.view.of, s.under // as the user's own source counts them
	}
	if err := readSafely(source, named, x, y); err != nil {
		return err
	}
	if err := readFields(source, of.spec, named, s.part); err != nil {
		return err
	}
	if f.trusted {
		return nil
	}
	return checkValues(of.spec, named, x, y, s.part)
}

func rowsText(rows []int) string {
	const most = 4
	if len(rows) <= most {
		return fmt.Sprint(rows)
	}
	text := fmt.Sprint(rows[:most])
	return fmt.Sprintf("%s ... %d]", text[:len(text)-1], rows[len(rows)-1])
}
