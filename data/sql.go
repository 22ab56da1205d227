package data

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/data/internal/value"
)

// FromRows reads the rows of a query and decides their schema, as [OpenCSV] does of a
// file, and closes rows.
//
//	rows, err := db.QueryContext(ctx, "SELECT age, city, churned FROM customers ORDER BY id")
//	if err != nil { ... }
//	table, err := data.FromRows(rows, data.CSVConfig{Targets: []string{"churned"}})
//
// Columns of numbers, times and truth values are what they are; a time counts by its wall
// clock, but in UTC where the type of the column has a zone. Text of a decimal is a
// number. Other text, and bytes that are text, may hold numbers and dates, as cells of a
// file may. NULL is missing. A column of other bytes is left out, with a note.
//
// The order of the rows is part of the data: only a query with ORDER BY gives the same
// table, and so the same split, again. An error names the row, from 1, and wraps what the
// driver said, such as that a context is done.
func FromRows(rows *sql.Rows, cfg CSVConfig) (*Table, error) {
	g, err := queryGrid(rows)
	if err != nil {
		return nil, err
	}
	return newTable(g, queryName, cfg)
}

// EncodeRows is [Encoder.EncodeCSV] of the rows of a query, which it closes.
func (e *Encoder) EncodeRows(rows *sql.Rows) (Source, error) {
	g, err := queryGrid(rows)
	if err != nil {
		return nil, err
	}
	return e.encodeTable(g, queryName, ImageConfig{})
}

const queryName = "query"

// queryGrid reads the rows of a query.
func queryGrid(rows *sql.Rows) (*grid.Grid, error) {
	if rows == nil {
		return nil, errors.New("data: there are no rows of a query; did it fail?")
	}
	defer rows.Close()
	const file = "the " + queryName
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", file, err)
	}
	columns, names := make([]queryColumn, len(types)), make([]string, len(types))
	first := make(map[string]int)
	for i, t := range types {
		names[i] = t.Name()
		if j, there := first[names[i]]; there {
			return nil, fmt.Errorf("data: %s: columns %d and %d are both named %q; give one another name by AS", file, j+1, i+1, names[i])
		}
		first[names[i]] = i
		columns[i] = columnOfType(t.DatabaseTypeName())
	}
	g, err := grid.FromRows(file, names, queryRows(rows, names, columns), true)
	if err != nil {
		return nil, err
	}
	var left []grid.LeftOut
	for i, c := range columns {
		g.Types = append(g.Types, c.is())
		if c.binary {
			left = append(left, grid.LeftOut{Name: names[i], Why: "holds bytes that are no text"})
		}
	}
	g.LeaveOut(left)
	return g, rows.Close()
}

// queryRows visits the rows of a query as cells.
func queryRows(rows *sql.Rows, names []string, columns []queryColumn) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		values, to, cells := make([]any, len(columns)), make([]any, len(columns)), make([]string, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			err := rows.Scan(to...)
			for i := 0; i < len(columns) && err == nil; i++ {
				if cells[i], err = columns[i].cell(values[i]); err != nil {
					err = fmt.Errorf("column %q: %w", names[i], err)
				}
			}
			if !yield(cells, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// queryColumn learns what a column holds from its values.
type queryColumn struct {
	numeric bool // by the database's type, so that its text may be decimals
	zoned   bool // moments that do not depend on a zone

	met    bool
	mixed  bool
	holds  grid.Type
	binary bool
}

// columnOfType knows of a type what its name says; databases have many.
func columnOfType(name string) queryColumn {
	name = strings.ToUpper(name)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
	return queryColumn{numeric: has("INT", "DEC", "NUM", "FLOAT", "DOUBLE", "REAL"), zoned: has("TZ", "ZONE", "OFFSET") && !has("WITHOUT")}
}

// is returns what the column holds.
func (c *queryColumn) is() grid.Type {
	switch {
	case !c.met:
		return grid.Type{Kind: grid.Empty}
	case c.mixed:
		return grid.Type{}
	}
	return c.holds
}

// take learns from a value that is there.
func (c *queryColumn) take(t grid.Type) {
	c.mixed = c.mixed || c.met && c.holds != t
	c.met, c.holds = true, t
}

// cell returns the text of a value, which the driver gave.
func (c *queryColumn) cell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case []byte:
		return c.text(string(v)), nil
	case string:
		return c.text(v), nil
	case bool:
		c.take(grid.Type{Kind: parse.CategoryKind})
	case time.Time:
		if c.zoned {
			v = v.UTC()
		}
		if v.Year() <= 0 { // a time of day, as drivers give it
			c.take(grid.Type{Kind: parse.DateKind, Form: parse.TimeForm})
			return v.Format("15:04:05.999999999"), nil
		}
		c.take(grid.Type{Kind: parse.DateKind, Form: parse.YearFirst})
		return v.Format("2006-01-02 15:04:05.999999999"), nil
	case float64:
		if v != v {
			return "", nil
		}
		c.take(grid.Type{Kind: parse.NumberKind})
	case int64, int32, int16, int8, int, uint64, uint32, uint16, uint8, uint, float32:
		c.take(grid.Type{Kind: parse.NumberKind})
	default:
		c.take(grid.Type{})
	}
	cell, _, err := value.Cell(v, "")
	return cell, err
}

// text takes a text, or bytes.
func (c *queryColumn) text(v string) string {
	if c.binary = c.binary || !utf8.ValidString(v); c.binary {
		return ""
	}
	if _, number := parse.Number(v); c.numeric && number {
		c.take(grid.Type{Kind: parse.NumberKind})
	} else if v != "" {
		c.take(grid.Type{})
	}
	return v
}
