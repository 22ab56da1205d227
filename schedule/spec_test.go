package schedule

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	units := Units{StepsPerEpoch: 45, TotalSteps: 900}
	plateau := func(change func(*Plateau)) Plateau {
		p := NewPlateau()
		change(&p)
		return p
	}
	tests := []struct {
		text   string
		want   Schedule
		format string
	}{
		{"constant", Constant{}, "constant"},
		{" constant ", Constant{}, "constant"},
		{"step:every=10e,factor=0.5", Step{450, 0.5}, "step:every=450,factor=0.5"},
		{"step:factor=.5 , every=500", Step{500, 0.5}, "step:every=500,factor=0.5"},
		{"step:every=0.5e,factor=1e-1", Step{23, 0.1}, "step:every=23,factor=0.1"},
		{"exp:every=1e,factor=0.96", Exponential{45, 0.96, false}, "exp:every=45,factor=0.96"},
		{"exp:every=1,stairs,factor=0.96", Exponential{1, 0.96, true}, "exp:every=1,factor=0.96,stairs"},
		{"cosine", Cosine{900, 0}, "cosine:steps=900,floor=0"},
		{"cosine:floor=0.01", Cosine{900, 0.01}, "cosine:steps=900,floor=0.01"},
		{"cosine:steps=2e", Cosine{90, 0}, "cosine:steps=90,floor=0"},
		{"plateau", NewPlateau(), "plateau:factor=0.1,patience=10"},
		{"plateau:factor=0.5,patience=3", plateau(func(p *Plateau) { p.Factor, p.Patience = 0.5, 3 }), "plateau:factor=0.5,patience=3"},
		{
			"plateau:mode=max,threshold=2,absolute,cooldown=4,min=1e-6,eps=0,inclusive",
			Plateau{Factor: 0.1, Patience: 10, Threshold: 2, Absolute: true, Max: true, Cooldown: 4, MinRate: 1e-6, Inclusive: true},
			"plateau:factor=0.1,patience=10,threshold=2,absolute,mode=max,cooldown=4,min=1e-06,eps=0,inclusive",
		},
		{"plateau:mode=min", NewPlateau(), "plateau:factor=0.1,patience=10"},
		{"warmup:steps=2e", Warmup{Steps: 90}, "warmup:steps=90"},
		{"warmup:steps=100,then=cosine:floor=0.1", Warmup{100, Cosine{800, 0.1}}, "warmup:steps=100,then=cosine:steps=800,floor=0.1"},
		{"warmup:steps=5, then=plateau:factor=0.5,patience=2", Warmup{5, plateau(func(p *Plateau) { p.Factor, p.Patience = 0.5, 2 })}, "warmup:steps=5,then=plateau:factor=0.5,patience=2"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := Parse(tt.text, units)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if text := Format(got); text != tt.format {
				t.Errorf("formats as %q, want %q", text, tt.format)
			}
			if back, err := Parse(Format(got), Units{}); err != nil || back != got {
				t.Errorf("%q reads back as %+v, error %v", Format(got), back, err)
			}
		})
	}
	if got := Format(nil); got != "constant" {
		t.Errorf("Format(nil) = %q", got)
	}
}

func TestParseErrors(t *testing.T) {
	units := Units{StepsPerEpoch: 45, TotalSteps: 900}
	tests := []struct {
		text  string
		units Units
		want  string
	}{
		{"", units, `unknown schedule ""; want one of constant,`},
		{"stpe:every=3,factor=0.5", units, `did you mean "step"?`},
		{"exponential:every=1e", units, `did you mean "exp"?`},
		{"cos", units, `did you mean "cosine"?`},
		{"Plateau", units, `did you mean "plateau"?`},
		{"zzz", units, `want one of constant, cosine, exp, plateau, step, warmup`},
		{"step:evry=3,factor=0.5", units, `did you mean "every"?`},
		{"step:every=3,factor=0.5,stairs", units, `unknown key "stairs"`},
		{"constant:rate=3", units, `unknown key "rate"; none is taken`},
		{"step:every=3", units, "factor= is missing"},
		{"step", units, "every= is missing"},
		{"step:", units, "empty key"},
		{"step:every=3,,factor=0.5", units, "empty key"},
		{"step:every=3,every=4,factor=0.5", units, "every is given twice"},
		{"step:every=,factor=0.5", units, "every= has no value"},
		{"step:every,factor=0.5", units, "every=: want updates"},
		{"step:every=1e3,factor=0.5", units, "every=1e3: want updates"},
		{"step:every=2.5,factor=0.5", units, "every=2.5: want updates"},
		{"step:every=-3,factor=0.5", units, "every=-3: want updates"},
		{"step:every=0,factor=0.5", units, "every=0: want updates"},
		{"step:every=nane,factor=0.5", units, "every=nane: want updates"},
		{"step:every=infe,factor=0.5", units, "every=infe: want updates"},
		{"step:every=1e300e,factor=0.5", units, "want 1 to 2^53"},
		{"step:every=0.001e,factor=0.5", units, "0.045 updates at 45 per epoch"},
		{"step:every=99999999999999999999,factor=0.5", units, "want updates"},
		{"step:every=3e,factor=0.5", Units{}, "length of an epoch is not known"},
		{"step:every=3,factor=nan", units, "factor=nan: want a finite number"},
		{"step:every=3,factor=-1", units, "factor=-1: want a finite number"},
		{"step:every=3,factor=inf", units, "factor=inf: want a finite number"},
		{"step:every=3,factor=2", units, "Step.Factor is 2"},
		{"exp:every=3,factor=0.5,stairs=yes", units, "stairs takes no value"},
		{"cosine", Units{}, "steps= is missing"},
		{"cosine:floor=2", units, "Cosine.Floor is 2"},
		{"plateau:patience=2.5", units, "patience=2.5: want a whole number"},
		{"plateau:mode=maximum", units, `unknown mode "maximum"; did you mean "max"?`},
		{"plateau:factor=1", units, "Plateau.Factor is 1"},
		{"warmup", units, "steps= is missing"},
		{"warmup:steps=900,then=cosine", units, "leaves nothing of a run of 900"},
		{"warmup:steps=3,then=csine", units, `then: unknown schedule "csine"; did you mean "cosine"?`},
		{"warmup:steps=3,then=", units, "then= has no value"},
	}
	for _, tt := range tests {
		s, err := Parse(tt.text, tt.units)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q) = %v, error %v, want %q in it", tt.text, s, err, tt.want)
			continue
		}
		if s != nil || !strings.Contains(err.Error(), "schedule ") {
			t.Errorf("Parse(%q) = %v, error %v", tt.text, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"step:every=10e,factor=0.5", "warmup:steps=1,then=exp:every=2,factor=.3,stairs", "plateau:mode=max", "cosine:floor=1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text, Units{StepsPerEpoch: 7, TotalSteps: 70})
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if back, err := Parse(Format(s), Units{}); err != nil || back != s {
			t.Fatalf("%q: %+v formats as %q and reads back as %+v, error %v", text, s, Format(s), back, err)
		}
	})
}
