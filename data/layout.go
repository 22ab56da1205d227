package data

import (
	"strings"

	"descent/data/internal/parse"
)

// FeatureKind says what a feature of a table's row is.
type FeatureKind uint8

const (
	NumberFeature    FeatureKind = iota // a number, standardized, or a part of a date
	IndicatorFeature                    // 1 where the column's value is missing, else 0
	LevelFeature                        // 1 where the column has this level, else 0
	EmptyFeature                        // always 0; see [Column.Features]
	GramFeature                         // the number of an n-gram of a text, -1 of none
	ValueFeature                        // the value of an n-gram of a text
)

// Feature is one number of a table's row as it is encoded.
type Feature struct {
	Name   string // as in [Encoder.Features]
	Column string
	Kind   FeatureKind
}

// Layout returns what the features of a table are, in the order of
// [Encoder.Features].
func (e *Encoder) Layout() []Feature {
	var list []Feature
	for _, c := range e.Columns {
		for _, name := range c.Features() {
			list = append(list, Feature{name, c.Name, c.kindOf(name)})
		}
	}
	return list
}

// kindOf returns the kind of a feature by what its name ends in.
func (c *Column) kindOf(name string) FeatureKind {
	of, level := strings.TrimPrefix(name, c.Name), c.Kind == parse.CategoryKind
	switch {
	case of == "=<unk>" && level:
		return EmptyFeature
	case level:
		return LevelFeature
	case c.Kind == parse.TextKind && of[0] == '.':
		return GramFeature
	case c.Kind == parse.TextKind:
		return ValueFeature
	case of == "=<missing>":
		return IndicatorFeature
	}
	return NumberFeature
}
