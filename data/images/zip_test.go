package images

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"testing"
)

func TestEmptyFoldersOfAZipFile(t *testing.T) {
	files := []imageFile{{name: "set/cat/1.png"}}
	if got := emptyFolders([]string{"set", "set/cat", "set/emu", "set/cow/a", "set/cow/b", "owl/c"}, files); fmt.Sprint(got) != "[owl set/cow set/emu]" {
		t.Errorf("%q", got)
	}
}

func FuzzZip(f *testing.F) {
	pixel, err := os.ReadFile("testdata/images/gray.png")
	if err != nil {
		f.Fatal(err)
	}
	for _, names := range [][]string{{"cat/1.png", "dog/1.png"}, {"train/cat/1.png", "test/cat/1.png"}, {"1.png"}, {"../x.png"}, {`set\cat\1.png`, "./dog/1.png"}, {"K\x84se/1.png", "Brot/1"}} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range names {
			entry, err := w.Create(name)
			if err != nil {
				f.Fatal(err)
			}
			entry.Write(pixel)
		}
		w.Close()
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		list, err := zipFiles("fuzz.zip", archive)
		if err != nil {
			return
		}
		set, _, err := readFiles("fuzz.zip", list, Config{Height: 2, Width: 3, Mode: Gray, SkipCorrupt: true, Workers: 1}, nil)
		if err != nil {
			return
		}
		if n := len(set.Class); n == 0 || len(set.Pixels)+len(set.Wide) != 6*n || len(set.Names) != n {
			t.Errorf("%d rows of %d pixels", n, len(set.Pixels)+len(set.Wide))
		}
	})
}
