package trials

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"descent/internal/human"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/internal/suggest"
	"descent/internal/usage"
)

// SweepPlan is what a sweep does. With the settings in settings.yaml it decides
// every run.
type SweepPlan struct {
	Kind     string       `json:"kind"`   // "sweep"
	Search   string       `json:"search"` // random, grid or asha
	Trials   int          `json:"trials"` // configurations
	Seed     uint64       `json:"seed"`   // of what is drawn
	Metric   string       `json:"metric"`
	Epochs   int          `json:"epochs"` // of the longest runs
	Factor   int          `json:"factor"` // asha: of epochs from rung to rung, and of runs
	Rungs    int          `json:"rungs"`  // asha
	Parallel int          `json:"parallel"`
	Space    search.Space `json:"space"`
	Data     string       `json:"data_sha256"`
}

// How a sweep searches.
const (
	searchRandom = "random"
	searchGrid   = "grid"
	searchASHA   = "asha"
)

const (
	mostTrials   = 10000
	mostParallel = 256
)

// ReadSweep reads a file that describes a sweep, its settings over s.
func ReadSweep(path string, s *settings.Settings) (SweepPlan, error) {
	p := SweepPlan{Kind: "sweep", Search: searchASHA, Trials: 27, Factor: 3, Rungs: 3, Parallel: 8}
	text, err := settings.Load(path)
	if err != nil {
		return p, fmt.Errorf("sweep: %w", err)
	}
	n, err := settings.Document(path, text)
	if err != nil {
		return p, err
	}
	if n == nil {
		return p, usage.Errorf("%s: the file is empty; \"descent help sweep\" shows one", path)
	}
	r := sweepReader{path, s, &p}
	if err := r.document(n); err != nil {
		return p, usage.Mark(err)
	}
	if len(p.Space) == 0 {
		return p, usage.Errorf("%s: there is no space to search; name settings and what each may be, as in space: {dropout: [0, 0.2]}", path)
	}
	return p, usage.Mark(p.check())
}

// sweepReader walks over the file.
type sweepReader struct {
	path     string
	settings *settings.Settings
	plan     *SweepPlan
}

func (r *sweepReader) errorf(n *yaml.Node, format string, args ...any) error {
	return settings.ErrorAt(r.path, n, format, args...)
}

// sweepKeys are those of the file.
var sweepKeys = []string{"search", "trials", "seed", "metric", "epochs", "factor", "rungs", "parallel", "settings", "space"}

func (r *sweepReader) document(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return r.errorf(n, "want keys and values: %s", human.And(sweepKeys))
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if seen[name.Value] {
			return r.errorf(name, "%s stands twice", name.Value)
		}
		seen[name.Value] = true
		if err := r.key(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (r *sweepReader) key(name, value *yaml.Node) error {
	p := r.plan
	switch name.Value {
	case "settings":
		return settings.ReadNode(r.path, value, r.settings)
	case "space":
		return r.space(value)
	case "search":
		p.Search = value.Value
	case "metric":
		if p.Metric = value.Value; p.Metric == "auto" {
			p.Metric = ""
		}
	case "seed":
		v, err := settings.ParseSeed(value.Value)
		if err != nil {
			return r.errorf(value, "seed is %q; want %w", value.Value, err)
		}
		p.Seed = v
	default:
		field, ok := map[string]*int{"trials": &p.Trials, "epochs": &p.Epochs, "factor": &p.Factor, "rungs": &p.Rungs, "parallel": &p.Parallel}[name.Value]
		if !ok {
			return r.errorf(name, "%w", suggest.Unknown("key of a sweep", name.Value, sweepKeys))
		}
		v, err := strconv.Atoi(value.Value)
		if err != nil || v < 1 {
			return r.errorf(value, "%s is %q; want a whole number, 1 or more", name.Value, value.Value)
		}
		*field = v
	}
	return nil
}

// space reads what settings may be.
func (r *sweepReader) space(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return r.errorf(n, "space: want settings and what each may be, as in learning_rate: {log: [0.0001, 0.1]}")
	}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := name.Value
		if key == "optimizer" {
			key = "optimizer.name"
		}
		row, err := settings.Find(key)
		if err == nil {
			err = row.Varies()
		}
		if err != nil {
			return r.errorf(name, "space: %w", err)
		}
		if slices.ContainsFunc(r.plan.Space, func(x search.Range) bool { return x.Name == key }) {
			return r.errorf(name, "space: %s stands twice", key)
		}
		x, err := readRange(key, value)
		if err != nil {
			return r.errorf(value, "space: %w", err)
		}
		for _, text := range x.Examples() {
			var scratch settings.Settings
			if err := row.Set(&scratch, text); err != nil {
				return r.errorf(value, "space: %w", err)
			}
		}
		r.plan.Space = append(r.plan.Space, x)
	}
	return nil
}

// readRange reads a list of values, or a mapping such as {log: [0.001, 0.1]}.
func readRange(key string, n *yaml.Node) (search.Range, error) {
	x := search.Range{Name: key}
	want := fmt.Errorf("%s: want a list of values, or one of {uniform: [a, b]}, {log: [a, b]}, {int: [a, b]} and {log_int: [a, b]}, in a grid with points: n", key)
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return x, want
			}
			if slices.Contains(x.Choices, item.Value) {
				return x, fmt.Errorf("%s: %q stands twice", key, item.Value)
			}
			x.Choices = append(x.Choices, item.Value)
		}
		if len(x.Choices) == 0 {
			return x, want
		}
		return x, nil
	case yaml.MappingNode:
	default:
		return x, want
	}
	kinds := 0
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		if name == "points" {
			v, err := strconv.Atoi(value.Value)
			if err != nil || v < 2 {
				return x, fmt.Errorf("%s: points is %q; want 2 or more", key, value.Value)
			}
			x.Points = v
			continue
		}
		kinds++
		x.Log, x.Whole = name == "log" || name == "log_int", name == "int" || name == "log_int"
		if !x.Log && !x.Whole && name != "uniform" {
			return x, fmt.Errorf("%s: %w", key, suggest.Unknown("range", name, []string{"uniform", "log", "int", "log_int", "points"}))
		}
		if value.Kind != yaml.SequenceNode || len(value.Content) != 2 {
			return x, want
		}
		var err error
		if x.Low, err = settings.ParseFloat(value.Content[0].Value); err != nil {
			return x, fmt.Errorf("%s: %q; want %w", key, value.Content[0].Value, err)
		}
		if x.High, err = settings.ParseFloat(value.Content[1].Value); err != nil {
			return x, fmt.Errorf("%s: %q; want %w", key, value.Content[1].Value, err)
		}
	}
	if kinds != 1 {
		return x, want
	}
	return x, x.Validate()
}

func (p *SweepPlan) check() error {
	searches := []string{searchRandom, searchGrid, searchASHA}
	switch {
	case !slices.Contains(searches, p.Search):
		return fmt.Errorf("search: %w", suggest.Unknown("search", p.Search, searches))
	case p.Trials > mostTrials:
		return fmt.Errorf("trials are %d; want at most %d", p.Trials, mostTrials)
	case p.Factor < 2:
		return fmt.Errorf("factor is %d; want 2 or more", p.Factor)
	case p.Parallel < 1 || p.Parallel > mostParallel:
		return fmt.Errorf("parallel is %d; want 1 to %d", p.Parallel, mostParallel)
	}
	return checkMetric(p.Metric)
}

// values returns what each trial sets.
func (p *SweepPlan) values() ([][]string, error) {
	if p.Search == searchGrid {
		return p.Space.Grid(mostTrials)
	}
	var all [][]string
	for i := range p.Trials {
		all = append(all, p.Space.Sample(p.Seed, i))
	}
	return all, nil
}

// lengths are the epochs at the rungs.
func (p *SweepPlan) lengths() []int {
	if p.Search != searchASHA {
		return []int{p.Epochs}
	}
	return search.Lengths(p.Epochs, p.Factor, p.Rungs)
}
