package parse

import (
	"math"
	"strings"
	"sync"

	"descent/data/internal/naming"
)

// Spellings finds known texts, such as classes and levels, by what a cell
// holds: the same text; else the one that means the same in the spelling of
// another format, if only one does. 1 is 1.0, TRUE is true, and letters are
// the same however their accents are written.
type Spellings struct {
	Known map[string]int
	alike func() map[string]int // by meaning, made when it is first needed
}

// NewSpellings makes each text known by its place.
func NewSpellings(texts []string) *Spellings {
	known := make(map[string]int, len(texts))
	for i, text := range texts {
		known[text] = i
	}
	s := &Spellings{Known: known}
	s.alike = sync.OnceValue(s.byMeaning)
	return s
}

const (
	ambiguous  = -1
	ExactBelow = 1 << 53 // beyond which different whole numbers are one float64
)

// Find returns the number of the known text that a cell means.
func (s *Spellings) Find(cell string) (int, bool) {
	if i, ok := s.Known[cell]; ok {
		return i, true
	}
	if i, ok := s.alike()[Meaning(cell)]; ok {
		return i, i != ambiguous
	}
	if v, ok := Number(cell); ok { // as models of before name classes
		i, ok := s.Known[FormatNumber(v)]
		return i, ok
	}
	return 0, false
}

// byMeaning numbers the meanings of the known texts.
func (s *Spellings) byMeaning() map[string]int {
	alike := make(map[string]int, len(s.Known))
	for text, i := range s.Known {
		key := Meaning(text)
		if j, met := alike[key]; met && j != i {
			i = ambiguous
		}
		alike[key] = i
	}
	return alike
}

// Meaning is equal for texts that formats write differently.
func Meaning(text string) string {
	if v, ok := Number(text); ok && math.Abs(v) < ExactBelow {
		return FormatNumber(v)
	}
	if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
		return strings.ToLower(text)
	}
	return naming.Normal(text)
}
