package jit

import "encoding/binary"

// A layout is a loop whose values have places on a target.
type layout struct {
	*Loop
	*places
	*Target
	bodyEnd int // the values from here on finish the row
}

// regOf is the register of a value in a part of the round: an accumulator has
// one for each.
func (l *layout) regOf(x Value, part int) int {
	if l.values[x].op == opAcc {
		return l.reg[x] + part
	}
	return l.reg[x]
}

// kept is the register of the accumulator that v sets.
func (l *layout) kept(v *value, part int) int {
	return l.acc[int(v.imm)/Step*l.parts()+part]
}

// write has the loop written: rows of whole rounds, then the rest.
func (l *layout) write(w writer) ([]byte, error) {
	w.enter()
	for i := range l.values {
		switch v := &l.values[i]; {
		case !l.live[i]:
		case v.op == opNumber:
			w.number(i)
		case v.op == opConst && l.reg[i] != none:
			w.constant(i)
		}
	}
	row := w.row()
	l.startRow(w)

	end := w.rounds()
	round := w.round()
	for part := range l.parts() {
		l.writeBody(w, part, true)
	}
	w.nextRound(round)
	w.land(end)

	var ends []jump
	for part := range l.parts() {
		ends = append(ends, w.rest(part))
		l.writeBody(w, part, false)
	}
	for _, end := range ends {
		w.land(end)
	}

	l.finishRow(w)
	w.nextRow(row)
	return w.leave()
}

func (l *layout) writeBody(w writer, part int, all bool) {
	for i := range l.bodyEnd {
		l.writeValue(w, i, part, all)
	}
}

// writeValue has value i written, if it is not in its place from the start.
func (l *layout) writeValue(w writer, i, part int, all bool) {
	if v := &l.values[i]; l.live[i] && !v.invariant() && v.op != opAcc {
		w.value(i, part, all)
	}
}

// startRow reads the row's numbers and starts the accumulators.
func (l *layout) startRow(w writer) {
	for i := range l.values {
		if l.live[i] && l.values[i].op == opRowNumber {
			w.rowNumber(i)
		}
	}
	for i, acc := range l.acc {
		if r := l.reductions[i/l.parts()]; r.lanes {
			w.startLanes(acc, r.stream, i%l.parts()*l.lanes)
		} else {
			w.start(acc, r.start)
		}
	}
}

// finishRow writes what the row has been reduced to.
func (l *layout) finishRow(w writer) {
	for i := l.bodyEnd; i < len(l.values); i++ {
		l.writeValue(w, i, 0, true)
	}
	for i, acc := range l.acc {
		if r := l.reductions[i/l.parts()]; r.lanes {
			w.endLanes(acc, r.stream, i%l.parts()*l.lanes)
		}
	}
}

// round counts the values that a round computes.
func (l *layout) round() (n int) {
	for i := range l.bodyEnd {
		if l.live[i] && !l.values[i].invariant() {
			n += l.parts()
		}
	}
	return n
}

// appendConstants appends the constants to the code, aligned, each as often as
// a vector has lanes, and returns where they start.
func (l *layout) appendConstants(code []byte, padding byte) (all []byte, start int) {
	for len(code)%64 != 0 {
		code = append(code, padding)
	}
	start = len(code)
	for _, bits := range l.constants {
		for range l.lanes {
			code = binary.LittleEndian.AppendUint32(code, bits)
		}
	}
	return code, start
}
