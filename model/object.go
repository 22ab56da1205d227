package model

import (
	"encoding/json"
	"strings"
	"sync"
	"unicode/utf8"
)

// rowMaps are rows that were read, to be used again.
var rowMaps = sync.Pool{New: func() any { return map[string]any{} }}

// plainObject reads a JSON object of numbers, texts without escapes, true, false and null
// into row, as encoding/json does with numbers as they are spelt. It reports false of all
// else, which encoding/json has to read, or to say what is wrong. Most rows are plain.
func plainObject(text string, row map[string]any) bool {
	p := plain{text: text}
	if !p.takes('{') {
		return false
	}
	if p.takes('}') {
		return p.ends()
	}
	for {
		key, ok := p.string()
		if !ok || !p.takes(':') {
			return false
		}
		value, ok := p.value()
		if !ok {
			return false
		}
		if _, twice := row[key]; twice {
			return false
		}
		row[key] = value
		if p.takes(',') {
			continue
		}
		return p.takes('}') && p.ends()
	}
}

// plain is a text that is read from its beginning.
type plain struct{ text string }

// space skips what may stand between tokens.
func (p *plain) space() {
	for p.text != "" && (p.text[0] == ' ' || p.text[0] == '\n' || p.text[0] == '\t' || p.text[0] == '\r') {
		p.text = p.text[1:]
	}
}

func (p *plain) ends() bool {
	p.space()
	return p.text == ""
}

func (p *plain) takes(c byte) bool {
	p.space()
	if p.text == "" || p.text[0] != c {
		return false
	}
	p.text = p.text[1:]
	return true
}

// string reads a text without escapes.
func (p *plain) string() (string, bool) {
	if !p.takes('"') {
		return "", false
	}
	for i := range len(p.text) {
		switch c := p.text[i]; {
		case c == '"':
			s := p.text[:i]
			p.text = p.text[i+1:]
			return s, utf8.ValidString(s)
		case c == '\\' || c < ' ':
			return "", false
		}
	}
	return "", false
}

func (p *plain) value() (any, bool) {
	p.space()
	if p.text == "" {
		return nil, false
	}
	switch p.text[0] {
	case '"':
		return p.string()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	}
	return p.number()
}

func (p *plain) word(w string) (ok bool) {
	p.text, ok = strings.CutPrefix(p.text, w)
	return ok
}

// number reads a number as JSON spells it.
func (p *plain) number() (any, bool) {
	i := 0
	digits := func() bool {
		from := i
		for i < len(p.text) && '0' <= p.text[i] && p.text[i] <= '9' {
			i++
		}
		return i > from
	}
	is := func(a, b byte) bool {
		if i < len(p.text) && (p.text[i] == a || p.text[i] == b) {
			i++
			return true
		}
		return false
	}
	is('-', '-')
	if !is('0', '0') && !digits() {
		return nil, false
	}
	if is('.', '.') && !digits() {
		return nil, false
	}
	if is('e', 'E') {
		is('+', '-')
		if !digits() {
			return nil, false
		}
	}
	n := json.Number(p.text[:i])
	p.text = p.text[i:]
	return n, true
}
