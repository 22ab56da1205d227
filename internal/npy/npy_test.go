package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// values returns the elements of a as float64.
func (a Array) values() []float64 {
	list := append([]float64{}, a.F64...)
	for _, v := range a.Data {
		list = append(list, float64(v))
	}
	for _, v := range a.I64 {
		list = append(list, float64(v))
	}
	return list
}

// TestGolden reads what NumPy wrote; testdata/golden.py says what.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]struct {
		Shape  []int
		Values []float64
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"testdata/stored.npz", "testdata/deflated.npz", "testdata/one.npy"} {
		list, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(list); n != len(golden) && n != 1 || list[0].Name != "layer/kernel:0" && n > 1 {
			t.Errorf("%s has %d arrays, the first %q", path, n, list[0].Name)
		}
		for _, a := range list {
			if a.Name == "" {
				a.Name = "fortran"
			}
			if want, ok := golden[a.Name]; !ok || !reflect.DeepEqual(a.Shape, want.Shape) || !reflect.DeepEqual(a.values(), want.Values) {
				t.Errorf("%s: array %q is %v %v, want %v", path, a.Name, a.Shape, a.values(), want)
			}
		}
	}
}

// array is a .npy file of a header and so many bytes.
func array(header string, data int) []byte {
	b := append([]byte(magic), 1, 0, byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), make([]byte, data)...)
}

func entries(descr, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
}

func TestRefused(t *testing.T) {
	zipOf := func(name string, content []byte) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, _ := z.Create(name)
		f.Write(content)
		z.Close()
		return b.Bytes()
	}
	for name, tt := range map[string]struct {
		b    []byte
		want string
	}{
		"empty":       {nil, "not an array of NumPy"},
		"text":        {[]byte("weights of a network"), "neither a .npy nor a .npz file"},
		"magic":       {[]byte(magic), "does not begin as a .npy file"},
		"version":     {[]byte(magic + "\x09\x00\x10\x00"), "version 9"},
		"header":      {[]byte(magic + "\x01\x00\xff\xff{"), "a header of 65535 bytes"},
		"huge header": {[]byte(magic + "\x02\x00\xff\xff\xff\x7f{"), "a header of 2147483647 bytes"},
		"no literal":  {array("nonsense", 0), "want {'descr'"},
		"code":        {array("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': exec('a')}", 8), "want {'descr'"},
		"objects":     {array(entries("|O", "(2,)"), 16), `type "|O"`},
		"complex":     {array(entries("<c8", "(2,)"), 16), `type "<c8"`},
		"records":     {array("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8), "records"},
		"negative":    {array(entries("<f4", "(-1,)"), 4), "want {'descr'"},
		"short":       {array(entries("<f4", "(2,)"), 7), "takes 8 bytes, 7 are there"},
		"long":        {array(entries("<f4", "(2,)"), 9), "takes 8 bytes, 9 are there"},
		"huge":        {array(entries("<f4", "(1000000000,)"), 9), "takes 4000000000 bytes, 9 are there"},
		"overflow":    {array(entries("<f4", "(4294967296, 4294967296)"), 0), "more elements than can be read"},
		"overflow 8":  {array(entries("<f4", "(2305843009213693953, 8)"), 32), "more elements than can be read"},
		"rank":        {array(entries("<f4", "("+strings.Repeat("1, ", 40)+")"), 4), "at most 32 sizes"},
		"other file":  {zipOf("a.txt", []byte("hello")), `"a.txt" in it is no .npy file`},
		"in zip":      {zipOf("a.npy", array(entries("<f4", "(2,)"), 4)), `array "a"`},
	} {
		if _, err := Parse(tt.b); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v, want %q in it", name, err, tt.want)
		}
	}
	if _, err := ReadFile(t.TempDir() + "/none.npz"); err == nil {
		t.Error("a file that is not there is read")
	}
}

// TestClaims: what a zip file claims of an array takes no memory.
func TestClaims(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	head := array(entries("<f4", "(500000000,)"), 0)
	f, err := z.CreateRaw(&zip.FileHeader{Name: "a.npy", Method: zip.Store, CompressedSize64: uint64(len(head)), UncompressedSize64: uint64(len(head)) + 2e9})
	if err != nil {
		t.Fatal(err)
	}
	f.Write(head)
	z.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Parse(b.Bytes()); err == nil {
		t.Fatal("it is read")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<22 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// TestSameBytes: arrays that name the same bytes of a zip file do not add up without end.
func TestSameBytes(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, _ := z.Create("a.npy")
	f.Write(array(entries("<f4", "(4000000,)"), 16e6))
	z.Close()
	file := b.Bytes()
	if _, err := Parse(file); err != nil {
		t.Fatal(err)
	}
	end := len(file) - 22 // the end of the directory, whose entries are repeated under other names
	start := int(binary.LittleEndian.Uint32(file[end+16:]))
	entry, many := file[start:end], slices.Clone(file[:start])
	for i := range 20 {
		again := slices.Clone(entry)
		again[46] = byte('a' + i)
		many = append(many, again...)
	}
	last := slices.Clone(file[end:])
	binary.LittleEndian.PutUint16(last[8:], 20)
	binary.LittleEndian.PutUint16(last[10:], 20)
	binary.LittleEndian.PutUint32(last[12:], uint32(20*len(entry)))
	if _, err := Parse(append(many, last...)); err == nil || !strings.Contains(err.Error(), "arrays of more than") {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, path := range []string{"testdata/stored.npz", "testdata/deflated.npz", "testdata/one.npy"} {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(array(entries(">f8", "(2,)"), 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Parse(b)
		if err != nil {
			return
		}
		for _, a := range list {
			size := 1
			for _, d := range a.Shape {
				size *= d
			}
			if n := len(a.Data) + len(a.F64) + len(a.I64); n != size || n > math.MaxInt32 {
				t.Fatalf("%d elements of shape %v", n, a.Shape)
			}
		}
	})
}
