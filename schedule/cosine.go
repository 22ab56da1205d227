package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Cosine falls from 1 at t = 0 to Floor at t = Steps and stays there:
//
//	s(t) = Floor + ½(1-Floor)(1 + cos(π·min(t, Steps)/Steps))
//
// Source: Loshchilov and Hutter, "SGDR", ICLR 2017, arXiv:1608.03983,
// equation 5 without restarts. PyTorch's CosineAnnealingLR rises again
// after Steps; this does not.
type Cosine struct {
	Steps int     // updates until the floor, > 0
	Floor float64 // last factor, in [0, 1]
}

func (c Cosine) At(t int) float64 {
	x := float64(min(t, c.Steps)) / float64(c.Steps)
	return c.Floor + float64((1-c.Floor)*(1+canonical.Cos(math.Pi*x))/2)
}

func (c Cosine) Validate() error {
	return first(steps("Cosine.Steps", c.Steps), share("Cosine.Floor", c.Floor))
}

func (c Cosine) String() string {
	return fmt.Sprintf("cosine:steps=%d,floor=%s", c.Steps, number(c.Floor))
}

func parseCosine(f *fields) Schedule {
	f.only("floor", "steps")
	return Cosine{Steps: f.total(), Floor: f.number("floor", 0)}
}
