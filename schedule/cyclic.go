package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Cyclic goes up and down between Floor and 1 in straight lines:
//
//	s(t) = Floor + (1-Floor)·h(t)·a(t)
//
// h rises from 0 to 1 over Up updates and falls to 0 over Down, again and
// again. a is 1 for Triangular, 2⁻ⁱ in cycle i = 0, 1, ... for Triangular2,
// and Gammaᵗ for ExpRange. The base rate is the peak.
//
// Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV
// 2017, arXiv:1506.01186. Equal to PyTorch's CyclicLR without momentum.
type Cyclic struct {
	Up    int     // updates from Floor to the peak, > 0
	Down  int     // updates back, > 0
	Floor float64 // least factor, in [0, 1]
	Mode  Cycle   // how peaks change
	Gamma float64 // of ExpRange, in (0, 1]; 0 for others
}

// Cycle is how the peaks of [Cyclic] change.
type Cycle uint8

const (
	Triangular  Cycle = iota // they do not
	Triangular2              // each is half of the one before
	ExpRange                 // they fall by Gamma with every update
)

var cycles = [...]string{"triangular", "triangular2", "exp_range"}

func (c Cycle) String() string {
	if int(c) < len(cycles) {
		return cycles[c]
	}
	return fmt.Sprintf("Cycle(%d)", uint8(c))
}

func (s Cyclic) At(t int) float64 {
	up, down := float64(s.Up), float64(s.Down)
	cycle := math.Floor(float64(t) / (up + down))
	x := float64(t) - float64(cycle*(up+down))
	height := x / up
	if x > up {
		height = (up + down - x) / down
	}
	switch s.Mode {
	case Triangular2:
		height *= canonical.Pow(0.5, cycle)
	case ExpRange:
		height *= canonical.Pow(s.Gamma, float64(t))
	}
	return s.Floor + float64((1-s.Floor)*height)
}

func (s Cyclic) Validate() error {
	switch err := first(steps("Cyclic.Up", s.Up), steps("Cyclic.Down", s.Down), share("Cyclic.Floor", s.Floor)); {
	case err != nil:
		return err
	case int(s.Mode) >= len(cycles):
		return fmt.Errorf("schedule.Cyclic.Mode is %v; it must be Triangular, Triangular2 or ExpRange", s.Mode)
	case s.Mode == ExpRange:
		return decay("Cyclic.Gamma", s.Gamma)
	case s.Gamma != 0:
		return fmt.Errorf("schedule.Cyclic.Gamma is %v, which only ExpRange takes; leave it 0 with %v", s.Gamma, s.Mode)
	}
	return nil
}

func (s Cyclic) String() string {
	text := fmt.Sprintf("cyclic:up=%d,down=%d,floor=%s,mode=%v", s.Up, s.Down, number(s.Floor), s.Mode)
	if s.Mode == ExpRange {
		text += ",gamma=" + number(s.Gamma)
	}
	return text
}

func parseCyclic(f *fields) Schedule {
	f.only("down", "floor", "gamma", "mode", "up")
	f.need("up", "floor")
	s := Cyclic{Up: f.steps("up", 0), Floor: f.number("floor", 0), Gamma: f.number("gamma", 0)}
	s.Down = f.steps("down", s.Up)
	s.Mode = Cycle(f.index("mode", cycles[:]))
	return s
}
