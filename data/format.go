package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"descent/data/images"
	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/input"
	"descent/data/internal/parquet"
)

// format is a row of the table of formats: how data is recognized, and one way
// to open it.
type format struct {
	name   string                                                           // for people, after "is"
	match  func(f *found) bool                                              // by path and first bytes
	text   func(r io.Reader, file string) (*grid.Grid, error)               // of a table, from its decompressed bytes
	random func(r io.ReaderAt, size int64, file string) (*grid.Grid, error) // likewise, read in any order
	packed bool                                                             // a zip file, in which the table is
	joined bool                                                             // several files, each with a part of the table
	rows   func(path string) ([]string, iter.Seq2[[]string, error], error)  // of a table: its columns and rows
	set    func(path string, o setOptions) (Source, error)                  // of samples
	images bool                                                             // these are images
	not    string                                                           // it is not read; what to do instead
}

// setOptions say how image files become samples: as cfg says, or as the model
// takes them whose encoder is given.
type setOptions struct {
	cfg     ImageConfig
	encoder *Encoder
}

// formats are tried from the first on, after those that were registered. The last
// takes every file.
var formats = []format{
	{name: "the embedded digits", match: func(f *found) bool { return f.path == digitsName }, set: openDigits, images: true},
	{name: "a run folder, not data", match: isRunFolder, not: "give it to predict, eval or inspect as MODEL"},
	{name: "several files with a table", match: func(f *found) bool { return f.files != nil }, joined: true},
	{name: "a folder", match: func(f *found) bool { return f.folder }, set: openFolder, images: true},

	{name: "an Excel workbook", match: func(f *found) bool { return f.holds("[Content_Types].xml", "xl/") }, not: input.AsCSV},
	{name: "an OpenDocument file", match: func(f *found) bool { return f.holds("mimetype", "content.xml") }, not: input.AsCSV},
	{name: "a zip file of NumPy arrays", match: func(f *found) bool { return f.zipOf(".npy") }, not: input.AsCSV},
	{name: "a model, not data", match: isModel, not: "give it to predict, eval or inspect as MODEL"},

	{name: "a zip file with a table", match: func(f *found) bool { return f.zippedTable() != "" }, packed: true},
	{name: "a zip file of several tables", match: func(f *found) bool { return f.zipOf(tableEndings[2:]...) }, not: "unpack it, and name one of them"},
	{name: "a zip file of images", match: func(f *found) bool { return f.begins("PK\x03\x04") || f.ends(".zip") }, set: imageFiles(images.Zip), images: true},
	{name: "an image", match: isImage, set: imageFiles(images.File), images: true},
	{name: "CIFAR-10 batches", match: func(f *found) bool { return f.ends(".bin") }, set: openBatches, images: true},
	{name: "IDX", match: func(f *found) bool { return f.begins("\x00\x00\x08\x03") || f.begins("\x00\x00\x08\x01") },
		not: "name the folder that holds images and labels"},

	{name: "a Parquet file", match: func(f *found) bool { return f.begins(parquet.Mark) && !input.IsText(f.head) }, random: readParquet},
	{name: "a file of JSON objects", match: isJSON, text: grid.ReadJSON},
	{name: "binary, not text", match: func(f *found) bool { return bytes.IndexByte(f.text, 0) >= 0 }, not: "want a table as text, or images"},
	{name: "a CSV file", match: func(*found) bool { return true }, text: grid.ReadCSV},
}

// headBytes is how many bytes of a file tell its format.
const headBytes = 512

// tableEndings are those of files in a zip file that are taken for tables; those
// of any text come first.
var tableEndings = []string{".txt", ".data", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"}

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
func isImage(f *found) bool { return images.IsName(f.path) || images.IsImage(f.head) }

// isJSON goes by the first bytes, and by the name of a file that is empty or an array
// in which no object is seen. A header does not begin with a brace.
func isJSON(f *found) bool {
	text := bytes.TrimSpace(f.text)
	if len(text) == 0 || text[0] == '[' && !bytes.ContainsRune(text, '{') {
		return f.ends(".jsonl", ".ndjson", ".json")
	}
	return text[0] == '{' || text[0] == '['
}

// isTable reports whether the format is one of tables.
func (f *format) isTable() bool {
	return f.text != nil || f.random != nil || f.rows != nil || f.packed || f.joined
}

// refuse returns why data of this format is not read.
func (f *format) refuse(file string) error {
	if f.not == "" {
		return nil
	}
	return fault.Errorf(fault.ErrNotRead, "data: %s is %s, which is not read; %s", file, f.name, f.not)
}

// mustBeTable returns why data of this format is not read as a table.
func (f *format) mustBeTable(file string) error {
	if f.set != nil {
		return fault.Errorf(fault.ErrNotRead, "data: %s is %s, not a table", file, f.name)
	}
	return f.refuse(file)
}

// grid reads a file that holds a table of this format.
func (f *found) grid(as *format) (*grid.Grid, error) {
	if err := as.mustBeTable(f.path); err != nil {
		return nil, err
	}
	switch {
	case as.joined:
		return f.joinedFiles()
	case as.packed:
		return f.unpacked()
	case as.rows != nil:
		columns, rows, err := as.rows(f.path)
		if err != nil {
			return nil, fmt.Errorf("data: %s: %w", f.path, err)
		}
		if rows == nil {
			return nil, fmt.Errorf("data: %s: format %q gave no rows to go through", f.path, as.name)
		}
		return grid.FromRows(f.path, columns, rows, false)
	}
	file, err := input.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if in, size, ok := file.Raw(); ok && as.random != nil {
		return as.random(in, size, f.path)
	}
	return as.read(file, f.path)
}

// maxInMemory bounds a file that is read in any order where it cannot be: within a
// compressed file, or on the standard input.
const maxInMemory = 1 << 30

// read reads a table from its decompressed bytes.
func (f *format) read(r io.Reader, file string) (*grid.Grid, error) {
	if f.random == nil {
		return f.text(r, file)
	}
	content, err := io.ReadAll(io.LimitReader(r, maxInMemory+1))
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", file, input.Explain(err))
	}
	if len(content) > maxInMemory {
		return nil, fmt.Errorf("data: %s is %s of more than %d MiB within another file or a stream; unpack it, and name it", file, f.name, maxInMemory>>20)
	}
	return f.random(bytes.NewReader(content), int64(len(content)), file)
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
	as := f.builtin()
	if err := as.mustBeTable(file); err != nil {
		return nil, err
	}
	return as.read(buffered, file)
}
