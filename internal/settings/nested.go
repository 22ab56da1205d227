package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// nested are the settings that are one text on the command line and a list or
// mapping in files, where the text is allowed, too:
//
//	groups:
//	  - {pattern: "*.bias", weight_decay: 0.01}
//	  - {pattern: "5.*", optimizer: sgd, lr_factor: 10}
//	schedules: {momentum: dip}
var nested = map[string]struct {
	read  func(r *yamlReader, n *yaml.Node) (string, error)
	write func(text string) string
}{
	"groups":    {readGroups, writeGroups},
	"schedules": {readSchedules, writeSchedules},
}

// readGroups returns the groups of a list as one text.
func readGroups(r *yamlReader, n *yaml.Node) (string, error) {
	if n.Kind != yaml.SequenceNode {
		return "", r.errorf(n, "groups are a list, one as in - {pattern: \"*.bias\", weight_decay: 0.01}")
	}
	var groups []string
	for _, item := range n.Content {
		pairs, err := r.pairs(item, "a group")
		if err != nil {
			return "", err
		}
		pattern, fields := "", []string{}
		for _, p := range pairs {
			if p[0] == "pattern" {
				pattern = p[1]
			} else {
				fields = append(fields, p[0]+"="+p[1])
			}
		}
		if pattern == "" {
			return "", r.errorf(item, "the group has no pattern, such as \"*.bias\"")
		}
		groups = append(groups, pattern+":"+strings.Join(fields, ","))
	}
	return strings.Join(groups, ";"), nil
}

// readSchedules returns the schedules of a mapping as one text.
func readSchedules(r *yamlReader, n *yaml.Node) (string, error) {
	pairs, err := r.pairs(n, "schedules")
	var list []string
	for _, p := range pairs {
		list = append(list, p[0]+"="+p[1])
	}
	return strings.Join(list, ";"), err
}

// pairs returns the keys and values of a mapping.
func (r *yamlReader) pairs(n *yaml.Node, what string) (list [][2]string, err error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.errorf(n, "want names and values of %s, one a line or in braces", what)
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode || strings.ContainsAny(value.Value, ";\n") {
			return nil, r.errorf(value, "%s takes one value, in one line and without a semicolon", key.Value)
		}
		list = append(list, [2]string{key.Value, value.Value})
	}
	return list, nil
}

func writeGroups(text string) string {
	var items []string
	for _, part := range parts(text) {
		pattern, rest, _ := strings.Cut(part, ":")
		fields := []string{"pattern: " + scalarText(strings.TrimSpace(pattern))}
		for field := range strings.SplitSeq(rest, ",") {
			key, value, equals := strings.Cut(field, "=")
			if !equals {
				value = "true"
			}
			fields = append(fields, fmt.Sprintf("%s: %s", strings.TrimSpace(key), scalarText(strings.TrimSpace(value))))
		}
		items = append(items, "\n  - {"+strings.Join(fields, ", ")+"}")
	}
	if len(items) == 0 {
		return " []"
	}
	return strings.Join(items, "")
}

func writeSchedules(text string) string {
	var lines []string
	for _, part := range parts(text) {
		key, spec, _ := strings.Cut(part, "=")
		lines = append(lines, "\n  "+strings.TrimSpace(key)+": "+scalarText(strings.TrimSpace(spec)))
	}
	if len(lines) == 0 {
		return " {}"
	}
	return strings.Join(lines, "")
}
