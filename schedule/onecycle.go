package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// OneCycle rises from Start to 1 and falls to End, by half cosines or in
// straight lines, over one run:
//
//	s(t) from Start at t = 0 to 1 at U = Rise·Steps - 1
//	     from 1 at U to End at t = Steps - 1, and stays there
//
// The base rate is the peak. Equal to PyTorch's OneCycleLR where U > 0, and its
// cycle of momentum is a [Dip]. Without a rise, U ≤ 0, this begins at the peak;
// PyTorch divides by zero at U = 0 and begins below the peak under it.
//
// Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural
// Networks Using Large Learning Rates", 2017, arXiv:1708.07120.
type OneCycle struct {
	Steps  int     // updates of the run, > 0
	Rise   float64 // share of the run until the peak, in (0, 1)
	Start  float64 // first factor, in [0, 1]
	End    float64 // last factor, in [0, 1]
	Linear bool    // straight lines
}

// NewOneCycle returns a rise over 30 % of the run from 1/25, and a fall to a
// 10,000th of that, as PyTorch does.
func NewOneCycle(steps int) OneCycle {
	return OneCycle{Steps: steps, Rise: 0.3, Start: 0.04, End: 4e-6}
}

func (s OneCycle) At(t int) float64 {
	up := math.Max(float64(s.Rise*float64(s.Steps))-1, 0)
	if x := float64(t); x < up {
		return s.blend(s.Start, 1, x/up)
	}
	down := float64(s.Steps-1) - up
	if !(down > 0) {
		return 1
	}
	return s.blend(1, s.End, math.Min((float64(t)-up)/down, 1))
}

// blend goes from a at x = 0 to b at x = 1.
func (s OneCycle) blend(a, b, x float64) float64 {
	if s.Linear {
		return a + float64((b-a)*x)
	}
	return b + float64((a-b)*(1+canonical.Cos(math.Pi*x))/2)
}

func (s OneCycle) Validate() error {
	err := first(steps("OneCycle.Steps", s.Steps), share("OneCycle.Start", s.Start), share("OneCycle.End", s.End))
	if err == nil && !(s.Rise > 0 && s.Rise < 1) {
		err = fmt.Errorf("schedule.OneCycle.Rise is %v; the share of the run until the peak must be in (0, 1), such as 0.3", s.Rise)
	}
	return err
}

func (s OneCycle) String() string {
	text := fmt.Sprintf("onecycle:steps=%d,rise=%s,start=%s,end=%s", s.Steps, number(s.Rise), number(s.Start), number(s.End))
	if s.Linear {
		text += ",linear"
	}
	return text
}

// Dip is the way of momentum while the rate goes through a [OneCycle] with the
// same Steps, Rise and Linear: from 1 down to Low when the rate is at its peak,
// and back to 1 at its end:
//
//	s(t) = 1 - (1-Low)·c(t)    c a OneCycle from 0 to 1 and back
//
// As a factor of a momentum of 0.95 it gives PyTorch's 0.95 → 0.85 → 0.95.
type Dip struct {
	Steps  int     // updates of the run, > 0
	Rise   float64 // share of the run until the lowest point, in (0, 1)
	Low    float64 // lowest factor, in [0, 1]
	Linear bool    // straight lines
}

// NewDip returns a fall over 30 % of the run, to 0.85/0.95, and a rise.
func NewDip(steps int) Dip { return Dip{Steps: steps, Rise: 0.3, Low: 0.85 / 0.95} }

func (s Dip) cycle() OneCycle { return OneCycle{Steps: s.Steps, Rise: s.Rise, Linear: s.Linear} }

func (s Dip) At(t int) float64 { return 1 - float64((1-s.Low)*s.cycle().At(t)) }

func (s Dip) Validate() error {
	err := first(steps("Dip.Steps", s.Steps), share("Dip.Low", s.Low))
	if err == nil && !(s.Rise > 0 && s.Rise < 1) {
		err = fmt.Errorf("schedule.Dip.Rise is %v; the share of the run until the lowest point must be in (0, 1), such as 0.3", s.Rise)
	}
	return err
}

func (s Dip) String() string {
	text := fmt.Sprintf("dip:steps=%d,rise=%s,low=%s", s.Steps, number(s.Rise), number(s.Low))
	if s.Linear {
		text += ",linear"
	}
	return text
}

func parseDip(f *fields) Schedule {
	f.only("linear", "low", "rise", "steps")
	s := NewDip(f.total())
	s.Rise, s.Low, s.Linear = f.number("rise", s.Rise), f.number("low", s.Low), f.flag("linear")
	return s
}

func parseOneCycle(f *fields) Schedule {
	f.only("end", "linear", "rise", "start", "steps")
	s := NewOneCycle(f.total())
	s.Rise, s.Start, s.End = f.number("rise", s.Rise), f.number("start", s.Start), f.number("end", s.End)
	s.Linear = f.flag("linear")
	return s
}
