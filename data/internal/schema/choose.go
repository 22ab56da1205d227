package schema

import (
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/internal/suggest"
)

// The lists of a schemaConfig, as messages call them.
const (
	asTarget   = "target"
	asImage    = "image"
	asWeight   = "weight"
	asDrop     = "drop"
	asKeep     = "keep"
	asCategory = "category"
	asNumber   = "number"
	asDate     = "date"
	asKnown    = "known"
	asText     = "text"
)

// chosenList is one list of a schemaConfig: what was written, and the columns that
// it means.
type chosenList struct {
	as      string
	names   *[]string
	choices []choice
}

// choice is a column that a name means, or a pattern.
type choice struct {
	column  string
	pattern string // "" for a name
	how     string // "" or how its cells are written, one of hows
}

func (cfg *Config) lists() []chosenList {
	return []chosenList{
		{as: asTarget, names: &cfg.Targets}, {as: asImage, names: &cfg.Images}, {as: asWeight, names: &cfg.Weights}, {as: asDrop, names: &cfg.Drop}, {as: asKeep, names: &cfg.Keep},
		{as: asCategory, names: &cfg.Categories}, {as: asNumber, names: &cfg.Numbers}, {as: asDate, names: &cfg.Dates}, {as: asText, names: &cfg.Text}, {as: asKnown, names: &cfg.Known},
	}
}

// resolve returns cfg with the columns of g in place of names and patterns. It
// refuses what g does not have and what contradicts itself. A pattern leaves
// alone what another list names whole, and targets.
func (cfg Config) resolve(g *grid.Grid) (Config, error) {
	if len(cfg.Targets) == 0 {
		return cfg, fmt.Errorf("data: %s: %w It has %s", g.File, ErrNoTarget, naming.List(g.Columns))
	}
	return cfg.resolveColumns(g)
}

// resolveColumns is resolve of what may have no targets that are named.
func (cfg Config) resolveColumns(g *grid.Grid) (Config, error) {
	if cfg.Task < 0 || cfg.Task > Labels {
		return cfg, fmt.Errorf("data: %s: there is no task %d; it is Classification, Regression, MultiLabel or 0, to be decided", g.File, int(cfg.Task))
	}
	cfg.freeText = slices.Contains(cfg.Text, FreeText) && len(cfg.Images) == 0
	cfg.Text = namesIn(cfg.Text)
	if len(cfg.Text) > 0 && len(cfg.Images) > 0 {
		return cfg, fmt.Errorf("data: %s: columns of text are read of tables without images", g.File)
	}
	lists := cfg.lists()
	taken := make(map[string]bool) // columns that patterns leave alone
	for i := range lists {
		l := &lists[i]
		for _, text := range *l.names {
			choices, err := chooseIn(g, text, l.as)
			if err != nil {
				return cfg, err
			}
			l.choices = append(l.choices, choices...)
		}
		for _, c := range l.choices {
			taken[c.column] = taken[c.column] || c.pattern == ""
		}
	}
	as := make(map[string][]string) // the lists that have a column
	cfg.hows = make(map[string]string)
	for _, l := range lists {
		columns, err := l.columns(g, taken)
		if err != nil {
			return cfg, err
		}
		for _, column := range columns {
			for _, other := range as[column] {
				if err := agree(other, l.as); err != "" {
					return cfg, fmt.Errorf("data: %s: column %q is %s", g.File, column, err)
				}
			}
			as[column] = append(as[column], l.as)
			taken[column] = taken[column] || l.as == asTarget || l.as == asImage || l.as == asWeight
		}
		*l.names = columns
		for _, c := range l.choices {
			if c.how != "" && slices.Contains(columns, c.column) {
				cfg.hows[c.column] = c.how
			}
		}
	}
	if len(cfg.Images) > 1 {
		return cfg, fmt.Errorf("data: %s: one column holds the paths of images, and %s are %d", g.File, naming.List(cfg.Images), len(cfg.Images))
	}
	if len(cfg.Weights) > 1 {
		return cfg, fmt.Errorf("data: %s: one column holds the weights of rows, and %s are %d", g.File, naming.List(cfg.Weights), len(cfg.Weights))
	}
	var err error
	cfg.levels, err = cfg.resolveLevels(g)
	return cfg, err
}

// columns returns the columns of a list, each once, in the order of the list.
func (l chosenList) columns(g *grid.Grid, taken map[string]bool) ([]string, error) {
	var columns []string
	in, met := make(map[string]bool), make(map[string]bool)
	for _, c := range l.choices {
		switch {
		case c.pattern != "" && taken[c.column]:
			continue
		case in[c.column] && l.as == asTarget && c.pattern == "":
			return nil, fmt.Errorf("data: %s: the target %q is named twice", g.File, c.column)
		case !in[c.column]:
			in[c.column] = true
			columns = append(columns, c.column)
		}
		met[c.pattern] = true
	}
	for _, c := range l.choices {
		if !met[c.pattern] {
			return nil, fmt.Errorf("data: %s: %s %q matches no column but %q, which is named otherwise", g.File, l.as, c.pattern, c.column)
		}
	}
	return columns, nil
}

// agree says what is wrong with a column in two lists; nothing if they go
// together.
func agree(a, b string) string {
	switch {
	case (a == asTarget || a == asWeight) && b == asNumber, a == asNumber && b == asKnown:
		return ""
	case a == asTarget:
		return fmt.Sprintf("a target and cannot be in %s too", b)
	case a == asImage:
		return fmt.Sprintf("the image of a row and cannot be in %s too", b)
	case a == asWeight:
		return fmt.Sprintf("the weight of a row and cannot be in %s too", b)
	case a == asDrop && b == asKeep:
		return "both dropped and kept"
	case a == asDrop:
		return fmt.Sprintf("both dropped and a %s", b)
	case a != asKeep && b != asKeep:
		return fmt.Sprintf("both a %s and a %s; want one of them", a, b)
	}
	return ""
}

// chooseIn returns the columns that a text means: the one that has this name;
// or those that match it as a pattern; or, with commas in it, those of its
// parts.
func chooseIn(g *grid.Grid, text, as string) ([]choice, error) {
	if i := g.Find(text); i >= 0 {
		if why := g.WhyLeftOut(text); why != "" && as != asDrop {
			return nil, unusable(g, text, why)
		}
		return []choice{{column: g.Columns[i]}}, nil
	}
	var choices []choice
	if strings.ContainsAny(text, `*?[\`) {
		for _, column := range g.Columns {
			if matches(text, column) {
				choices = append(choices, choice{column: column, pattern: text})
			}
		}
	}
	if choices != nil {
		return choices, nil
	}
	if of, err := chooseHow(g, text, as); of != nil || err != nil {
		return of, err
	}
	parts := partsOfList(g, text)
	if len(parts) == 1 && parts[0] == text {
		return nil, noColumn(g, text, as, text)
	}
	for _, part := range parts {
		of, err := chooseIn(g, part, as)
		if err != nil {
			if len(parts) > 1 {
				err = noColumn(g, part, as, text)
			}
			return nil, err
		}
		choices = append(choices, of...)
	}
	return choices, nil
}

// chooseHow is chooseIn of a name that ends in how its cells are written, as in
// day:dmy; it returns nothing for others.
func chooseHow(g *grid.Grid, text, as string) ([]choice, error) {
	at := strings.LastIndexByte(text, ':')
	if at < 0 || hows[as] == nil {
		return nil, nil
	}
	name, how := text[:at], text[at+1:]
	switch known := slices.Contains(hows[as], how); {
	case !known && g.Index(name) >= 0:
		return nil, fmt.Errorf("data: %s: %s %q: cells are not written as %q%s; want one of %s", g.File, as, text, how, suggest.DidYouMean(how, hows[as]), naming.List(hows[as]))
	case !known, strings.Contains(name, ",") && g.Index(name) < 0: // a list, of which this is the last
		return nil, nil
	}
	of, err := chooseIn(g, name, as)
	for i := range of {
		of[i].how = how
	}
	return of, err
}

// noColumn is the error for a name or pattern that means no column; written is
// the list that it comes from, or itself.
func noColumn(g *grid.Grid, text, as, written string) error {
	what := fmt.Sprintf("column %q", text)
	if as == asTarget {
		what += " to be the target"
	}
	if strings.ContainsAny(text, "*?[") {
		what += ", nor one that matches it as a pattern"
	}
	if why := g.WhyLeftOut(text); why != "" {
		return unusable(g, text, why)
	}
	meant := suggest.DidYouMean(text, g.Columns)
	if written != text {
		what += fmt.Sprintf(", nor one %q", written)
		if whole := suggest.DidYouMean(written, g.Columns); whole != "" {
			meant = whole
		}
		meant += `; a name with a comma in it may stand in double quotes, as in '"a, b",c'`
	}
	return fault.Errorf(fault.ErrNoColumn, "data: %s has no %s%s; it has %s", g.File, what, meant, naming.List(g.Columns))
}

// unusable is the error for a column that a file has and that is not read.
func unusable(g *grid.Grid, column, why string) error {
	return fault.Errorf(fault.ErrNoColumn, "data: %s: column %q cannot be used: it %s", g.File, column, why)
}

// matches reports whether a column has a name of a pattern; * stands for a
// slash too.
func matches(pattern, column string) bool {
	plain := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	ok, err := path.Match(plain(pattern), plain(column))
	return ok && err == nil
}

// partsOfList cuts text at commas, but those in double quotes and those of names that
// g has.
func partsOfList(g *grid.Grid, text string) []string {
	if strings.Contains(text, `"`) {
		r := csv.NewReader(strings.NewReader(text))
		r.TrimLeadingSpace = true
		if parts, err := r.Read(); err == nil {
			return parts
		}
	}
	var parts []string
	for pieces := strings.Split(text, ","); len(pieces) > 0; {
		n := len(pieces) // of the pieces that are one name
		for n > 1 && g.Find(strings.TrimSpace(strings.Join(pieces[:n], ","))) < 0 {
			n--
		}
		parts = append(parts, strings.TrimSpace(strings.Join(pieces[:n], ",")))
		pieces = pieces[n:]
	}
	return parts
}

// namesIn leaves out of the columns of text what is no name.
func namesIn(text []string) []string {
	return slices.DeleteFunc(slices.Clone(text), func(name string) bool { return name == FreeText || name == NoText })
}

// Named returns the first list that names columns, and them.
func (cfg Config) Named() (as string, names []string) {
	cfg.Text = namesIn(cfg.Text)
	for _, l := range cfg.lists() {
		if len(*l.names) > 0 {
			return l.as, *l.names
		}
	}
	for _, text := range cfg.Levels {
		if strings.Contains(text, ":") {
			return asLevels, []string{text}
		}
	}
	return "", nil
}
