package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"descent/data/internal/fault"
	"descent/data/internal/input"
	"descent/data/internal/naming"
	"descent/data/tokens"
	"descent/internal/human"
)

// NextField is what follows each token of a text: the target of a network that
// continues it. It is a class for each position, and -1 where nothing is to be
// predicted.
const NextField = "next"

// TextConfig says how a text becomes samples.
type TextConfig struct {
	Tokens  string // char, byte or bpe:2000, see [tokens.Parse]; empty: char
	Context int    // tokens of a sample; 0: 64, or of lines what the longest takes, up to 256
	Lines   bool   // each line is a sample of its own
}

// The tokens of a sample, unless others are asked for.
const (
	usualContext = 64
	mostOfALine  = 256
	mostContext  = 1 << 20
)

// Validate reports what is wrong with the options.
func (c TextConfig) Validate() error {
	if c.Context < 0 || c.Context > mostContext {
		return fmt.Errorf("data: a context of %d tokens; want 1 to %d", c.Context, mostContext)
	}
	_, err := tokens.Parse(c.tokens())
	return err
}

func (c TextConfig) tokens() string {
	if c.Tokens == "" {
		return tokens.Char
	}
	return c.Tokens
}

// Text is a text as it was read. [Split] makes parts of it: of a running text the
// first nine tenths of its characters for training and the last for validation, of
// lines a tenth drawn by the seed, unless fractions say otherwise. The tokens are
// learned from the training part, and kept in the [Encoder].
//
// Training samples of a running text begin anywhere, in each epoch elsewhere, spread
// evenly over the text: row r of epoch e, of n rows each, at the fraction of
// u + (e·n + r)·(√5-1)/2 of it, where u is drawn by the seed. An epoch has as many as
// the text is long. Other samples follow one another, the last one padded with -1, so
// that each token but the first is predicted once. How much a row counts is how many
// predictions it has, so that losses are those of a token.
//
// A sample of a line is a line feed and the line, and what follows is the line and a
// line feed.
type Text struct {
	name  string
	text  string
	cfg   TextConfig
	lines []string
	notes []string
}

// OpenText reads a text: a file, the files that a pattern matches, or those of a
// folder and the folders in it whose names end in .txt, by their names one behind the
// other. It is in UTF-8, or UTF-16 with its mark; bytes are taken as they stand.
func OpenText(path string, cfg TextConfig) (*Text, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	files, err := textFiles(path)
	if err != nil {
		return nil, err
	}
	t := &Text{name: naming.Base(path), cfg: cfg}
	var b strings.Builder
	for _, file := range files {
		if text := b.String(); len(text) > 0 && text[len(text)-1] != '\n' {
			b.WriteByte('\n')
		}
		if err := readText(&b, file, cfg.tokens() == tokens.Byte); err != nil {
			return nil, err
		}
	}
	t.text = b.String()
	if len(t.text) == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s is empty; there is no text to learn", path)
	}
	if cfg.Lines {
		if err := t.cutLines(path); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// textFiles lists the files that a name of a text means.
func textFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if files := matching(path); files != nil {
			return files, nil
		}
		return nil, fmt.Errorf("data: there is no text %q: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("data: %w", err)
	case !info.IsDir():
		return []string{path}, nil
	}
	files, _, err := textsIn(path, false)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if files == nil {
		return nil, fmt.Errorf("data: the folder %s holds no file whose name ends in .txt", path)
	}
	return files, nil
}

// textsIn lists the files of a folder, and of the folders in it, that end in .txt, and
// reports whether there are others; with only, it ends at the first of these.
func textsIn(folder string, only bool) (texts []string, others bool, err error) {
	err = filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file != folder && isAside(d.Name()) && d.IsDir():
			return filepath.SkipDir
		case d.IsDir() || isAside(d.Name()):
			return nil
		case endsAsText(file):
			texts = append(texts, file)
			return nil
		}
		others = true
		if only {
			return fs.SkipAll
		}
		return nil
	})
	return texts, others, err
}

func endsAsText(file string) bool { return (&found{path: file}).ends(".txt") }

// IsText reports whether what a user names is a text by its name: a file that ends in
// .txt, as do all files that a pattern matches or a folder holds.
func IsText(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		files := matching(path)
		return files != nil && !slices.ContainsFunc(files, func(file string) bool { return !endsAsText(file) })
	case !info.IsDir():
		return endsAsText(path)
	}
	texts, others, err := textsIn(path, true)
	return err == nil && texts != nil && !others
}

// readText appends the text of a file.
func readText(b *strings.Builder, path string, asIs bool) error {
	file, err := input.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader = file
	if !asIs {
		r = input.Text(file)
	}
	before := b.Len()
	if file.Exact {
		b.Grow(int(file.Limit) + 1)
	}
	if _, err := io.Copy(b, r); err != nil {
		return fmt.Errorf("data: %s: %w", path, input.Explain(err))
	}
	if text := b.String()[before:]; !asIs {
		if i := strings.IndexByte(text, 0); i >= 0 {
			return fault.Errorf(fault.ErrNotRead, "data: %s is binary, not text: line %d holds a NUL; tokens byte take any bytes", path, 1+strings.Count(text[:i], "\n"))
		}
	}
	return nil
}

// cutLines makes samples of lines.
func (t *Text) cutLines(path string) error {
	empty := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(t.text, "\n"), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			empty++
			continue
		}
		t.lines = append(t.lines, line)
	}
	if empty > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s left out", human.Plural(empty, "empty line")))
	}
	if len(t.lines) == 0 {
		return fault.Errorf(fault.ErrNoRows, "data: all lines of %s are empty; there is nothing to learn", path)
	}
	return nil
}

// Spec describes what becomes samples; how many tokens they have is known once the
// text is cut.
func (t *Text) Spec() Spec {
	return Spec{Name: t.name, Input: []int{max(1, t.cfg.Context)}, Unlabeled: true}
}

// Len returns the number of lines, or of characters.
func (t *Text) Len() int {
	if t.lines != nil {
		return len(t.lines)
	}
	return utf8.RuneCountInString(t.text)
}

// Notes says what was left out.
func (t *Text) Notes() []string { return t.notes }

// Read fails: a text is no samples before it was cut.
func (t *Text) Read([]int, []float32, []float32) error {
	return errors.New("data: a text becomes samples by Split, or by the encoder of a model")
}

// hashInto writes what samples are made of.
func (t *Text) hashInto(h io.Writer) error {
	_, err := fmt.Fprintf(h, "%d %s", len(t.lines), t.text)
	return err
}

// split cuts the text into parts.
func (t *Text) split(cfg SplitConfig) (p Parts, err error) {
	if cfg.Group != "" || cfg.Groups != nil || cfg.Time != "" || cfg.Times != nil {
		return p, errors.New("data: a text has no columns of groups or times to split by")
	}
	if cfg.Train == 0 && cfg.Validation == 0 && cfg.Test == 0 && cfg.ValidationSet == nil {
		cfg.Train, cfg.Validation = 0.9, 0.1
	} else if cfg.Train == 0 && cfg.Validation == 0 && cfg.Test == 0 {
		cfg.Train = 1
	}
	fractions, err := cfg.fractions()
	if err != nil {
		return p, err
	}
	parts := t.parts(fractions, cfg.Seed)
	for i, name := range partNames {
		if fractions[i] > 0 && parts[i].size() == 0 {
			return p, fmt.Errorf("data: %s: of %s none is left for the %s part; give it a text of its own or a fraction of 0", t.name, t.sizeText(), name)
		}
	}
	p.note("", t)
	e, notes, err := t.fit(parts[0])
	if err != nil {
		return p, err
	}
	p.Notes = append(p.Notes, notes...)
	for i, part := range []*Source{&p.Train, &p.Validation, &p.Test} {
		s := encodeText(e, t.name, parts[i])
		if fractions[i] > 0 && s.Len() == 0 {
			return p, fmt.Errorf("data: %s: of %s the %s part has a single token, and nothing that follows it; give it a text of its own or a fraction of 0", t.name, t.sizeText(), partNames[i])
		}
		if fractions[i] > 0 && s.extent().predicted == 0 {
			return p, fmt.Errorf("data: %s: the training part has none of the characters that are to be predicted in the %s part; give it a text of its own or a fraction of 0, or take tokens byte or bpe", t.name, partNames[i])
		}
		if *part = s; i == 0 && t.lines == nil {
			free := freeWindows(s)
			*part = free
			continue
		}
		p.note([]string{"", "validation: ", "test: "}[i], s)
	}
	if cfg.ValidationSet != nil {
		if p.Validation, err = p.adopt(cfg.ValidationSet, e, e.Spec(), "validation"); err != nil {
			return p, err
		}
	}
	if cfg.TestSet != nil {
		p.Test, err = p.adopt(cfg.TestSet, e, e.Spec(), "test")
	}
	return p, err
}

var partNames = [3]string{"training", "validation", "test"}

// portion is some of a text: a run of it, or lines.
type portion struct {
	run   string
	lines []string // nil of a running text
}

func (p portion) size() int { return len(p.run) + len(p.lines) }

// parts cuts a running text where its characters reach the fractions, and draws lines.
func (t *Text) parts(fractions [3]float64, seed uint64) (parts [3]portion) {
	if t.lines == nil {
		n := utf8.RuneCountInString(t.text)
		first := t.at(int(fractions[0] * float64(n)))
		second := t.at(int((fractions[0] + fractions[1]) * float64(n)))
		if fractions[2] == 0 {
			second = len(t.text)
		}
		if fractions[1] == 0 && fractions[2] == 0 {
			first = len(t.text)
		}
		return [3]portion{{run: t.text[:first]}, {run: t.text[first:max(first, second)]}, {run: t.text[max(first, second):]}}
	}
	for i, rows := range cut([][]int{natural(len(t.lines))}, fractions, seed) {
		slices.Sort(rows)
		parts[i].lines = make([]string, len(rows))
		for j, row := range rows {
			parts[i].lines[j] = t.lines[row]
		}
	}
	return parts
}

// at returns where character n of the text begins.
func (t *Text) at(n int) int {
	for i := range t.text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(t.text)
}

func (t *Text) sizeText() string {
	if t.lines != nil {
		return human.Plural(len(t.lines), "line")
	}
	return human.Plural(utf8.RuneCountInString(t.text), "character")
}

// fit learns tokens and the length of a sample from the training part.
func (t *Text) fit(train portion) (*Encoder, []string, error) {
	text := train.run
	if train.lines != nil {
		text = lineFeed + strings.Join(train.lines, lineFeed) + lineFeed
	}
	learned, err := tokens.Learn(t.cfg.tokens(), text)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", t.name, err)
	}
	e := &Encoder{Kind: textKind, Text: &TextEncoder{Tokens: learned, Lines: t.lines != nil, Context: t.cfg.Context}}
	var notes []string
	if want, _ := tokens.Parse(t.cfg.tokens()); learned.Size() < want.Size {
		notes = append(notes, fmt.Sprintf("%s are learned of the %s asked for: in the words of the training part no other two stand together twice", human.Plural(learned.Size(), "token"), human.Thousands(float64(want.Size))))
	}
	if t.lines != nil {
		notes = append(notes, e.Text.fitLines(t.lines, train.lines)...)
	} else if err := e.Text.fitRun(text, t.name); err != nil {
		return nil, nil, err
	}
	if learned.Size() < 2 {
		return nil, nil, fmt.Errorf("data: %s: the text is %q again and again; there is nothing to predict", t.name, learned.Pieces()[0])
	}
	return e, notes, nil
}

// openText reads a text for a model: all of it, each token predicted once.
func (e *Encoder) openText(path string) (Source, error) {
	t, err := OpenText(path, TextConfig{e.Text.Tokens.Spec(), e.Text.Context, e.Text.Lines})
	if err != nil {
		return nil, err
	}
	return t.Encode(e)
}

// Encode makes samples of all of the text, as those of a model.
func (t *Text) Encode(e *Encoder) (Source, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if !e.OfText() {
		return nil, errors.New("data: the model was not trained on text")
	}
	s := encodeText(e, t.name, portion{t.text, t.lines})
	if s.Len() == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s has a single token; a prediction takes one, and one that follows it", t.name)
	}
	return s, nil
}
