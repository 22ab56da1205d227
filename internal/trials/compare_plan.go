package trials

import (
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
	v := Varied{Key: strings.TrimSpace(key)}
	if v.Key == "optimizer" {
		v.Key = "optimizer.name"
	}
	row, err := settings.Find(v.Key)
	if err != nil {
		return v, err
	}
	if v.Values, err = settings.ParseList(list); err != nil {
		return v, fmt.Errorf("want values: %w", err)
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
	return v, varies(v.Key)
}

// fixed are the settings that runs must share to be compared, and why.
var fixed = map[string]string{
	"epochs":  "runs that are compared have the same length",
	"seed":    "runs are compared with the same seeds",
	"workers": "the number of workers does not change results",
	"metrics": "what is measured does not change results",
}

// varies returns why a setting cannot be varied, or nil.
func varies(key string) error {
	if why, ok := fixed[key]; ok {
		return fmt.Errorf("%s cannot be varied: %s", key, why)
	}
	if slices.Contains([]string{"data", "target", "task", "test", "validation", "split", "split_seed", "image_size", "image_mode", "skip_corrupt"}, key) {
		return fmt.Errorf("%s cannot be varied: runs are compared on the same rows", key)
	}
	return nil
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
		if n *= len(v.Values); n > mostVariants {
			return fmt.Errorf("more than %d combinations are too many to compare; leave values out, or search with \"descent sweep\"", mostVariants)
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

// variants returns all combinations. Each must be valid by itself.
func (p *ComparePlan) variants(base settings.Settings) ([]variant, error) {
	all := []variant{{settings: base}}
	cross := func(key string, values []string, named bool) error {
		row, err := settings.Find(key)
		if err != nil {
			return err
		}
		var next []variant
		for _, v := range all {
			for _, value := range values {
				w := v
				w.varied = slices.Clone(v.varied)
				if err := row.Set(&w.settings, value); err != nil {
					return err
				}
				word := value
				if named {
					word = key + "=" + value
					w.varied = append(w.varied, [2]string{key, value})
				}
				w.name = strings.TrimSpace(v.name + " " + word)
				next = append(next, w)
			}
		}
		all = next
		return nil
	}
	if len(p.Optimizers) > 0 {
		if err := cross("optimizer.name", p.Optimizers, false); err != nil {
			return nil, err
		}
	}
	for _, v := range p.Vary {
		if err := cross(v.Key, v.Values, v.Key != "optimizer.name"); err != nil {
			return nil, err
		}
	}
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
