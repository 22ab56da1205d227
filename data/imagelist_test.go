package data

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/images"
)

// link makes a symbolic link in a folder, or skips the test.
func link(t *testing.T, dir, name, target string) {
	t.Helper()
	if err := os.Symlink(filepath.FromSlash(target), filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Skip("no links here:", err)
	}
}

func TestLinkedFolders(t *testing.T) {
	at := func(p byte) []byte { return grayPNG(t, 2, 3, p) }
	dir := tree(t, map[string][]byte{"some/cat/1.png": at(1), "pool/cow/2.png": at(2), "pool/cow/3.png": at(3)})
	some := filepath.Join(dir, "some")
	link(t, some, "cow", "../pool/cow")
	link(t, dir, "again", "some")
	for _, path := range []string{some, filepath.Join(dir, "again")} {
		s, err := Open(path, CSVConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.Spec().Classes, RowNames(s)); got != "[cat cow] [cat/1.png cow/2.png cow/3.png]" {
			t.Errorf("%s: %s", path, got)
		}
	}
	// Folders that hold the link end the walk, those above the set among them.
	link(t, some, "cat/self", "..")
	link(t, some, "cat/above", "../..")
	s, err := Open(some, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if notes := s.(*rawImages).Notes(); s.Len() != 3 || len(notes) != 2 || !strings.Contains(notes[1], filepath.FromSlash("cat/self")+" is a link to a folder that it lies in") {
		t.Errorf("%d rows, notes %q", s.Len(), notes)
	}
	link(t, some, "emu", "../pool/emu")
	if _, err := Open(some, CSVConfig{}); err == nil || !strings.Contains(err.Error(), filepath.FromSlash("some/emu")+" is a link to ") {
		t.Errorf("a link to nowhere: %v", err)
	}
	if err := os.Remove(filepath.Join(some, "emu")); err != nil {
		t.Fatal(err)
	}
	link(t, some, "cat/loop", "loop")
	if _, err := Open(some, CSVConfig{}); err == nil || !strings.Contains(err.Error(), filepath.FromSlash("some/cat/loop")+": ") {
		t.Errorf("a link to itself: %v", err)
	}
	link(t, dir, "nowhere", "gone")
	if _, err := Open(filepath.Join(dir, "nowhere"), CSVConfig{}); err == nil || !strings.Contains(err.Error(), "is a link to gone, where nothing is") {
		t.Errorf("the set itself: %v", err)
	}
}

func TestNamesThatAreNotText(t *testing.T) {
	dir := tree(t, map[string][]byte{"cat/1.png": grayPNG(t, 2, 3, 1)})
	if err := os.Mkdir(filepath.Join(dir, "caf\xe9"), 0o700); err != nil {
		t.Skip("no such names here:", err)
	}
	if _, err := Open(dir, CSVConfig{}); err == nil || !strings.Contains(err.Error(), `caf\xe9" is not UTF-8; rename it`) {
		t.Errorf("%v", err)
	}
}

func TestLinksThatMultiply(t *testing.T) {
	if testing.Short() {
		t.Skip("follows 65,536 links")
	}
	many := tree(t, map[string][]byte{"cat/1.png": grayPNG(t, 2, 3, 1)})
	for i := range images.MaxDepth - 1 { // folders of links to folders of links
		if err := os.Mkdir(filepath.Join(many, fmt.Sprint("m", i)), 0o700); err != nil {
			t.Fatal(err)
		}
		for j := range 3 {
			link(t, many, fmt.Sprintf("m%d/%d", i, j), fmt.Sprint("../m", i+1))
		}
	}
	if err := os.Mkdir(filepath.Join(many, fmt.Sprint("m", images.MaxDepth-1)), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(many, CSVConfig{}); err == nil || !strings.Contains(err.Error(), "links to folders are followed") {
		t.Errorf("links that multiply: %v", err)
	}
}

func TestThingsInImageFolders(t *testing.T) {
	png := grayPNG(t, 2, 3, 1)
	classes := map[string][]byte{"cat/1": png, "dog/1.png": grayPNG(t, 2, 3, 2), "dog/README": []byte("Dogs."), "Makefile": nil, "emu/notes.txt": nil, "emu/old/a.txt": nil, "more.zip": nil}
	s, err := Open(tree(t, classes), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(s.(*rawImages).Notes(), "\n")
	if fmt.Sprint(RowNames(s)) != "[cat/1 dog/1.png]" || notes != `no images are in the folders "emu", which are left out`+"\n"+`the archives "more.zip" are not looked into` {
		t.Errorf("rows %q, notes %q", RowNames(s), notes)
	}
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"a link as text", map[string][]byte{"cat/1.png": png, "cow": []byte("../pool/cow")}, "cow is a link to ../pool/cow that was copied as text"},
		{"an image link as text", map[string][]byte{"cat/1.png": []byte("../pool/1.png\n")}, "a link to ../pool/1.png that was copied as text"},
		{"an archive alone", map[string][]byte{"train.zip": nil, "sample.csv": nil}, "holds no images, but the archive train.zip"},
		{"WebP", map[string][]byte{"cat/1.jpg": []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "dog/1.png": png}, "but a WebP image"},
		{"HEIC", map[string][]byte{"cat/1.heic": []byte("\x00\x00\x00\x18ftypheic"), "dog/1.png": png}, "but a HEIC image"},
		{"TIFF", map[string][]byte{"cat/1.tif": []byte("II*\x00\x08\x00\x00\x00"), "dog/1.png": png}, "but a TIFF image"},
		{"BMP", map[string][]byte{"cat/1.png": []byte("BM\x00\x00\x00\x00"), "dog/1.png": png}, "but a BMP image"},
		{"a web page", map[string][]byte{"cat/1.jpg": []byte("<!DOCTYPE html><title>404"), "dog/1.png": png}, "but a web page"},
		{"Git LFS", map[string][]byte{"cat/1.jpg": []byte("version https://git-lfs.github.com/spec/v1\n"), "dog/1.png": png}, "git lfs pull"},
	} {
		if _, err := Open(tree(t, test.files), CSVConfig{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestArchivesAreNamed(t *testing.T) {
	tar := append(bytes.Repeat([]byte{0}, 257), "ustar\x0000"...)
	whole, err := os.ReadFile(zipOf(t, map[string][]byte{"cat/1.png": grayPNG(t, 2, 3, 1), "dog/1.png": grayPNG(t, 2, 3, 2)}))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"set.zip":    {tar, "is a tar archive"},
		"rar.zip":    {[]byte("Rar!\x1a\x07\x01\x00"), "is a RAR archive"},
		"none.zip":   {nil, "the file is empty"},
		"set.tar":    {tar, "is a tar archive, which is not read; unpack it"},
		"set.tar.gz": {zipped(tar), "is a tar archive, which is not read; unpack it"},
		"set.7z":     {[]byte("7z\xbc\xaf\x27\x1c...."), "is a 7z archive"},
		"photos":     {whole, ""},
	} {
		path := filepath.Join(folder(t, map[string][]byte{name: test.content}), name)
		_, err := Open(path, CSVConfig{})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}
