package data

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/internal/naming"
)

// cifarBytes is a batch whose record i has label labels[i] and the planes

// 3i, 3i+1 and 3i+2.

func cifarBytes(labels ...byte) []byte {
	var b []byte
	for i, label := range labels {
		b = append(b, label)
		for plane := range 3 {
			b = append(b, bytes.Repeat([]byte{byte(3*i + plane)}, 32*32)...)
		}
	}
	return b
}

func TestCIFAR(t *testing.T) {
	files := map[string][]byte{
		"data_batch_10.bin": cifarBytes(9), "data_batch_2.bin.gz": zipped(cifarBytes(1, 2)), "data_batch_2.bin": cifarBytes(1, 2),
		"test_batch.bin": cifarBytes(3), "readme.html": nil,
	}
	enclosing := filepath.Join(t.TempDir(), "cifar")
	if err := os.Mkdir(enclosing, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder(t, files), filepath.Join(enclosing, "bin")); err != nil {
		t.Fatal(err)
	}
	s, err := Open(enclosing, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	x, y := readAll(t, s)
	p, ok := s.(*Parted)
	if !ok || fmt.Sprint(y) != "[1 2 9]" || p.Test.Len() != 1 || s.Spec().Classes[9] != "truck" || naming.Shape(s.Spec().Input) != "32×32×3" {
		t.Fatalf("%T, classes %v, %+v", s, y, s.Spec())
	}
	if got := fmt.Sprint(x[:6], x[3*32*32:3*32*32+3]); got != "[0 1 2 0 1 2] [3 4 5]" {
		t.Errorf("pixels %s", got)
	}
	files = map[string][]byte{"test_batch.bin": cifarBytes(1), "batches.meta.txt": []byte("yes\nno\n\n")}
	one, err := Open(folder(t, files), CSVConfig{})
	if err != nil || fmt.Sprint(one.Spec().Classes) != "[yes no]" {
		t.Errorf("%v", err)
	}
	single, err := Open(filepath.Join(enclosing, "bin", "data_batch_2.bin.gz"), CSVConfig{})
	if err != nil || single.Len() != 2 || single.Spec().Name != "data_batch_2" {
		t.Errorf("%v", err)
	}
}

func TestCIFARErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"truncated", map[string][]byte{"data_batch_1.bin": cifarBytes(1, 2)[:5000]}, "5000 bytes are no whole number of records"},
		{"empty", map[string][]byte{"data_batch_1.bin": nil}, "the set is empty"},
		{"label", map[string][]byte{"data_batch_1.bin": cifarBytes(1, 10)}, "record 1 has label 10; labels are 0 to 9"},
		{"label by names", map[string][]byte{"data_batch_1.bin": cifarBytes(1, 2), "batches.meta.txt": []byte("a\nb")}, "labels are 0 to 1"},
		{"names twice", map[string][]byte{"data_batch_1.bin": cifarBytes(1), "batches.meta.txt": []byte("a\na")}, "twice"},
		{"no names", map[string][]byte{"data_batch_1.bin": cifarBytes(1), "batches.meta.txt": nil}, "names 0 classes"},
		{"truncated gzip", map[string][]byte{"data_batch_1.bin.gz": zipped(cifarBytes(1))[:30]}, "truncated"},
		{"test part", map[string][]byte{"data_batch_1.bin": cifarBytes(1), "test_batch.bin": []byte("x")}, "test_batch.bin: 1 bytes are"},
	} {
		dir := folder(t, test.files)
		if _, err := Open(dir, CSVConfig{}); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := OpenCIFAR(t.TempDir()); err == nil || !strings.Contains(err.Error(), "holds no CIFAR batches") {
		t.Error(err)
	}
}

func TestFetchedSets(t *testing.T) {
	t.Chdir(t.TempDir())
	cache := t.TempDir()
	t.Setenv(CacheVariable, cache)
	for _, name := range FetchedNames() {
		if _, err := Open(name, CSVConfig{}); err == nil || !strings.Contains(err.Error(), `"descent data get `+name+`"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir, err := CacheFolder("cifar-10")
	if err != nil || !strings.HasPrefix(dir, cache) {
		t.Fatal(dir, err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder(t, map[string][]byte{"data_batch_1.bin": cifarBytes(1, 2)}), dir); err != nil {
		t.Fatal(err)
	}
	if s, err := Open("cifar-10", CSVConfig{}); err != nil || s.Len() != 2 {
		t.Error(err)
	}
	if err := os.Rename(tree(t, map[string][]byte{"a/1.png": grayPNG(t, 1, 1, 1)}), "cifar-10"); err != nil {
		t.Fatal(err)
	}
	if s, err := Open("cifar-10", CSVConfig{}); err != nil || s.Len() != 1 {
		t.Error("a folder here of the name of a set is that folder", err)
	}
}
