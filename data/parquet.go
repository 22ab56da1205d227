package data

import (
	"fmt"
	"io"

	"descent/data/internal/grid"
	"descent/data/internal/parquet"
	"descent/data/internal/parse"
)

// parquetTypes are what the kinds of columns of Parquet are in a table.
var parquetTypes = map[parquet.Kind]grid.Type{
	parquet.Text: {}, parquet.Levels: {Kind: parse.CategoryKind}, parquet.Number: {Kind: parse.NumberKind},
	parquet.Date: {Kind: parse.DateKind, Form: parse.YearFirst}, parquet.TimeOfDay: {Kind: parse.DateKind, Form: parse.TimeForm},
	parquet.Nothing: {Kind: grid.Empty},
}

// readParquet reads a Parquet file of so many bytes.
func readParquet(r io.ReaderAt, size int64, file string) (*grid.Grid, error) {
	f, err := parquet.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", file, err)
	}
	if len(f.Columns) == 0 {
		return nil, fmt.Errorf("data: %s has no column that can be read: %q %s", file, f.LeftOut[0].Name, f.LeftOut[0].Why)
	}
	var names []string
	var types []grid.Type
	for _, c := range f.Columns {
		names, types = append(names, c.Name), append(types, parquetTypes[c.Kind])
	}
	g, err := grid.FromRows(file, names, f.All(), true)
	if err != nil {
		return nil, err
	}
	g.Types = types
	var left []grid.LeftOut
	for _, c := range f.LeftOut {
		left = append(left, grid.LeftOut{Name: c.Name, Why: c.Why})
	}
	g.LeaveOut(left)
	return g, nil
}
