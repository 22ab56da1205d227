package data

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/schema"
)

// CSVConfig says what cannot be read off a CSV file. Only Targets is needed.
//
// Columns are given by name, or by a pattern as of [path.Match], such as
// "date_*", in which * stands for a slash too. A name that the file has is taken
// whole first, whatever it holds; then a text with commas is the list of its
// parts. A pattern leaves alone what another list names, and the targets:
// Drop "*" with Keep "a" leaves a.
//
// A name in Numbers may end in :comma or :point, which is the decimal mark, as
// in "price:comma"; one in Dates in :dmy, :mdy or :ymd, the order of day, month
// and year, or in :unix, for seconds since 1970. Targets may be in Numbers.
//
// An item of Levels says which levels of categories become a feature each, while the
// others share one: "1000/2" is the 1,000 most frequent that stand in 2 rows or more,
// and "1000" is 1000/10; of up to 100 levels the rows do not matter. "auto" is 1000/2,
// but at most 4,096 levels of all columns, or 100 of each. "hashed=256" gives a level
// one of 256 features by its hash, also one that training did not have. Behind a name
// or a pattern, as in "city:hashed=256", it is for those columns; one that is named is
// not left out for differing in nearly every row.
type CSVConfig struct {
	Targets    []string // columns to be predicted; several for regression and labels
	Task       Task     // 0: decided by the target's values
	Drop       []string // columns to leave out
	Keep       []string // columns to keep that would be left out
	Categories []string // columns of codes, which may be numbers
	Numbers    []string // columns that must hold numbers
	Dates      []string // columns that must hold dates
	Levels     []string // how many levels categories keep; none: "100/10"
	Text       []string // columns of text, whose words are read; "auto" are those that would be left out as free text

	Weight string // a column that says how much a row counts, at least 0; see [WeightField]

	Image  string      // a column of paths to images, relative to the folder of the file; see [RowField]
	Images ImageConfig // how they become samples of one shape
}

// Table is a CSV file with its schema: raw rows, which [Split] encodes with
// statistics of the training part. Read before that, a Table encodes itself
// with the statistics of all rows.
type Table struct {
	grid   *grid.Grid
	plan   *schema.Plan
	images *rawImages // of each row; nil of plain tables
	name   string
	whole  *Encoder // fitted on all rows
	encode func() (Source, error)
}

// OpenCSV reads a file that holds a table, as [ReadCSV] does, and decides its
// schema.
func OpenCSV(path string, cfg CSVConfig) (*Table, error) {
	g, err := openGrid(path)
	if err != nil {
		return nil, err
	}
	return newTable(g, path, cfg)
}

// ReadCSV reads a table and decides its schema; name stands for the file in
// messages. The text is recognized by its beginning: cells between commas,
// semicolons, tabs, bars or blanks below a line with their names, or JSON, an
// object a row. It may be compressed by gzip, bzip2 or Zstandard, be UTF-16 with a byte
// order mark, and have any line ends. Lines above and below the table are left
// out with a note. Or it is Parquet, of which columns of numbers, dates and truth
// values are what their types say, and those of lists and maps are left out, with a
// note; a stream is read into memory for that.
//
// A column is numbers, in the notation of all its cells; dates; categories; or
// dropped with a note (constant, numbering the rows, all different, free text, unless
// cfg has it read).
// Empty cells, NA, NaN, null, ? and their like are missing, and among numbers
// and dates also words such as none and -. The target is classes when it is text, has two values or is
// whole numbers of at most 20 values, and is regression otherwise; see
// [Table.Reason]. Labels must be asked for by the task: they are columns that say yes
// or no, or one whose cells hold all labels of a row, as in "a;b", with |, a comma or a
// semicolon between them. Classes are named as the file spells them, and spellings are
// different classes, but that among whole numbers 1.0 is 1. Text that is hardly
// meant as classes is [ErrDoubtfulTarget] unless cfg gives the task. Rows without
// a target are dropped with a note.
func ReadCSV(r io.Reader, name string, cfg CSVConfig) (*Table, error) {
	g, err := readGrid(r, name)
	if err != nil {
		return nil, err
	}
	return newTable(g, name, cfg)
}

// newTable decides the schema of a grid that was read from path.
func newTable(g *grid.Grid, path string, cfg CSVConfig) (t *Table, err error) {
	defer grid.Recover(&err)
	t = &Table{grid: g, name: naming.Base(path)}
	if t.plan, err = schema.Of(g, cfg.schema()); err != nil {
		return nil, err
	}
	if err := cfg.Images.Validate(); err != nil {
		return nil, err
	}
	switch {
	case t.plan.Image >= 0:
		if err := t.openImages(path, cfg); err != nil {
			return nil, err
		}
	case cfg.Images != (ImageConfig{}):
		return nil, fmt.Errorf("data: %s is a table; name its column of paths to images to have them read", path)
	}
	if t.whole, err = t.Fit(nil); err != nil {
		return nil, err
	}
	t.encode = sync.OnceValues(func() (Source, error) { return t.Encode(t.whole) })
	return t, nil
}

// schema returns what cfg says for the schema of a table.
func (cfg CSVConfig) schema() schema.Config {
	return schema.Config{
		Targets: cfg.Targets, Task: schema.Task(cfg.Task), Drop: cfg.Drop, Keep: cfg.Keep,
		Categories: cfg.Categories, Numbers: cfg.Numbers, Dates: cfg.Dates, Levels: cfg.Levels, Text: cfg.Text, Images: cfg.imageColumns(), Weights: one(cfg.Weight),
	}
}

func (cfg CSVConfig) imageColumns() []string { return one(cfg.Image) }

// one is a list of a name, of none if it is empty.
func one(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// openImages reads the image of each row. Where some are skipped, the schema is that
// of the rows that are left.
func (t *Table) openImages(path string, cfg CSVConfig) (err error) {
	n := t.grid.Rows()
	if t.images, err = openPictures(t.grid, t.plan.Image, path, setOptions{cfg: cfg.Images}); err != nil || t.grid.Rows() == n {
		return err
	}
	notes := t.plan.Notes
	if t.plan, err = schema.Of(t.grid, cfg.schema()); err != nil {
		return err
	}
	for _, note := range notes { // such as on rows that were left out before
		if !slices.Contains(t.plan.Notes, note) {
			t.plan.Notes = append(t.plan.Notes, note)
		}
	}
	return nil
}

// refuseFor refuses what cfg says about columns, for what is no table at path.
func (cfg CSVConfig) refuseFor(path string, as *format) error {
	if list, names := cfg.schema().Named(); list != "" {
		return fmt.Errorf("data: %s is %s; columns, as in %s %s, are for CSV files and other tables", path, as.name, list, naming.List(names))
	}
	if as.images && cfg.Task == Regression {
		return fmt.Errorf("data: %s holds labeled images; regression targets are for CSV files", path)
	}
	return nil
}

// Reason says how the task was decided.
func (t *Table) Reason() string { return t.plan.Target.Reason }

// Notes returns what the user should know about the file.
func (t *Table) Notes() []string {
	if t.images == nil {
		return t.plan.Notes
	}
	return append(slices.Clone(t.plan.Notes), t.images.Notes()...)
}

// String returns the schema as learned from all rows.
func (t *Table) String() string { return t.whole.String() }

// Spec describes the rows as encoded with the statistics of all rows.
func (t *Table) Spec() Spec { return t.whole.spec(t.name) }

// Len returns the number of rows that have a target.
func (t *Table) Len() int { return t.grid.Rows() }

// Read reads rows encoded with the statistics of all rows.
func (t *Table) Read(rows []int, x, y []float32) error {
	all, err := t.encode()
	if err != nil {
		return err
	}
	return all.Read(rows, x, y)
}

func (t *Table) labels() []int32 { return t.plan.Target.Labels }
func (t *Table) vetted() bool    { return true }

// Encode returns the rows as samples under an encoding learned here or on
// another file with these columns.
func (t *Table) Encode(e *Encoder) (_ Source, err error) {
	defer grid.Recover(&err)
	s, err := e.encodeGrid(t.grid, t.name)
	if err != nil {
		return nil, err
	}
	if t.images != nil {
		s.withPictures(t.images, e)
	}
	if row := s.firstUntargeted(); row >= 0 {
		return nil, s.untargeted(row)
	}
	return s, nil
}
