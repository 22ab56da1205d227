package parquet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// content reads a file of testdata.
func content(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// table reads a CSV file of testdata, which says what is in the others.
func table(t testing.TB, name string) (columns map[string]int, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(content(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns = make(map[string]int)
	for i, name := range all[0] {
		columns[name] = i
	}
	return columns, all[1:]
}

// read reads all rows of a file.
func read(file []byte) (f *File, rows [][]string, err error) {
	if f, err = Open(bytes.NewReader(file), int64(len(file))); err != nil {
		return f, nil, err
	}
	for cells, err := range f.All() {
		if err != nil {
			return f, rows, err
		}
		rows = append(rows, slices.Clone(cells))
	}
	return f, rows, nil
}

// TestOtherWriters compares what is read with what three other programs wrote: DuckDB,
// Apache Arrow for Rust, and parquet-go. testdata/write has the programs.
func TestOtherWriters(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"types", "types"}, {"types2", "types"}, // all types, with pages of both versions
		{"uncompressed", "types"}, {"snappy", "types"}, {"gzip", "types"}, {"zstd", "types"}, {"brotli", "types"}, {"lz4_raw", "types"},
		{"encodings", "encodings"}, {"encodings2", "encodings"}, {"groups", "encodings"},
		{"arrow", "arrow"}, {"arrow2", "arrow"},
	} {
		f, rows, err := read(content(t, test.name+".parquet"))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		at, want := table(t, test.want+".csv")
		if int64(len(rows)) != f.Rows || len(rows) != len(want) {
			t.Errorf("%s: %d rows of %d, want %d", test.name, len(rows), f.Rows, len(want))
		}
		for c, column := range f.Columns {
			from, there := at[column.Name]
			if !there {
				t.Errorf("%s: column %q", test.name, column.Name)
			}
			for i := range rows {
				expect := want[i][from]
				if strings.HasPrefix(column.Name, "f") {
					expect = strings.TrimSuffix(expect, ".0") // DuckDB writes 7.0 for 7
				}
				if rows[i][c] != expect {
					t.Errorf("%s: row %d, %q is %q, want %q", test.name, i, column.Name, rows[i][c], expect)
					break
				}
			}
		}
	}
}

// TestKinds compares what the types of columns say.
func TestKinds(t *testing.T) {
	for _, test := range []struct {
		name, columns, leftOut string
	}{
		{"types", `i8 number u8 number i16 number u16 number i32 number u32 number i64 number u64 number f32 number f64 number yes levels d4 number d9 number d18 number d38 number ` +
			`day date ms date us date ns date utc date clock time word text long text level text id text holes number gaps text none number js text raw text s.x number s.y.z number`,
			`list holds lists; m holds maps; iv holds intervals`},
		{"encodings", `delta32 number delta64 number wild number holes number lengths text splitfloat number splitdouble number words text gaps text level levels flag levels maybe levels small number large number fixed text id text`, ""},
		{"prefixes", `bytes text half text prefixes text`, "listed holds lists; bytes holds bytes that are no text"},
		{"arrow", "half number words text seconds number micros date day date clock number flag levels nothing nothing count number pair.a number pair.b text", "many holds lists"},
	} {
		f, _, err := read(content(t, test.name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		var columns, leftOut []string
		for _, c := range f.Columns {
			columns = append(columns, c.Name, []string{"text", "levels", "number", "date", "time", "nothing"}[c.Kind])
		}
		for _, c := range f.LeftOut {
			leftOut = append(leftOut, fmt.Sprint(c.Name, " ", c.Why))
		}
		if got := strings.Join(columns, " "); got != test.columns {
			t.Errorf("%s: %s", test.name, got)
		}
		if got := strings.Join(leftOut, "; "); got != test.leftOut {
			t.Errorf("%s: left out: %s", test.name, got)
		}
	}
}

// TestPrefixes reads strings that begin as the ones before, and bytes that turn out to
// be no text.
func TestPrefixes(t *testing.T) {
	_, rows, err := read(content(t, "prefixes.parquet"))
	if err != nil || len(rows) != 50 {
		t.Fatal(len(rows), err)
	}
	for i, row := range rows {
		if want := fmt.Sprintf("/some/long/path/%d/%d", i/10, i); row[2] != want || row[1] != fmt.Sprintf("%05d", i) || i > 2 && row[0] != "" {
			t.Errorf("row %d is %q", i, row)
		}
	}
}
