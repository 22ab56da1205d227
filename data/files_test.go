package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// parts writes files of rows of a table with columns a, b and y.
func parts(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rowText writes rows from a number to another, with a header in some order.
func rowText(header string, from, to int) string {
	text := header + "\n"
	for i := from; i < to; i++ {
		row := strings.NewReplacer("a", fmt.Sprint(i*37%101), "b", "uvw"[i%3:i%3+1], "y", fmt.Sprintf("%d.5", i)).Replace(header)
		text += row + "\n"
	}
	return text
}

func TestFilesAreOneTable(t *testing.T) {
	dir := parts(t, map[string]string{
		"whole/w.csv": rowText("a,b,y", 0, 30), "set/part-0.csv": rowText("a,b,y", 0, 10), "set/part-1.csv": rowText("y,a,b", 10, 25), "set/part-2.csv": "a,b,y\n",
		"set/part-3.tsv": strings.ReplaceAll(rowText("b,y,a", 25, 30), ",", "\t"), "set/_SUCCESS": "", "set/.hidden.csv": "x\n1\n", "set/README.md": "Parts.", "other.txt": "",
	})
	cfg := CSVConfig{Targets: []string{"y"}}
	whole, err := Open(filepath.Join(dir, "whole", "w.csv"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := Hash(whole)
	for _, name := range []string{filepath.Join(dir, "set", "part-*"), filepath.Join(dir, "set")} {
		s, err := Open(name, cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if hash, err := Hash(s); hash != want || err != nil || s.Spec().Name != "set" {
			t.Errorf("%s, %q, is other data: %v\n%v", name, s.Spec().Name, err, s)
		}
		notes := strings.Join(s.(*Table).Notes(), "\n")
		if !strings.Contains(notes, "part-2.csv: it has no rows and is left out") || strings.Contains(notes, "README.md") != (name[len(name)-1] == 't') {
			t.Errorf("%s: notes %q", name, notes)
		}
		raw, err := whole.Spec().Encoder.Open(name)
		if err != nil || raw.Len() != 30 {
			t.Errorf("%s for a model: %v", name, err)
		}
	}
	if files := Files(filepath.Join(dir, "set")); len(files) != 4 {
		t.Error(files)
	}
	if files := Files(filepath.Join(dir, "whole", "w.csv")); files != nil {
		t.Error(files)
	}
}

// TestFilesOfObjects joins objects, which lack keys, and keeps what is said of places.
func TestFilesOfObjects(t *testing.T) {
	dir := parts(t, map[string]string{"a.jsonl": `{"a":1,"y":1.5}` + "\n" + `{"a":2,"y":2.5}`, "b.jsonl": `{"y":3.5,"c":"x"}` + "\n" + `{"a":9,"y":0.5,"c":"z"}`})
	s, err := Open(filepath.Join(dir, "*.jsonl"), CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	g := s.(*Table).grid
	if g.Rows() != 4 || g.Cell(2, g.Index("a")) != "" || g.Cell(3, g.Index("c")) != "z" || g.At(3, 0) != fmt.Sprintf("data: %s, line 2, column \"a\"", filepath.Join(dir, "b.jsonl")) {
		t.Errorf("%d rows, %q", g.Rows(), g.At(3, 0))
	}
}

func TestFilesThatDoNotFit(t *testing.T) {
	good, parquet := rowText("a,b,y", 0, 30), readFile(t, parquetFile)
	for _, test := range []struct {
		name, pattern string
		files         map[string]string
		want          string
	}{
		{"nothing", "*.csv", nil, `no file matches "`},
		{"a bad pattern", "[", nil, `no file matches "`},
		{"columns", "*.csv", map[string]string{"1.csv": good, "2.csv": "a,B,y,z\n1,u,2,3\n"}, `2.csv lacks "b", which DIR/1.csv has, and has "B", "z", which DIR/1.csv lacks; files that are read together have the same columns`},
		{"formats", "*", map[string]string{"1.csv": good, "2.jsonl": `{"a":1,"b":"u","y":2}`}, "1.csv and DIR/2.jsonl are of two formats"},
		{"Parquet", "*", map[string]string{"1.csv": good, "2.parquet": parquet}, "are of two formats"},
		{"a slip", "*", map[string]string{"1.csv": good, "2.csv": "a,b,y\n1,u,2\nx,u,3\n"}, `DIR/2.csv, line 3, column "a": "x" is not a number`},
		{"a row", "*", map[string]string{"1.csv": good, "2.csv": "a,b,y\n1,u,2\n1,u\n2,v,3\n"}, "DIR/2.csv, line 3 has 2 cells; the header has 3"},
		{"images", "*", map[string]string{"1.csv": good, "2.png": ""}, "2.png is an image, not a table"},
		{"a folder", "*", map[string]string{"1.csv": good, "2/a.csv": ""}, "has no rows"},
		{"no rows", "*", map[string]string{"1.csv": "a,b,y\n", "2.csv": ""}, "none of 2 files has a row"},
	} {
		dir := parts(t, test.files)
		_, err := Open(filepath.Join(dir, test.pattern), CSVConfig{Targets: []string{"y"}})
		if want := strings.ReplaceAll(test.want, "DIR", dir); test.name != "a folder" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", test.name, err, want)
		}
		if test.name == "no rows" && !errors.Is(err, ErrNoRows) || test.name == "columns" && !errors.Is(err, ErrNoColumn) {
			t.Errorf("%s: %v is of another kind", test.name, err)
		}
	}
}

// TestPlacesInFiles says in which of several files a row stands.
func TestPlacesInFiles(t *testing.T) {
	dir := parts(t, map[string]string{"1.csv": rowText("a,b,y", 0, 30), "2.csv": "a,b,y\n1,u,2.5\n2,v,\n"})
	s, err := Open(filepath.Join(dir, "*.csv"), CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`1 of 32 rows have no value for the target "y" and are left out (first in %s, line 3)`, filepath.Join(dir, "2.csv"))
	if notes := s.(*Table).Notes(); len(notes) != 1 || notes[0] != want {
		t.Errorf("%q, want %q", notes, want)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
