package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzSettings asks that any text is an error or settings that are the same
// after they were printed and read.
func FuzzSettings(f *testing.F) {
	var usual bytes.Buffer
	s := defaultSettings()
	if err := writeSettings(&usual, &s); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{usual.String(), "", "epochs: 3\noptimizer: adam\n", "optimizer:\n  name: sgd\n  momentum: 0.9\n", "target: [a, 'b,c']\n", "seed: &a 1\nsplit_seed: *a\n", "optimizer: &o\n  name: *o\n", "a: {b: [}", "--- 1\n--- 2\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := defaultSettings()
		if err := parseSettings("fuzz.yaml", []byte(text), &s); err != nil {
			return
		}
		var once, again bytes.Buffer
		if err := writeSettings(&once, &s); err != nil {
			t.Fatal(err)
		}
		back := defaultSettings()
		if err := parseSettings("printed.yaml", once.Bytes(), &back); err != nil {
			t.Fatalf("%v in\n%s", err, once.String())
		}
		if err := writeSettings(&again, &back); err != nil || once.String() != again.String() {
			t.Fatalf("%v: printed again\n%s\nwant\n%s", err, again.String(), once.String())
		}
	})
}

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
