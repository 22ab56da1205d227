package conv

// An axis is one phase of a convolution along one axis: results that all
// have the same taps, and inputs at regular distances. Result first + i·step
// is the sum over taps t of the input at in + i·inStep + t·inTap times the
// weight at tap + t·tapStep.
//
// Going forward there is one phase. Going back through a stride of s there are
// s, since result i meets only the weights that divide s.
type axis struct {
	first, step, count int
	tap, tapStep, taps int
	in, inStep, inTap  int
}

func forwardAxis(results, k, stride, dilation, pad int) []axis {
	return []axis{{step: 1, count: results, tapStep: 1, taps: k, in: -pad, inStep: stride, inTap: dilation}}
}

// split cuts a phase going forward where its inputs begin to be inside of [0, size), and
// where they end.
func (a axis) split(size int) (parts []axis) {
	inside := min(max(ceilDiv(-a.in, a.inStep), 0), a.count)
	beyond := min(max(ceilDiv(size-a.in-(a.taps-1)*a.inTap, a.inStep), inside), a.count)
	for _, cut := range [][2]int{{0, inside}, {inside, beyond}, {beyond, a.count}} {
		if part := a; cut[0] < cut[1] {
			part.first, part.count, part.in = cut[0], cut[1]-cut[0], a.in+cut[0]*a.inStep
			parts = append(parts, part)
		}
	}
	return parts
}

// inputAxis returns the phases of the gradient: the gradient of y at o
// goes to x at o·stride + tap·dilation − pad. Taps descend, so that inputs
// ascend.
func inputAxis(results, k, stride, dilation, pad int) (phases []axis) {
	g := gcd(stride, dilation)
	for r := range min(stride, results) {
		a := axis{first: r, step: stride, count: ceilDiv(results-r, stride), inStep: 1, tapStep: -stride / g, inTap: dilation / g}
		for t := k - 1; t >= 0; t-- {
			if (r+pad-t*dilation)%stride == 0 {
				a.tap, a.taps, a.in = t, t/(stride/g)+1, (r+pad-t*dilation)/stride
				break
			}
		}
		phases = append(phases, a)
	}
	return phases
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// among returns the numbers i of the phase's results in [from, to).
func (a axis) among(from, to int) (i0, i1 int) {
	number := func(result int) int { return min(max(0, ceilDiv(result-a.first, a.step)), a.count) }
	return number(from), max(number(from), number(to))
}

// reach is how many inputs n results span, from the first to the last.
func (a axis) reach(n int) int { return (n-1)*a.inStep + (a.taps-1)*a.inTap + 1 }

// inside reports whether no input lies out of [0, size).
func (a axis) inside(size int) bool {
	return a.in >= 0 && a.in+a.reach(a.count) <= size
}

// runs say where the terms of a product lie in memory: in runs, whose
// terms are step apart.
type runs struct {
	run, step int   // terms of a run
	start     []int // of each run
	jumps     []int // from the end of each run to the start of the next
}

// newRuns joins units of equal length, which begin at the given places,
// to runs that are as long as can be.
func newRuns(units []int, unit, step int) runs {
	joins := func(i int) bool { return units[i] == units[i-1]+unit*step }
	m := 1
	for m < len(units) && joins(m) {
		m++
	}
	for i := 1; i < len(units); i++ {
		if joins(i) != (i%m != 0) {
			m = 1
			break
		}
	}
	r := runs{run: m * unit, step: step}
	for i := 0; i < len(units); i += m {
		if i > 0 {
			r.jumps = append(r.jumps, units[i]-(units[i-m]+r.run*step))
		}
		r.start = append(r.start, units[i])
	}
	return r
}

// from returns where term k lies, how many terms its run has from there on,
// and the jumps that follow.
func (r *runs) from(k int) (at, first int, jumps []int) {
	i, q := k/r.run, k%r.run
	return r.start[i] + q*r.step, r.run - q, r.jumps[min(i, len(r.jumps)):]
}
