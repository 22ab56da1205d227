package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// tableText is a table of all kinds of columns with missing cells.
func tableText(rows int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("plain,gaps,level,day,moment,y\n")
	for range rows {
		gap := ""
		if r.IntN(5) > 0 {
			gap = fmt.Sprintf("%.17g", r.NormFloat64())
		}
		moment := ""
		if r.IntN(5) > 0 {
			moment = fmt.Sprintf("20%02d-%02d-%02d %02d:%02d:%02d", r.IntN(30), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
		}
		fmt.Fprintf(&b, "%.4f,%s,l%d,%02d.%02d.2021,%s,%.3f\n", r.NormFloat64(), gap, r.IntN(150), 1+r.IntN(28), 1+r.IntN(12), moment, r.NormFloat64())
	}
	return b.String()
}

// withMemory sets the memory limit for a test.
func withMemory(t *testing.T, limit int64) {
	before := debug.SetMemoryLimit(limit)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
}

// TestRowsInAFile: where the memory limit is low, rows are in a file without a name,
// and are read from there with the same bits.
func TestRowsInAFile(t *testing.T) {
	text := tableText(20_000)
	encode := func() (*encodedTable, *Table) {
		table, err := ReadCSV(strings.NewReader(text), "t.csv", CSVConfig{Targets: []string{"y"}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := table.Encode(table.whole)
		if err != nil {
			t.Fatal(err)
		}
		return s.(*encodedTable), table
	}
	want, _ := encode()
	if want.rows.Bytes() == nil {
		t.Fatal("rows are in a file though there is memory")
	}
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	withMemory(t, 1<<20)
	got, table := encode()
	if got.rows.Bytes() != nil {
		t.Fatal("rows are in memory, more than is allowed")
	}
	if files, err := os.ReadDir(folder); len(files) > 0 || err != nil {
		t.Errorf("%v, %v lie in the folder for temporary files", files, err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	size := want.Spec().Size()
	for range 200 {
		rows := make([]int, 1+r.IntN(300))
		for i := range rows {
			rows[i] = r.IntN(want.Len())
			if i > 0 && r.IntN(2) == 0 {
				rows[i] = (rows[i-1] + 1) % want.Len()
			}
		}
		var x, y [2][]float32
		for i, s := range []Source{want, got} {
			x[i], y[i] = make([]float32, len(rows)*size), make([]float32, len(rows))
			if err := s.Read(rows, x[i], y[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(x[0], x[1]) || !slices.Equal(y[0], y[1]) {
			t.Fatal("rows differ")
		}
	}
	low, err := Hash(table)
	if err != nil {
		t.Fatal(err)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	_, table = encode()
	if high, err := Hash(table); err != nil || high != low {
		t.Errorf("the hash depends on the memory limit: %s, %s, %v", low, high, err)
	}
}

// TestNoRoomForAFile: without a folder for temporary files, text stays in memory, and
// rows that need a file are an error that names the folder.
func TestNoRoomForAFile(t *testing.T) {
	if os.Getenv("TMPDIR") == "" && os.TempDir() != "/tmp" {
		t.Skip("TMPDIR says nothing on this system")
	}
	t.Setenv("TMPDIR", "/nowhere")
	withMemory(t, 1<<20)
	table, err := ReadCSV(strings.NewReader(tableText(20_000)), "t.csv", CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Encode(table.whole); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("%v; want an error that names TMPDIR", err)
	}
}

// TestPackedRows compares rows that were packed for reading with what encodes rows one
// by one.
func TestPackedRows(t *testing.T) {
	table, err := ReadCSV(strings.NewReader(tableText(3000)), "t.csv", CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	size := table.Spec().Size()
	x := make([]float32, size)
	for row := range table.Len() {
		if err := table.Read([]int{row}, x, nil); err != nil {
			t.Fatal(err)
		}
		want := make([]float32, size)
		to := want
		for i := range table.whole.Columns {
			c := &table.whole.Columns[i]
			f, err := c.feature()
			if err != nil {
				t.Fatal(err)
			}
			if f == nil {
				continue
			}
			if _, err := f.Encode(to[:f.Width()], table.grid.Cell(row, table.grid.Index(c.Name)), false); err != nil {
				t.Fatal(err)
			}
			to = to[f.Width():]
		}
		if !slices.Equal(x, want) {
			t.Fatalf("row %d is %v, want %v", row, x, want)
		}
	}
}

func TestReadAllocatesNothing(t *testing.T) {
	table, rows, x, y := batchOf(t)
	if n := testing.AllocsPerRun(100, func() {
		if err := table.Read(rows, x, y); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// batchOf returns a table of 100 numbers, and room for a batch of 256 of its rows.
func batchOf(t testing.TB) (table Source, rows []int, x, y []float32) {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for col := range 100 {
		fmt.Fprintf(&b, "x%d,", col)
	}
	b.WriteString("y\n")
	for range 10_000 {
		for range 101 {
			fmt.Fprintf(&b, "%.3f,", r.NormFloat64())
		}
		b.WriteString("\n")
	}
	source, err := ReadCSV(strings.NewReader(b.String()), "t.csv", CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 256 {
		rows = append(rows, r.IntN(source.Len()))
	}
	return source, rows, make([]float32, 256*100), make([]float32, 256)
}

func BenchmarkRead(b *testing.B) {
	for _, in := range []string{"memory", "file"} {
		b.Run(in, func(b *testing.B) {
			if in == "file" {
				before := debug.SetMemoryLimit(4 << 20)
				defer debug.SetMemoryLimit(before)
			}
			table, rows, x, y := batchOf(b)
			if err := table.Read(rows, x, y); err != nil {
				b.Fatal(err)
			}
			debug.SetMemoryLimit(math.MaxInt64)
			for b.Loop() {
				if err := table.Read(rows, x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
