package data

import (
	"math"
	"strings"
)

// spellings finds known texts, such as classes and levels, by what a cell
// holds: the same text; else the one that means the same in the spelling of
// another format, if only one does. 1 is 1.0, TRUE is true, and letters are
// the same however their accents are written.
type spellings struct {
	known map[string]int
	alike map[string]int // by meaning, made when it is first needed
}

// spell makes each text known by its place.
func spell(texts []string) *spellings {
	known := make(map[string]int, len(texts))
	for i, text := range texts {
		known[text] = i
	}
	return &spellings{known: known}
}

const (
	ambiguous  = -1
	exactBelow = 1 << 53 // beyond which different whole numbers are one float64
)

// find returns the number of the known text that a cell means.
func (s *spellings) find(cell string) (int, bool) {
	if i, ok := s.known[cell]; ok {
		return i, true
	}
	if s.alike == nil {
		s.alike = make(map[string]int, len(s.known))
		for text, i := range s.known {
			key := meaning(text)
			if j, met := s.alike[key]; met && j != i {
				i = ambiguous
			}
			s.alike[key] = i
		}
	}
	if i, ok := s.alike[meaning(cell)]; ok {
		return i, i != ambiguous
	}
	if v, ok := parseNumber(cell); ok { // as models of before name classes
		i, ok := s.known[numberText(v)]
		return i, ok
	}
	return 0, false
}

// meaning is equal for texts that formats write differently.
func meaning(text string) string {
	if v, ok := parseNumber(text); ok && math.Abs(v) < exactBelow {
		return numberText(v)
	}
	if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
		return strings.ToLower(text)
	}
	return normalName(text)
}
