package train

import (
	"context"
	"errors"
	"fmt"
	"math"

	"descent/data"
	"descent/internal/canonical"
	"descent/schedule"
)

// RateRange is the path of a learning-rate range test: update i of n = Updates
// has the rate
//
//	ηᵢ = From·(To/From)^(i/(n-1))    i = 0, 1, ..., n-1
type RateRange struct {
	From, To float64 // 0: 1e-7, 10
	Updates  int     // 0: 100
}

func (r RateRange) withDefaults() RateRange {
	if r.From == 0 {
		r.From = 1e-7
	}
	if r.To == 0 {
		r.To = 10
	}
	if r.Updates == 0 {
		r.Updates = 100
	}
	return r
}

// leastUpdates of a range test leave enough after its ends are dropped.
const leastUpdates = 20

// Validate returns what is wrong with the range, if anything is.
func (r RateRange) Validate() error {
	r = r.withDefaults()
	switch {
	case !(0 < r.From && r.From < r.To && r.To <= MaxRate):
		return fmt.Errorf("rates from %v to %v; want 0 < from < to ≤ %v", r.From, r.To, float64(MaxRate))
	case r.Updates < leastUpdates:
		return fmt.Errorf("a range test of %d updates; want at least %d", r.Updates, leastUpdates)
	}
	return nil
}

// RatePoint is one update of a range test.
type RatePoint struct {
	Rate     float64
	Loss     float64 // of the batch, before the update
	Smoothed float64
}

// FoundRates is what a range test saw, and the rates that it suggests.
type FoundRates struct {
	Points   []RatePoint
	Stopped  bool    // before its end: the loss rose
	Valley   float64 // two thirds down the longest descent of the loss
	Steepest float64 // where the loss falls fastest per factor of the rate
}

// FindRate makes a range test: it trains on source while the learning rate
// rises from tiny to huge, and looks where the loss falls. It stops when the
// smoothed loss is above four times its best, or not finite. Whatever the
// configuration says of rate and schedule does not matter. Afterwards the
// trainer is as it was before.
//
// The loss is smoothed by an average with decay 0.98, without its bias to
// zero. The first tenth and the last 5 updates are left out of what is
// suggested.
//
// It fails with [ErrDiverged] if the loss rose before there was enough to
// judge by; From should then be smaller.
//
// Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV
// 2017, arXiv:1506.01186, with the exponential path, the smoothing and the
// suggestions that fastai made common.
func (t *Trainer) FindRate(ctx context.Context, source data.Source, r RateRange) (FoundRates, error) {
	r = r.withDefaults()
	if err := errors.Join(r.Validate(), t.fits(source)); err != nil {
		return FoundRates{}, fmt.Errorf("find a rate: %w", err)
	}
	defer t.snapshot()()
	batches, _ := t.cut(source.Len(), t.batchSize(source.Len()))
	t.cfg.LearningRate = 1
	t.cfg.Schedule = ratePath{r, t.updates}
	t.cfg.Epochs = (r.Updates + batches - 1) / batches
	t.cfg.OnNonfinite, t.cfg.Checkpoints = Stop, Checkpoints{}
	t.plateau, t.resumed, t.rewinds = nil, false, 0
	var test rateTest
	for step, err := range t.Steps(ctx, source) {
		if errors.Is(err, ErrDiverged) {
			test.stopped = true
			break
		}
		if err != nil {
			return FoundRates{}, err
		}
		if test.add(step.Rate, step.Loss) || len(test.points) == r.Updates {
			break
		}
	}
	found, err := test.suggest(r.Updates)
	if err != nil {
		return found, fmt.Errorf("find a rate: %w", err)
	}
	return found, nil
}

// snapshot returns a function that brings the trainer back to where it is now.
func (t *Trainer) snapshot() func() {
	store := t.store.Clone()
	cfg, plateau, state, resumed := t.cfg, t.plateau, t.state, t.resumed
	return func() {
		if err := t.store.Copy(store); err != nil {
			panic(err) // it is a clone
		}
		t.cfg, t.plateau, t.state, t.resumed = cfg, plateau, state, resumed
	}
}

// ratePath is a RateRange as a schedule that begins at an update.
type ratePath struct {
	RateRange
	begin int
}

var _ schedule.Schedule = ratePath{}

func (p ratePath) At(t int) float64 {
	return p.From * canonical.Pow(p.To/p.From, float64(t-p.begin)/float64(p.Updates-1))
}

// rateTest is a range test on its way.
type rateTest struct {
	points  []RatePoint
	stopped bool
	average float64 // of losses, biased to zero
	best    float64 // smoothed loss
}

// add takes note of an update, and reports whether the loss is too high to go
// on.
func (r *rateTest) add(rate, loss float64) bool {
	const decay = 0.98
	r.average = float64(decay*r.average) + float64((1-decay)*loss)
	smoothed := r.average / (1 - canonical.Pow(decay, float64(len(r.points)+1)))
	r.points = append(r.points, RatePoint{rate, loss, smoothed})
	if len(r.points) == 1 || smoothed < r.best {
		r.best = smoothed
	}
	r.stopped = smoothed > 4*r.best
	return r.stopped
}

// suggest reads rates off a test of so many updates.
func (r *rateTest) suggest(updates int) (FoundRates, error) {
	f := FoundRates{Points: r.points, Stopped: r.stopped}
	const tail, least = 5, 5
	from, end := updates/10, len(r.points)-tail
	if end-from < least {
		return f, fmt.Errorf("the loss rose within %d updates: %w; begin with a smaller rate", len(r.points)+1, ErrDiverged)
	}
	f.Steepest, f.Valley = steepest(r.points[from:end]), valley(r.points[from:end])
	return f, nil
}

// steepest returns the rate after which the loss falls most per factor.
func steepest(points []RatePoint) float64 {
	at, least := 0, math.Inf(1)
	for i := 1; i < len(points); i++ {
		slope := (points[i].Smoothed - points[i-1].Smoothed) / canonical.Log(points[i].Rate/points[i-1].Rate)
		if slope < least {
			at, least = i-1, slope
		}
	}
	return points[at].Rate
}

// valley returns the rate two thirds into the longest decreasing subsequence
// of the losses.
func valley(points []RatePoint) float64 {
	n := len(points)
	length := make([]int, n) // of the longest one that ends here
	before := make([]int, n) // its last element but one, or itself
	end := 0
	for i := range points {
		length[i], before[i] = 1, i
		for j := range i {
			if points[j].Smoothed > points[i].Smoothed && length[j]+1 > length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if length[i] > length[end] {
			end = i
		}
	}
	begin := end
	for before[begin] != begin {
		begin = before[begin]
	}
	return points[begin+(end-begin)*2/3].Rate
}
