package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/images"

	"golang.org/x/text/encoding/charmap"
)

// zipWith writes entries, in order, with headers of one's own.
func zipWith(t *testing.T, content []byte, headers ...zip.FileHeader) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, h := range headers {
		h.CompressedSize64, h.UncompressedSize64, h.CRC32 = uint64(len(content)), uint64(len(content)), crc32.ChecksumIEEE(content)
		f, err := w.CreateRaw(&h)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(content)
	}
	w.Close()
	path := filepath.Join(t.TempDir(), "set.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// unicodePathField is the extra field of Info-ZIP with a name in UTF-8.
func unicodePathField(raw, name string) []byte {
	field := append(binary.LittleEndian.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(raw))), name...)
	head := binary.LittleEndian.AppendUint16([]byte{0x75, 0x70}, uint16(len(field)))
	return append(head, field...)
}

func TestZipNames(t *testing.T) {
	encode := func(page *charmap.Charmap, name string) string {
		t.Helper()
		text, err := page.NewEncoder().String(name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	plain := func(names ...string) (headers []zip.FileHeader) {
		for _, name := range names {
			headers = append(headers, zip.FileHeader{Name: name, NonUTF8: true})
		}
		return headers
	}
	stale := zip.FileHeader{Name: "B?r/1.png", NonUTF8: true, Extra: unicodePathField("other", "Bär/1.png")}
	for _, test := range []struct {
		name    string
		entries []zip.FileHeader
		classes string
		note    string
	}{
		{"Windows Explorer", plain(encode(charmap.CodePage850, "Käse/1.png"), "Brot/1.png"), "[Brot Käse]", "are read as IBM Code Page 850, such as Käse/1.png"},
		{"CP437", plain(encode(charmap.CodePage437, "Grüße/1.png"), "Brot/1.png"), "[Brot Grüße]", "IBM Code Page 850"},
		{"Windows-1252", plain(encode(charmap.Windows1252, "Müller/1.png"), "Brot/1.png"), "[Brot Müller]", "Windows 1252"},
		{"Cyrillic", plain(encode(charmap.CodePage866, "собака/1.png"), "Brot/1.png"), "[Brot собака]", "IBM Code Page 866"},
		{"UTF-8 without its flag", plain("Käse/1.png", "Brot/1.png"), "[Brot Käse]", ""},
		{"Info-ZIP", []zip.FileHeader{{Name: "K?se/1.png", NonUTF8: true, Extra: unicodePathField("K?se/1.png", "Käse/1.png")}, {Name: "Brot/1.png"}}, "[Brot Käse]", ""},
		{"a field of another name", []zip.FileHeader{stale, {Name: "Brot/1.png"}}, "[B?r Brot]", ""},
		{"backslashes", plain(`set\cat\1.png`, `set\dog\1.png`), "[cat dog]", ""},
		{"./", plain("./cat/1.png", "./dog/./1.png"), "[cat dog]", ""},
		{"slashes", plain("cat//1.png", "dog/1.png"), "[cat dog]", ""},
	} {
		s, err := Open(zipWith(t, grayPNG(t, 2, 2, 1), test.entries...), CSVConfig{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		notes := strings.Join(s.(*rawImages).Notes(), "\n")
		if fmt.Sprint(s.Spec().Classes) != test.classes || !strings.Contains(notes, test.note) || (test.note == "") != (notes == "") {
			t.Errorf("%s: classes %q, notes %q", test.name, s.Spec().Classes, notes)
		}
	}
}

func TestZipEntriesThatCannotBeRead(t *testing.T) {
	linked := zip.FileHeader{Name: "cow"}
	linked.SetMode(os.ModeSymlink | 0o777)
	for _, test := range []struct {
		name  string
		entry zip.FileHeader
		want  string
	}{
		{"encrypted", zip.FileHeader{Name: "cat/1.png", Flags: 1}, "set.zip: cat/1.png is encrypted; unpack the zip file with its password"},
		{"AES", zip.FileHeader{Name: "cat/1.png", Method: 99}, "is encrypted"},
		{"Deflate64", zip.FileHeader{Name: "cat/1.png", Method: 9}, "is compressed by Deflate64, and only Deflate is read"},
		{"LZMA", zip.FileHeader{Name: "cat/1.png", Method: 14}, "is compressed by LZMA"},
		{"another method", zip.FileHeader{Name: "cat/1.png", Method: 77}, "is compressed by method 77"},
		{"a link", linked, "cow is a link, which is not followed in a zip file"},
		{"an unknown code page", zip.FileHeader{Name: "\x98\xb0\xff/1.png", NonUTF8: true}, "are not UTF-8, and their code page is unknown"},
		{"climbing", zip.FileHeader{Name: "cat/../../1.png"}, "which leads out of it"},
		{"climbing and back", zip.FileHeader{Name: "cat/../dog/1.png"}, "which leads out of it"},
	} {
		_, err := OpenImages(zipWith(t, grayPNG(t, 2, 2, 1), zip.FileHeader{Name: "dog/1.png"}, test.entry), images.Config{SkipCorrupt: true})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), images.ErrCorrupt.Error()) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
