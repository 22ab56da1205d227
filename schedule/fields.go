package schedule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

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
			part, text, colon = cutOutside(text)
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

// cutOutside cuts text at its first comma that is not in parentheses.
func cutOutside(text string) (before, after string, found bool) {
	depth := 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
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
	return f.updates(key, value)
}

// total returns steps=, which is the rest of the run if it is not given.
func (f *fields) total() int {
	if f.units.TotalSteps <= 0 {
		f.need("steps")
	}
	return f.steps("steps", f.units.TotalSteps)
}

func (f *fields) updates(key, value string) int {
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

// index returns which of the choices is given, the first if none is.
func (f *fields) index(key string, choices []string) int {
	return slices.Index(choices, f.choice(key, choices...))
}

// schedule reads the schedule of a key, which may stand in parentheses.
func (f *fields) schedule(key string, u Units) Schedule {
	if f.err != nil {
		return nil
	}
	text := f.values[key]
	if inner, ok := strings.CutPrefix(text, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); !ok {
			f.fail("%s=%s: the parenthesis is not closed", key, text)
			return nil
		}
		text = strings.TrimSpace(inner)
	}
	s, err := parse(text, u)
	if err != nil {
		f.err = fmt.Errorf("%s: %w", key, err)
	}
	return s
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
