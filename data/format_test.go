package data

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFormats gives files of all formats under names that say nothing, or
// something else.
func TestFormats(t *testing.T) {
	const table = "a,y\n1,u\n2,v\n3,v\n"
	zipOf := func(names ...string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range names {
			w, _ := z.Create(name)
			w.Write([]byte(table))
		}
		z.Close()
		return b.String()
	}
	tar := make([]byte, 1024)
	copy(tar, "a.csv")
	copy(tar[257:], "ustar\x0000")
	for _, test := range []struct{ name, content, want string }{
		{"plain", table, ""},
		{"t.json", table, ""},
		{"t.tar.csv", table, ""},
		{"t.csv", "{\"a\":1,\"y\":\"u\"}\n{\"a\":2,\"y\":\"v\"}\n", ""},
		{"lines.jsonl", "{\"a\":1,\"y\":\"u\"}\n{\"a\":2,\"y\":\"v\"}\n", ""},
		{"t.bz2", "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x72\xe4\x7e\xb8\x00\x00\x05\xd9\x80\x00\x10\x00\x04\x38\x00\x20\x00\x03\x20\x20\x00\x21\x28\x06\x42\x0c\x98\x86\x99\xbc\x9a\x06\x1e\x2e\xe4\x8a\x70\xa1\x20\xe5\xc8\xfd\x70", ""},
		{"t.zip", zipOf("t.csv"), ""},
		{"t.csv.zip", zipOf("in/t.csv", "__MACOSX/._t.csv"), ""},
		{"two.zip", zipOf("a.csv", "b.csv"), "a zip file of several tables, which is not read; unpack it, and name one of them"},
		{"x.csv", zipOf("[Content_Types].xml", "xl/workbook.xml"), "x.csv is an Excel workbook, which is not read; save it as CSV"},
		{"x.ods", zipOf("mimetype", "content.xml"), "an OpenDocument file"},
		{"x.npz", zipOf("a.npy", "b.npy"), "a zip file of NumPy arrays"},
		{"x.npy", "\x93NUMPY\x01\x00", "a NumPy array"},
		{"old.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"},
		{"p.csv", "PAR1\x15\x00", "the file is no Parquet file, or is truncated"},
		{"p.feather", "ARROW1\x00\x00", "an Arrow file"},
		{"p.db", "SQLite format 3\x00", "an SQLite database"},
		{"p.h5", "\x89HDF\r\n\x1a\n", "an HDF5 file"},
		{"p.pdf", "%PDF-1.7\n", "a PDF document"},
		{"page.csv", "\n<!DOCTYPE html>\n<html>", "a web page, which is not read; fetch the file itself"},
		{"sheet.xls", "<table border=1><tr>", "a web page"},
		{"s.dta", "<stata_dta><header>", "a Stata file"},
		{"weka.csv", "@relation t\n@attribute x numeric\n", "an ARFF file, which is not read; save it as CSV"},
		{"dump.csv", "-- MySQL dump 10.13\n--\n", "a dump of a database"},
		{"m.csv", "\x08\x00\x00\x00\x00\x00\x00\x00{\"a\":{}}", "a model, not data"},
		{"a.zip", "7z\xbc\xaf\x27\x1c\x00", "a 7z archive, which is not read; unpack it"},
		{"a.rar", "Rar!\x1a\x07\x01\x00", "a RAR archive"},
		{"a.csv", string(tar), "a tar archive"},
		{"a.xz", "\xfd7zXZ\x00", "an xz file, which is not read; unpack it"},
		{"a.zst", "\x28\xb5\x2f\xfd", "the file is truncated"},
		{"bytes.csv", "a,y\n1,\x00\n", "binary, not text"},
		{"train-images", "\x00\x00\x08\x03", "name the folder that holds images and labels"},
		{"weights.csv", "BMI,ftyp,y\n1,2,u\n2,3,v\n", ""},
		{"empty.csv", "", "is empty"},
		{"empty.jsonl", "", "no object names a column"},
		{"none.json", "[]\n", "no object names a column"},
		{"rows.json", "[[1,2],[3,4]]", "[ stands where an object should"},
		{"gz.csv", "\x1f\x8b\x08", "truncated"},
	} {
		path := filepath.Join(t.TempDir(), test.name)
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, CSVConfig{Targets: []string{"y"}})
		switch {
		case test.want == "" && (err != nil || s.Len() < 2):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
