package cli

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// set gives the setting a value as it is written in files and on the command
// line.
func (row setting) set(s *Settings, text string) error {
	var err error
	switch p := row.at(s).(type) {
	case *string:
		*p = text
	case *[]string:
		*p, err = parseList(text)
	case *bool:
		*p, err = parseBool(text)
	case *float64:
		*p, err = parseFloat(text)
	case *int:
		*p, err = parseInt(text)
	case *uint64:
		*p, err = parseSeed(text)
	case *auto[string]:
		*p = auto[string]{text, text != "auto"}
	case *auto[float64]:
		err = parseAuto(p, text, parseFloat)
	case *auto[int]:
		err = parseAuto(p, text, parseInt)
	case *auto[bool]:
		err = parseAuto(p, text, parseBool)
	}
	if err != nil {
		return fmt.Errorf("%s is %q; want %w", row.key, text, err)
	}
	return nil
}

func parseAuto[T any](p *auto[T], text string, parse func(string) (T, error)) error {
	if text == "auto" {
		*p = auto[T]{}
		return nil
	}
	v, err := parse(text)
	if err != nil {
		return fmt.Errorf("%w, or auto", err)
	}
	*p = given(v)
	return nil
}

func parseBool(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("true or false")
	}
	return text == "true", nil
}

func parseFloat(text string) (float64, error) {
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

func parseSeed(text string) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("a whole number from 0 to 2^64-1")
	}
	return v, nil
}

// parseList reads names with commas between them; one that holds a comma
// stands in double quotes.
func parseList(text string) ([]string, error) {
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

// text returns the value of the setting as set reads it.
func (row setting) text(s *Settings) string {
	switch p := row.at(s).(type) {
	case *string:
		return *p
	case *[]string:
		return formatList(*p)
	case *bool:
		return strconv.FormatBool(*p)
	case *float64:
		return formatFloat(*p)
	case *int:
		return strconv.Itoa(*p)
	case *uint64:
		return strconv.FormatUint(*p, 10)
	case *auto[string]:
		return p.or("auto")
	case *auto[float64]:
		if p.given {
			return formatFloat(p.value)
		}
	case *auto[int]:
		if p.given {
			return strconv.Itoa(p.value)
		}
	case *auto[bool]:
		if p.given {
			return strconv.FormatBool(p.value)
		}
	}
	return "auto"
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func formatList(names []string) string {
	if len(names) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(names)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
