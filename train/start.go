package train

import (
	"fmt"
	"strings"

	"descent/internal/transfer"
	"descent/model"
)

// StartError says why training cannot start from the weights of Config.From.
type StartError struct {
	Faults []string // all of them
	Head   bool     // they lie in the last layer, so that Config.NewHead avoids them
}

// Error lists the first faults.
func (e *StartError) Error() string {
	const most = 8
	text := "the model to start from does not fit: " + strings.Join(e.Faults[:min(most, len(e.Faults))], "; ")
	if more := len(e.Faults) - most; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// start takes over the weights of m.
func (t *Trainer) start(m *model.Model) error {
	to := transfer.Network{Network: t.net, Params: t.params, Trained: t.trained, Store: t.store, NewHead: t.cfg.NewHead}
	r, err := transfer.Weights(to, m)
	if err != nil {
		return err
	}
	if r.Faults != nil {
		return &StartError{r.Faults, r.Head}
	}
	t.notes = r.Notes
	return nil
}

// Notes says what [New] took over from Config.From by name, and what starts
// anew; nothing where everything is as it was there.
func (t *Trainer) Notes() []string { return t.notes }
