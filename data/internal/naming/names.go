// Package naming compares and lists the names of columns, classes and files.
package naming

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Normal returns a name in the form by which names are compared: letters
// composed with their accents (NFC). Systems write the same name in two ways,
// macOS often with the accent behind its letter.
func Normal(s string) string { return norm.NFC.String(s) }

// Hidden tells what systems leave in folders from what people put there.
func Hidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "@eaDir"
}

// HiddenPart reports whether one of the parts of a path is hidden.
func HiddenPart(parts []string) bool {
	for _, part := range parts {
		if Hidden(part) {
			return true
		}
	}
	return false
}

// Wild are the characters that make a path a pattern.
const Wild = "*?["

// Base returns the name of a file or folder without path and ending, and of a pattern
// that of the folder of its files.
func Base(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	base := filepath.Base(path)
	if strings.ContainsAny(base, Wild) && filepath.Dir(path) != path { // of files: their folder
		return Base(filepath.Dir(path))
	}
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), ".zst")
	if stem := strings.TrimSuffix(base, filepath.Ext(base)); stem != "" {
		return stem
	}
	return base
}

// Index finds the number of a class by its name, in any spelling of its
// accents.
type Index map[string]int32

// NewIndex numbers classes from 0 on.
func NewIndex(classes []string) Index {
	number := make(Index, len(classes))
	for i, name := range classes {
		number[name] = int32(i)
	}
	for i, name := range classes {
		if _, there := number[Normal(name)]; !there {
			number[Normal(name)] = int32(i)
		}
	}
	return number
}

// Of returns the number of a class.
func (n Index) Of(name string) (int32, bool) {
	if i, ok := n[name]; ok {
		return i, true
	}
	i, ok := n[Normal(name)]
	return i, ok
}

// Shape writes a shape as people do: 28×28×1.
func Shape(shape []int) string {
	text := ""
	for i, d := range shape {
		if i > 0 {
			text += "×"
		}
		text += fmt.Sprint(d)
	}
	return text
}
