package exec

import (
	"slices"
	"time"
)

// crew finds with how many workers a stage runs fastest: those of a small step
// may wait longer for one another, or for memory that another wrote, than they
// save. It tries half and twice as many from time to time, ever more rarely
// where that brings nothing. What a run computes does not depend on it.
type crew struct {
	most  int              // workers that there are
	size  int              // workers of the next run
	less  bool             // the next trial is of fewer, unless there is but one way
	runs  int              // with this size
	times [3]time.Duration // of the latest of them
	gap   int              // runs until the next trial

	before int           // workers before the trial that is on, or 0
	want   time.Duration // what a run took before it
}

const (
	firstGap = 16
	lastGap  = 1024
)

// newCrew returns a crew of all workers.
func newCrew(most int) crew { return crew{most: most, size: most, gap: firstGap} }

// ran notes what a run took.
func (c *crew) ran(d time.Duration) {
	c.times[c.runs%len(c.times)] = d
	c.runs++
	switch {
	case c.most == 1:
	case c.before == 0:
		if c.runs >= c.gap {
			c.try()
		}
	case c.runs == 1: // memory moves between caches; but so much?
		if d > c.want+c.want/2 {
			c.keep(false)
		}
	case c.runs > len(c.times):
		c.keep(c.typical() < c.want-c.want/32)
	}
}

// try begins a trial.
func (c *crew) try() {
	c.want, c.before = c.typical(), c.size
	if c.size == 1 || c.size == c.most {
		c.less = c.size == c.most
	}
	if c.less {
		c.size /= 2
	} else {
		c.size = min(2*c.size, c.most)
	}
	c.runs = 0
}

// keep ends a trial.
func (c *crew) keep(better bool) {
	if better {
		c.gap = firstGap
	} else {
		c.size, c.less, c.gap = c.before, !c.less, min(2*c.gap, lastGap)
	}
	c.before, c.runs = 0, 0
}

// typical is the median of the latest times.
func (c *crew) typical() time.Duration {
	t := c.times
	slices.Sort(t[:])
	return t[len(t)/2]
}
