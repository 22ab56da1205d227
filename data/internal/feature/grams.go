package feature

import (
	"unicode"
	"unicode/utf8"

	"descent/data/internal/naming"
)

// An n-gram is known by 31 bits of its hash, behind which stands what it is of.
const (
	ofWords      = 0
	ofCharacters = 1
)

// The lengths of n-grams: words and pairs of neighbours, and characters within a word
// between blanks.
const (
	leastCharacters = 3
	mostCharacters  = 5
)

// aloneScripts are written without blanks between words: each letter is a word.
var aloneScripts = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// kind says what a character is in a text.
type kind byte

const (
	between kind = iota // words
	inWord              // one of the characters of a word
	alone               // a letter that is a word
	sign                // another word of one character
)

func kindOf(c rune) kind {
	switch {
	case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c):
		if c >= 0x0e00 && unicode.In(c, aloneScripts...) {
			return alone
		}
		return inWord
	case unicode.IsGraphic(c) && !unicode.IsSpace(c):
		return sign
	}
	return between
}

// gramReader cuts texts into n-grams.
type gramReader struct {
	grams  []uint32 // of the text
	word   []rune   // that is being read, a blank before it
	before uint64   // the hash of the word before it, 0: none
}

// read returns the n-grams of a text, as often as they stand in it. Letters count alike
// in upper and lower case, and however their accents are written; other characters that
// are no blanks are words of their own. The result is valid until the next call.
func (r *gramReader) read(text string) []uint32 {
	r.grams, r.before = r.grams[:0], 0
	r.begin()
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			text = naming.Normal(text)
			break
		}
	}
	for _, c := range text {
		if c < utf8.RuneSelf && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			r.word = append(r.word, c)
			continue
		}
		switch kindOf(c) {
		case inWord:
			r.word = append(r.word, unicode.ToLower(c))
		case alone, sign:
			r.end()
			r.token(hashRunes(hashStart, c))
		default:
			r.end()
		}
	}
	r.end()
	return r.grams
}

// begin begins a word.
func (r *gramReader) begin() { r.word = append(r.word[:0], ' ') }

// end ends a word, if there is one.
func (r *gramReader) end() {
	if len(r.word) == 1 {
		return
	}
	r.token(hashRunes(hashStart, r.word[1:]...))
	r.word = append(r.word, ' ')
	for i := 0; i+leastCharacters <= len(r.word); i++ {
		h := hashRunes(hashStart, r.word[i:i+leastCharacters]...)
		r.add(h, ofCharacters)
		for _, c := range r.word[i+leastCharacters : min(len(r.word), i+mostCharacters)] {
			h = hashRunes(h, c)
			r.add(h, ofCharacters)
		}
	}
	r.begin()
}

// token adds a word, and the pair of it and the one before.
func (r *gramReader) token(h uint64) {
	r.add(h, ofWords)
	if r.before != 0 {
		r.add((r.before*31+h)*hashPrime, ofWords)
	}
	r.before = h
}

// add adds an n-gram by its hash, whose bits are mixed.
func (r *gramReader) add(h uint64, of uint32) {
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	r.grams = append(r.grams, uint32(h>>32)&^1|of)
}

// 64-bit FNV-1a, of characters.
const (
	hashStart uint64 = 14695981039346656037
	hashPrime uint64 = 1099511628211
)

func hashRunes(h uint64, list ...rune) uint64 {
	for _, c := range list {
		h = (h ^ uint64(c)) * hashPrime
	}
	return h
}
