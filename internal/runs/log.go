package runs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"descent/internal/files"
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
	mostNames = 1000    // columns
	mostCells = 1 << 24 // of a table
	mostLines = 10_000  // of probes
)

// WholeLines scans the lines of a growing file, each of at most so many bytes,
// with its end. What has none yet is no line.
func WholeLines(r io.Reader, most int) *bufio.Scanner {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, most)
	lines.Split(func(text []byte, _ bool) (advance int, line []byte, err error) {
		if n := bytes.IndexByte(text, '\n') + 1; n > 0 {
			return n, text[:n], nil
		}
		return 0, nil, nil
	})
	return lines
}

// eachLine calls take with the lines of a growing file, without their ends; with
// none if it is not there.
func eachLine(path string, take func(line []byte) error) error {
	err := files.Sized(path, mostLog)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	defer file.Close()
	lines := WholeLines(file, mostLine)
	n := 1
	for ; lines.Scan(); n++ {
		if err := take(bytes.TrimRight(lines.Bytes(), "\r\n")); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: the line is too long; want at most %d bytes", path, n, mostLine)
	case err != nil:
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}

// readLog reads a table of numbers under a line of names, none of which a run
// writes in quotes.
func readLog(path string) (Log, error) {
	var l Log
	cells := 0
	err := eachLine(path, func(line []byte) error {
		if n := bytes.Count(line, []byte(",")) + 1; n > mostNames {
			return fmt.Errorf("%d columns; want at most %d", n, mostNames)
		}
		fields := strings.Split(string(line), ",")
		if l.names == nil {
			l.names, l.columns = fields, make([]report.Numbers, len(fields))
			return nil
		}
		if len(fields) != len(l.names) {
			return fmt.Errorf("%d columns, and %d names", len(fields), len(l.names))
		}
		if cells += len(fields); cells > mostCells {
			return fmt.Errorf("more than %d numbers, which no run writes", mostCells)
		}
		for i, field := range fields {
			v, err := strconv.ParseFloat(field, 64)
			if field == "" {
				v, err = math.NaN(), nil
			}
			if err != nil {
				return fmt.Errorf("%s is %q, which is no number", l.names[i], field)
			}
			l.columns[i] = append(l.columns[i], v)
		}
		return nil
	})
	return l, err
}

// readLines reads a JSON value a line.
func readLines[T any](path string) ([]T, error) {
	var list []T
	err := eachLine(path, func(line []byte) error {
		if len(list) == mostLines {
			return fmt.Errorf("more than %d lines, which no run writes", mostLines)
		}
		var v T
		if err := decode(line, &v); err != nil {
			return err
		}
		list = append(list, v)
		return nil
	})
	return list, err
}
