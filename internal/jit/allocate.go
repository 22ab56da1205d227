package jit

import (
	"fmt"
	"slices"
)

// places says where the values of a loop live.
type places struct {
	live []bool
	last []int // the last reader of each value
	reg  []int // of vectors and of masks; none: not in a register
	slot []int // of an invariant in memory: number in the pool, or in the spill
	acc  []int // registers of accumulators: two for each

	spare     int // a register for operands that must not be in memory; none: all are in registers
	constants []uint32
	spills    int
}

// A pool of registers hands out the lowest that is free.
type pool struct {
	taken [64]bool
	most  int // the number of registers in use at the worst moment
	count int
}

func (p *pool) take() int {
	for i := range p.taken {
		if !p.taken[i] {
			p.taken[i] = true
			p.count++
			p.most = max(p.most, p.count)
			return i
		}
	}
	return len(p.taken)
}

func (p *pool) free(r int) {
	p.taken[r] = false
	p.count--
}

// allocate finds places for all values that something is made of: a linear
// scan over the straight line, then the registers that are left for the
// invariants that are read most.
func (l *Loop) allocate() (*places, error) {
	n := len(l.values)
	p := &places{live: make([]bool, n), last: make([]int, n), reg: make([]int, n), slot: make([]int, n), spare: none}
	l.findLive(p)
	vectors, masks := l.registers(), 8-firstMask
	accs := len(l.reductions) * Step / l.lanes()

	most, mostMasks := l.scan(p, accs)
	if most > vectors || mostMasks > masks {
		return nil, fmt.Errorf("jit: a loop of %d values holds %d vectors and %d masks at once, the machine has %d and %d",
			n, most, mostMasks, vectors, masks)
	}
	return p, l.placeInvariants(p, most, vectors)
}

// firstMask is the first mask register for values: 0 means none, 1 is the mask
// of the rest of a row.
const firstMask = 2

// registers is how many vector registers values have; AVX2 keeps the mask of
// the rest in the last.
func (l *Loop) registers() int {
	if l.wide {
		return 32
	}
	return restMask
}

// restMask is the register of AVX2 with the mask of the rest.
const restMask = 15

func (l *Loop) lanes() int {
	if l.wide {
		return 16
	}
	return 8
}

func (l *Loop) findLive(p *places) {
	for i := len(l.values) - 1; i >= 0; i-- {
		v := &l.values[i]
		p.reg[i], p.slot[i] = none, none
		p.live[i] = p.live[i] || v.kind == kindStore || v.kind == kindKeep || v.kind == kindResult
		if !p.live[i] {
			continue
		}
		for _, x := range v.uses() {
			if !p.live[x] {
				p.live[x], p.last[x] = true, i
			}
		}
	}
}

// isMask says whether v is held in a mask register.
func (l *Loop) isMask(v *value) bool { return l.wide && v.kind == kindCompare }

// scan gives registers to all values but invariants and returns how many
// there have to be. Accumulators have theirs throughout.
func (l *Loop) scan(p *places, accs int) (vectors, masks int) {
	var v, m pool
	for range accs {
		p.acc = append(p.acc, v.take())
	}
	for i := range l.values {
		x := &l.values[i]
		if !p.live[i] || x.invariant() {
			continue
		}
		if x.kind == kindAcc {
			p.reg[i] = p.acc[int(x.imm/2)*Step/l.lanes()+int(x.imm%2)]
			continue
		}
		args := x.uses()
		dies := func(a Value) bool {
			y := &l.values[a]
			return p.last[a] == i && !y.invariant() && y.kind != kindAcc
		}
		if x.kind == kindFMA || x.kind == kindFNMA {
			p.reg[i] = none
			for _, a := range []Value{args[2], args[0], args[1]} { // the operand that the result overwrites
				if dies(a) {
					p.reg[i] = p.reg[a]
					break
				}
			}
			if p.reg[i] == none {
				p.reg[i] = v.take()
			}
		}
		for k, a := range args {
			if dies(a) && !slices.Contains(args[:k], a) && p.reg[a] != p.reg[i] {
				if l.isMask(&l.values[a]) {
					m.free(p.reg[a] - firstMask)
				} else {
					v.free(p.reg[a])
				}
			}
		}
		switch {
		case x.kind >= kindStore, p.reg[i] != none:
		case l.isMask(x):
			p.reg[i] = firstMask + m.take()
		default:
			p.reg[i] = v.take()
		}
	}
	return v.most, m.most
}

// placeInvariants gives the registers from most on to the invariants that are
// read most, and memory to the rest.
func (l *Loop) placeInvariants(p *places, most, vectors int) error {
	uses := make([]int, len(l.values))
	var all []int
	for i := range l.values {
		if !p.live[i] {
			continue
		}
		if l.values[i].invariant() {
			all = append(all, i)
		}
		for _, x := range l.values[i].uses() {
			uses[x]++
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return uses[b] - uses[a] })
	if len(all) > vectors-most {
		if most == vectors {
			return fmt.Errorf("jit: a loop holds %d vectors at once, which leaves no register for its %d numbers", most, len(all))
		}
		p.spare = vectors - 1
		vectors--
	}
	for _, i := range all {
		switch v := &l.values[i]; {
		case most < vectors:
			p.reg[i] = most
			most++
			if v.kind == kindConst {
				p.slot[i] = p.constant(v.imm)
			}
		case v.kind == kindConst:
			p.slot[i] = p.constant(v.imm)
		default:
			p.slot[i] = p.spills
			p.spills++
		}
	}
	return nil
}

func (p *places) constant(bits uint32) int {
	p.constants = append(p.constants, bits)
	return len(p.constants) - 1
}
