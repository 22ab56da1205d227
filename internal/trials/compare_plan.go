package trials

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"descent/internal/search"
	"descent/internal/settings"
	"descent/metric"
	"descent/optim"
)

// ComparePlan is what a comparison does. With the settings in config.yaml it
// decides every run.
type ComparePlan struct {
	Kind       string   `json:"kind"` // "compare"
	Optimizers []string `json:"optimizers,omitempty"`
	Vary       []Varied `json:"vary,omitempty"`
	Also       []string `json:"also,omitempty"` // single settings beside the combinations, as key=value,key=value
	Metric     string   `json:"metric"`
	Seeds      int      `json:"seeds"`
	Epochs     int      `json:"epochs"`           // of a whole run
	Budget     float64  `json:"budget,omitempty"` // seconds that the epochs were decided by
	Reach      *float64 `json:"reach,omitempty"`
	Data       string   `json:"data_sha256"`
}

// Varied is a setting with the values to compare.
type Varied struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// ParseVaried reads key=value,value.
func ParseVaried(text string) (Varied, error) {
	key, list, ok := strings.Cut(text, "=")
	if !ok {
		return Varied{}, fmt.Errorf("want a setting and its values, such as batch=1,32,all")
	}
	values, err := settings.ParseList(list)
	if err != nil {
		return Varied{}, fmt.Errorf("want values: %w", err)
	}
	return newVaried(key, values)
}

// newVaried checks that a setting can be varied and takes each of the values.
func newVaried(key string, values []string) (Varied, error) {
	v := Varied{strings.TrimSpace(key), values}
	if v.Key == "optimizer" {
		v.Key = "optimizer.name"
	}
	row, err := settings.Find(v.Key)
	if err != nil {
		return v, err
	}
	if len(v.Values) == 0 {
		return v, fmt.Errorf("there are no values; want some, such as batch=1,32,all")
	}
	for i, value := range v.Values {
		if slices.Contains(v.Values[:i], value) {
			return v, fmt.Errorf("%q stands twice", value)
		}
		var scratch settings.Settings
		if err := row.Set(&scratch, value); err != nil {
			return v, err
		}
	}
	return v, row.Varies()
}

// parseAlso reads key=value,key=value, which together are one of the settings to
// compare.
func parseAlso(text string) ([][2]string, error) {
	const want = "want settings and a value for each, such as optimizer=adamw,average=ema:0.998"
	list, err := settings.ParseList(text)
	if err != nil || len(list) == 0 {
		return nil, errors.New(want)
	}
	var pairs [][2]string
	for _, word := range list {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no setting with a value; %s", word, want)
		}
		v, err := newVaried(key, []string{value})
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			if p[0] == v.Key {
				return nil, fmt.Errorf("%s stands twice", v.Key)
			}
		}
		pairs = append(pairs, [2]string{v.Key, value})
	}
	return pairs, nil
}

const (
	mostVariants = 64
	leastSeeds   = 2
	mostSeeds    = 100
)

func (p *ComparePlan) check() error {
	switch {
	case p.Seeds < leastSeeds || p.Seeds > mostSeeds:
		return fmt.Errorf("--seeds is %d; it must be %d, as one run says nothing about chance, to %d", p.Seeds, leastSeeds, mostSeeds)
	case p.Budget < 0:
		return fmt.Errorf("--budget is %v; it must be more than 0", time.Duration(p.Budget*float64(time.Second)))
	}
	for i, name := range p.Optimizers {
		if slices.Contains(p.Optimizers[:i], name) {
			return fmt.Errorf("--optimizers: %s stands twice", name)
		}
		if _, err := optim.ByName(name); err != nil {
			return fmt.Errorf("--optimizers: %w", err)
		}
	}
	n := max(1, len(p.Optimizers))
	for i, v := range p.Vary {
		for _, w := range p.Vary[:i] {
			if w.Key == v.Key {
				return fmt.Errorf("--vary: %s stands twice", v.Key)
			}
		}
		if v.Key == "optimizer.name" && len(p.Optimizers) > 0 {
			return fmt.Errorf("--vary optimizer.name and --optimizers both name rules; give one")
		}
		n *= len(v.Values)
		if n+len(p.Also) > mostVariants {
			return fmt.Errorf("more than %d combinations are too many to compare; leave values out, or search with \"descent sweep\"", mostVariants)
		}
	}
	for _, text := range p.Also {
		if _, err := parseAlso(text); err != nil {
			return fmt.Errorf("--also %s: %w", text, err)
		}
	}
	return checkMetric(p.Metric)
}

// variant is one of the settings that are compared.
type variant struct {
	name     string // of what differs, such as "adam batch=32"
	rule     string
	varied   [][2]string       // key and value
	settings settings.Settings // open but for what differs
	guess    float64           // the rate, or where its search begins
	searched bool
}

// with returns v with one more setting, in its name too.
func (v variant) with(key, value string) (variant, error) {
	row, err := settings.Find(key)
	if err != nil {
		return v, err
	}
	if err := row.Set(&v.settings, value); err != nil {
		return v, err
	}
	word := value
	if key != "optimizer.name" {
		word = key + "=" + value
		v.varied = append(slices.Clone(v.varied), [2]string{key, value})
	}
	v.name = strings.TrimSpace(v.name + " " + word)
	return v, nil
}

// combinations returns what is compared, not yet checked: every combination of
// rules and varied values, and then each of Also by itself.
func (p *ComparePlan) combinations(base settings.Settings) ([]variant, error) {
	lists := p.Vary
	if len(p.Optimizers) > 0 {
		lists = slices.Insert(slices.Clone(lists), 0, Varied{"optimizer.name", p.Optimizers})
	}
	all := []variant{{settings: base}}
	for _, list := range lists {
		var next []variant
		for _, v := range all {
			for _, value := range list.Values {
				w, err := v.with(list.Key, value)
				if err != nil {
					return nil, err
				}
				next = append(next, w)
			}
		}
		all = next
	}
	for _, text := range p.Also {
		pairs, err := parseAlso(text)
		if err != nil {
			return nil, err
		}
		v := variant{settings: base}
		for _, pair := range pairs {
			if v, err = v.with(pair[0], pair[1]); err != nil {
				return nil, err
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// variants returns all combinations. Each must be valid by itself, and they must
// differ.
func (p *ComparePlan) variants(base settings.Settings) ([]variant, error) {
	all, err := p.combinations(base)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for i := range all {
		v := &all[i]
		if err := v.settings.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		rule, err := v.settings.Rule()
		if err != nil {
			return nil, err
		}
		v.rule, v.guess, v.searched = rule.Name(), v.settings.LearningRate.Or(rule.DefaultRate()), !v.settings.LearningRate.Given
		if v.name == "" {
			v.name = v.rule
		}
		if names[v.name] {
			return nil, fmt.Errorf("%s is compared twice; leave one out", v.name)
		}
		names[v.name] = true
	}
	return all, nil
}

// lengths are the epochs of the runs that search a rate.
func (p *ComparePlan) lengths() []int { return search.Lengths(p.Epochs, 3, 3) }

// checkMetric returns an error for a score that does not exist.
func checkMetric(name string) error {
	if name == "" {
		return nil
	}
	if _, err := metric.ByName(name); err != nil {
		return fmt.Errorf("--metric: %w", err)
	}
	return nil
}
