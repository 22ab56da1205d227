package runs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"descent/internal/report"
)

// Log is a table of numbers that grew line by line.
type Log struct {
	names   []string
	columns []report.Numbers
}

// Column returns the values of the named column, nil if there is none.
func (l Log) Column(name string) report.Numbers {
	if i := slices.Index(l.names, name); i >= 0 {
		return l.columns[i]
	}
	return nil
}

// Names lists the columns.
func (l Log) Names() []string { return l.names }

// Rows is the number of rows.
func (l Log) Rows() int {
	if len(l.columns) == 0 {
		return 0
	}
	return len(l.columns[0])
}

// Bounds of logs: many times what a run writes, and little enough that one from
// elsewhere takes no more memory than its size gives reason to expect.
const (
	mostLog   = 1 << 30 // bytes
	mostLine  = 4 << 20
	mostNames = 1000   // columns
	mostLines = 10_000 // of probes
)

// complete returns what a growing file holds up to its last whole line;
// nothing if it is not there.
func complete(path string) ([]byte, error) {
	text, err := readFile(path, mostLog)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	n := 0
	for line := range bytes.Lines(text) {
		if n++; len(line) > mostLine {
			return nil, fmt.Errorf("%s:%d: the line has %d bytes; want at most %d", path, n, len(line), mostLine)
		}
	}
	return text, nil
}

// readLog reads CSV with a line of names.
func readLog(path string) (Log, error) {
	text, err := complete(path)
	if err != nil {
		return Log{}, err
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.ReuseRecord = true
	var l Log
	head, _, _ := bytes.Cut(text, []byte("\n"))
	if n := bytes.Count(head, []byte(",")) + 1; n > mostNames {
		return l, fmt.Errorf("%s:1: %d columns; want at most %d", path, n, mostNames)
	}
	for {
		fields, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, fmt.Errorf("%s: %w", path, err)
		}
		if l.names == nil {
			l.names, l.columns = slices.Clone(fields), make([]report.Numbers, len(fields))
			continue
		}
		for i, field := range fields {
			v, err := strconv.ParseFloat(field, 64)
			if field == "" {
				v, err = math.NaN(), nil
			}
			if err != nil {
				line, _ := rows.FieldPos(i)
				return l, fmt.Errorf("%s:%d: %s is %q, which is no number", path, line, l.names[i], field)
			}
			l.columns[i] = append(l.columns[i], v)
		}
	}
}

// readLines reads a JSON value a line.
func readLines[T any](path string) ([]T, error) {
	text, err := complete(path)
	if err != nil {
		return nil, err
	}
	var list []T
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for n := 1; lines.Scan(); n++ {
		if n > mostLines {
			return nil, fmt.Errorf("%s has more than %d lines, which no run writes", path, mostLines)
		}
		var v T
		if err := decode(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		list = append(list, v)
	}
	return list, nil
}
