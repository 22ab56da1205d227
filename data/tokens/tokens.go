// Package tokens cuts text into tokens, which are numbers from 0, and puts
// them together again.
//
//	t, err := tokens.Learn("bpe:2000", text)
//	for number := range t.All("To be") { ... }
//	text := t.Text(numbers...)
package tokens

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"descent/internal/suggest"
)

// The kinds of tokens.
const (
	Char = "char" // the characters of a text, in the order of their code points
	Byte = "byte" // the 256 bytes
	BPE  = "bpe"  // bytes, and pairs of tokens that stand together often
)

// Unknown is the number of what is no token: a character that was not learned.
const Unknown = -1

// mostSymbols bounds a vocabulary: token numbers are held as float32, and its
// rows are weights.
const mostSymbols = 1 << 20

// Tokenizer cuts text into tokens. It is plain data: JSON keeps it exactly. It
// is safe for concurrent use.
type Tokenizer struct {
	Kind    string   `json:"kind"`
	Symbols string   `json:"symbols,omitempty"` // of char: each once, ascending
	Merges  [][2]int `json:"merges,omitempty"`  // of bpe: the tokens that number 256 and those after it are made of
}

// Spec says which tokens a text is cut into, and how many at most.
type Spec struct {
	Kind string
	Size int // of bpe, more than 256
}

// Parse reads char, byte or bpe:2000.
func Parse(text string) (Spec, error) {
	kind, rest, more := strings.Cut(text, ":")
	switch {
	case kind == BPE:
		size, err := strconv.Atoi(rest)
		if err != nil || size <= 256 || size > mostSymbols {
			return Spec{}, fmt.Errorf("tokens: %q: want a number of tokens from 257 to %d, as in bpe:2000", text, mostSymbols)
		}
		return Spec{kind, size}, nil
	case kind != Char && kind != Byte:
		return Spec{}, fmt.Errorf("tokens: %w", suggest.Unknown("kind of tokens", kind, []string{Char, Byte, BPE + ":2000"}))
	case more:
		return Spec{}, fmt.Errorf("tokens: %q: %s takes nothing after its name", text, kind)
	}
	return Spec{Kind: kind}, nil
}

// Learn returns the tokenizer that spec asks for, see [Parse], by a text. Equal
// texts give equal tokenizers. Characters take a text in UTF-8; an error names the
// line that is none.
func Learn(spec, text string) (*Tokenizer, error) {
	s, err := Parse(spec)
	if err != nil {
		return nil, err
	}
	switch s.Kind {
	case Char:
		return learnChars(text)
	case BPE:
		return &Tokenizer{Kind: BPE, Merges: learnPairs(text, s.Size-256)}, nil
	}
	return &Tokenizer{Kind: Byte}, nil
}

func learnChars(text string) (*Tokenizer, error) {
	seen := map[rune]bool{}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return nil, NotUTF8(text, i)
			}
		}
		seen[r] = true
	}
	if len(seen) == 0 {
		return nil, errors.New("tokens: the text is empty; there is no character to learn")
	}
	symbols := make([]rune, 0, len(seen))
	for r := range seen {
		symbols = append(symbols, r)
	}
	slices.Sort(symbols)
	return &Tokenizer{Kind: Char, Symbols: string(symbols)}, nil
}

// NotUTF8 is the error of a text whose byte i begins no character.
func NotUTF8(text string, i int) error {
	return fmt.Errorf("tokens: line %d has the byte %#02x, which is no UTF-8; tokens byte and bpe take any bytes", 1+strings.Count(text[:i], "\n"), text[i])
}

// Size returns the number of tokens.
func (t *Tokenizer) Size() int {
	if t.Kind == Char {
		return utf8.RuneCountInString(t.Symbols)
	}
	return 256 + len(t.Merges)
}

// Spec writes what Learn takes, and [Parse] reads.
func (t *Tokenizer) Spec() string {
	if t.Kind == BPE {
		return fmt.Sprintf("%s:%d", BPE, max(257, t.Size()))
	}
	return t.Kind
}

// All yields the tokens of a text in order. A character that was not learned, or
// a byte that is no part of one, is [Unknown].
func (t *Tokenizer) All(text string) iter.Seq[int] {
	switch t.Kind {
	case Char:
		return t.chars(text)
	case BPE:
		return t.pairs(text)
	}
	return func(yield func(int) bool) {
		for i := range len(text) {
			if !yield(int(text[i])) {
				return
			}
		}
	}
}

func (t *Tokenizer) chars(text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		var ascii [utf8.RuneSelf]int
		for i := range ascii {
			ascii[i] = Unknown
		}
		others := map[rune]int{}
		n := 0
		for _, r := range t.Symbols {
			if r < utf8.RuneSelf {
				ascii[r] = n
			} else {
				others[r] = n
			}
			n++
		}
		for i, r := range text {
			at, known := Unknown, true
			if r < utf8.RuneSelf {
				at = ascii[r]
			} else if at, known = others[r]; !known || r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
				at = Unknown
			}
			if !yield(at) {
				return
			}
		}
	}
}

// Encode returns the tokens of a text. It is an error if some of it is none, which
// the error names.
func (t *Tokenizer) Encode(text string) ([]int, error) {
	numbers := []int{}
	at := 0
	for n := range t.All(text) {
		if n == Unknown {
			_, size := utf8.DecodeRuneInString(text[at:])
			return nil, fmt.Errorf("tokens: %q is none of the %d characters that were learned: %s", text[at:at+size], t.Size(), t.sample())
		}
		at += len(t.piece(n))
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// sample shows the first characters that were learned.
func (t *Tokenizer) sample() string {
	const most = 80
	shown := []rune(t.Symbols)
	if len(shown) <= most {
		return strconv.Quote(t.Symbols)
	}
	return strconv.Quote(string(shown[:most])) + " and others"
}

// Text returns the text of tokens. What is none of them is left out.
func (t *Tokenizer) Text(numbers ...int) string {
	var b strings.Builder
	for _, n := range numbers {
		b.WriteString(t.piece(n))
	}
	return b.String()
}

// piece returns the bytes of a token.
func (t *Tokenizer) piece(n int) string {
	switch {
	case n < 0 || n >= t.Size():
		return ""
	case t.Kind == Char:
		return string([]rune(t.Symbols)[n])
	case n < 256:
		return string([]byte{byte(n)})
	}
	return t.piece(t.Merges[n-256][0]) + t.piece(t.Merges[n-256][1])
}

// Pieces returns the text of every token.
func (t *Tokenizer) Pieces() []string {
	pieces := make([]string, 0, t.Size())
	if t.Kind == Char {
		for _, r := range t.Symbols {
			pieces = append(pieces, string(r))
		}
		return pieces
	}
	for n := range 256 {
		pieces = append(pieces, string([]byte{byte(n)}))
	}
	for _, m := range t.Merges {
		pieces = append(pieces, pieces[m[0]]+pieces[m[1]])
	}
	return pieces
}

// Names returns the text of every token as people can read it: quoted as in Go,
// without the quotes. They are distinct, unless two merges make the same bytes.
func (t *Tokenizer) Names() []string {
	names := t.Pieces()
	for i, piece := range names {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(strconv.Quote(piece), `"`), `"`)
	}
	return names
}

// Validate reports what makes a Tokenizer unusable, as when its file was changed
// by hand.
func (t *Tokenizer) Validate() error {
	switch t.Kind {
	case Char:
		last := rune(-1)
		for _, r := range t.Symbols {
			if r <= last {
				return fmt.Errorf("tokens: the characters %s are not ascending", t.sample())
			}
			last = r
		}
		if !utf8.ValidString(t.Symbols) || t.Symbols == "" || len(t.Symbols) > mostSymbols || t.Merges != nil {
			return errors.New("tokens: characters are a text in UTF-8, and have no merges")
		}
		return nil
	case Byte:
		if t.Symbols != "" || t.Merges != nil {
			return errors.New("tokens: bytes have no characters and no merges")
		}
		return nil
	case BPE:
		return t.validatePairs()
	}
	return fmt.Errorf("tokens: %w", suggest.Unknown("kind of tokens", t.Kind, []string{Char, Byte, BPE}))
}
