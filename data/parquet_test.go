package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// parquetFile is a file of every type, which DuckDB wrote.
const parquetFile = "internal/parquet/testdata/types.parquet"

// TestParquetColumns asks for what the types of columns say.
func TestParquetColumns(t *testing.T) {
	table, err := OpenCSV(parquetFile, CSVConfig{Targets: []string{"word"}, Keep: []string{"id", "day", "u64"}})
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]string)
	for _, c := range table.Spec().Encoder.Columns {
		kinds[c.Name] = c.Kind + " " + c.detail()
	}
	for column, want := range map[string]string{
		"i8": "number", "u64": "number", "f32": "number", "d38": "number", "yes": "category 2 levels", "day": "date year-month-day", "ms": "date year-month-day", "us": "date",
		"utc": "date", "clock": "date times of day", "level": "category 2 levels", "id": "category", "holes": "number", "gaps": "category 4 levels, missing", "none": "dropped holds no values",
		"s.x": "dropped numbers the rows", "s.y.z": "number", "js": "dropped identifies rows",
	} {
		if got, there := kinds[column]; !there || !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	notes := strings.Join(table.Notes(), "\n")
	for _, want := range []string{`column "list" is left out: it holds lists`, `column "m" is left out: it holds maps`, `column "iv" is left out: it holds intervals`} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note %q in\n%s", want, notes)
		}
	}
	if _, err := OpenCSV(parquetFile, CSVConfig{Targets: []string{"list"}}); err == nil || !strings.Contains(err.Error(), `column "list" cannot be used: it holds lists`) || !errors.Is(err, ErrNoColumn) {
		t.Error(err)
	}
	if _, err := OpenCSV(parquetFile, CSVConfig{Targets: []string{"word"}, Numbers: []string{"day"}}); err == nil || !strings.Contains(err.Error(), "types.parquet, row 1, column \"day\"") {
		t.Error(err)
	}
}

// TestParquetIsItsCSV gives the same rows as Parquet, as CSV, within other files and
// as a stream: the hash is the same.
func TestParquetIsItsCSV(t *testing.T) {
	content, err := os.ReadFile(parquetFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var zipped, zst bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(content)
	z.Close()
	s, _ := zstd.NewWriter(&zst)
	s.Write(content)
	s.Close()
	cfg := CSVConfig{Targets: []string{"word"}, Drop: []string{"*"}, Keep: []string{"i8,u16,i64,f32,f64,d18,yes,us,clock,gaps,holes"}}
	want := ""
	for name, bytes := range map[string][]byte{"a.parquet": content, "b.parquet.gz": zipped.Bytes(), "c.zst": zst.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"internal/parquet/testdata/types.csv", filepath.Join(dir, "a.parquet"), filepath.Join(dir, "b.parquet.gz"), filepath.Join(dir, "c.zst")} {
		table, err := OpenCSV(path, cfg)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		hash, err := Hash(table)
		if err != nil || want != "" && hash != want {
			t.Errorf("%s has the hash %s, not %s; %v\n%s", path, hash, want, err, table)
		}
		want = hash
	}
	table, err := ReadCSV(bytes.NewReader(content), "standard input", cfg)
	if err != nil {
		t.Fatal(err)
	}
	if hash, _ := Hash(table); hash != want {
		t.Error("a stream has another hash")
	}
}

// TestParquetNumbersAreNotDays leaves numbers what they are, whatever they look like.
func TestParquetNumbersAreNotDays(t *testing.T) {
	table, err := OpenCSV("internal/parquet/testdata/arrow.parquet", CSVConfig{Targets: []string{"words"}, Numbers: []string{"count"}})
	if err != nil {
		t.Fatal(err)
	}
	text := table.String()
	for _, want := range []string{"half     number", "seconds  number", "day      date", "flag     category", "nothing  dropped", "pair.b   "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestZstandard reads text of all formats, and names what is wrong.
func TestZstandard(t *testing.T) {
	pack := func(text string) []byte {
		var b bytes.Buffer
		w, _ := zstd.NewWriter(&b)
		fmt.Fprint(w, text)
		w.Close()
		return b.Bytes()
	}
	table := pack("a,y\n1,u\n2,v\n3,v\n")
	damaged := bytes.Clone(table)
	damaged[len(damaged)-1] ^= 1
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"t.csv.zst", table, ""}, {"t", table, ""},
		{"t.tsv.zst", pack("a\ty\n1\tu\n2\tv\n3\tv\n"), ""},
		{"t.jsonl.zst", pack(`{"a":1,"y":"u"}` + "\n" + `{"a":2,"y":"v"}`), ""},
		{"empty.jsonl.zst", pack(""), "no object names a column"},
		{"cut.zst", table[:len(table)-6], "the file is truncated"},
		{"damaged.zst", damaged, "the compressed file is damaged"},
	} {
		path := filepath.Join(t.TempDir(), test.name)
		if err := os.WriteFile(path, test.file, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, CSVConfig{Targets: []string{"y"}})
		switch {
		case test.want == "" && (err != nil || s.Len() < 2 || s.Spec().Name != "t"):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestParquetWithoutEncoder asks for text where a model takes rows of numbers.
func TestParquetWithoutEncoder(t *testing.T) {
	spec := Spec{Input: []int{2}, Task: Regression, Targets: []string{"y"}}
	for name, want := range map[string]string{parquetFile: "is a Parquet file", "internal/parquet/testdata/*.csv": "is several files with a table"} {
		if _, err := spec.Open(name); err == nil || !strings.Contains(err.Error(), "rows of numbers in one file of text, and "+name+" "+want) {
			t.Error(err)
		}
	}
}
