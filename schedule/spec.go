package schedule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

// Units turns epochs into updates for [Parse].
type Units struct {
	StepsPerEpoch int // updates in one epoch; 0 if unknown: epochs are then refused
	TotalSteps    int // updates in the whole run; 0 if unknown: cosine then needs steps=
}

// Parse reads a schedule as written on the command line:
//
//	constant
//	step:every=10e,factor=0.5
//	exp:every=1e,factor=0.96,stairs
//	cosine:floor=0.01,steps=5000
//	plateau:factor=0.1,patience=10,threshold=1e-4,absolute,mode=max,cooldown=2,min=1e-6,eps=1e-8,inclusive
//	warmup:steps=2e,then=cosine:floor=0.01
//
// A number of updates is whole, such as 500, or counts epochs with the suffix
// e, such as 10e or 0.5e, rounded to the nearest update. Step and exp need
// both keys; warmup needs steps=, and then= takes all the text that follows
// it. Cosine lasts for all updates, or all that a warm-up leaves, unless
// steps= is given. The keys of plateau start at [NewPlateau].
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

var names = [...]string{"constant", "cosine", "exp", "plateau", "step", "warmup"}

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
		if u.TotalSteps <= 0 {
			f.need("steps")
		}
		s = Cosine{Steps: f.steps("steps", u.TotalSteps), Floor: f.number("floor", 0)}
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
		if then, ok := f.values["then"]; ok && f.err == nil {
			if u.TotalSteps > 0 {
				if u.TotalSteps <= w.Steps {
					return nil, fmt.Errorf("a warm-up of %d updates leaves nothing of a run of %d to then=", w.Steps, u.TotalSteps)
				}
				u.TotalSteps -= w.Steps
			}
			var err error
			if w.Then, err = parse(then, u); err != nil {
				return nil, fmt.Errorf("then: %w", err)
			}
		}
		s = w
	default:
		return nil, suggest.Unknown("schedule", name, names[:])
	}
	if f.err != nil {
		return nil, f.err
	}
	return s, s.Validate()
}

// fields holds the key=value pairs of one schedule and the first error.
type fields struct {
	values map[string]string
	units  Units
	err    error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) read(text string, colon bool) {
	f.values = map[string]string{}
	for colon {
		var part string
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "then=") {
			part, colon = text, false
		} else {
			part, text, colon = strings.Cut(text, ",")
		}
		key, value, equals := strings.Cut(part, "=")
		if key = strings.TrimSpace(key); key == "" {
			f.fail("empty key; want key=value pairs with commas between them")
			return
		}
		if _, twice := f.values[key]; twice {
			f.fail("%s is given twice", key)
			return
		}
		value = strings.TrimSpace(value)
		if equals && value == "" {
			f.fail("%s= has no value", key)
			return
		}
		f.values[key] = value // "" marks a key without =
	}
}

func (f *fields) only(keys ...string) {
	for _, key := range sorted(f.values) {
		if !slices.Contains(keys, key) && f.err == nil {
			f.err = suggest.Unknown("key", key, keys)
		}
	}
}

func (f *fields) need(keys ...string) {
	for _, key := range keys {
		if _, ok := f.values[key]; !ok {
			f.fail("%s= is missing", key)
		}
	}
}

func (f *fields) flag(key string) bool {
	value, ok := f.values[key]
	if ok && value != "" {
		f.fail("%s takes no value; write %s alone", key, key)
	}
	return ok
}

// number returns a finite number of at least 0.
func (f *fields) number(key string, otherwise float64) float64 {
	value, ok := f.values[key]
	if !ok {
		return otherwise
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x >= 0) || math.IsInf(x, 0) {
		f.fail("%s=%s: want a finite number of at least 0, such as 0.5", key, value)
	}
	return x
}

func (f *fields) count(key string, otherwise int) int {
	value, ok := f.values[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		f.fail("%s=%s: want a whole number of at least 0, such as 10", key, value)
	}
	return n
}

// steps returns a number of updates, at least 1.
func (f *fields) steps(key string, otherwise int) int {
	value, ok := f.values[key]
	if !ok {
		return otherwise
	}
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return n
	}
	epochs, suffix := strings.CutSuffix(value, "e")
	x, err := strconv.ParseFloat(epochs, 64)
	if !suffix || err != nil || !(x > 0) || math.IsInf(x, 0) {
		f.fail("%s=%s: want updates, a whole number such as 500, or epochs, such as 10e or 0.5e", key, value)
		return 1
	}
	if f.units.StepsPerEpoch <= 0 {
		f.fail("%s=%s counts epochs, but the length of an epoch is not known; give it in updates", key, value)
		return 1
	}
	n := math.Round(x * float64(f.units.StepsPerEpoch))
	if n < 1 || n > 1<<53 {
		f.fail("%s=%s is %.3g updates at %d per epoch; want 1 to 2^53", key, value, x*float64(f.units.StepsPerEpoch), f.units.StepsPerEpoch)
		return 1
	}
	return int(n)
}

func (f *fields) choice(key string, choices ...string) string {
	value, ok := f.values[key]
	if !ok {
		return choices[0]
	}
	if !slices.Contains(choices, value) && f.err == nil {
		f.err = suggest.Unknown(key, value, choices)
	}
	return value
}
