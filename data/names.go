package data

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// normalName returns a name in the form by which names are compared: letters
// composed with their accents (NFC). Systems write the same name in two ways,
// macOS often with the accent behind its letter.
func normalName(s string) string { return norm.NFC.String(s) }

// isHidden tells what systems leave in folders from what people put there.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "@eaDir"
}

func hiddenPart(parts []string) bool {
	for _, part := range parts {
		if isHidden(part) {
			return true
		}
	}
	return false
}

// baseName returns the name of a file or folder without path and ending.
func baseName(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	if stem := strings.TrimSuffix(base, filepath.Ext(base)); stem != "" {
		return stem
	}
	return base
}

// classNumber finds the number of a class by its name, in any spelling of its
// accents.
type classNumber map[string]int32

func numberClasses(classes []string) classNumber {
	number := make(classNumber, len(classes))
	for i, name := range classes {
		number[name] = int32(i)
	}
	for i, name := range classes {
		if _, there := number[normalName(name)]; !there {
			number[normalName(name)] = int32(i)
		}
	}
	return number
}

func (n classNumber) of(name string) (int32, bool) {
	if i, ok := n[name]; ok {
		return i, true
	}
	i, ok := n[normalName(name)]
	return i, ok
}

// shapeText writes a shape as people do: 28×28×1.
func shapeText(shape []int) string {
	text := ""
	for i, d := range shape {
		if i > 0 {
			text += "×"
		}
		text += fmt.Sprint(d)
	}
	return text
}
