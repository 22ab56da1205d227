package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// nested is a value that is one text on the command line and a list or mapping in
// files.
type nested interface {
	value
	read(r *yamlReader, n *yaml.Node) error
	yaml() string // behind the colon of its key
}

// pair is a name and what holds for it.
type pair struct{ key, value string }

// twice returns an error if a name stands twice.
func twice(pairs []pair) error {
	seen := map[string]bool{}
	for _, p := range pairs {
		if seen[p.key] {
			return fmt.Errorf("%s stands twice", p.key)
		}
		seen[p.key] = true
	}
	return nil
}

// parts splits text at its semicolons.
func parts(text string) (list []string) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// pairs returns the keys and values of a mapping.
func (r *yamlReader) pairs(n *yaml.Node, what string) (list []pair, err error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.errorf(n, "want names and values of %s, one a line or in braces", what)
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode || strings.ContainsAny(value.Value, ";\n") { // as one text has room for
			return nil, r.errorf(value, "%s takes one value, in one line and without a semicolon", key.Value)
		}
		list = append(list, pair{key.Value, value.Value})
	}
	return list, nil
}
