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
//	invsqrt:steps=4000,hold
//	invtime:every=1e,decay=0.5,stairs
//	restarts:steps=10e,mult=2,floor=0.01,peak=0.8
//	onecycle:rise=0.3,start=0.04,end=4e-6,linear,steps=5000
//	dip:rise=0.3,low=0.8947,linear,steps=5000
//	coslog4:waves=4,steps=5000
//	flat-cosine:flat=0.5,floor=0.01,steps=5000
//	wsd:warmup=1e,decay=4e,floor=0.01,shape=sqrt,steps=5000
//	cyclic:up=2e,down=2e,floor=0.1,mode=triangular2
//	sequence:steps=5e,first=(invsqrt:steps=100),then=cosine
//	product:a=(cosine),b=(cyclic:up=2e,floor=0.1)
//
// A number of updates is whole, such as 500, or counts epochs with the suffix
// e, such as 10e or 0.5e, rounded to the nearest update. Step and exp need
// both keys; warmup needs steps=, and then= takes all the text that follows
// it, as other schedules in a schedule stand in parentheses. Cosine, coslog4,
// flat-cosine, poly, onecycle, dip and wsd last for all updates, or all that a
// warm-up or sequence leaves, unless steps= is given. The keys of plateau start at [NewPlateau],
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

// Form is one kind of schedule as [Parse] reads it.
type Form struct {
	Name    string // such as "cosine"
	Usage   string // what it does, in a few words
	Example string // such as "cosine[:floor=0.01]"; what is in brackets may be left out

	parse func(f *fields) Schedule
}

// Forms returns all kinds, by name.
func Forms() []Form {
	return []Form{
		{"constant", "the rate stays", "constant", parseConstant},
		{"cosine", "half a cosine, down to floor at the end", "cosine[:floor=0.01]", parseCosine},
		{"coslog4", "up and down four times, each longer than the one before", "coslog4", parseCosLog},
		{"cyclic", "up and down in straight lines", "cyclic:up=2e,floor=0.1", parseCyclic},
		{"dip", "down and up again, for momentum beside onecycle", "dip[:rise=0.3]", parseDip},
		{"exp", "a little less with each update", "exp:every=1e,factor=0.96[,stairs]", parseExponential},
		{"flat-cosine", "held, and half a cosine down to floor in the second half", "flat-cosine[:flat=0.5]", parseFlatCosine},
		{"invsqrt", "up, or held, and down by the root of the number of updates", "invsqrt:steps=500[,hold]", parseInvSqrt},
		{"invtime", "down by the number of updates, 1/(1+kt)", "invtime:decay=0.5,every=1e[,stairs]", parseInverseTime},
		{"multistep", "a drop at each of some updates", "multistep:at=30e/60e,factor=0.2", parseMultiStep},
		{"onecycle", "up to the peak and down to nearly 0", "onecycle[:rise=0.3]", parseOneCycle},
		{"plateau", "a drop when the metric stops improving", "plateau[:factor=0.1,patience=10]", parsePlateau},
		{"poly", "down to floor by a power; 1 is a straight line", "poly[:power=2]", parsePoly},
		{"product", "two at once, multiplied", "product:a=(cosine),b=(cyclic:up=2e,floor=0.1)", parseProduct},
		{"restarts", "cosines, again and again", "restarts:steps=10e[,mult=2]", parseRestarts},
		{"sequence", "one and then another", "sequence:steps=5e,first=(constant),then=cosine", parseSequence},
		{"step", "a drop every so many updates", "step:every=10e,factor=0.5", parseStep},
		{"warmup", "a rise to the full rate, before another", "warmup:steps=2e[,then=cosine]", parseWarmup},
		{"wsd", "up, held, and down at the end", "wsd:decay=4e[,warmup=1e]", parseWSD},
	}
}

func parse(text string, u Units) (Schedule, error) {
	name, rest, colon := strings.Cut(text, ":")
	f := fields{units: u}
	f.read(rest, colon)
	var names []string
	for _, form := range Forms() {
		if form.Name != name {
			names = append(names, form.Name)
			continue
		}
		s := form.parse(&f)
		if f.err != nil {
			return nil, f.err
		}
		return s, s.Validate()
	}
	return nil, suggest.Unknown("schedule", name, names)
}
