package jit

import "fmt"

// Text is the machine code of a loop, before it is executable.
type Text struct {
	Code  []byte
	Spill int // float32 of Args.Spill
	Round int // instructions in a round, about
}

// Assemble encodes the loop, once it is written, for target t. It fails if the
// loop holds more values at once than there are registers, or has more than
// [MaxStreams] streams.
func (l *Loop) Assemble(t *Target) (*Text, error) {
	if l.streams > MaxStreams {
		return nil, fmt.Errorf("jit: a loop has %d streams, %d at most", l.streams, MaxStreams)
	}
	l.values = append(l.values, l.stores...)
	end := len(l.values)
	l.finishReductions(t)
	p, err := l.allocate(t)
	if err != nil {
		return nil, err
	}
	out := &layout{l, p, t, end}
	code, err := out.write(t.writer(out))
	if err != nil {
		return nil, err
	}
	return &Text{code, p.spills * t.lanes, out.round()}, nil
}

// finishReductions appends what combines the lanes of each accumulator: first
// its parts, then the lanes of the one that is left.
func (l *Loop) finishReductions(t *Target) {
	for n, r := range l.reductions {
		if r.lanes {
			continue
		}
		var x [Step]Value
		for part := range t.parts() {
			x[part] = l.accumulator(n, part)
		}
		for parts := t.parts() / 2; parts > 0; parts /= 2 {
			for i := range parts {
				x[i] = r.f(x[i], x[i+parts])
			}
		}
		for distance := t.lanes / 2; distance > 0; distance /= 2 {
			x[0] = r.f(x[0], l.add(value{op: opSwap, args: [3]Value{x[0]}, imm: uint32(distance)}))
		}
		l.values = append(l.values, value{op: opResult, args: [3]Value{x[0]}, imm: uint32(r.stream)})
	}
}
