package trials

import (
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/canonical"
	"descent/internal/rng"
	"descent/internal/settings"
)

// Candidate is settings that are tried for the best model of some data.
type Candidate struct {
	Number int     // from 1
	Values []Value // in the order of the candidate, what it sets
	Around int     // the candidate that it varies; 0: it is of the list
}

// Value is a setting and its text.
type Value struct{ Key, Text string }

// String returns what the candidate sets.
func (c Candidate) String() string {
	if len(c.Values) == 0 {
		return "as given"
	}
	var words []string
	for _, v := range c.Values {
		if v.Key == "model" {
			words = append(words, v.Text)
		} else {
			words = append(words, strings.ReplaceAll(v.Key, "_", " ")+" "+v.Text)
		}
	}
	return strings.Join(words, ", ")
}

// Apply returns settings as the candidate has them. Its networks start otherwise
// than those of others.
func (c Candidate) Apply(s settings.Settings) (settings.Settings, error) {
	for _, v := range c.Values {
		row, err := settings.Find(v.Key)
		if err == nil {
			err = row.Set(&s, v.Text)
		}
		if err != nil {
			return s, err
		}
	}
	words := rng.Key{Seed: s.Train.Seed, Stream: rng.Stream("candidate")}.Block(uint32(c.Number))
	s.Train.Seed = uint64(words[0])<<21 ^ uint64(words[1])
	return s, s.Check()
}

// Families of networks of which a size may be varied.
var families = [][]string{
	{"mlp:256,128", "mlp:512,256", "mlp:256,256,256", "mlp:128,64", "mlp:64"},
	{"table", "table:512,512,512", "table:256,256", "table:128,128,128"},
	{"tabm:k=8", "tabm:k=4", "tabm"},
	{"cnn:16", "cnn:32", "cnn:8"},
}

// listed are settings that do well at much data, the simplest first: what is asked
// of each network alone, and then what regularizes more or less.
var listed = map[bool][][]Value{
	false: {
		{{"model", "linear"}},
		{{"model", "table"}},
		{{"model", "mlp:256,128"}},
		{{"model", "tabm:k=8"}},
		{{"model", "table:512,512,512"}, {"dropout", "0.3"}},
		{{"model", "mlp:512,256"}, {"dropout", "0.4"}},
		{{"model", "mlp:128,64"}, {"dropout", "0"}},
	},
	true: {
		{{"model", "linear"}},
		{{"model", "cnn:16"}},
		{{"model", "mlp:256,128"}},
		{{"model", "lenet"}},
		{{"model", "cnn:32"}},
	},
}

// Listed returns the candidates to begin with for samples of a kind: those of a list
// that go with what the settings say already. What is given stays as it is.
func Listed(spec data.Spec, s settings.Settings) []Candidate {
	var list []Candidate
	for _, values := range listed[len(spec.Input) == 3] {
		c := Candidate{Number: len(list) + 1, Values: open(values, s)}
		same := func(o Candidate) bool { return slices.Equal(o.Values, c.Values) }
		if _, err := c.Apply(s); err == nil && !slices.ContainsFunc(list, same) {
			list = append(list, c)
		}
	}
	return list
}

// open returns the values of settings that s leaves as they are by default.
func open(values []Value, s settings.Settings) []Value {
	original := settings.Default()
	return slices.DeleteFunc(slices.Clone(values), func(v Value) bool {
		row, err := settings.Find(v.Key)
		return err == nil && row.Text(&s) != row.Text(&original)
	})
}

// Around returns the candidate of a number that varies the best one so far at random:
// its rate, and each of the other settings or not. decided are the settings of that as
// they were decided. It is a function of its arguments.
func Around(best Candidate, decided, s settings.Settings, n int) Candidate {
	key := rng.Key{Seed: s.Train.Seed, Stream: rng.Stream("around"), Draw: uint32(n)}
	c := Candidate{Number: n, Around: best.Number, Values: slices.Clone(best.Values)}
	rate := decided.LearningRate.Value * canonical.Pow(2, 2*key.Float64(0)-1)
	c.set(s, "learning_rate", number(rate))
	choose := func(draw int, name string, share float64, choices ...string) {
		if key.Float64(draw) < share && len(choices) > 0 {
			c.set(s, name, choices[int(key.Float64(draw+1)*float64(len(choices)))%len(choices)])
		}
	}
	for _, family := range families {
		if slices.Contains(family, decided.Model.Value) {
			choose(1, "model", 0.5, family...)
		}
	}
	if decided.Model.Value != "linear" {
		choose(3, "dropout", 0.5, "0", "0.1", "0.2", "0.3", "0.4")
	}
	decays := []string{"0", "0.001", "0.01", "0.1"}
	if decay := decided.WeightDecay.Value; decay > 0.1 {
		decays = []string{"0", number(decay / 3), number(decay * 3)}
	}
	choose(5, "weight_decay", 0.3, decays...)
	return c
}

// number is a value as a candidate has it.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }

// set gives the candidate a value, unless the settings have one.
func (c *Candidate) set(s settings.Settings, key, text string) {
	values := open([]Value{{key, text}}, s)
	if len(values) == 0 {
		return
	}
	if i := slices.IndexFunc(c.Values, func(v Value) bool { return v.Key == key }); i >= 0 {
		c.Values[i].Text = text
		return
	}
	c.Values = append(c.Values, values...)
}
