package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// thrift writes structs as fields of numbers, texts and bytes of inner ones.
type thrift struct {
	bytes.Buffer
	last int
}

func (t *thrift) head(id int, kind byte) *thrift {
	if id-t.last > 15 {
		t.WriteByte(kind)
		t.Write(binary.AppendVarint(nil, int64(id)))
	} else {
		t.WriteByte(byte(id-t.last)<<4 | kind)
	}
	t.last = id
	return t
}

func (t *thrift) uvarint(v uint64) { t.Write(binary.AppendUvarint(nil, v)) }

func (t *thrift) number(id int, v int64) *thrift {
	t.head(id, kindInt64).Write(binary.AppendVarint(nil, v))
	return t
}

func (t *thrift) text(id int, s string) *thrift {
	t.head(id, kindBytes).uvarint(uint64(len(s)))
	t.WriteString(s)
	return t
}

func (t *thrift) structure(id int, of *thrift) *thrift {
	t.head(id, kindStruct).Write(of.end())
	return t
}

func (t *thrift) list(id int, kind byte, n int, elements []byte) *thrift {
	t.head(id, kindList).WriteByte(15<<4 | kind)
	t.uvarint(uint64(n))
	t.Write(elements)
	return t
}

func (t *thrift) end() []byte { return append(t.Bytes(), 0) }

// made is a file of one row group that can say anything of itself.
type made struct {
	names    []string
	physical int64
	logical  int // an annotation, or 0
	codec    int64
	encoding int64
	rows     int64
	page     []byte
	said     int64 // the bytes that the page is said to have, if not those
}

func (m made) file() []byte {
	file := bytes.NewBufferString(Mark)
	said := int64(len(m.page))
	if m.said > 0 {
		said = m.said
	}
	var schema, chunks []byte
	schema = append(schema, new(thrift).text(4, "root").number(5, int64(len(m.names))).end()...)
	for _, name := range m.names {
		at := int64(file.Len())
		levels := new(thrift).number(1, m.rows).number(2, m.encoding).number(3, 3).number(4, 3)
		file.Write(new(thrift).number(1, 0).number(2, said).number(3, int64(len(m.page))).structure(5, levels).end())
		file.Write(m.page)
		column := new(thrift).number(1, m.physical).number(3, 0).text(4, name)
		if m.logical > 0 {
			column.structure(10, new(thrift).structure(m.logical, &thrift{}))
		}
		schema = append(schema, column.end()...)
		path := append(binary.AppendUvarint(nil, uint64(len(name))), name...)
		about := new(thrift).number(1, m.physical).list(3, kindBytes, 1, path).number(4, m.codec).number(5, m.rows).number(9, at)
		chunks = append(chunks, new(thrift).number(2, at).structure(3, about).end()...)
	}
	group := new(thrift).list(1, kindStruct, len(m.names), chunks).number(3, m.rows)
	footer := new(thrift).number(1, 1).list(2, kindStruct, len(m.names)+1, schema).number(3, m.rows).list(4, kindStruct, 1, group.end()).end()
	file.Write(footer)
	file.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(footer))))
	file.WriteString(Mark)
	return file.Bytes()
}

// ints are whole numbers of four bytes.
func ints(n int) (page []byte) {
	for i := range n {
		page = binary.LittleEndian.AppendUint32(page, uint32(i))
	}
	return page
}

// TestMade reads a file of those that are made here.
func TestMade(t *testing.T) {
	_, rows, err := read(made{names: []string{"a", "A"}, physical: int32s, rows: 3, page: ints(3)}.file())
	if err != nil || fmt.Sprint(rows) != "[[0 0] [1 1] [2 2]]" {
		t.Error(rows, err)
	}
}

// TestBadFiles asks that what cannot be read is said.
func TestBadFiles(t *testing.T) {
	good := content(t, "snappy.parquet")
	flipped := func(file []byte, at int) []byte {
		file = bytes.Clone(file)
		file[at] ^= 0x55
		return file
	}
	a := []string{"a"}
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "truncated"},
		{"a mark", []byte(Mark), "truncated"},
		{"two marks", []byte(Mark + Mark), "truncated"},
		{"a mark in the middle", []byte(Mark + "abcdefgh" + Mark), "footer"},
		{"truncated", good[:len(good)/2], "truncated"},
		{"encrypted", content(t, "encrypted.parquet"), "the file is encrypted"},
		{"a checksum", flipped(content(t, "encodings.parquet"), 200), "column \"delta32\": a page is damaged: its checksum is another"},
		{"Snappy", made{names: a, physical: int32s, codec: snappyCodec, rows: 3, page: ints(3)}.file(), "a page is damaged: it cannot be decompressed"},
		{"gzip", made{names: a, physical: int32s, codec: gzipCodec, rows: 3, page: ints(3)}.file(), "cannot be decompressed: gzip: invalid header"},
		{"Brotli", made{names: a, physical: int32s, codec: brotliCodec, rows: 3, page: ints(3)}.file(), "a page is damaged: it cannot be decompressed"},
		{"LZ4", made{names: a, physical: int32s, codec: lz4Raw, rows: 3, page: ints(3)}.file(), "a page is damaged: it cannot be decompressed"},
		{"LZ4 in frames", made{names: a, physical: int32s, codec: lz4Framed, rows: 3, page: ints(3)}.file(), "a page is damaged: it cannot be decompressed"},
		{"Zstandard", made{names: a, physical: int32s, codec: zstdCodec, rows: 3, page: ints(3)}.file(), "a page is damaged: it cannot be decompressed"},
		{"LZO", made{names: a, physical: int32s, codec: lzoCodec, rows: 3, page: ints(3)}.file(), "LZO, which is not read; write it with zstd or snappy"},
		{"another codec", made{names: a, physical: int32s, codec: 99, rows: 3, page: ints(3)}.file(), "codec 99, which is not known"},
		{"another encoding", made{names: a, physical: int32s, encoding: 99, rows: 3, page: ints(3)}.file(), "the encoding number 99 are not read"},
		{"too few values", made{names: a, physical: int32s, rows: 4, page: ints(3)}.file(), "values end too early"},
		{"a page that is long", made{names: a, physical: int32s, codec: gzipCodec, rows: 3, page: ints(3), said: 1 << 40}.file(), "a page of 1099511627776 bytes"},
		{"no rows, but said so", made{names: a, physical: int32s, rows: -1}.file(), "-1 rows"},
		{"no columns", made{rows: 1}.file(), "the schema has no columns"},
		{"a footer that is long", append(append([]byte(Mark), 255, 255, 255, 127), Mark...), "its footer is said to have 2147483647 bytes"},
	} {
		_, _, err := read(test.file)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestColumnsThatAreNotRead names columns of types that are no cells.
func TestColumnsThatAreNotRead(t *testing.T) {
	for _, test := range []struct {
		physical int64
		logical  int
		want     string
	}{
		{byteArrays, logicalBSON, "holds BSON"}, {byteArrays, logicalGeometry, "holds shapes on a map"}, {byteArrays, 99, "has the unknown type 99 of bytes"},
		{int32s, 99, "has the unknown type 99 of integers"}, {99, 0, "has the unknown type 99"}, {fixedArrays, 0, "has values of 0 bytes"},
	} {
		file := made{names: []string{"a"}, physical: test.physical, logical: test.logical, rows: 1}.file()
		if f, err := Open(bytes.NewReader(file), int64(len(file))); err != nil || len(f.Columns) > 0 || len(f.LeftOut) != 1 || f.LeftOut[0].Why != test.want {
			t.Errorf("%+v: %+v, %v", test, f.LeftOut, err)
		}
	}
}

// TestClaims asks that what a file claims of itself takes no memory: 3 KB for a column that is
// there.
func TestClaims(t *testing.T) {
	many := make([]string, 100_000)
	for i := range many {
		many[i] = fmt.Sprint("c", i)
	}
	nulls := append([]byte{5, 0, 0, 0}, binary.AppendUvarint(nil, 1<<32)...) // a run of levels
	for _, test := range []struct {
		name string
		file []byte
	}{
		{"100,000 columns", made{names: many, physical: int32s, rows: 1, page: ints(1)}.file()},
		{"a page that is long", made{names: []string{"a"}, physical: int32s, codec: snappyCodec, rows: 1, page: ints(1), said: maxPage}.file()},
		{"values that are many", made{names: []string{"a"}, physical: int32s, rows: 1 << 40, page: nulls}.file()},
		{"an array that is long", made{names: []string{"a"}, physical: byteArrays, rows: 1, page: []byte{255, 255, 255, 127, 0}}.file()},
		{"a list that is long", append(append(append([]byte(Mark), 0x29, 0xfc, 255, 255, 255, 255, 7), 7, 0, 0, 0), Mark...)},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := Open(bytes.NewReader(test.file), int64(len(test.file)))
		if err == nil {
			n := 0
			for range f.All() {
				if n++; n == 1<<20 {
					break
				}
			}
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 300<<20 {
			t.Errorf("%s: %d bytes for a file of %d", test.name, took, len(test.file))
		}
	}
}

func FuzzParquet(f *testing.F) {
	for _, name := range []string{"snappy", "gzip", "zstd", "brotli", "lz4_raw", "prefixes", "arrow", "arrow2"} {
		f.Add(content(f, name+".parquet"))
	}
	f.Add(made{names: []string{"a", "b"}, physical: int32s, rows: 3, page: ints(3)}.file())
	f.Fuzz(func(t *testing.T, file []byte) {
		const most = 1 << 16 // rows that are looked at
		in, err := Open(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		n := 0
		for cells, err := range in.All() {
			if n++; err != nil || n == most {
				return
			}
			if len(cells) != len(in.Columns) {
				t.Fatalf("%d cells in %d columns", len(cells), len(in.Columns))
			}
		}
		if int64(n) != in.Rows {
			t.Errorf("%d rows of %d", n, in.Rows)
		}
	})
}
