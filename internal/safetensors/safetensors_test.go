package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// small is what testdata/golden.py writes.
func small() (map[string]string, []Tensor) {
	meta := map[string]string{"note": `a "quote", <angle> & é`, "format": "pt"}
	return meta, []Tensor{
		{Name: "dense/weight", Shape: []int{2, 3}, Data: []float32{
			1, -2.5, math.Float32frombits(2), float32(math.Inf(1)), float32(math.Copysign(0, -1)), 65504,
		}},
		{Name: "dense/bias", Shape: []int{3}, Data: []float32{0.1, 0.2, 0.3}},
		{Name: "empty", Shape: []int{0, 4}, Data: []float32{}},
		{Name: "rate", Shape: []int{}, F64: []float64{0.1}},
		{Name: "steps", Shape: []int{3}, I64: []int64{1, -1, 1 << 62}},
	}
}

func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/small.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	meta, tensors := small()
	var got bytes.Buffer
	if err := Write(&got, meta, tensors); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("wrote\n%q\nwant\n%q", got.Bytes(), want)
	}
	f, err := Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f.Meta, meta) || !reflect.DeepEqual(f.Tensors, tensors) {
		t.Errorf("read %+v", f)
	}
	if x, ok := f.Tensor("rate"); !ok || x.F64[0] != 0.1 {
		t.Errorf("rate is %v, %v", x, ok)
	}
	if _, ok := f.Tensor("none"); ok {
		t.Error("found a tensor that is not there")
	}
}

// TestRoundTrip keeps every bit, NaN payloads too, across more than one chunk.
func TestRoundTrip(t *testing.T) {
	long := make([]float32, 3*chunk/8+5)
	for i := range long {
		long[i] = math.Float32frombits(uint32(i) * 2654435761)
	}
	tests := []struct {
		name    string
		meta    map[string]string
		tensors []Tensor
	}{
		{"nothing", nil, nil},
		{"metadata only", map[string]string{"": "", "a": "\n\x00\u2028"}, nil},
		{"scalar", nil, []Tensor{{Name: "x", Shape: []int{}, Data: []float32{7}}}},
		{"odd names", nil, []Tensor{
			{Name: `"\/<>&`, Shape: []int{1}, Data: []float32{1}},
			{Name: "ü\n", Shape: []int{1}, Data: []float32{2}},
		}},
		{"long", nil, []Tensor{
			{Name: "b", Shape: []int{5, len(long) / 5}, Data: long[:len(long)/5*5]},
			{Name: "a", Shape: []int{1, 1, 1}, F64: []float64{math.Pi}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := Write(&first, tt.meta, tt.tensors); err != nil {
				t.Fatal(err)
			}
			if n := binary.LittleEndian.Uint64(first.Bytes()); n%8 != 0 {
				t.Errorf("the data starts at byte %d", 8+n)
			}
			f, err := Parse(first.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.Meta, tt.meta) {
				t.Errorf("metadata %q, want %q", f.Meta, tt.meta)
			}
			for i, x := range f.Tensors {
				if want := tt.tensors[i]; x.Name != want.Name || !reflect.DeepEqual(x.Shape, want.Shape) {
					t.Errorf("tensor %d is %q %v, want %q %v", i, x.Name, x.Shape, want.Name, want.Shape)
				}
			}
			if err := Write(&second, f.Meta, f.Tensors); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Error("a second write differs")
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	one := []float32{1}
	tests := []struct {
		name    string
		meta    map[string]string
		tensors []Tensor
		want    string
	}{
		{"shape", nil, []Tensor{{Name: "w", Shape: []int{2, 3}, Data: one}}, `tensor "w": shape [2 3] takes 6 elements, 1 are given`},
		{"scalar", nil, []Tensor{{Name: "w"}}, "takes 1 elements, 0 are given"},
		{"negative", nil, []Tensor{{Name: "w", Shape: []int{-1}, Data: one}}, "negative"},
		{"overflow", nil, []Tensor{{Name: "w", Shape: []int{1 << 40, 1 << 40}, Data: one}}, "more elements than can be counted"},
		{"twice", nil, []Tensor{{Name: "w", Data: one}, {Name: "w", Data: one}}, "used twice"},
		{"reserved", nil, []Tensor{{Name: "__metadata__", Data: one}}, "reserved"},
		{"empty name", nil, []Tensor{{Data: one}}, "reserved"},
		{"name", nil, []Tensor{{Name: "\xff", Data: one}}, "UTF-8"},
		{"metadata", map[string]string{"k": "\xff"}, nil, "UTF-8"},
		{"two types", nil, []Tensor{{Name: "w", Data: one, I64: []int64{1}}}, "more than one of"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		err := Write(&b, tt.meta, tt.tensors)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", tt.name, b.Len())
		}
	}
}

// file makes a file of a header and that many bytes of data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestReadErrors(t *testing.T) {
	length := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), "{}"...) }
	f32 := func(fields string) string { return `{"w":{"dtype":"F32",` + fields + `}}` }
	tests := []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "0 bytes"},
		{"short", make([]byte, 7), "7 bytes"},
		{"header beyond the file", length(3), "length is 3, but only 2 bytes follow"},
		{"header of 2^64-1", length(1<<64 - 1), "but only 2 bytes follow"},
		{"no header", length(0), "does not begin with {"},
		{"not JSON", file("{w}", 0), "not valid JSON"},
		{"leading space", file(" {}", 0), "does not begin with {"},
		{"cut JSON", file(`{"w":{"dtype"`, 0), "not valid JSON"},
		{"entry is a number", file(`{"w":1}`, 0), `tensor "w": found 1; want {`},
		{"trailing comma", file(`{"__metadata__":{},}`, 0), "not valid JSON"},
		{"text after", file(`{} {}`, 0), "2 bytes after the closing }"},
		{"UTF-8", file("{\"\xff\":1}", 0), "UTF-8"},
		{"unknown dtype", file(`{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, 1), `tensor "w": dtype "F8_E4M3"; want F64, F32, F16, BF16, I64`},
		{"dtype is a number", file(`{"w":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}`, 4), "found 4; want a string"},
		{"dtype is null", file(`{"w":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}`, 4), "want a string"},
		{"case matters", file(`{"w":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `unknown key "DTYPE"`},
		{"missing", file(f32(`"shape":[1]`), 4), "2 keys; want"},
		{"dtype twice", file(f32(`"dtype":"F32","shape":[1],"data_offsets":[0,4]`), 4), `"dtype" is given twice`},
		{"name twice", file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `"w" is given twice`},
		{"size of shape", file(f32(`"shape":[2],"data_offsets":[0,4]`), 4), "F32 of shape [2] takes 8 bytes, data_offsets give it 4"},
		{"negative size", file(f32(`"shape":[-1],"data_offsets":[0,4]`), 4), "found -1"},
		{"fraction", file(f32(`"shape":[1.0],"data_offsets":[0,4]`), 4), "found 1.0"},
		{"size is null", file(f32(`"shape":[null],"data_offsets":[0,4]`), 4), "want a whole number"},
		{"shape is null", file(f32(`"shape":null,"data_offsets":[0,4]`), 4), "want ["},
		{"size of 2^64", file(f32(`"shape":[18446744073709551616],"data_offsets":[0,4]`), 4), "want a whole number"},
		{"overflow", file(f32(`"shape":[4294967296,4294967296],"data_offsets":[0,4]`), 4), "more elements than can be counted"},
		{"overflow to 4", file(f32(`"shape":[4611686018427387905],"data_offsets":[0,4]`), 4), "more elements than can be counted"},
		{"rank", file(f32(`"shape":[`+strings.Repeat("1,", 40)+`1],"data_offsets":[0,4]`), 4), "more than 32 numbers"},
		{"one offset", file(f32(`"shape":[1],"data_offsets":[4]`), 4), "want [begin, end]"},
		{"offsets reversed", file(f32(`"shape":[1],"data_offsets":[4,0]`), 4), "want [begin, end]"},
		{"beyond the file", file(f32(`"shape":[2],"data_offsets":[0,8]`), 4), "ends at byte 8 of the data, which has 4"},
		{"large and beyond the file", file(f32(`"shape":[1000000000000],"data_offsets":[0,4000000000000]`), 4), "which has 4"},
		{"bytes left", file(f32(`"shape":[1],"data_offsets":[0,4]`), 5), `1 bytes after "w" belong to no tensor`},
		{"gap at the start", file(f32(`"shape":[1],"data_offsets":[4,8]`), 8), "after a gap"},
		{"overlap", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), `tensor "b" begins at byte 4 of the data, inside "a"`},
		{"same place", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `inside "a"`},
		{"metadata number", file(`{"__metadata__":{"k":1}}`, 0), "__metadata__: found 1; want a string"},
		{"metadata null", file(`{"__metadata__":null}`, 0), "__metadata__: found <nil>; want {"},
		{"metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`, 0), "given twice"},
		{"metadata key twice", file(`{"__metadata__":{"k":"1","k":"2"}}`, 0), `"k" is given twice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse(tt.b)
			if err == nil || f != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestReadOrder takes tensors whose header is not in the order of the data,
// and padding by JSON's white space.
func TestReadOrder(t *testing.T) {
	b := file(`{"a":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"}, "b":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}  `+"\n", 8)
	binary.LittleEndian.PutUint32(b[len(b)-4:], math.Float32bits(5))
	f, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if f.Tensors[0].Name != "b" || f.Tensors[1].Name != "a" || f.Tensors[1].Data[0] != 5 {
		t.Errorf("read %+v", f.Tensors)
	}
}

// TestReadAllocates bounds the memory that a lying header can claim.
func TestReadAllocates(t *testing.T) {
	b := file(`{"w":{"dtype":"F32","shape":[250000000],"data_offsets":[0,1000000000]}}`, 4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		if _, err := Parse(b); err == nil {
			t.Fatal("no error")
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("10 refusals of %d bytes allocated %d bytes", len(b), n)
	}
}

// TestReadTypes: what others write is widened to the types that are written.
func TestReadTypes(t *testing.T) {
	for _, tt := range []struct {
		dtype string
		bytes []byte
		data  []float32
		i64   []int64
	}{
		{dtype: "F16", bytes: []byte{0x00, 0x3c, 0x01, 0x80}, data: []float32{1, -0x1p-24}},
		{dtype: "I32", bytes: []byte{0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0}, i64: []int64{-2, 1}},
		{dtype: "I16", bytes: []byte{0xfe, 0xff, 1, 0}, i64: []int64{-2, 1}},
		{dtype: "U32", bytes: []byte{0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0}, i64: []int64{1<<32 - 2, 1}},
		{dtype: "U16", bytes: []byte{0xfe, 0xff, 1, 0}, i64: []int64{1<<16 - 2, 1}},
		{dtype: "U8", bytes: []byte{0xfe, 1}, i64: []int64{254, 1}},
		{dtype: "BOOL", bytes: []byte{0, 1}, i64: []int64{0, 1}},
	} {
		b := file(fmt.Sprintf(`{"w":{"dtype":%q,"shape":[2],"data_offsets":[0,%d]}}`, tt.dtype, len(tt.bytes)), 0)
		f, err := Parse(append(b, tt.bytes...))
		if err != nil {
			t.Fatalf("%s: %v", tt.dtype, err)
		}
		if got := f.Tensors[0]; !slices.Equal(got.Data, tt.data) || !slices.Equal(got.I64, tt.i64) {
			t.Errorf("%s reads %v and %v", tt.dtype, got.Data, got.I64)
		}
	}
}

// TestNarrow keeps every bit of 16 and of 8, across more than one chunk.
func TestNarrow(t *testing.T) {
	halves, bytes8 := make([]uint16, chunk), make([]int8, 2*chunk+3)
	for i := range halves {
		halves[i] = uint16(i)
	}
	for i := range bytes8 {
		bytes8[i] = int8(i)
	}
	tensors := []Tensor{{Name: "bf16", Shape: []int{2, chunk / 2}, BF16: halves}, {Name: "i8", Shape: []int{2*chunk + 3}, I8: bytes8}, {Name: "after", Shape: []int{1}, Data: []float32{2}}}
	var b bytes.Buffer
	if err := Write(&b, nil, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f.Tensors, tensors) {
		t.Error("other tensors than were written")
	}
}
