package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// flatSettings returns the settings of a YAML text by key; a section gives its
// name and a dot, a list is joined with commas.
func flatSettings(text []byte) (map[string]string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	settings := map[string]string{}
	if len(document.Content) > 0 {
		flattenNode(settings, "", document.Content[0], deepest)
	}
	return settings, nil
}

// Bounds of the keys of settings and results. What is beyond them no run writes,
// and all keys together could be thousands of times as long as the file.
const (
	deepest = 4   // sections within sections
	longest = 100 // bytes of a name
)

func flattenNode(to map[string]string, key string, n *yaml.Node, left int) {
	switch {
	case left == 0:
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if name := n.Content[i].Value; len(name) <= longest {
				flattenNode(to, join(key, name), n.Content[i+1], left-1)
			}
		}
	case n.Kind == yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			items = append(items, scalar(item))
		}
		to[key] = strings.Join(items, ",")
	default:
		to[key] = scalar(n)
	}
}

// scalar is the text of a node, which may stand there as bytes.
func scalar(n *yaml.Node) string {
	var text string
	if n.Tag == "!!binary" && n.Decode(&text) == nil {
		return text
	}
	return n.Value
}

// results are the values of a JSON object by key.
type results map[string]any

// UnmarshalJSON implements [json.Unmarshaler].
func (r *results) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return err
	}
	*r = results{}
	flatten(*r, "", object, deepest)
	return nil
}

// flatten puts the values within v into to, by key.
func flatten(to map[string]any, key string, v any, left int) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if left > 0 && len(name) <= longest {
				flatten(to, join(key, name), inner, left-1)
			}
		}
	case []any:
		to[key] = fmt.Sprint(v)
	case json.Number:
		to[key] = number(v)
	default:
		to[key] = v
	}
}

// number is a float64, or the text of a whole number that float64 does not tell
// from its neighbours, as a seed may be.
func number(text json.Number) any {
	const exact = 1 << 53
	if n, err := strconv.ParseUint(string(text), 10, 64); err == nil && n > exact {
		return text
	}
	v, err := text.Float64()
	if err != nil {
		return text
	}
	return v
}

func join(section, name string) string {
	if section == "" {
		return name
	}
	return section + "." + name
}
