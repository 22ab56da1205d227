// Command write writes Parquet files in the encodings, versions and row groups that
// DuckDB does not write, with github.com/parquet-go/parquet-go, and their values as CSV.
//
//	go run . ..
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

type row struct {
	DeltaInt32  int32    `parquet:"delta32,delta"`
	DeltaInt64  int64    `parquet:"delta64,delta"`
	Wild        int64    `parquet:"wild,delta"`
	Holes       *int64   `parquet:"holes,optional"`
	Lengths     string   `parquet:"lengths,delta"`
	SplitFloat  float32  `parquet:"splitfloat,split"`
	SplitDouble float64  `parquet:"splitdouble,split"`
	Words       string   `parquet:"words,dict"`
	Gaps        *string  `parquet:"gaps,optional"`
	Level       string   `parquet:"level,enum,dict"`
	Flag        bool     `parquet:"flag"`
	Maybe       *bool    `parquet:"maybe,optional"`
	Small       int8     `parquet:"small"`
	Large       uint64   `parquet:"large"`
	Fixed       [3]byte  `parquet:"fixed"`
	ID          [16]byte `parquet:"id,uuid"`
}

func values(i int) (r row, text []string) {
	r = row{
		DeltaInt32: int32(i*i*7919) - 1<<20, DeltaInt64: int64(i) * 1e12, Lengths: fmt.Sprintf("%0*d", i%9+1, i),
		SplitFloat: float32(i) / 3, SplitDouble: -float64(i) / 7, Words: "word" + strconv.Itoa(i%5), Level: []string{"low", "high"}[i%2],
		Flag: i%3 == 0, Small: int8(i%256 - 128), Large: 1<<64 - 1 - uint64(i), Fixed: [3]byte{'a' + byte(i%26), 'b', 'c'},
	}
	r.ID[6], r.ID[8], r.ID[14], r.ID[15] = 0x40, 0x80, byte(i>>8), byte(i)
	wild := uint64(i) * 0x9e3779b97f4a7c15
	r.Wild = int64(wild)
	if i > 60 && i < 140 {
		r.DeltaInt32 = 5
	}
	text = []string{
		fmt.Sprint(r.DeltaInt32), fmt.Sprint(r.DeltaInt64), fmt.Sprint(r.Wild), "", r.Lengths,
		strconv.FormatFloat(float64(r.SplitFloat), 'f', -1, 32), strconv.FormatFloat(r.SplitDouble, 'f', -1, 64),
		r.Words, "", r.Level, fmt.Sprint(r.Flag), "", fmt.Sprint(r.Small), fmt.Sprint(r.Large), string(r.Fixed[:]), fmt.Sprintf("00000000-0000-4000-8000-%012x", i),
	}
	if i%4 != 0 {
		n, w, b := int64(i*i), "gap"+strconv.Itoa(i%3), i%7 == 1
		r.Holes, r.Gaps, r.Maybe = &n, &w, &b
		text[3], text[8], text[11] = fmt.Sprint(n), w, fmt.Sprint(b)
	}
	return r, text
}

const rows = 200

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	out := os.Args[1]
	file, err := os.Create(filepath.Join(out, "encodings.csv"))
	must(err)
	w := csv.NewWriter(file)
	w.Write([]string{"delta32", "delta64", "wild", "holes", "lengths", "splitfloat", "splitdouble", "words", "gaps", "level", "flag", "maybe", "small", "large", "fixed", "id"})
	for i := range rows {
		_, text := values(i)
		w.Write(text)
	}
	w.Flush()
	must(file.Close())
	write(out, "encodings.parquet", rows, parquet.DataPageVersion(1), parquet.PageBufferSize(400))
	write(out, "encodings2.parquet", rows, parquet.DataPageVersion(2), parquet.PageBufferSize(400), parquet.Compression(&parquet.Zstd))
	write(out, "groups.parquet", 77, parquet.DataPageVersion(2), parquet.Compression(&parquet.Snappy))
	prefixes(out)
}

// write writes all rows, so many a group.
func write(out, name string, group int, options ...parquet.WriterOption) {
	file, err := os.Create(filepath.Join(out, name))
	must(err)
	w := parquet.NewGenericWriter[row](file, options...)
	for i := range rows {
		r, _ := values(i)
		_, err := w.Write([]row{r})
		must(err)
		if (i+1)%group == 0 {
			must(w.Flush())
		}
	}
	must(w.Close())
	must(file.Close())
}

// prefixes writes strings of which each begins as the one before, and bytes that are
// no text.
func prefixes(out string) {
	file, err := os.Create(filepath.Join(out, "prefixes.parquet"))
	must(err)
	schema := parquet.NewSchema("t", parquet.Group{
		"prefixes": parquet.Encoded(parquet.String(), &parquet.DeltaByteArray),
		"bytes":    parquet.Leaf(parquet.ByteArrayType),
		"half":     parquet.Encoded(parquet.Leaf(parquet.FixedLenByteArrayType(5)), &parquet.DeltaByteArray),
		"listed":   parquet.Repeated(parquet.Int(32)),
	})
	w := parquet.NewWriter(file, schema)
	for i := range 50 {
		must(w.Write(map[string]any{
			"prefixes": fmt.Sprintf("/some/long/path/%d/%d", i/10, i), "bytes": string([]byte{'a', byte(200 * (i / 3 % 2))}),
			"half": fmt.Sprintf("%05d", i), "listed": []int32{1, 2},
		}))
	}
	must(w.Close())
	must(file.Close())
}
