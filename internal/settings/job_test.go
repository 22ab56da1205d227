package settings

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"descent/data"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

func TestBalancedWeights(t *testing.T) {
	counts := []data.ClassCount{{Train: 6, Test: 100}, {Train: 2, Validation: 50}, {Train: 4}}
	if got, want := balanced(counts), []float64{12.0 / 18, 12.0 / 6, 12.0 / 12}; !slices.Equal(got, want) {
		t.Errorf("weights %v, want n/(k·n_c) of the training rows: %v", got, want)
	}
	if got := balanced([]data.ClassCount{{Train: 3}, {}}); got[1] != 1 {
		t.Errorf("a class without rows weighs %v", got[1])
	}
}

// TestAroundSettings checks what settings become.
func TestAroundSettings(t *testing.T) {
	adam8 := optim.NewAdam()
	adam8.Beta1 = 0.8
	units := schedule.Units{StepsPerEpoch: 10, TotalSteps: 100}
	for _, row := range []struct {
		yaml string
		want func(c *train.Config)
	}{
		{"clip_value: 1\nclip_adaptive: 0.01\nclip_param: 2\nclip_norm: 3", func(c *train.Config) { c.Clip = optim.Clip{Value: 1, Adaptive: 0.01, Param: 2, Norm: 3} }},
		{"gradient_noise: 0.3", func(c *train.Config) { c.Noise = optim.NewNoise(0.3) }},
		{"gradient_noise: 1:0.2", func(c *train.Config) { c.Noise = optim.Noise{Eta: 1, Gamma: 0.2} }},
		{"lookahead: 6", func(c *train.Config) { c.Lookahead = optim.NewLookahead() }},
		{"lookahead: 5:0.8", func(c *train.Config) { c.Lookahead = optim.Lookahead{Every: 5, Alpha: 0.8} }},
		{"sam: 0.05\nmax_norm: 3\nprox_l1: 0.1", func(c *train.Config) { c.SAM, c.MaxNorm, c.ProxL1 = 0.05, 3, 0.1 }},
		{"weight_decay: 0.1\nweight_decay_kind: l2", func(c *train.Config) { c.WeightDecay, c.DecayKind = 0.1, optim.CoupledL2 }},
		{"schedules: {beta1: dip, eps: 'step:every=1e,factor=0.5'}", func(c *train.Config) {
			c.Schedules = map[string]schedule.Schedule{"beta1": schedule.NewDip(100), "eps": schedule.Step{Every: 10, Factor: 0.5}}
		}},
		{"groups: '*.bias:freeze'", func(c *train.Config) { c.Groups = []optim.Group{{Match: "*.bias", Freeze: true}} }},
		{"groups:\n- pattern: '*.bias'\n  weight_decay: 0\n  lr_factor: 2\n- {pattern: 5.*, optimizer: adam, beta1: 0.8, clip_adaptive: 0}", func(c *train.Config) {
			c.Groups = []optim.Group{
				{Match: "*.bias", WeightDecay: new(0.0), RateFactor: 2},
				{Match: "5.*", Rule: adam8, Adaptive: new(0.0)},
			}
		}},
		{"groups:\n- {pattern: w, beta1: 0.8}", func(c *train.Config) { c.Groups = []optim.Group{{Match: "w", Rule: adam8}} }},
		{"order: file", func(c *train.Config) { c.Order = train.InOrder }},
		{"groups: []\nschedules: {}", func(*train.Config) {}},
	} {
		s := Default()
		if err := Parse("yaml", []byte(row.yaml), &s); err != nil {
			t.Errorf("%s: %v", row.yaml, err)
			continue
		}
		usual := Default()
		var got, want train.Config
		if err := errors.Join(s.configure(&got, units), usual.configure(&want, units)); err != nil {
			t.Errorf("%s: %v", row.yaml, err)
		}
		row.want(&want)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", row.yaml, got, want)
		}
	}
}
