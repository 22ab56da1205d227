package plan

import "sort"

// schedule puts the instructions into waves, each as early in its stage as
// what it needs allows.
func (c *compiler) schedule() {
	base := 0
	for stage := range c.stages {
		end := base
		for i, in := range c.plan.Instrs {
			if in.Stage == stage {
				c.level(i, base)
				end = max(end, in.wave+1)
			}
		}
		waves := make([][]int, end-base)
		for i, in := range c.plan.Instrs {
			if in.Stage == stage && !in.gone {
				waves[in.wave-base] = append(waves[in.wave-base], i)
			}
		}
		c.plan.Waves = append(c.plan.Waves, waves...)
		c.plan.Stages = append(c.plan.Stages, end)
		base = end
	}
}

// level sets the wave of instruction i, at the earliest base.
func (c *compiler) level(i, base int) int {
	in := c.plan.Instrs[i]
	if in.level == 0 {
		in.level = 1
		in.wave = base
		for _, j := range in.after {
			in.wave = max(in.wave, c.level(j, base)+1)
		}
		if in.gone { // there are others, and it is done when they are
			in.wave--
		}
	}
	return in.wave
}

// align is the number of float32 that buffers in the arena start at multiples
// of: one cache line.
const align = 16

// allocate places the temporary buffers in the arena, such that two that are
// alive in the same wave never overlap: the largest first, each at the lowest
// place that is free.
func (c *compiler) allocate() {
	c.lifetimes()
	var order []int
	for i := range c.plan.Buffers {
		if b := &c.plan.Buffers[i]; b.Place == Arena && b.last >= 0 {
			order = append(order, i)
			c.plan.Tensors += b.Size
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		return c.plan.Buffers[order[i]].Size > c.plan.Buffers[order[j]].Size
	})
	var placed []*Buffer // by offset
	for _, i := range order {
		b := &c.plan.Buffers[i]
		size := (b.Size + align - 1) / align * align
		at := 0
		for _, other := range placed {
			if b.first > other.last || other.first > b.last {
				continue
			}
			if other.Offset-at >= size {
				break
			}
			at = max(at, other.Offset+(other.Size+align-1)/align*align)
		}
		b.Offset = at
		c.plan.Arena = max(c.plan.Arena, at+size)
		at = sort.Search(len(placed), func(j int) bool { return placed[j].Offset > b.Offset })
		placed = append(placed, nil)
		copy(placed[at+1:], placed[at:])
		placed[at] = b
	}
}

// lifetimes sets from which wave to which each buffer is alive. Outputs of
// stages live to the end, for the host to read.
func (c *compiler) lifetimes() {
	for i := range c.plan.Buffers {
		c.plan.Buffers[i].first, c.plan.Buffers[i].last = len(c.plan.Waves), -1
	}
	use := func(b, wave int) {
		c.plan.Buffers[b].first = min(c.plan.Buffers[b].first, wave)
		c.plan.Buffers[b].last = max(c.plan.Buffers[b].last, wave)
	}
	for _, in := range c.plan.Instrs {
		for _, b := range in.In {
			use(b, in.wave)
		}
		for _, b := range in.Out {
			use(b, in.wave)
		}
		if in.Shared >= 0 {
			use(in.Shared, in.wave)
		}
	}
	for _, out := range c.plan.Outputs {
		for _, b := range out {
			use(b, len(c.plan.Waves))
		}
	}
}
