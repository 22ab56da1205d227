package plan

import (
	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/kernel/move"
	"descent/internal/rewrite"
)

// join lets those who compute the parts of a concatenation write them where they belong,
// if nothing else reads them; then nothing is copied.
func (c *compiler) join() {
	reads := map[int]int{} // how often a tensor is read, by its ID
	for _, l := range c.low {
		for _, x := range l.in {
			reads[x.ID()]++
		}
	}
	for _, stage := range c.stages {
		for _, x := range stage {
			reads[rewrite.Memory(x).ID()]++
		}
	}
	for _, u := range c.updates {
		reads[rewrite.Memory(u.Value).ID()]++
	}
	for i := range c.low {
		l := &c.low[i]
		s, ok := l.kernel.(*move.Splice)
		if !ok || !s.Whole() {
			continue
		}
		var from []int
		var apart []kernel.Kernel
		for j, x := range l.in {
			if k := c.apart(x, s, s.Parts[j], l.stage); k != nil && reads[x.ID()] == 1 {
				from, apart = append(from, c.made[x.ID()]), append(apart, k)
			}
		}
		if len(from) < len(l.in) {
			continue
		}
		for j, k := range from {
			p := &c.low[k]
			p.kernel, p.out, p.at = apart[j], l.out, s.Parts[j].At
		}
		l.kernel, l.joins = &move.Splice{Width: s.Width}, from
		l.in, l.whole, l.out = nil, nil, nil
	}
}

// apart returns the kernel that makes x as a part of what s does, nil if there is none.
func (c *compiler) apart(x graph.Tensor, s *move.Splice, part move.Part, stage int) kernel.Kernel {
	i, ok := c.made[x.ID()]
	if !ok || c.low[i].stage != stage || len(c.low[i].out) != 1 {
		return nil
	}
	if p, ok := c.low[i].kernel.(kernel.Placer); ok {
		return p.Apart(s.Runs, part.Width, s.Width)
	}
	return nil
}
