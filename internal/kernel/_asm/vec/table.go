package main

import (
	"fmt"
	"strings"
)

// symbol is the function of row [index] of the table's field name.
func symbol(name, suffix string) string {
	name = strings.NewReplacer("[", "", "]", "").Replace(name)
	return "vec" + strings.ToUpper(name[:1]) + name[1:] + suffix
}

// table is the source of the table of functions; a row is a field and its
// function, with a zero between them.
func table(suffix string, rows []string) string {
	fields, groups := "", map[string]string{}
	var order []string
	for _, r := range rows {
		field, fn, _ := strings.Cut(r, "\x00")
		group, index, ok := strings.Cut(field, "[")
		if !ok {
			fields += fmt.Sprintf("%s: %s,\n", field, fn)
			continue
		}
		if groups[group] == "" {
			order = append(order, group)
		}
		groups[group] += fmt.Sprintf("formula.%s: %s,\n", strings.TrimSuffix(index, "]"), fn)
	}
	s := fmt.Sprintf("\n// table%[1]s has the functions above.\nvar table%[1]s = Table{\n", suffix)
	for _, g := range order {
		s += fmt.Sprintf("%s: %s{\n%s},\n", g, arrays[g], groups[g])
	}
	return s + fields + "}\n"
}

// arrays are the types of those fields of the table that are arrays.
var arrays = map[string]string{
	"Unary": "[formula.UnaryCount]func(dst, x []float32)",
	"VV":    "[formula.BinaryCount]func(dst, x, y []float32)",
	"VS":    "[formula.BinaryCount]func(dst, x []float32, s float32)",
	"SV":    "[formula.BinaryCount]func(dst, x []float32, s float32)",
}
