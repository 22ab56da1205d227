package feature

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// Words is a text cut into words, any run of which can be left out. It belongs to one
// goroutine at a time.
type Words struct {
	Cell  string   // the text, with accents composed, and U+FFFD for each byte that is no UTF-8
	Spans [][2]int // where each word begins and ends in Cell

	text   *Text
	reader gramReader
	counts []int // of each n-gram that training had, in the whole text
}

// Words cuts a text into words as people see them: letters and digits, also around an
// apostrophe; each letter of languages without blanks between words; and other
// characters that stand side by side. Each is of one or more of the words that n-grams
// are of. What is missing has none.
func (t *Text) Words(cell string) *Words {
	w := &Words{text: t, counts: make([]int, len(t.Grams))}
	if cell = strings.TrimSpace(cell); !parse.Missing(cell) {
		w.Cell = string([]rune(naming.Normal(cell)))
		w.cut()
		w.count(w.Cell, 1)
	}
	return w
}

// cut finds the words.
func (w *Words) cut() {
	text, at, before := []rune(w.Cell), 0, between
	for i, c := range text {
		as, end := kindOf(c), at+utf8.RuneLen(c)
		if (c == '\'' || c == '’') && before == inWord && i+1 < len(text) && kindOf(text[i+1]) == inWord {
			as = inWord
		}
		joins := as == before && (as != alone || unicode.IsMark(c))
		if as != between && joins {
			w.Spans[len(w.Spans)-1][1] = end
		} else if as != between {
			w.Spans = append(w.Spans, [2]int{at, end})
		}
		at, before = end, as
	}
}

// count counts the n-grams of a part of the text so many times.
func (w *Words) count(part string, times int) {
	for _, gram := range w.reader.read(part) {
		if at, ok := slices.BinarySearch(w.text.Grams, gram); ok {
			w.counts[at] += times
		}
	}
}

// Encode writes what [Text.Encode] makes of the text with a blank in place of the words
// from one to before another, or of all of it where there are none. No n-gram reaches
// over more than a word to each side, so that only those around are read again.
func (w *Words) Encode(to []float32, from, before int) {
	clear(to)
	if from >= before {
		w.encode(to)
		return
	}
	first, last := w.Spans[from][0], w.Spans[before-1][1]
	head, tail := strings.TrimSpace(w.Cell[:first]), strings.TrimSpace(w.Cell[last:])
	if (head == "" || tail == "") && parse.Missing(head+tail) {
		w.text.values(to, 0, nil)
		return
	}
	left, right := w.Spans[max(from-1, 0)][0], w.Spans[min(before, len(w.Spans)-1)][1]
	whole, rest := w.Cell[left:right], w.Cell[left:first]+" "+w.Cell[last:right]
	w.count(whole, -1)
	w.count(rest, 1)
	w.encode(to)
	w.count(rest, -1)
	w.count(whole, 1)
}

// encode writes the features of the n-grams that are counted.
func (w *Words) encode(to []float32) {
	var list []inText
	for gram, n := range w.counts {
		if n > 0 {
			list = append(list, inText{uint16(gram), countOf(n)})
		}
	}
	list = w.text.foremost(list)
	w.text.values(to, len(list), func(i int) inText { return list[i] })
}
