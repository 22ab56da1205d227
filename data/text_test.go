package data

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// textOf opens a text that is written to a file.
func textOf(t *testing.T, text string, cfg TextConfig) *Text {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	source, err := OpenText(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// samplesOf reads all samples as text: what is seen, and what follows.
func samplesOf(t *testing.T, s Source, seed uint64, epoch int) (list [][2]string, counts []float32) {
	t.Helper()
	k, n := s.Spec().Encoder.Text.Tokens, s.Spec().Size()
	text := func(values []float32) string {
		var numbers []int
		for _, v := range values {
			numbers = append(numbers, int(v))
		}
		return k.Text(numbers...)
	}
	for b, err := range Batches(context.Background(), s, BatchConfig{Size: 3, Seed: seed, Epoch: epoch}) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			list = append(list, [2]string{text(b.X[i*n : (i+1)*n]), text(b.Field(NextField)[i*n : (i+1)*n])})
			counts = append(counts, b.Field(WeightField)[i])
		}
	}
	return list, counts
}

// TestRunningText: nine tenths are for training, and each token of the last one is
// predicted once.
func TestRunningText(t *testing.T) {
	text := strings.Repeat("abcdefghij", 9) + "0123456789"
	source := textOf(t, text+"", TextConfig{Context: 4, Tokens: "byte"})
	p, err := Split(source, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got, counts := samplesOf(t, p.Validation, 0, 0)
	if want := [][2]string{{"0123", "1234"}, {"4567", "5678"}, {"8", "9"}}; !slices.Equal(got, want) || !slices.Equal(counts, []float32{1, 1, 0.25}) {
		t.Errorf("validation %q, which count %v", got, counts)
	}
	if n, bytes := TextSize(p.Validation); n != 9 || bytes != 9 {
		t.Errorf("%d predictions of %d bytes", n, bytes)
	}
	if p.Train.Len() != 22 || p.Test.Len() != 0 {
		t.Errorf("%d samples for training, %d for the test", p.Train.Len(), p.Test.Len())
	}
	seen := map[string]int{}
	for epoch := range 3 {
		list, counts := samplesOf(t, p.Train, 7, epoch)
		for i, s := range list {
			if len(s[0]) != 4 || len(s[1]) != 4 || s[0][1:] != s[1][:3] || !strings.Contains(text[:90], s[0]+s[1][3:]) || counts[i] != 1 {
				t.Fatalf("sample %q, which counts %v", s, counts[i])
			}
			seen[s[0]]++
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d of 10 beginnings", len(seen))
	}
	again, _ := samplesOf(t, p.Train, 7, 1)
	others, _ := samplesOf(t, p.Train, 8, 1)
	if first, _ := samplesOf(t, p.Train, 7, 1); !slices.Equal(first, again) || slices.Equal(first, others) {
		t.Error("samples are not those of their seed and epoch")
	}
}

// TestEvenly: samples of an epoch leave no part of the text out for long.
func TestEvenly(t *testing.T) {
	const n, context = 100_000, 64
	e := &Encoder{Kind: textKind, Text: &TextEncoder{Context: context}}
	w := &windows{spec: Spec{Input: []int{context}, Encoder: e}, numbers: make(packed[int8], n), context: context}
	for epoch := range 4 {
		f := freeWindows(w).at(3, epoch)
		var starts []int
		for row := range f.Len() {
			starts = append(starts, f.start(row))
		}
		slices.Sort(starts)
		most := starts[0]
		for i := 1; i < len(starts); i++ {
			most = max(most, starts[i]-starts[i-1])
		}
		if last := starts[len(starts)-1]; last+context >= n || most > 2*context {
			t.Errorf("epoch %d: the last begins at %d, and two are %d apart", epoch, last, most)
		}
	}
}

// TestLines: a sample is a line between line feeds.
func TestLines(t *testing.T) {
	source := textOf(t, "emma\r\nava\n\nmia\nisabella\n", TextConfig{Lines: true})
	p, err := Split(source, SplitConfig{Train: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, counts := samplesOf(t, p.Train, 0, 0)
	want := [][2]string{{"\nemma", "emma\n"}, {"\nava", "ava\n"}, {"\nmia", "mia\n"}, {"\nisabella", "isabella\n"}}
	mean := float32(0)
	for _, c := range counts {
		mean += c / 4
	}
	if !slices.Equal(got, want) || mean != 1 || p.Train.Spec().Size() != 9 {
		t.Errorf("%q, which count %v, of %d tokens", got, counts, p.Train.Spec().Size())
	}
	if fmt.Sprint(p.Notes) != "[1 empty line left out]" {
		t.Error(p.Notes)
	}
	short := textOf(t, "emma\nava\n", TextConfig{Lines: true, Context: 4})
	if p, err = Split(short, SplitConfig{Train: 1}); err != nil {
		t.Fatal(err)
	}
	if got, _ := samplesOf(t, p.Train, 0, 0); got[0] != [2]string{"\nemm", "emma"} || got[1] != [2]string{"\nava", "ava\n"} || len(p.Notes) != 1 {
		t.Errorf("%q, %v", got, p.Notes)
	}
}

// TestBadText: what is no text, and too little of it, is said.
func TestBadText(t *testing.T) {
	for _, tt := range []struct {
		name, text, says string
		cfg              TextConfig
	}{
		{"empty", "", "input.txt is empty", TextConfig{}},
		{"one character", "a", "none is left for the training part", TextConfig{}},
		{"one symbol", strings.Repeat("a", 100), `the text is "a" again and again`, TextConfig{}},
		{"nothing known", "hello world\n", "the training part has none of the characters that are to be predicted in the validation part", TextConfig{}},
		{"short", strings.Repeat("ab", 20), "want a context of 35 or less", TextConfig{Context: 64}},
		{"NUL", "ab\ncd\x00e", "line 2 holds a NUL", TextConfig{}},
		{"no UTF-8", "ab\ncd\xffe" + strings.Repeat("x", 99), "line 2 has the byte 0xff", TextConfig{}},
		{"empty lines", "\n\n\r\n", "all lines of", TextConfig{Lines: true}},
		{"one line", "abc\n", "none is left", TextConfig{Lines: true}},
	} {
		path := filepath.Join(t.TempDir(), "input.txt")
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		source, err := OpenText(path, tt.cfg)
		if err == nil {
			_, err = Split(source, SplitConfig{})
		}
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	if p, err := Split(textOf(t, strings.Repeat("ab", 20), TextConfig{}), SplitConfig{}); err != nil || p.Train.Spec().Size() != 35 {
		t.Errorf("a short text with no context asked for: %v", err)
	}
	p, err := Split(textOf(t, strings.Repeat("ab", 50)+"xab", TextConfig{Context: 2}), SplitConfig{})
	if err != nil || fmt.Sprint(p.Notes) != "[validation: at 1 place stands a character that the training part does not have; nothing is counted there, and tokens byte or bpe know all]" {
		t.Errorf("%v, %v", p.Notes, err)
	}
}

// TestTextFolder: the files of a folder are one text, and so are those of a pattern.
func TestTextFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b.txt": "second\n", "a.txt": "first", "sub/c.txt": "third", "d.csv": "no", ".e.txt": "no"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{dir: "first\nsecond\nthird", filepath.Join(dir, "*.txt"): "first\nsecond\n"} {
		source, err := OpenText(path, TextConfig{})
		if err != nil || source.text != want || IsText(path) == (path == dir) { // where a table is, too
			t.Errorf("%s: %q, %v", path, source.text, err)
		}
	}
	for _, path := range []string{filepath.Join(dir, "none.csv"), filepath.Join(dir, "d.csv"), filepath.Join(dir, "*.none")} {
		if IsText(path) {
			t.Errorf("%s is a text", path)
		}
	}
}

// FuzzText: whatever a file holds is cut into samples that come back, or refused.
func FuzzText(f *testing.F) {
	for _, text := range []string{"to be\nor not\n", "", "\x00", "\xff\xfe\x00", "é\r\n\r\n", "aaaaaaaaaaaa", "\ufeffab\rcd"} {
		f.Add(text, uint8(3), true)
		f.Add(text, uint8(0), false)
	}
	f.Fuzz(func(t *testing.T, text string, context uint8, lines bool) {
		path := filepath.Join(t.TempDir(), "input.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"char", "byte", "bpe:260"} {
			source, err := OpenText(path, TextConfig{Tokens: kind, Context: int(context), Lines: lines})
			if err != nil {
				continue
			}
			p, err := Split(source, SplitConfig{})
			if err != nil {
				continue
			}
			if err := p.Train.Spec().Encoder.Validate(); err != nil {
				t.Fatal(err)
			}
			samplesOf(t, p.Train, 1, 1)
			got, counts := samplesOf(t, p.Validation, 0, 0)
			n, _ := TextSize(p.Validation)
			sum := 0.0
			for _, c := range counts {
				sum += float64(c)
			}
			if usual := p.Train.Spec().Encoder.Text; !lines && float64(n)-sum*float64(usual.Context) > 0.01 {
				t.Fatalf("%d predictions, of which samples %q count %v", n, got, sum*float64(usual.Context))
			}
		}
	})
}
