package train

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"descent/schedule"
)

// state is where training stands between two updates. With the variables of
// the store and the best model it is all that training needs to go on.
type state struct {
	updates int    // done
	draws   uint32 // number of the next forward pass: the update times its micro-batches, and the micro-batch
	counted bool   // draws counts all forward passes, and micro-batches are added one after the other, as in checkpoints of format 1
	first   int    // epoch of this call of Steps
	epoch   int    // of the next update
	batch   int    // of the next update, in its epoch
	rows    int    // of the training set
	skipped int    // updates in a row
	rewinds int    // done
	watched schedule.PlateauState
	fit     fitState
}

// fitState is what [Trainer.Fit] knows beside.
type fitState struct {
	sum     float64 // of the loss over the rows of the epoch
	rows    int     // of the epoch so far
	open    bool    // the epoch has begun and is not measured yet
	best    float64 // score; NaN before the first
	waiting int     // epochs since the best
	last    Step    // made
	seconds float64 // of calls that a resumed one goes on with
	start   time.Time
}

// elapsed is the time in seconds that training took so far.
func (f *fitState) elapsed() float64 {
	if f.start.IsZero() {
		return f.seconds
	}
	return f.seconds + time.Since(f.start).Seconds()
}

// advance goes to the next batch.
func (s *state) advance(batches int) {
	if s.batch++; s.batch >= batches {
		s.epoch, s.batch = s.epoch+1, 0
	}
}

// savedState is a state in a checkpoint. Every number comes back to the bit.
type savedState struct {
	Updates int                   `json:"updates"`
	Draws   uint32                `json:"draws"`
	Counted bool                  `json:"counted,omitempty"`
	First   int                   `json:"first_epoch"`
	Epoch   int                   `json:"epoch"`
	Batch   int                   `json:"batch"`
	Rows    int                   `json:"rows"`
	Skipped int                   `json:"skipped,omitempty"`
	Rewinds int                   `json:"rewinds,omitempty"`
	Plateau schedule.PlateauState `json:"plateau"`

	LossSum  exact     `json:"loss_sum"`
	LossRows int       `json:"loss_rows"`
	Open     bool      `json:"open"`
	Best     exact     `json:"best"`
	Waiting  int       `json:"waiting"`
	Seconds  float64   `json:"seconds"`
	Last     savedStep `json:"last"`
}

// savedStep is a Step in a checkpoint.
type savedStep struct {
	Epoch    int    `json:"epoch"`
	Update   int    `json:"update"`
	Batch    int    `json:"batch"`
	Batches  int    `json:"batches"`
	Rows     int    `json:"rows"`
	Loss     exact  `json:"loss"`
	Penalty  exact  `json:"penalty"`
	Rate     exact  `json:"rate"`
	GradNorm exact  `json:"grad_norm"`
	Clip     exact  `json:"clip"`
	Skipped  bool   `json:"skipped,omitempty"`
	Probe    *Probe `json:"probe,omitempty"`
}

func (s *state) saved() savedState {
	f, l := &s.fit, s.fit.last
	return savedState{
		Updates: s.updates, Draws: s.draws, Counted: s.counted, First: s.first, Epoch: s.epoch, Batch: s.batch, Rows: s.rows,
		Skipped: s.skipped, Rewinds: s.rewinds, Plateau: s.watched,
		LossSum: exact(f.sum), LossRows: f.rows, Open: f.open, Best: exact(f.best), Waiting: f.waiting, Seconds: f.elapsed(),
		Last: savedStep{
			l.Epoch, l.Update, l.Batch, l.Batches, l.Rows,
			exact(l.Loss), exact(l.Penalty), exact(l.Rate), exact(l.GradNorm), exact(l.Clip), l.Skipped, l.Probe,
		},
	}
}

// check returns an error for a place that no training comes to.
func (s savedState) check() error {
	if min(s.Updates, s.First, s.Batch, s.Rows, s.Skipped, s.Rewinds, s.LossRows, s.Waiting) < 0 || s.Epoch < s.First {
		return fmt.Errorf("the checkpoint stands at update %d, epoch %d after %d, batch %d of %d rows: no training comes there", s.Updates, s.Epoch, s.First, s.Batch, s.Rows)
	}
	return nil
}

func (s savedState) restore() state {
	l := s.Last
	return state{
		updates: s.Updates, draws: s.Draws, counted: s.Counted, first: s.First, epoch: s.Epoch, batch: s.Batch, rows: s.Rows,
		skipped: s.Skipped, rewinds: s.Rewinds, watched: s.Plateau,
		fit: fitState{
			sum: float64(s.LossSum), rows: s.LossRows, open: s.Open, best: float64(s.Best), waiting: s.Waiting, seconds: s.Seconds,
			last: Step{
				l.Epoch, l.Update, l.Batch, l.Batches, l.Rows,
				float64(l.Loss), float64(l.Penalty), float64(l.Rate), float64(l.GradNorm), float64(l.Clip), l.Skipped, l.Probe,
			},
		},
	}
}

// exact is a number that JSON keeps to the bit: the shortest decimal that
// reads back as the same float64, or a name in quotes.
type exact float64

// MarshalJSON writes what JSON has no number for as "NaN", "+Inf" or "-Inf".
func (e exact) MarshalJSON() ([]byte, error) {
	if v := float64(e); math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return strconv.AppendFloat(nil, float64(e), 'g', -1, 64), nil
}

func (e *exact) UnmarshalJSON(text []byte) error {
	s := string(text)
	if s[0] == '"' {
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	*e = exact(v)
	return err
}
