package plan

import (
	"fmt"
	"reflect"
	"slices"

	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/kernel/program"
	"descent/internal/rewrite"
)

// bind gives every instruction its buffers, lets updates write in place where
// they may, and notes what has to run before what.
func (c *compiler) bind() {
	for _, l := range c.low {
		in := &Instr{Name: l.name, Kernel: l.kernel, Stage: l.stage, Shared: -1, At: l.at, gone: l.joins != nil}
		for i, x := range l.out {
			in.Out = append(in.Out, c.newBuffer(x))
			if l.spared != nil && l.spared[i] {
				c.plan.Buffers[in.Out[i]].Size = 0
			}
		}
		if n := l.kernel.Shared(); n > 0 {
			in.Shared = c.add(Buffer{Size: n})
		}
		c.plan.Instrs = append(c.plan.Instrs, in)
	}
	for i, l := range c.low {
		for _, x := range l.in {
			if from, ok := c.made[x.ID()]; ok {
				c.after(i, from)
			}
			c.plan.Instrs[i].In = append(c.plan.Instrs[i].In, c.bufferOf(x))
		}
		for _, from := range l.joins {
			c.after(i, from)
		}
		c.prepare(i, l)
	}
	for i := range c.plan.Instrs {
		c.reads(i)
	}
	for s, stage := range c.stages {
		var out []int
		for _, x := range stage {
			from := c.bufferOf(rewrite.Memory(x))
			if c.changes(from) { // the host reads the value of this run
				from = c.copy(from, c.add(Buffer{Size: c.plan.Buffers[from].Size}), s)
			}
			out = append(out, from)
		}
		c.plan.Outputs = append(c.plan.Outputs, out)
	}
	c.update()
}

// prepare brings an operand of instruction i into the form that its kernel
// reads, by one instruction for all kernels that read that form.
func (c *compiler) prepare(i int, l lowered) {
	operand, form, size := kernel.Prepared(l.kernel)
	if form == nil {
		return
	}
	x := l.in[operand]
	at := -1
	for _, k := range c.forms[x.ID()] {
		if p := c.low[k]; p.stage <= l.stage && reflect.DeepEqual(p.kernel, form) {
			at = k
			break
		}
	}
	if at < 0 {
		at = len(c.low)
		c.forms[x.ID()] = append(c.forms[x.ID()], at)
		p := &Instr{Name: "Prepare" + x.Type().String(), Kernel: form, In: []int{c.bufferOf(x)}, Out: []int{c.add(Buffer{Size: size})}, Stage: l.stage, Shared: -1}
		p.Form = c.plan.Buffers[p.In[0]].Place == Variable
		c.plan.Instrs = append(c.plan.Instrs, p)
		c.low = append(c.low, lowered{kernel: form, name: p.Name, stage: l.stage, in: []graph.Tensor{x}, whole: []bool{true}, fixed: true})
		if from, ok := c.made[x.ID()]; ok {
			c.after(at, from)
		}
	}
	c.after(i, at)
	c.plan.Instrs[i].In[operand] = c.plan.Instrs[at].Out[0]
}

// changes reports whether buffer b may hold another value before the host has
// read it: the host feeds it, or an update writes it.
func (c *compiler) changes(b int) bool {
	for _, u := range c.updates {
		if c.bufferOf(u.Variable) == b {
			return true
		}
	}
	return c.plan.Buffers[b].Place == Input
}

func (c *compiler) add(b Buffer) int {
	c.plan.Buffers = append(c.plan.Buffers, b)
	return len(c.plan.Buffers) - 1
}

// newBuffer returns the buffer of a tensor that an instruction makes, perhaps with others.
func (c *compiler) newBuffer(x graph.Tensor) int {
	if b, ok := c.buffer[x.ID()]; ok {
		return b
	}
	c.buffer[x.ID()] = c.add(Buffer{Size: x.Type().Size()})
	return c.buffer[x.ID()]
}

// bufferOf returns the buffer of x, which is made by an instruction or a leaf.
func (c *compiler) bufferOf(x graph.Tensor) int {
	if b, ok := c.buffer[x.ID()]; ok {
		return b
	}
	b := Buffer{Size: x.Type().Size()}
	switch op := x.Op().(type) {
	case graph.Input:
		b.Place, b.Key = Input, op.Key
	case graph.Variable:
		b.Place, b.Key = Variable, op.Key
	case graph.ScalarEntry:
		b.Place, b.Offset = Scalar, op.Slot
	default:
		panic(fmt.Sprintf("plan: nothing computes %v", x))
	}
	c.buffer[x.ID()] = c.add(b)
	return c.buffer[x.ID()]
}

// after notes that instruction i runs after instruction j.
func (c *compiler) after(i, j int) {
	if i != j {
		c.plan.Instrs[i].after = append(c.plan.Instrs[i].after, j)
	}
}

// reaches reports whether instruction i runs after j.
func (c *compiler) reaches(i, j int) bool {
	seen := map[int]bool{}
	var visit func(int) bool
	visit = func(i int) bool {
		switch {
		case i == j:
			return true
		case seen[i], c.plan.Instrs[i].Stage < c.plan.Instrs[j].Stage:
			return false
		}
		seen[i] = true
		for _, k := range c.plan.Instrs[i].after {
			if visit(k) {
				return true
			}
		}
		return false
	}
	return visit(i)
}

// update makes the instruction that computes a variable's new value write it
// in place, after all who read the old one; where it cannot, the value is
// copied when that and those who read the old one have run.
func (c *compiler) update() {
	last := len(c.stages) - 1
	taken := map[int]bool{} // tensors that live in a variable
	var copies []*Instr
	var makers []int // of what is copied
	for _, u := range c.updates {
		m := rewrite.Memory(u.Value)
		v := c.bufferOf(u.Variable)
		if writer, ok := c.made[m.ID()]; ok && !taken[m.ID()] && c.inPlace(writer, v) {
			for _, i := range c.readers[v] {
				c.after(writer, i)
			}
			for i, b := range c.plan.Instrs[writer].Out {
				if b == c.buffer[m.ID()] {
					c.plan.Instrs[writer].Out[i] = v
				}
			}
			c.moveUses(copies, c.buffer[m.ID()], v)
			c.buffer[m.ID()] = v
			taken[m.ID()] = true
			continue
		}
		from := c.bufferOf(m)
		if c.plan.Buffers[from].Place != Arena && !taken[m.ID()] {
			// The source may be written in place itself: keep its old value.
			from = c.copy(from, c.add(Buffer{Size: c.plan.Buffers[v].Size}), last)
		}
		maker, ok := c.made[m.ID()]
		if !ok {
			maker = -1
		}
		copies, makers = append(copies, copier(from, v, c.plan.Buffers[v].Size, last)), append(makers, maker)
	}
	n := len(c.plan.Instrs)
	c.plan.Instrs = append(c.plan.Instrs, copies...)
	for k, in := range copies {
		if makers[k] < 0 { // a leaf: when everything else has run
			for j := range n {
				c.after(n+k, j)
			}
			continue
		}
		c.after(n+k, makers[k])
		for _, j := range c.readers[in.Out[0]] {
			c.after(n+k, j)
		}
	}
}

// inPlace reports whether instruction writer can write variable buffer v while
// it runs: it reads v element by element if at all, and nothing that runs after it
// reads the old value.
func (c *compiler) inPlace(writer, v int) bool {
	if c.low[writer].fixed || c.low[writer].stage != len(c.stages)-1 {
		return false
	}
	for i, b := range c.plan.Instrs[writer].In {
		if b == v && c.low[writer].whole[i] {
			return false
		}
	}
	for _, i := range c.readers[v] {
		if i != writer && c.reaches(i, writer) {
			return false
		}
	}
	return true
}

// reads notes that instruction i reads its operands.
func (c *compiler) reads(i int) {
	for _, b := range c.plan.Instrs[i].In {
		if list := c.readers[b]; len(list) == 0 || list[len(list)-1] != i {
			c.readers[b] = append(list, i)
		}
	}
}

// moveUses makes all who read buffer a read b, copies that are no instructions
// yet among them.
func (c *compiler) moveUses(copies []*Instr, a, b int) {
	move := func(list []int) {
		for i := range list {
			if list[i] == a {
				list[i] = b
			}
		}
	}
	for _, in := range copies {
		move(in.In)
	}
	for _, i := range c.readers[a] {
		move(c.plan.Instrs[i].In)
	}
	for _, out := range c.plan.Outputs {
		move(out)
	}
	c.readers[b] = append(c.readers[b], c.readers[a]...)
	slices.Sort(c.readers[b])
	c.readers[b], c.readers[a] = slices.Compact(c.readers[b]), nil
}

// copy adds an instruction that copies a leaf before anything writes it.
func (c *compiler) copy(from, to, stage int) int {
	for i, in := range c.plan.Instrs { // writers wait, so that the old value is read
		for _, b := range in.Out {
			if b == from {
				c.after(i, len(c.plan.Instrs))
			}
		}
	}
	c.plan.Instrs = append(c.plan.Instrs, copier(from, to, c.plan.Buffers[to].Size, stage))
	c.low = append(c.low, lowered{})
	c.reads(len(c.plan.Instrs) - 1)
	return to
}

func copier(from, to, size, stage int) *Instr {
	b := program.NewBuilder()
	b.Output(b.Input(program.Full))
	return &Instr{Name: "Copy", Kernel: b.Build().Kernel(1, size), In: []int{from}, Out: []int{to}, Stage: stage, Shared: -1}
}
