package settings

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"descent/internal/human"
)

// value is a field that reads and writes itself, where its type does not say how.
type value interface {
	set(text string) error // its error says what is wanted
	text() string
}

// word is the value of a setting that is kept as text.
type word struct {
	of  *Settings
	key string
}

func (w word) set(text string) error {
	words := maps.Clone(w.of.words) // which copies of the settings share
	if words == nil {
		words = map[string]string{}
	}
	words[w.key] = text
	w.of.words = words
	return nil
}

func (w word) text() string { return w.of.words[w.key] }

// field is where s has the setting: a pointer, or a value.
func (row Setting) field(s *Settings) any {
	if row.at == nil {
		return word{s, row.key}
	}
	return row.at(s)
}

// Set gives the setting a value as it is written in files and on the command
// line.
func (row Setting) Set(s *Settings, text string) error {
	var err error
	switch p := row.field(s).(type) {
	case value:
		err = p.set(text)
	case *string:
		*p = text
	case *[]string:
		*p, err = ParseList(text)
	case *Columns:
		*p = parseColumns(text)
	case *bool:
		*p, err = parseBool(text)
	case *float64:
		*p, err = ParseFloat(text)
	case *int:
		*p, err = parseInt(text)
	case *uint64:
		*p, err = ParseSeed(text)
	case *Auto[string]:
		*p = Auto[string]{text, text != "auto"}
	case *Auto[float64]:
		err = parseAuto(p, text, ParseFloat)
	case *Auto[int]:
		err = parseAuto(p, text, parseInt)
	}
	if err != nil {
		return fmt.Errorf("%s is %q; want %w", row.key, text, err)
	}
	return nil
}

func parseAuto[T any](p *Auto[T], text string, parse func(string) (T, error)) error {
	if text == "auto" {
		*p = Auto[T]{}
		return nil
	}
	v, err := parse(text)
	if err != nil {
		return fmt.Errorf("%w, or auto", err)
	}
	*p = Given(v)
	return nil
}

func parseBool(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("true or false")
	}
	return text == "true", nil
}

// ParseFloat reads a number; its error says what it wants.
func ParseFloat(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("a finite number")
	}
	return v, nil
}

func parseInt(text string) (int, error) {
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("a whole number")
	}
	return v, nil
}

// ParseSeed reads a seed; its error says what it wants.
func ParseSeed(text string) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("a whole number from 0 to 2^64-1")
	}
	return v, nil
}

// ParseList reads names with commas between them; one that holds a comma
// stands in double quotes.
func ParseList(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	names, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("names with commas between them, one with a comma in it in double quotes")
	}
	return names, nil
}

// parseColumns leaves text in one piece, unless quotes say where names end.
func parseColumns(text string) Columns {
	if text == "" {
		return nil
	}
	if names, err := ParseList(text); err == nil && strings.Contains(text, `"`) {
		return names
	}
	return Columns{text}
}

// names returns the list of names that a field is, for one that is.
func (row Setting) names(s *Settings) (*[]string, bool) {
	switch p := row.field(s).(type) {
	case *[]string:
		return p, true
	case *Columns:
		return (*[]string)(p), true
	}
	return nil, false
}

// Text returns the value of the setting as Set reads it.
func (row Setting) Text(s *Settings) string {
	switch p := row.field(s).(type) {
	case value:
		return p.text()
	case *string:
		return *p
	case *[]string:
		return FormatList(*p)
	case *Columns:
		return FormatList(*p)
	case *bool:
		return strconv.FormatBool(*p)
	case *float64:
		return human.Float(*p)
	case *int:
		return strconv.Itoa(*p)
	case *uint64:
		return strconv.FormatUint(*p, 10)
	case *Auto[string]:
		return p.Or("auto")
	case *Auto[float64]:
		if p.Given {
			return human.Float(p.Value)
		}
	case *Auto[int]:
		if p.Given {
			return strconv.Itoa(p.Value)
		}
	}
	return "auto"
}

// FormatList writes names as [ParseList] reads them.
func FormatList(names []string) string {
	if len(names) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(names)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
