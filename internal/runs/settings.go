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
		flattenNode(settings, "", document.Content[0])
	}
	return settings, nil
}

func flattenNode(to map[string]string, key string, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			flattenNode(to, join(key, n.Content[i].Value), n.Content[i+1])
		}
	case yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			items = append(items, item.Value)
		}
		to[key] = strings.Join(items, ",")
	default:
		to[key] = n.Value
	}
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
	flatten(*r, "", object)
	return nil
}

// flatten puts the values within v into to, by key.
func flatten(to map[string]any, key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			flatten(to, join(key, name), inner)
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
