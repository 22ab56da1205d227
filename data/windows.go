package data

import (
	"fmt"
	"iter"
	"math/bits"

	"descent/data/tokens"
	"descent/internal/human"
	"descent/internal/rng"
)

// Renewed is a Source whose rows are others in each epoch, as of a text are those that
// begin anywhere in it. [Batches] delivers those of Epoch, which is a pure function;
// rows that are read of the Source itself are those of an epoch of seed 0.
type Renewed interface {
	Source
	Epoch(seed uint64, epoch int) Source
}

// textSet is a part of a text as samples.
type textSet interface {
	FieldReader
	extent() extent
}

// extent is how many predictions the samples of a text have, and of how many bytes.
type extent struct {
	predicted, unknown, bytes int
}

// TextSize returns how many tokens the samples of a text predict, each of them once,
// and of how many bytes they are; 0 of other samples. Nothing is said of those that
// begin anywhere.
func TextSize(s Source) (predicted, bytes int) {
	if t, ok := s.(textSet); ok {
		of := t.extent()
		return of.predicted, of.bytes
	}
	return 0, 0
}

// encodeText makes samples of some of a text.
func encodeText(e *Encoder, name string, p portion) textSet {
	k := e.Text.Tokens
	if !e.Text.Lines {
		return &windows{spec: e.spec(name), numbers: gather(k, k.All(p.run), len(p.run)), context: e.Text.Context}
	}
	s := &lineSet{spec: e.spec(name), mean: e.Text.Mean, starts: []int{0}}
	feed := e.Text.feed()
	s.numbers = gather(k, func(yield func(int) bool) {
		n := 0
		for _, line := range p.lines {
			if !yield(feed) {
				return
			}
			length := 1
			for t := range k.All(line) {
				if length > e.Text.Context {
					break
				}
				if !yield(t) {
					return
				}
				length++
			}
			if length <= e.Text.Context {
				if !yield(feed) {
					return
				}
				length++
			}
			n += length
			s.starts = append(s.starts, n)
		}
	}, 0)
	return s
}

// sequence is tokens one after the other, in as few bytes as they take.
type sequence interface {
	Len() int
	read(dst []float32, from int)
}

// gather holds the tokens that are yielded, about n.
func gather(k *tokens.Tokenizer, all iter.Seq[int], n int) sequence {
	if k.Kind == tokens.BPE {
		n /= 2
	}
	switch size := k.Size(); {
	case size <= 1<<7:
		return gathered[int8](all, n)
	case size <= 1<<15:
		return gathered[int16](all, n)
	}
	return gathered[int32](all, n)
}

func gathered[T int8 | int16 | int32](all iter.Seq[int], n int) packed[T] {
	list := make(packed[T], 0, n)
	for t := range all {
		list = append(list, T(t))
	}
	return list
}

type packed[T int8 | int16 | int32] []T

func (p packed[T]) Len() int { return len(p) }

func (p packed[T]) read(dst []float32, from int) {
	for i, n := range p[from : from+len(dst)] {
		dst[i] = float32(n)
	}
}

// windows are samples of a running text that follow one another.
type windows struct {
	shared
	spec    Spec
	numbers sequence
	context int
}

func (w *windows) Spec() Spec   { return w.spec }
func (w *windows) Len() int     { return (max(w.numbers.Len()-1, 0) + w.context - 1) / w.context }
func (w *windows) vetted() bool { return true }

// start is where a sample begins.
func (w *windows) start(row int) int { return row * w.context }

func (w *windows) Read(rows []int, x, _ []float32) error {
	return w.readAt(rows, x, w.start, 0)
}

func (w *windows) ReadField(name string, rows []int, dst []float32) error {
	return w.field(name, rows, dst, w.start)
}

// readAt reads the tokens from where rows start on, and those behind as many.
func (w *windows) readAt(rows []int, dst []float32, start func(int) int, behind int) error {
	if err := checkRead(w.Len(), w.context, 0, rows, dst, nil); err != nil {
		return err
	}
	for i, row := range rows {
		into, at := dst[i*w.context:(i+1)*w.context], start(row)+behind
		n := min(w.context, w.numbers.Len()-1+behind-at) // the last token has none behind it
		w.numbers.read(into[:n], at)
		for j := n; j < w.context; j++ {
			into[j] = tokens.Unknown
		}
	}
	return nil
}

func (w *windows) field(name string, rows []int, dst []float32, start func(int) int) error {
	if name == NextField {
		return w.readAt(rows, dst, start, 1)
	}
	return readShares(name, w.context, float64(w.context), rows, dst, func(rows []int, next []float32) error { return w.readAt(rows, next, start, 1) })
}

// readShares reads how much rows count: how many predictions they have, over what is
// usual.
func readShares(name string, context int, usual float64, rows []int, dst []float32, read func(rows []int, next []float32) error) error {
	if name != WeightField {
		return fmt.Errorf("data: a text has no field %q; it has %s and %s", name, NextField, WeightField)
	}
	next := make([]float32, context)
	for i, row := range rows {
		if err := read([]int{row}, next); err != nil {
			return err
		}
		n := 0
		for _, v := range next {
			if v >= 0 {
				n++
			}
		}
		dst[i] = float32(float64(n) / usual)
	}
	return nil
}

func (w *windows) extent() extent { return extentOf(w.spec, w.numbers, []int{0}) }

// extentOf counts tokens, and bytes of those that are predicted: the known ones but for
// those at starts.
func extentOf(of Spec, all sequence, starts []int) (s extent) {
	var bytes []int // of each token
	for _, piece := range of.Encoder.Text.Tokens.Pieces() {
		bytes = append(bytes, len(piece))
	}
	chunk := make([]float32, 1<<12)
	for from := 0; from < all.Len(); from += len(chunk) {
		part := chunk[:min(len(chunk), all.Len()-from)]
		all.read(part, from)
		for i, v := range part {
			first := len(starts) > 0 && starts[0] == from+i
			if first {
				starts = starts[1:]
			}
			switch {
			case v < 0:
				s.unknown++
			case !first:
				s.predicted++
				s.bytes += bytes[int(v)]
			}
		}
	}
	return s
}

// Notes says what cannot be predicted.
func (w *windows) Notes() []string { return unknownNote(w.extent()) }

func unknownNote(s extent) []string {
	if s.unknown == 0 {
		return nil
	}
	return []string{fmt.Sprintf("at %s stands a character that the training part does not have; nothing is counted there, and tokens byte or bpe know all", human.Plural(s.unknown, "place"))}
}

// free are samples of a running text that begin anywhere.
type free struct {
	*windows
	phase uint64
	first uint64 // rows of the epochs before
}

func freeWindows(s textSet) *free {
	return (&free{windows: s.(*windows)}).at(0, 0)
}

// Len leaves no sample that is cut off.
func (f *free) Len() int { return max(f.numbers.Len()-1, 0) / f.context }

// Epoch implements [Renewed].
func (f *free) Epoch(seed uint64, epoch int) Source { return f.at(seed, epoch) }

func (f *free) at(seed uint64, epoch int) *free {
	block := rng.Key{Seed: seed, Stream: rng.Stream("text")}.Block(0)
	return &free{f.windows, uint64(block[0])<<32 | uint64(block[1]), uint64(epoch) * uint64(f.Len())}
}

// golden is (√5-1)/2 as a part of 2⁶⁴: its multiples, whose whole part is dropped, are
// spread evenly however many there are.
const golden = 0x9E3779B97F4A7C15

func (f *free) start(row int) int {
	part := f.phase + (f.first+uint64(row))*golden
	at, _ := bits.Mul64(part, uint64(f.numbers.Len()-f.context))
	return int(at)
}

func (f *free) Read(rows []int, x, _ []float32) error { return f.readAt(rows, x, f.start, 0) }

func (f *free) ReadField(name string, rows []int, dst []float32) error {
	return f.field(name, rows, dst, f.start)
}

// lineSet are samples of a line each: sequences that end where the line does.
type lineSet struct {
	shared
	spec    Spec
	numbers sequence
	starts  []int // of each line, and behind the last
	mean    float64
}

func (l *lineSet) Spec() Spec     { return l.spec }
func (l *lineSet) Len() int       { return len(l.starts) - 1 }
func (l *lineSet) vetted() bool   { return true }
func (l *lineSet) extent() extent { return extentOf(l.spec, l.numbers, l.starts) }

func (l *lineSet) length(row int) int { return l.starts[row+1] - l.starts[row] - 1 }

func (l *lineSet) within(positions int) Source {
	return &lineSet{spec: l.spec.Within(positions), numbers: l.numbers, starts: l.starts, mean: l.mean}
}

// Notes says what cannot be predicted.
func (l *lineSet) Notes() []string { return unknownNote(l.extent()) }

func (l *lineSet) Read(rows []int, x, _ []float32) error { return l.readAt(rows, x, 0) }

func (l *lineSet) readAt(rows []int, dst []float32, behind int) error {
	context := l.spec.Size()
	if err := checkRead(l.Len(), context, 0, rows, dst, nil); err != nil {
		return err
	}
	for i, row := range rows {
		into, n := dst[i*context:(i+1)*context], l.length(row)
		l.numbers.read(into[:n], l.starts[row]+behind)
		for j := n; j < context; j++ {
			into[j] = tokens.Unknown
		}
	}
	return nil
}

func (l *lineSet) ReadField(name string, rows []int, dst []float32) error {
	if name == NextField {
		return l.readAt(rows, dst, 1)
	}
	return readShares(name, l.spec.Size(), l.mean, rows, dst, func(rows []int, next []float32) error { return l.readAt(rows, next, 1) })
}
