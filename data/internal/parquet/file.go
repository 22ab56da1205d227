// Package parquet reads the columns of Parquet files as text: those that hold one
// value a row. What holds lists or maps is left out, and named.
//
// All encodings and codecs that current writers use are read: plain values,
// dictionaries, runs, differences and split bytes; Snappy, gzip, Brotli, LZ4 and
// Zstandard. Checksums of pages are compared. What a file claims of itself is not
// believed: memory is taken for what is there.
//
// Source: the specification of Apache Parquet, parquet-format 2.11, README.md,
// Encodings.md, LogicalTypes.md and parquet.thrift.
package parquet

import (
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// File is a Parquet file.
type File struct {
	Rows    int64
	Columns []Column // in order; those in groups are called group.column
	LeftOut []Column // which hold no cells, and Why

	in     io.ReaderAt
	size   int64
	pages  int64 // where they end
	leaves []leaf
	read   []int // the leaves that are Columns
	groups []rowGroup
}

// Column is a column of a file.
type Column struct {
	Name string
	Kind Kind
	Why  string // it is left out
}

// Open reads what a file of so many bytes says about itself.
func Open(in io.ReaderAt, size int64) (*File, error) {
	f := &File{in: in, size: size}
	return f, f.readFooter()
}

// maxRow bounds the text of a row, in bytes, as lines of text are bounded.
const maxRow = 4 << 20

// All visits the rows: the text of each column's value, without one an empty text.
// The slice is reused. A column of bytes that turn out to be no text is named in
// LeftOut from the row on in which they are, and is empty.
func (f *File) All() iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		cells, ends := make([]string, len(f.read)), make([]int, len(f.read))
		columns := make([]*column, len(f.read))
		binary := make(map[int]bool)
		var row []byte
		for part := range f.groups {
			g := &f.groups[part]
			for i, leaf := range f.read {
				columns[i] = newColumn(f, &f.leaves[leaf], &g.chunks[leaf])
			}
			for range g.rows {
				row = row[:0]
				for i, c := range columns {
					before := len(row)
					var err error
					if row, err = c.next(row); err == nil && len(row) > maxRow {
						err = fmt.Errorf("the row is longer than %d MiB", maxRow>>20)
					}
					if err != nil {
						yield(nil, fmt.Errorf("column %q: %w", f.Columns[i].Name, err))
						return
					}
					if c.bytes && !binary[i] && !utf8.Valid(row[before:]) {
						binary[i] = true
						f.LeftOut = append(f.LeftOut, Column{Name: f.Columns[i].Name, Why: "holds bytes that are no text"})
					}
					if binary[i] {
						row = row[:before]
					}
					ends[i] = len(row)
				}
				text, start := string(row), 0
				for i, end := range ends {
					cells[i] = text[start:end]
					start = end
				}
				if !yield(cells, nil) {
					return
				}
			}
		}
	}
}
