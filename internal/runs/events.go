package runs

import (
	"errors"
	"time"

	"descent/internal/tensorboard"
	"descent/train"
)

// Events writes for TensorBoard what the logs of a run hold; nil writes
// nothing.
type Events struct {
	w      *tensorboard.Writer
	scores []string
	every  int // updates a point
}

// NewEvents makes an event file in the folder, with a point for each row of the
// records.
func NewEvents(f *Folder, r *Records) (*Events, error) {
	w, err := tensorboard.Create(f.Path, time.Now())
	if err != nil {
		return nil, err
	}
	return &Events{w, r.scores, r.every}, nil
}

// Take notes an update, the probe that was taken, and the epoch that it ends.
func (e *Events) Take(p train.Progress) error {
	if e == nil {
		return nil
	}
	var values []tensorboard.Value
	scalar := func(tag string, v float64) { values = append(values, tensorboard.Scalar(tag, v)) }
	s := p.Step
	if s.Update%e.every == 0 {
		scalar("update/loss", s.Loss)
		scalar("update/learning_rate", s.Rate)
		scalar("update/gradient_norm", s.GradNorm)
		scalar("update/clip", s.Clip)
		scalar("update/penalty", s.Penalty)
	}
	if probe := s.Probe; probe != nil {
		for _, param := range probe.Params {
			scalar("gradient_norm/"+param.Name, param.GradNorm)
			scalar("update_norm/"+param.Name, param.UpdateNorm)
			values = append(values, tensorboard.Histogram("weights/"+param.Name, param.Low, param.High, param.Counts))
		}
		for _, a := range probe.Activations {
			values = append(values, tensorboard.Histogram("activations/"+a.Name, a.Low, a.High, a.Counts))
		}
	}
	if p.Epoch != nil {
		scalar("epoch/train_loss", p.Epoch.TrainLoss)
		if v := p.Epoch.Validation; v != nil {
			for _, name := range append([]string{"loss"}, e.scores...) {
				scalar("epoch/val_"+name, v.Score(name))
			}
		}
	}
	if values == nil {
		return nil
	}
	err := e.w.Write(time.Now(), s.Update, values...)
	if p.Epoch != nil {
		err = errors.Join(err, e.w.Flush())
	}
	return err
}

// Close ends the file.
func (e *Events) Close() error {
	if e == nil {
		return nil
	}
	return e.w.Close()
}
