package optim

import (
	"fmt"
	"math"
)

// check keeps the first thing that is wrong with the fields of a rule.
type check struct {
	rule string // the name of its type
	err  error
}

// decay wants v in [0, 1), as the decay of an average is.
func (c *check) decay(field string, v float64) *check {
	return c.want(v >= 0 && v < 1, field, v, "must be in [0, 1)")
}

// moments wants what the two averages of Adam and its kind need.
func (c *check) moments(beta1, beta2, eps float64) *check {
	return c.decay("Beta1", beta1).decay("Beta2", beta2).eps("Eps", eps)
}

// eps wants v > 0, since the gradient of a unit that is off is 0 and 0/0 is
// no direction.
func (c *check) eps(field string, v float64) *check {
	return c.want(v > 0 && !math.IsInf(v, 1), field, v, "must be a small positive number: where a gradient is 0 it alone keeps the rule from 0/0")
}

// atLeast0 wants a finite v ≥ 0.
func (c *check) atLeast0(field string, v float64) *check {
	return c.want(v >= 0 && !math.IsInf(v, 1), field, v, "must be 0 or a positive number")
}

func (c *check) want(ok bool, field string, v float64, want string) *check {
	if !ok && c.err == nil {
		c.err = fmt.Errorf("optim.%s: %s = %v %s; optim.New%s() has the paper's defaults", c.rule, field, v, want, c.rule)
	}
	return c
}

// notNegative returns what is wrong with a setting that 0 turns off.
func notNegative(name string, v float64) error {
	if v >= 0 && !math.IsInf(v, 1) {
		return nil
	}
	return fmt.Errorf("optim.%s = %v must be a positive number, or 0 for none", name, v)
}
