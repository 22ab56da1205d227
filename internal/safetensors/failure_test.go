package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// broken fails at a byte, as a disk may.
type broken struct {
	*bytes.Reader
	at int64
}

var errDisk = errors.New("disk is broken")

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > b.at {
		return 0, errDisk
	}
	return b.Reader.ReadAt(p, at)
}

type brokenWriter struct{ left int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestFailures(t *testing.T) {
	meta, tensors := small()
	var b bytes.Buffer
	if err := Write(&b, meta, tensors); err != nil {
		t.Fatal(err)
	}
	for at := range b.Len() {
		r := bytes.NewReader(b.Bytes())
		if _, err := Read(broken{r, int64(at)}, r.Size()); !errors.Is(err, errDisk) {
			t.Fatalf("reading breaks at %d: error %v", at, err)
		}
		if _, err := Parse(b.Bytes()[:at]); err == nil {
			t.Fatalf("a file cut at %d is taken", at)
		}
		if err := Write(&brokenWriter{at}, meta, tensors); !errors.Is(err, errDisk) {
			t.Fatalf("writing breaks at %d: error %v", at, err)
		}
	}
	r := bytes.NewReader(b.Bytes()[:b.Len()-1])
	if _, err := Read(r, int64(b.Len())); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a reader shorter than its size: error %v", err)
	}
	if _, err := Read(r, -1); err == nil {
		t.Error("a size of -1 is taken")
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	meta, tensors := small()
	for range 2 { // new, then over the first
		if err := WriteFile(path, meta, tensors); err != nil {
			t.Fatal(err)
		}
	}
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f.Tensors, tensors) {
		t.Errorf("read %+v", f.Tensors)
	}

	if err := WriteFile(path, nil, []Tensor{{Name: "w", Shape: []int{2}}}); err == nil {
		t.Error("a wrong tensor is written")
	}
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(folder, meta, tensors); err == nil {
		t.Error("a folder was replaced")
	}
	if err := WriteFile(filepath.Join(dir, "none", "x"), meta, tensors); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: error %v", err)
	}
	again, err := ReadFile(path)
	if err != nil || !reflect.DeepEqual(f, again) {
		t.Errorf("after failures the file reads %+v, error %v", again, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the folder holds %v, error %v; want the file and the folder alone", left, err)
	}
	if _, err := ReadFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: error %v", err)
	}
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("not"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(bad); err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("error %v does not name the file", err)
	}
}

func FuzzParse(f *testing.F) {
	meta, tensors := small()
	var b bytes.Buffer
	if err := Write(&b, meta, tensors); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(file(`{}`, 0))
	f.Add(file(`{"w":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]}}`, 16))
	f.Add(file(`{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BOOL","shape":[3],"data_offsets":[4,7]}}`, 7))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		held := 0 // bytes of the file are 8 in memory at most, as those of U8 are
		for _, x := range file.Tensors {
			if x.Name == "" {
				return // read, for others write it, but never written
			}
			held += 4*len(x.Data) + 8*len(x.F64) + 8*len(x.I64)
		}
		if held > 8*len(b) {
			t.Fatalf("%d bytes of tensors from a file of %d", held, len(b))
		}
		var out bytes.Buffer
		if err := Write(&out, file.Meta, file.Tensors); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		var second bytes.Buffer // bytes, since NaN differs from itself
		if err := Write(&second, again.Meta, again.Tensors); err != nil || !bytes.Equal(out.Bytes(), second.Bytes()) {
			t.Fatalf("a second round differs, error %v", err)
		}
	})
}

// TestManyEntries: a header lists so many tensors and entries at most, as each takes
// many times its text in memory.
func TestManyEntries(t *testing.T) {
	many := func(entry string) string {
		var b strings.Builder
		for i := range maxEntries + 1 {
			fmt.Fprintf(&b, "%s\"%d\":%s", [...]string{"", ","}[min(i, 1)], i, entry)
		}
		return b.String()
	}
	for text, want := range map[string]string{
		`{"__metadata__":{` + many(`""`) + `}}`:                              "entries",
		`{` + many(`{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`) + `}`: "tensors",
	} {
		if _, _, err := parseHeader([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want more than so many %s", err, want)
		}
	}
}
