package optim

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

// Hyperparameter is what a name of hyperparameters means, in all rules that
// have it: what a flag of that name needs.
type Hyperparameter struct {
	Key    string   // its json name
	Usage  string   // what it is, in a few words, as in "ψ, how fast μ rises to β₁"
	Range  string   // the widest that a rule takes, as in "[0, 1)"; "" of a switch
	Switch bool     // on or off, 1 or 0 for [With]
	Rules  []string // the names of the rules that have it
}

// Hyperparameters lists those of all rules of this package, in the order in
// which the rules of [Names] first have them. Usage and Range are the tags of
// those names at a field of one of these rules.
func Hyperparameters() []Hyperparameter {
	var list []Hyperparameter
	at := map[string]int{}
	for _, rule := range all() {
		t := reflect.TypeOf(rule)
		for _, f := range hypers(rule) {
			i, ok := at[f.key]
			if !ok {
				i = len(list)
				at[f.key] = i
				list = append(list, Hyperparameter{Key: f.key, Switch: t.Field(f.index).Type.Kind() == reflect.Bool})
			}
			tag, h := t.Field(f.index).Tag, &list[i]
			h.Usage, h.Range = cmp.Or(h.Usage, tag.Get("usage")), cmp.Or(h.Range, tag.Get("range"))
			h.Rules = append(h.Rules, rule.Name())
		}
	}
	return list
}

// Keys returns the names of a rule's hyperparameters: the json names of its
// numbers and switches, in order.
func Keys(rule Rule) []string {
	var keys []string
	for _, f := range hypers(rule) {
		keys = append(keys, f.key)
	}
	return keys
}

// With returns rule with one hyperparameter changed, by its json name. A
// switch, such as eps_inside, is on at 1 and off at 0. The result is not
// validated, so that several can be set in any order.
//
//	rule, err := optim.With(optim.NewAdam(), "beta1", 0.8)
func With(rule Rule, key string, value float64) (Rule, error) {
	if rule == nil {
		return nil, fmt.Errorf("optim.With: there is no rule to set %q of", key)
	}
	if w, ok := rule.(wrapper); ok {
		inner, err := With(w.inner(), key, value)
		if err != nil {
			return nil, err
		}
		return w.around(inner), nil
	}
	for _, f := range hypers(rule) {
		if f.key != key {
			continue
		}
		c := reflect.New(reflect.TypeOf(rule)).Elem()
		c.Set(reflect.ValueOf(rule))
		switch to := c.Field(f.index); {
		case to.Kind() == reflect.Float64:
			to.SetFloat(value)
		case value == 0 || value == 1:
			to.SetBool(value == 1)
		default:
			return nil, fmt.Errorf("optimizer %s: %s is a switch, 1 or 0, not %v", rule.Name(), key, value)
		}
		return c.Interface().(Rule), nil
	}
	keys := Keys(rule)
	if len(keys) == 0 {
		return nil, fmt.Errorf("optimizer %s has no hyperparameter %q, nor any other but the learning rate", rule.Name(), key)
	}
	return nil, fmt.Errorf("optimizer %s: %w", rule.Name(), suggest.Unknown("hyperparameter", key, keys))
}

// Value returns one hyperparameter of rule by its json name, a switch as 1 or
// 0, and false if the rule has none of that name.
func Value(rule Rule, key string) (float64, bool) {
	for _, f := range hypers(rule) {
		if f.key == key {
			v := reflect.ValueOf(bare(rule)).Field(f.index)
			switch {
			case v.Kind() == reflect.Float64:
				return v.Float(), true
			case v.Bool():
				return 1, true
			}
			return 0, true
		}
	}
	return 0, false
}

// EpsPlacement says where a rule adds ε, "inside" or "outside" of the root: by its
// switch eps_inside or eps_outside, or by a tag at its ε where there is no choice;
// "" where neither says it.
func EpsPlacement(rule Rule) (place string, choice bool) {
	for _, p := range [2][2]string{{"inside", "outside"}, {"outside", "inside"}} {
		if on, ok := Value(rule, "eps_"+p[0]); ok {
			if on == 1 {
				return p[0], true
			}
			return p[1], true
		}
	}
	for _, f := range hypers(rule) {
		if f.key == "eps" {
			place = reflect.TypeOf(bare(rule)).Field(f.index).Tag.Get("placed")
		}
	}
	return place, false
}

// Describe returns the rule with all its hyperparameters, as in
// "rmsprop rho=0.9 eps=1e-08 eps_outside=false".
func Describe(rule Rule) string {
	if rule == nil {
		return "none"
	}
	var b strings.Builder
	b.WriteString(rule.Name())
	for _, f := range hypers(rule) {
		b.WriteString(" " + f.key + "=")
		switch v := reflect.ValueOf(bare(rule)).Field(f.index); v.Kind() {
		case reflect.Float64:
			b.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
		default:
			b.WriteString(strconv.FormatBool(v.Bool()))
		}
	}
	return b.String()
}

// field is a hyperparameter and the field that holds it, of the rule inside of
// all wrappers.
type field struct {
	key   string
	index int
}

func hypers(rule Rule) (list []field) {
	t := reflect.TypeOf(bare(rule))
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if k := f.Type.Kind(); f.IsExported() && key != "" && key != "-" && (k == reflect.Float64 || k == reflect.Bool) {
			list = append(list, field{key, i})
		}
	}
	return list
}
