package jit

import (
	"fmt"
	"slices"
)

// places says where the values of a loop live.
type places struct {
	live []bool
	last []int // the last reader of each value
	reg  []int // of vectors, or of masks where the target has such; none: not in a register
	slot []int // of an invariant in memory: number in the pool, or in the spill
	acc  []int // registers of accumulators, those of the parts of one side by side

	spare     int // the first of Target.spares registers; none: no operand is in memory
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

// allocate finds places on target t for all values that something is made of:
// a linear scan over the straight line, then the registers that are left for
// the invariants that are read most.
func (l *Loop) allocate(t *Target) (*places, error) {
	n := len(l.values)
	p := &places{live: make([]bool, n), last: make([]int, n), reg: make([]int, n), slot: make([]int, n), spare: none}
	l.findLive(p)
	most, masks := l.scan(p, t)
	if most > t.vectors || masks > t.masks {
		return nil, fmt.Errorf("jit: a loop of %d values holds %d vectors and %d masks at once, %s has %d and %d",
			n, most, masks, t.name, t.vectors, t.masks)
	}
	return p, l.placeInvariants(p, t, most)
}

func (l *Loop) findLive(p *places) {
	for i := len(l.values) - 1; i >= 0; i-- {
		v := &l.values[i]
		p.reg[i], p.slot[i] = none, none
		p.live[i] = p.live[i] || v.op >= opStore
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

// scan gives registers to all values but invariants and returns how many
// there have to be. Accumulators have theirs throughout, one for each part.
func (l *Loop) scan(p *places, t *Target) (vectors, masks int) {
	var v, m pool
	for range len(l.reductions) * t.parts() {
		p.acc = append(p.acc, v.take())
	}
	for i := range l.values {
		x := &l.values[i]
		if !p.live[i] || x.invariant() {
			continue
		}
		if x.op == opAcc {
			p.reg[i] = p.acc[x.imm/Step*uint32(t.parts())+x.imm%Step]
			continue
		}
		args := x.uses()
		dies := func(a Value) bool {
			y := &l.values[a]
			return p.last[a] == i && !y.invariant() && y.op != opAcc
		}
		if x.op == opFMA || x.op == opFNMA { // the result overwrites an operand, or a copy of one
			for _, k := range t.onto {
				if a := args[k]; dies(a) {
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
				if t.hasMask(&l.values[a]) {
					m.free(p.reg[a])
				} else {
					v.free(p.reg[a])
				}
			}
		}
		switch {
		case x.op >= opStore, p.reg[i] != none:
		case t.hasMask(x):
			p.reg[i] = m.take()
		default:
			p.reg[i] = v.take()
		}
	}
	return v.most, m.most
}

// placeInvariants gives the registers from most on to the invariants that are
// read most, and memory to the rest.
func (l *Loop) placeInvariants(p *places, t *Target, most int) error {
	vectors := t.vectors
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
		vectors -= t.spares
		if most > vectors {
			return fmt.Errorf("jit: a loop holds %d vectors at once, which leaves no register for its %d numbers", most, len(all))
		}
		p.spare = vectors
	}
	for _, i := range all {
		switch v := &l.values[i]; {
		case most < vectors:
			p.reg[i] = most
			most++
			if v.op == opConst {
				p.slot[i] = p.constant(v.imm)
			}
		case v.op == opConst:
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
