// Opening writes a table as CSV, for measuring how fast tables are opened:
//
//	go run ./bench/opening -kind numbers >numbers.csv
//	go run ./bench/opening -open numbers.csv
//
// The second opens one, cuts it into parts and says how long that took.
// The last column, y, is the target. The same arguments give the same file.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	kind := flag.String("kind", "numbers", "numbers (6 to 17 digits), mixed (numbers, levels, dates), or words (levels of one column are many, and cells are missing)")
	rows := flag.Int("rows", 1_000_000, "rows")
	path := flag.String("open", "", "a table to open instead, as descent train does")
	target := flag.String("target", "y", "its target")
	hash := flag.Bool("hash", false, "say its hash, too")
	flag.Parse()
	if *path != "" {
		if err := open(*path, *target, *hash); err != nil {
			fmt.Fprintln(os.Stderr, "opening:", err)
			os.Exit(1)
		}
		return
	}
	columns := map[string][]column{"numbers": numbers(), "mixed": mixed(), "words": words()}[*kind]
	if columns == nil {
		fmt.Fprintf(os.Stderr, "opening: there is no kind %q; it is numbers, mixed or words\n", *kind)
		os.Exit(2)
	}
	if err := write(columns, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "opening:", err)
		os.Exit(1)
	}
}

// column appends cells to a line.
type column struct {
	name string
	cell func(line []byte, r *rand.Rand) []byte
}

func write(columns []column, rows int) error {
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	fmt.Fprintln(w, strings.Join(names, ","))
	r := rand.New(rand.NewPCG(1, 2))
	var line []byte
	for range rows {
		line = line[:0]
		for i, c := range columns {
			if i > 0 {
				line = append(line, ',')
			}
			line = c.cell(line, r)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

// decimals are numbers of so many digits, of which some stand behind the point.
func decimals(name string, digits, behind int) column {
	return column{name, func(line []byte, r *rand.Rand) []byte {
		v := r.NormFloat64()
		for range digits - behind - 1 {
			v *= 10
		}
		return strconv.AppendFloat(line, v, 'f', behind, 64)
	}}
}

// level is one of some words.
func level(name string, levels int) column {
	return column{name, func(line []byte, r *rand.Rand) []byte {
		return strconv.AppendInt(append(line, "level "...), int64(r.IntN(levels)), 10)
	}}
}

// date is a day, perhaps with a time.
func date(name, layout string) column {
	return column{name, func(line []byte, r *rand.Rand) []byte {
		return time.Unix(1_400_000_000+r.Int64N(300_000_000), 0).UTC().AppendFormat(line, layout)
	}}
}

// missing leaves out some cells of a column.
func missing(c column, share float64) column {
	return column{c.name, func(line []byte, r *rand.Rand) []byte {
		if r.Float64() < share {
			return line
		}
		return c.cell(line, r)
	}}
}

func numbers() (columns []column) {
	for i := range 19 {
		digits := 6 + i%12
		columns = append(columns, decimals(fmt.Sprint("x", i), digits, digits-1-i%5))
	}
	return append(columns, decimals("y", 9, 5))
}

func mixed() (columns []column) {
	for i := range 8 {
		columns = append(columns, decimals(fmt.Sprint("x", i), 6+i, 3+i/2))
	}
	for i := range 8 {
		columns = append(columns, level(fmt.Sprint("c", i), 2<<(i%6)))
	}
	columns = append(columns, date("day", time.DateOnly), date("moment", time.DateTime), date("written", "02.01.2006"))
	return append(columns, level("y", 3))
}

func words() (columns []column) {
	for i := range 12 {
		columns = append(columns, missing(decimals(fmt.Sprint("x", i), 6+i, 3+i/2), 0.1))
	}
	for i := range 5 {
		columns = append(columns, missing(level(fmt.Sprint("c", i), 5+20*i), 0.05))
	}
	columns = append(columns, missing(level("place", 20_000), 0.05), level("who", 1_000_000))
	return append(columns, decimals("y", 7, 2))
}
