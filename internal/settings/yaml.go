package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"descent/internal/usage"
)

// Read reads a YAML file over s. Each key must be known and stand
// once; an error names the file and the line.
func Read(path string, s *Settings) error {
	text, err := Load(path)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return Parse(path, text, s)
}

// ReadKept reads the settings that a command keeps in a folder, as [Read] does. They
// are a plain file: a pipe might never open. What it lacks is of a run from before the
// setting was there.
func ReadKept(path string, s *Settings) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("settings: %s is no plain file", path)
	}
	for _, row := range table {
		if row.before != "" {
			_ = row.Set(s, row.before) // which a test reads
		}
	}
	return Read(path, s)
}

// mostBytes is more than any file of settings has.
const mostBytes = 1 << 20

// Load returns the text of a file that people write, which is short.
func Load(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = usage.Errorf("%s holds more than 1 MiB, which no file of settings does; data is named by data: PATH in it, or --data", path)
	}
	return text, err
}

// Parse reads the text of a YAML file.
func Parse(path string, text []byte, s *Settings) error {
	n, err := Document(path, text)
	if err != nil || n == nil { // an empty file changes nothing
		return err
	}
	return s.over(func(s *Settings) error { return ReadNode(path, n, s) })
}

// OfRank0 reads the settings that rank 0 of a group has written for the others.
func OfRank0(text string) (Settings, error) {
	s := Default()
	err := Parse("settings of rank 0", []byte(text), &s)
	return s, err
}

// Document returns the content of a YAML file, which has one document; nil if
// the file is empty.
func Document(path string, text []byte) (*yaml.Node, error) {
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, usage.Mark(fmt.Errorf("%s: %w", path, err))
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, usage.Errorf("%s: there is a second document after ---; want one", path)
	}
	return document.Content[0], asText(path, document.Content[0])
}

// asText makes text of what a document holds as bytes, such as a path that is not
// UTF-8, in which [Settings.Write] leaves it.
func asText(path string, n *yaml.Node) error {
	for _, inner := range n.Content {
		if err := asText(path, inner); err != nil {
			return err
		}
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!binary" {
		return nil
	}
	var text string
	if err := n.Decode(&text); err != nil {
		return usage.Mark(ErrorAt(path, n, "%w", err))
	}
	n.Value, n.Tag, n.Style = text, "!!str", yaml.DoubleQuotedStyle
	return nil
}

// ReadNode reads settings from a mapping in the file at path.
func ReadNode(path string, n *yaml.Node, s *Settings) error {
	r := yamlReader{path: path, settings: s, lines: map[string]int{}}
	return usage.Mark(r.mapping(n, ""))
}

// ErrorAt is an error about a node of the file at path.
func ErrorAt(path string, n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", path, n.Line, fmt.Errorf(format, args...))
}

// yamlReader walks over one document.
type yamlReader struct {
	path     string
	settings *Settings
	lines    map[string]int // of the keys met
}

func (r *yamlReader) errorf(n *yaml.Node, format string, args ...any) error {
	return ErrorAt(r.path, n, format, args...)
}

// mapping reads the settings of a section; section is "" or ends in a dot.
func (r *yamlReader) mapping(n *yaml.Node, section string) error {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return r.errorf(n, "want settings, one a line as in \"epochs: 20\"")
	}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		key := section + name.Value
		if first, twice := r.lines[key]; twice {
			return r.errorf(name, "%s stands twice, first in line %d", key, first)
		}
		r.lines[key] = name.Line
		if err := r.entry(name, value, key); err != nil {
			return err
		}
	}
	return nil
}

func (r *yamlReader) entry(name, value *yaml.Node, key string) error {
	if isSection(key) {
		if value.Kind == yaml.ScalarNode && value.Tag != "!!null" { // "optimizer: adam"
			return r.scalar(name, value, key+".name")
		}
		return r.mapping(value, key+".")
	}
	row, err := Find(key)
	if err != nil {
		return r.errorf(name, "%w", err)
	}
	if form, ok := row.field(r.settings).(nested); ok && value.Kind != yaml.ScalarNode {
		return form.read(r, value)
	}
	if value.Kind == yaml.SequenceNode {
		into, list := row.names(r.settings)
		if !list {
			return r.errorf(value, "%s takes one value, not a list", key)
		}
		var names []string
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode {
				return r.errorf(item, "%s is a list of names", key)
			}
			names = append(names, item.Value)
		}
		*into = names
		return nil
	}
	return r.scalar(name, value, key)
}

func (r *yamlReader) scalar(name, value *yaml.Node, key string) error {
	row, err := Find(key)
	switch {
	case err != nil:
		return r.errorf(name, "%w", err)
	case value.Kind != yaml.ScalarNode:
		return r.errorf(value, "%s takes one value", key)
	case value.Tag == "!!null" && value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0:
		return r.errorf(name, "%s has no value; leave the line out for the default", key)
	}
	if p, list := row.names(r.settings); list && value.Value != "" {
		*p = []string{value.Value} // one name, whatever commas it holds
		return nil
	}
	if err := row.Set(r.settings, value.Value); err != nil {
		return r.errorf(value, "%w", err)
	}
	return nil
}

// isSection reports whether keys of the table begin with key and a dot.
func isSection(key string) bool {
	for _, row := range table {
		if strings.HasPrefix(row.key, key+".") {
			return true
		}
	}
	return false
}

// Write prints s as YAML that [Read] reads back, each setting
// under a comment. Hyperparameters that the optimizer does not have are left
// out.
func (s *Settings) Write(w io.Writer) error {
	var b strings.Builder
	written := map[string]bool{} // sections
	for _, row := range table {
		section, _, inner := strings.Cut(row.key, ".")
		switch {
		case !inner:
			writeSetting(&b, "", row.key, row, s)
		case !written[section]:
			written[section] = true
			writeSection(&b, section, s)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeSection(b *strings.Builder, section string, s *Settings) {
	fmt.Fprintf(b, "%s:\n", section)
	for _, row := range table {
		if key, ok := strings.CutPrefix(row.key, section+"."); ok && row.Text(s) != "auto" {
			writeSetting(b, "  ", key, row, s)
		}
	}
}

func writeSetting(b *strings.Builder, indent, key string, row Setting, s *Settings) {
	value := scalarText(row.Text(s))
	if names, list := row.names(s); list {
		var items []string
		for _, name := range *names {
			items = append(items, scalarText(name))
		}
		value = "[" + strings.Join(items, ", ") + "]"
	}
	if form, ok := row.field(s).(nested); ok {
		fmt.Fprintf(b, "# %s\n%s:%s\n", row.usage, key, form.yaml())
		return
	}
	fmt.Fprintf(b, "%s# %s\n%s%s: %s\n", indent, row.usage, indent, key, value)
}

// scalarText writes a value as YAML, in quotes where it could be misread.
func scalarText(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./+-", r)
	}
	word := text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0
	if _, err := ParseFloat(text); err == nil || word && !strings.ContainsAny(text[:1], ".+-_") && !strings.EqualFold(text, "null") {
		return text
	}
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: text})
	if err != nil { // never: a string has a YAML form
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSuffix(string(out), "\n")
}
