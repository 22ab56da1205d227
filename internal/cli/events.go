package cli

import (
	"errors"
	"time"

	"descent/internal/tensorboard"
	"descent/train"
)

// events writes for TensorBoard what the logs of a run hold; nil writes
// nothing.
type events struct {
	w      *tensorboard.Writer
	scores []string
	every  int // updates a point
}

func newEvents(f *runFolder, r *records) (*events, error) {
	w, err := tensorboard.Create(f.path, time.Now())
	if err != nil {
		return nil, err
	}
	return &events{w, r.scores, r.every}, nil
}

// take notes an update, the probe that was taken, and the epoch that it ends.
func (e *events) take(p train.Progress) error {
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

func (e *events) close() error {
	if e == nil {
		return nil
	}
	return e.w.Close()
}
