package cli

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzJSONLines asks that any text is an error or a table with a line of as
// many fields for each object.
func FuzzJSONLines(f *testing.F) {
	for _, seed := range []string{"{\"a\":1}\n{\"a\":null}", `{"a":1,"b":"x"}` + "\n" + `{"b":null}`, `{}`, ``, `{"a":{}}`, `[1]`, `{"a":1e999}`, "{\"\\n\":\"\\\"\"}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := tableOf(strings.NewReader(text), "fuzz.jsonl")
		if err != nil {
			return
		}
		objects := 0
		for d := json.NewDecoder(strings.NewReader(text)); ; objects++ {
			d.UseNumber()
			if err := d.Decode(new(map[string]any)); err != nil {
				break
			}
		}
		r := csv.NewReader(table)
		lines, err := r.ReadAll()
		if err != nil || len(lines) != objects+1 {
			t.Fatalf("%d lines of %d objects, %v", len(lines), objects, err)
		}
	})
}
