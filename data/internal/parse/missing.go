package parse

import (
	"maps"
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// Missing reports whether a cell means that there is no value, in any
// column: it is empty, or a word that cannot be a value, as databases, R,
// pandas and spreadsheets write it.
func Missing(cell string) bool {
	if cell == "" || cell == "?" {
		return true
	}
	if len(cell) > longestMissing {
		return false
	}
	switch cell[0] {
	case 'N', 'n', '#', '<', '\\':
		return missingWords[strings.ToLower(cell)]
	case '-', '1': // but not for each number that begins so
		return (cell[len(cell)-1] > '9' || strings.IndexByte(cell, '#') > 0) && missingWords[strings.ToLower(cell)]
	}
	return false
}

// missingWords mean that there is no value, whatever the column holds.
var missingWords = wordSet("na nan null n/a n.a. #n/a #na <na> <null> -nan #nv #null! #div/0! #value! #ref! #name? #num! #nan -1.#ind 1.#qnan 1.#ind -1.#qnan", "#n/a n/a", "#n/a!", `\n`)

// MissingSpellings lists how cells are usually spelt for which Missing is true: each word in
// small letters, in capitals and with a first one.
func MissingSpellings() []string {
	list := []string{"", "?", "NaN"}
	for _, word := range slices.Sorted(maps.Keys(missingWords)) {
		for _, w := range []string{word, strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:]} {
			if !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
	}
	return list
}

const longestMissing = 9

// looseWords mean that there is no value among numbers and dates. Among other
// text they may be a value like any, such as the category "none".
var looseWords = wordSet("none nil - -- --- — – . .. ... missing unknown unk undefined void empty blank nd n.d. k.a. n/d n/v tbd", "not available", "not applicable", "no data", "k. a.", "(null)", "(none)", "(empty)", "(blank)", "<none>", "0000-00-00", "0000-00-00 00:00:00",
	"00.00.0000", "1900-01-00", "9999-12-31", "9999-12-31 00:00:00", "9999-12-31 23:59:59", "31.12.9999", "31/12/9999", "12/31/9999")

// LooseWord reports whether a cell means among numbers that there is no
// value.
func LooseWord(cell string) bool {
	return len(cell) <= 20 && looseWords[strings.ToLower(cell)]
}

// wordSet is the set of the words of a list, and of phrases.
func wordSet(words string, phrases ...string) map[string]bool {
	set := naming.Set(strings.Fields(words))
	for _, phrase := range phrases {
		set[phrase] = true
	}
	return set
}
