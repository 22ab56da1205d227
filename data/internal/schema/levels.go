package schema

import (
	"fmt"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

const asLevels = "levels"

// keeping is how many levels categories keep: all of them, and some columns.
type keeping struct {
	all     parse.Levels
	columns map[string]parse.Levels
	named   []string // columns of those that stand there by name
}

// resolveLevels reads what was said about levels. A name goes before a pattern, and
// what comes later before what came first.
func (cfg Config) resolveLevels(g *grid.Grid) (keeping, error) {
	l := keeping{all: parse.FewLevels, columns: make(map[string]parse.Levels)}
	for _, text := range cfg.Levels {
		if err := l.read(g, text); err != nil {
			return l, err
		}
	}
	return l, nil
}

// read reads "1000" for all columns, "city:1000" for some, or a list of both.
func (l *keeping) read(g *grid.Grid, text string) error {
	if parts := partsOfList(g, text); len(parts) > 1 {
		for _, part := range parts {
			if err := l.read(g, part); err != nil {
				return err
			}
		}
		return nil
	}
	text = strings.Trim(strings.TrimSpace(text), `"`)
	at := strings.LastIndexByte(text, ':')
	levels, err := parse.ReadLevels(text[at+1:])
	if err != nil {
		return fmt.Errorf("data: %s: levels %q: %w, perhaps behind a column as in city:hashed=256", g.File, text, err)
	}
	if at < 0 {
		l.all = levels
		return nil
	}
	choices, err := chooseIn(g, text[:at], asLevels)
	if err != nil {
		return err
	}
	named := naming.Set(l.named)
	for _, c := range choices {
		if c.pattern == "" {
			l.named = append(l.named, c.column)
		} else if named[c.column] {
			continue
		}
		l.columns[c.column] = levels
	}
	return nil
}

// give gives categories their levels, and refuses those of a column that is none.
func (l *keeping) give(g *grid.Grid, plan []Column) error {
	kinds, categories := make(map[string]Column), 0
	for _, c := range plan {
		kinds[g.Columns[c.Col]] = c
		if c.Kind == parse.CategoryKind {
			categories++
		}
	}
	for _, name := range l.named {
		switch c, input := kinds[name]; {
		case !input:
			return fmt.Errorf("data: %s: levels are those of inputs, and column %q is none", g.File, name)
		case c.Kind == parse.DroppedKind:
			return fmt.Errorf("data: %s: column %q has levels to keep, and is left out: it %s", g.File, name, c.Why)
		case c.Kind != parse.CategoryKind:
			return fmt.Errorf("data: %s: column %q has levels to keep, and is read as %ss; name it as a category, too", g.File, name, c.Kind)
		}
	}
	for i := range plan {
		levels, own := l.columns[g.Columns[plan[i].Col]]
		if !own {
			levels = l.all
		}
		plan[i].Levels = levels.Of(categories)
	}
	return nil
}
