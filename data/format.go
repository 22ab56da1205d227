package data

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descent/data/images"
	"descent/data/internal/grid"
	"descent/data/internal/input"
	"descent/data/internal/naming"
	"descent/internal/suggest"
)

// format is a row of the table of formats: how data is recognized, and one way
// to open it.
type format struct {
	name   string                                             // for people, after "is"
	match  func(f *found) bool                                // by path and first bytes
	table  func(r io.Reader, file string) (*grid.Grid, error) // of a table, from its decompressed bytes
	image  string                                             // the kind of a set of images
	packed bool                                               // a zip file, in which the table is
	not    string                                             // it is not read; what to do instead
}

// formats are tried from the first on. The last takes every file.
var formats = []format{
	{name: "the embedded digits", match: func(f *found) bool { return f.path == digitsName }, image: digitsName},
	{name: "a run folder, not data", match: isRunFolder, not: "give it to predict, eval or inspect as MODEL"},
	{name: "a folder", match: func(f *found) bool { return f.folder }, image: folderKind},

	{name: "an Excel workbook", match: func(f *found) bool { return f.holds("[Content_Types].xml", "xl/") }, not: input.AsCSV},
	{name: "an OpenDocument file", match: func(f *found) bool { return f.holds("mimetype", "content.xml") }, not: input.AsCSV},
	{name: "a zip file of NumPy arrays", match: func(f *found) bool { return f.zipOf(".npy") }, not: input.AsCSV},
	{name: "a model, not data", match: isModel, not: "give it to predict, eval or inspect as MODEL"},

	{name: "a zip file with a table", match: isZippedTable, packed: true},
	{name: "a zip file of several tables", match: func(f *found) bool { return f.zipOf(tableEndings[2:]...) }, not: "unpack it, and name one of them"},
	{name: "a zip file of images", match: func(f *found) bool { return f.begins("PK\x03\x04") || f.ends(".zip") }, image: zipKind},
	{name: "an image", match: isImage, image: fileKind},
	{name: "CIFAR-10 batches", match: func(f *found) bool { return f.ends(".bin") }, image: cifarKind},
	{name: "IDX", match: func(f *found) bool { return f.begins("\x00\x00\x08\x03") || f.begins("\x00\x00\x08\x01") },
		not: "name the folder that holds images and labels"},

	{name: "a file of JSON objects", match: isJSON, table: grid.ReadJSON},
	{name: "binary, not text", match: func(f *found) bool { return bytes.IndexByte(f.text, 0) >= 0 }, not: "want a table as text, or images"},
	{name: "a CSV file", match: func(*found) bool { return true }, table: grid.ReadCSV},
}

// found is what a user named, and what can be seen of it at once.
type found struct {
	path   string
	folder bool
	head   []byte   // the first bytes, decompressed
	text   []byte   // the same as UTF-8, without a byte order mark
	zipped []string // names in a zip file
}

func (f *found) begins(magic string) bool { return bytes.HasPrefix(f.head, []byte(magic)) }

// ends reports whether the name of the file has an ending, compressed or not.
func (f *found) ends(endings ...string) bool {
	lower := strings.ToLower(f.path)
	for _, packed := range []string{".gz", ".bz2"} {
		lower = strings.TrimSuffix(lower, packed)
	}
	for _, ending := range endings {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

// holds reports whether a zip file holds a file, and others below a prefix.
func (f *found) holds(name, prefix string) bool {
	here, below := false, false
	for _, other := range f.zipped {
		here = here || other == name
		below = below || strings.HasPrefix(other, prefix)
	}
	return here && below
}

// zipOf reports whether all files of a zip file have one of the endings.
func (f *found) zipOf(endings ...string) bool {
	files := 0
	for _, name := range f.zipped {
		if !isFolderOrHidden(name) {
			if files++; !(&found{path: name}).ends(endings...) {
				return false
			}
		}
	}
	return files > 0
}

// isFolderOrHidden tells names in a zip file that are none of data.
func isFolderOrHidden(name string) bool {
	return strings.HasSuffix(name, "/") || naming.HiddenPart(strings.Split(name, "/"))
}

// tableEndings are those of files in a zip file that are taken for tables; those
// of any text come first.
var tableEndings = []string{".txt", ".data", ".csv", ".tsv", ".jsonl", ".ndjson", ".json"}

// isRunFolder recognizes the files that training leaves.
func isRunFolder(f *found) bool {
	for _, name := range []string{"config.yaml", "metrics.csv"} {
		if info, err := os.Stat(filepath.Join(f.path, name)); !f.folder || err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// isModel recognizes the first bytes of safetensors: the length of a header, and
// its brace.
func isModel(f *found) bool {
	return len(f.head) > 9 && string(f.head[8:10]) == `{"` && f.head[4]|f.head[5]|f.head[6]|f.head[7] == 0
}

// isImage goes by the name too, so that a file that should be an image is said
// to be none.
func isImage(f *found) bool {
	if images.IsName(f.path) {
		return true
	}
	return images.IsImage(f.head)
}

// isJSON goes by the first bytes, and by the name of an empty file. A header
// does not begin with a brace.
func isJSON(f *found) bool {
	text := bytes.TrimSpace(f.text)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[' && bytes.ContainsRune(text, '{')) ||
		len(text) == 0 && f.ends(".jsonl", ".ndjson", ".json")
}

// recognize finds what a user names, and its format. A name without a file may
// be that of a fetched set.
func recognize(name string) (*found, *format, error) {
	f := &found{path: name}
	if name != digitsName {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			path, known, fetchErr := fetched(name)
			if target, linkErr := os.Readlink(name); !known && linkErr == nil {
				return nil, nil, fmt.Errorf("data: %s is a link to %s, where nothing is: %w", name, target, err)
			}
			if !known {
				return nil, nil, fmt.Errorf("data: there is no %q%s; name a CSV file, a folder of images or IDX files, a zip file of images, %q, or a set to fetch (%s): %w",
					name, suggest.DidYouMean(name, append(FetchedNames(), digitsName)), digitsName, strings.Join(FetchedNames(), ", "), err)
			}
			if fetchErr != nil {
				return nil, nil, fetchErr
			}
			f.path = path
			info, err = os.Stat(path)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("data: %w", err)
		}
		if f.folder = info.IsDir(); !f.folder {
			if err := f.look(); err != nil {
				return nil, nil, err
			}
		}
	}
	return f, f.format(), nil
}

// look reads the first bytes of a file.
func (f *found) look() error {
	file, err := input.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := f.peek(bufio.NewReaderSize(file, input.Ahead)); err != nil {
		return fmt.Errorf("data: %s: %w", f.path, input.Explain(err))
	}
	if f.begins("PK\x03\x04") {
		if archive, err := zip.OpenReader(f.path); err == nil {
			for _, entry := range archive.File {
				f.zipped = append(f.zipped, entry.Name)
			}
			archive.Close()
		}
	}
	return nil
}

// peek looks at the first bytes of a stream, which stay in it.
func (f *found) peek(r *bufio.Reader) (err error) {
	f.head, err = r.Peek(512)
	f.text, _ = input.Text(bytes.NewReader(f.head)).Peek(input.Ahead)
	if err == io.EOF {
		return nil
	}
	return err
}

// format returns the format of what was found.
func (f *found) format() *format {
	if s := input.Unread(f.head); s != nil && !f.ends(".bin") && !images.IsName(f.path) {
		return &format{name: s.Format, not: s.Not}
	}
	for i := range formats {
		if formats[i].match(f) {
			return &formats[i]
		}
	}
	panic("data: the last format takes every file")
}

// refuse returns why data of this format is not read.
func (f *format) refuse(file string) error {
	if f.not == "" {
		return nil
	}
	return fmt.Errorf("data: %s is %s, which is not read; %s", file, f.name, f.not)
}

// grid reads a file that holds a table of this format.
func (f *found) grid(as *format) (*grid.Grid, error) {
	if as.packed {
		return f.unpacked()
	}
	if err := as.mustBeTable(f.path); err != nil {
		return nil, err
	}
	file, err := input.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return as.table(file, f.path)
}

// openGrid reads a file that holds a table.
func openGrid(path string) (*grid.Grid, error) {
	f, as, err := recognize(path)
	if err != nil {
		return nil, err
	}
	return f.grid(as)
}

// readGrid reads a table of the format that its first bytes have; file stands
// for it in messages.
func readGrid(r io.Reader, file string) (*grid.Grid, error) {
	plain, err := input.Decompress(r)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", file, err)
	}
	buffered := bufio.NewReaderSize(plain, input.Ahead)
	f := &found{path: file}
	if err := f.peek(buffered); err != nil {
		return nil, fmt.Errorf("data: %s: %w", file, input.Explain(err))
	}
	as := f.format()
	if err := as.mustBeTable(file); err != nil {
		return nil, err
	}
	return as.table(buffered, file)
}

func (f *format) mustBeTable(file string) error {
	if f.table == nil && f.not == "" {
		return fmt.Errorf("data: %s is %s, not a table", file, f.name)
	}
	return f.refuse(file)
}

// isZippedTable reports whether a zip file holds one table and nothing else.
func isZippedTable(f *found) bool { return f.zippedTable() != "" }

// zippedTable returns the one table in a zip file.
func (f *found) zippedTable() string {
	table := ""
	for _, name := range f.zipped {
		if isFolderOrHidden(name) {
			continue
		}
		if table != "" || !(&found{path: name}).ends(tableEndings...) {
			return ""
		}
		table = name
	}
	return table
}

// unpacked reads the one table in a zip file.
func (f *found) unpacked() (*grid.Grid, error) {
	name := f.zippedTable()
	fail := func(err error) (*grid.Grid, error) { return nil, fmt.Errorf("data: %s: %s: %w", f.path, name, err) }
	archive, err := zip.OpenReader(f.path)
	if err != nil {
		return fail(err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		return fail(err)
	}
	defer file.Close()
	return readGrid(file, f.path+": "+name)
}
