package cli

import (
	"context"
	"fmt"

	"descent/internal/human"
)

// decide gives the best model what is found on the validation part once it is
// trained.
func (r *run) decide(ctx context.Context) (err error) {
	r.model, r.heat, err = r.Calibrated(ctx, r.model)
	return err
}

// decidedText says what was found.
func (r *run) decidedText() string {
	c := r.heat
	if c == nil {
		return ""
	}
	what := "surer"
	if c.Temperature > 1 {
		what = "less sure"
	}
	return fmt.Sprintf("Calibrated on the validation part: probabilities are %s, by a temperature of %s. Log loss there %s, without it %s; no answer changes.\n",
		what, human.Float(c.Temperature), human.Score("loss", c.After), human.Score("loss", c.Before))
}
