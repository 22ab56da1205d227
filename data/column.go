package data

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"descent/data/internal/feature"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// Column is one column of a table and the features it becomes.
type Column struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`              // "number", "category", "date", "text" or "dropped"
	Why     string   `json:"why,omitempty"`     // it was dropped
	Median  float64  `json:"median,omitempty"`  // of a number, for missing ones
	Mean    float64  `json:"mean,omitempty"`    // of the values that are there
	Std     float64  `json:"std,omitempty"`     // likewise; of the population
	Levels  []string `json:"levels,omitempty"`  // of a category, each with its slot
	Rare    []string `json:"rare,omitempty"`    // levels that share one slot
	Hashed  int      `json:"hashed,omitempty"`  // slots that levels have by their hash, instead of Levels
	Empty   []int    `json:"empty,omitempty"`   // of these, those that training had no level for
	Missing bool     `json:"missing,omitempty"` // has a feature that says "missing"

	Notation string   `json:"notation,omitempty"` // of a number: 1234.56 as the column writes it; "" is plain
	Form     string   `json:"form,omitempty"`     // of a date: ymd, dmy, mdy, ym, time or unix
	Parts    []string `json:"parts,omitempty"`    // of a date, which vary: days, month, monthday, weekday, hour
	Absent   []string `json:"absent,omitempty"`   // words that mean "missing" in this column

	Text *NGrams `json:"text,omitempty"` // of text
}

// Features returns the names of the features that a column becomes, in order:
// a number and perhaps its indicator; the parts of a date, likewise; levels,
// <rare>, <missing> and <unk>; or the numbers and the values of the n-grams of a text,
// as review.0 and review=0, which are described at [NGrams].
//
// A level that training did not have is <rare> if the column has rare levels,
// and else sets none of them, as a missing value does where training had none:
// no weight is learned for what does not occur. So <unk> is always 0; it stays
// for the sake of models and bits of before. Where levels are hashed, the slots stand
// for them as #0, #1 and so on, and a level is unknown only whose slot no level of
// training has.
func (c Column) Features() []string {
	var names []string
	switch c.Kind {
	case parse.NumberKind:
		names = []string{c.Name}
	case parse.DateKind:
		names = c.dateFeatures()
	case parse.TextKind:
		for _, mark := range []string{".", "="} {
			for i := range c.Text.Length {
				names = append(names, c.Name+mark+strconv.Itoa(i))
			}
		}
	case parse.CategoryKind:
		for _, level := range c.levels() {
			names = append(names, c.Name+"="+level)
		}
		if len(c.Rare) > 0 {
			names = append(names, c.Name+"=<rare>")
		}
	default:
		return nil
	}
	if c.Missing {
		names = append(names, c.Name+"=<missing>")
	}
	if c.Kind == parse.CategoryKind {
		names = append(names, c.Name+"=<unk>")
	}
	return names
}

// Spellings lists the texts of a category whose levels are not hashed, each with the number
// of the feature that it sets, -1 for none; any other sets that of rest. To those of
// training come the usual words for what is missing. Levels in other spellings of the same
// meaning, such as 1.0 of 1, are not among them.
func (c Column) Spellings() (texts []string, features []int, rest int) {
	f, met := feature.NewCategory(c.Levels, c.Rare, c.Missing), map[string]bool{}
	for _, text := range slices.Concat(c.Levels, c.Rare, parse.MissingSpellings()) {
		if !met[text] {
			slot, _ := f.Slot(text)
			texts, features, met[text] = append(texts, text), append(features, slot), true
		}
	}
	if rest = feature.None; len(c.Rare) > 0 {
		rest = len(c.Levels)
	}
	return texts, features, rest
}

// levels names the slots of a category.
func (c *Column) levels() []string {
	if c.Hashed > 0 {
		return feature.HashLevels(c.Hashed)
	}
	return c.Levels
}

// width is how many features there are.
func (c *Column) width() int {
	number := feature.Number{Missing: c.Missing}
	switch c.Kind {
	case parse.NumberKind:
		return number.Width()
	case parse.DateKind:
		return (&feature.Date{Number: number, Parts: c.Parts}).Width()
	case parse.TextKind:
		return c.Text.text().Width()
	case parse.CategoryKind:
		return (&feature.Category{Levels: c.levels(), Rare: c.Rare, Missing: c.Missing}).Width()
	}
	return 0
}

// feature returns what encodes the column; nil of one that was dropped.
func (c *Column) feature() (feature.Feature, error) {
	r, err := c.readsAs()
	if err != nil {
		return nil, err
	}
	number := feature.Number{Median: c.Median, Mean: c.Mean, Std: c.Std, Missing: c.Missing, Reading: r}
	switch c.Kind {
	case parse.NumberKind:
		return &number, nil
	case parse.DateKind:
		return &feature.Date{Number: number, Parts: c.Parts}, nil
	case parse.TextKind:
		return c.Text.text(), nil
	case parse.CategoryKind:
		if c.Hashed > 0 {
			return feature.NewHashed(c.Hashed, c.Empty, c.Missing), nil
		}
		return feature.NewCategory(c.Levels, c.Rare, c.Missing), nil
	}
	return nil, nil
}

// dateFeatures names the features of a date, but for the indicator.
func (c *Column) dateFeatures() []string {
	var names []string
	for _, part := range c.Parts {
		if part == parse.DaysPart {
			names = append(names, c.Name+"."+part)
		} else {
			names = append(names, c.Name+"."+part+".sin", c.Name+"."+part+".cos")
		}
	}
	return names
}

// checkDate checks what a date becomes.
func (c *Column) checkDate() error {
	if c.Kind != parse.DateKind {
		return nil
	}
	if parse.FormNames[c.Form] == "" {
		return fmt.Errorf("data: encoder: column %q has dates of form %q; it is ymd, dmy, mdy, ym, time or unix", c.Name, c.Form)
	}
	known := append([]string{parse.DaysPart}, parse.PartsOf(c.Form)...)
	for i, part := range c.Parts {
		if i == 0 != (part == parse.DaysPart) || !slices.Contains(known, part) || slices.Contains(c.Parts[:i], part) {
			return fmt.Errorf("data: encoder: column %q has the parts %s; they are days first, and each of %s once", c.Name, naming.List(c.Parts), naming.List(known[1:]))
		}
	}
	if len(c.Parts) == 0 {
		return fmt.Errorf("data: encoder: column %q has dates without parts; the first is days", c.Name)
	}
	return nil
}

// checkLevels checks what a category becomes.
func (c *Column) checkLevels() error {
	if c.Hashed < 0 || c.Hashed > 0 && (len(c.Levels) > 0 || len(c.Rare) > 0) {
		return fmt.Errorf("data: encoder: column %q has %d slots for hashed levels beside %d others", c.Name, c.Hashed, len(c.Levels)+len(c.Rare))
	}
	if n := max(len(c.Levels), c.Hashed); n > math.MaxInt16-3 {
		return fmt.Errorf("data: encoder: column %q has %d levels; at most %d are kept", c.Name, n, math.MaxInt16-3)
	}
	for _, slot := range c.Empty {
		if slot < 0 || slot >= c.Hashed {
			return fmt.Errorf("data: encoder: column %q has no slot %d; it has %d", c.Name, slot, c.Hashed)
		}
	}
	return nil
}

// readsAs returns the reading of a column that training has learned.
func (c *Column) readsAs() (parse.Reading, error) {
	return learned(c.Name, c.Kind, c.Notation, c.Form, c.Absent)
}

// readsAs returns the reading of a target of regression.
func (t *Target) readsAs() (parse.Reading, error) {
	return learned(t.Name, parse.NumberKind, t.Notation, "", t.Absent)
}

func learned(name, kind, written, form string, absent []string) (parse.Reading, error) {
	n, err := parse.ReadNotation(written)
	if err != nil {
		return parse.Reading{}, fmt.Errorf("data: encoder: column %q: %w", name, err)
	}
	return parse.Reading{Kind: kind, Notation: n, Form: form, Absent: absent}, nil
}
