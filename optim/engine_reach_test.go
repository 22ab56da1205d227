package optim

import (
	"testing"

	"descent/graph"
)

// TestReach: what the update of a weight takes, for every rule and what surrounds one.
func TestReach(t *testing.T) {
	joint := map[string]bool{"prodigy": true, "lbfgs": true}
	whole := map[string]bool{"lamb": true, "lars": true, "novograd": true, "adafactor": true, "muon": true, "soap": true, "shampoo": true}
	reach := func(cfg Config, i int) Reach {
		t.Helper()
		g := graph.New()
		var params []*Param
		for _, name := range []string{"w", "b", "v"} {
			typ := graph.Shape(4, 3)
			if name == "b" {
				typ = graph.Shape(3)
			}
			params = append(params, &Param{Name: name, Value: g.Variable(name, typ), Grad: g.Variable(name+"/gradient", typ), Decays: name != "b", Hidden: name == "w"})
		}
		step, err := Trace(g, cfg, params)
		if err != nil {
			t.Fatal(err)
		}
		r := step.Reach(i)
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		return r
	}
	for _, rule := range all() {
		for _, tt := range []struct {
			wrapped string
			rule    Rule
			least   Reach
		}{{"", rule, Elementwise}, {cautious, Cautious{rule}, Whole}, {centralized, Centralized{rule}, Whole}} {
			want := tt.least
			switch {
			case joint[rule.Name()]:
				want = Joint
			case whole[rule.Name()]:
				want = Whole
			}
			if got := reach(Config{Rule: tt.rule}, 0); got != want {
				t.Errorf("%s%s reaches %d, want %d", tt.wrapped, rule.Name(), got, want)
			}
		}
	}
	if got := reach(Config{Rule: NewMuon()}, 2); got != Elementwise { // the last weight, which Adam updates
		t.Errorf("muon of the last weight reaches %d", got)
	}
	for name, tt := range map[string]struct {
		cfg  Config
		want Reach
	}{
		"clip value, norm": {Config{Clip: Clip{Value: 1, Norm: 1}}, Elementwise},
		"clip param":       {Config{Clip: Clip{Param: 1}}, Whole},
		"clip adaptive":    {Config{Clip: Clip{Adaptive: 1}}, Whole},
		"noise":            {Config{Noise: NewNoise(0.1)}, Whole},
		"decay":            {Config{WeightDecay: 0.1, DecayKind: Cautiously}, Elementwise},
		"corrected":        {Config{WeightDecay: 0.1, DecayKind: Corrected, PeakRate: 1}, Elementwise},
		"prox":             {Config{ProxL1: 0.1}, Elementwise},
		"max norm":         {Config{MaxNorm: 1}, Whole},
		"lookahead":        {Config{Lookahead: NewLookahead()}, Elementwise},
		"joint elsewhere":  {Config{Groups: []Group{{Match: "v", Rule: NewProdigy()}}}, Joint},
	} {
		tt.cfg.Rule = NewAdam()
		if got := reach(tt.cfg, 0); got != tt.want {
			t.Errorf("%s reaches %d, want %d", name, got, tt.want)
		}
	}
}
