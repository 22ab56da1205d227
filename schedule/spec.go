package schedule

import (
	"fmt"
	"strings"

	"descent/internal/suggest"
)

// Units turns epochs into updates for [Parse].
type Units struct {
	StepsPerEpoch int // updates in one epoch; 0 if unknown: epochs are then refused
	TotalSteps    int // updates in the whole run; 0 if unknown: cosine then needs steps=
}

// less returns the units of what is left after n updates.
func (u Units) less(n int) Units {
	u.TotalSteps = max(u.TotalSteps-n, 0)
	return u
}

// Parse reads a schedule as written on the command line:
//
//	constant
//	step:every=10e,factor=0.5
//	exp:every=1e,factor=0.96,stairs
//	cosine:floor=0.01,steps=5000
//	plateau:factor=0.1,patience=10,threshold=1e-4,absolute,mode=max,cooldown=2,min=1e-6,eps=1e-8,inclusive
//	warmup:steps=2e,then=cosine:floor=0.01
//	multistep:at=30e/60e/80e,factor=0.2
//	poly:power=2,floor=0.01,steps=5000
//	invsqrt:steps=4000
//	restarts:steps=10e,mult=2,floor=0.01,peak=0.8
//	onecycle:rise=0.3,start=0.04,end=4e-6,linear,steps=5000
//	dip:rise=0.3,low=0.8947,linear,steps=5000
//	wsd:warmup=1e,decay=4e,floor=0.01,shape=sqrt,steps=5000
//	cyclic:up=2e,down=2e,floor=0.1,mode=triangular2
//	sequence:steps=5e,first=(invsqrt:steps=100),then=cosine
//	product:a=(cosine),b=(cyclic:up=2e,floor=0.1)
//
// A number of updates is whole, such as 500, or counts epochs with the suffix
// e, such as 10e or 0.5e, rounded to the nearest update. Step and exp need
// both keys; warmup needs steps=, and then= takes all the text that follows
// it, as other schedules in a schedule stand in parentheses. Cosine, poly,
// onecycle, dip and wsd last for all updates, or all that a warm-up or sequence
// leaves, unless steps= is given. The keys of plateau start at [NewPlateau],
// those of onecycle at [NewOneCycle] and those of dip at [NewDip].
//
// The error names the text, the key and what would be right. The result has
// passed Validate.
func Parse(text string, u Units) (Schedule, error) {
	s, err := parse(strings.TrimSpace(text), u)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", text, err)
	}
	return s, nil
}

var names = [...]string{
	"constant", "cosine", "cyclic", "dip", "exp", "invsqrt", "multistep", "onecycle", "plateau",
	"poly", "product", "restarts", "sequence", "step", "warmup", "wsd",
}

func parse(text string, u Units) (Schedule, error) {
	name, rest, colon := strings.Cut(text, ":")
	f := fields{units: u}
	f.read(rest, colon)
	var s Schedule
	switch name {
	case "constant":
		f.only()
		s = Constant{}
	case "step":
		f.only("every", "factor")
		s = Step{Every: f.steps("every", 0), Factor: f.number("factor", 0)}
		f.need("every", "factor")
	case "exp":
		f.only("every", "factor", "stairs")
		s = Exponential{Every: f.steps("every", 0), Factor: f.number("factor", 0), Stairs: f.flag("stairs")}
		f.need("every", "factor")
	case "cosine":
		f.only("floor", "steps")
		s = Cosine{Steps: f.total(), Floor: f.number("floor", 0)}
	case "plateau":
		f.only("absolute", "cooldown", "eps", "factor", "inclusive", "min", "mode", "patience", "threshold")
		p := NewPlateau()
		s = Plateau{
			Factor:    f.number("factor", p.Factor),
			Patience:  f.count("patience", p.Patience),
			Threshold: f.number("threshold", p.Threshold),
			Absolute:  f.flag("absolute"),
			Max:       f.choice("mode", "min", "max") == "max",
			Cooldown:  f.count("cooldown", p.Cooldown),
			MinRate:   f.number("min", p.MinRate),
			Eps:       f.number("eps", p.Eps),
			Inclusive: f.flag("inclusive"),
		}
	case "warmup":
		f.only("steps", "then")
		f.need("steps")
		w := Warmup{Steps: f.steps("steps", 0)}
		if _, ok := f.values["then"]; ok && f.err == nil {
			if u.TotalSteps > 0 && u.TotalSteps <= w.Steps {
				f.fail("a warm-up of %d updates leaves nothing of a run of %d to then=", w.Steps, u.TotalSteps)
			}
			w.Then = f.schedule("then", u.less(w.Steps))
		}
		s = w
	case "multistep":
		s = parseMultiStep(&f)
	case "poly":
		s = parsePoly(&f)
	case "invsqrt":
		s = parseInvSqrt(&f)
	case "restarts":
		s = parseRestarts(&f)
	case "onecycle":
		s = parseOneCycle(&f)
	case "dip":
		s = parseDip(&f)
	case "wsd":
		s = parseWSD(&f)
	case "cyclic":
		s = parseCyclic(&f)
	case "sequence":
		s = parseSequence(&f)
	case "product":
		s = parseProduct(&f)
	default:
		return nil, suggest.Unknown("schedule", name, names[:])
	}
	if f.err != nil {
		return nil, f.err
	}
	return s, s.Validate()
}
