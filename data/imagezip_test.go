package data

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data/images"
)

// zipOf writes files into a zip file.

func zipOf(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(files[name])
	}
	w.Close()
	path := filepath.Join(t.TempDir(), "set.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestZipFiles(t *testing.T) {
	whole := zipOf(t, map[string][]byte{"cat/1.png": grayPNG(t, 20, 30, 1), "dog/1.png": grayPNG(t, 20, 30, 2)})
	file, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(file)
	damaged[30+len("cat/1.png")+40] ^= 0xff // behind the first file's header
	deep := strings.Repeat("a/", images.MaxDepth+1) + "1.png"
	for _, test := range []struct {
		name, path, want string
	}{
		{"traversal", zipOf(t, map[string][]byte{"../cat/1.png": nil}), `the path "../cat/1.png", which leads out of it`},
		{"absolute", zipOf(t, map[string][]byte{"/cat/1.png": nil}), "which leads out of it"},
		{"climbing by backslashes", zipOf(t, map[string][]byte{`cat\..\..\1.png`: nil}), "which leads out of it"},
		{"drive", zipOf(t, map[string][]byte{`C:\cat\1.png`: nil}), "which leads out of it"},
		{"deep", zipOf(t, map[string][]byte{deep: nil}), "nested deeper"},
		{"zip in zip", zipOf(t, map[string][]byte{"inner.zip": file}), "holds no images"},
		{"lying header", zipOf(t, map[string][]byte{"cat/1.png": pngHead(4096, 4096), "dog/1.png": pngHead(4096, 4096)}), "which a file of 33 bytes cannot hold"},
		{"truncated", filepath.Join(folder(t, map[string][]byte{"x.zip": file[:len(file)-30]}), "x.zip"), "no zip file, or damaged"},
		{"damaged", filepath.Join(folder(t, map[string][]byte{"x.zip": damaged}), "x.zip"), "x.zip: cat/1.png: "},
	} {
		if _, err := Open(test.path, CSVConfig{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := Open(whole, CSVConfig{}); err != nil {
		t.Error(err)
	}
}
