package grid

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func FuzzJSONRows(f *testing.F) {
	for _, seed := range []string{"{\"a\":1}\n{\"a\":null}", `{"a":1,"b":"x"}` + "\n" + `{"b":null}`, `{}`, ``, `{"a":{}}`, `[1]`, `{"a":1e999}`, "{\"\\n\":\"\\\"\"}", `[{"a":{"b":true}}]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ReadJSON(strings.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		d.UseNumber()
		row := 0
		for {
			var v any
			if err := d.Decode(&v); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			objects, array := v.([]any)
			if !array {
				objects = []any{v}
			}
			for _, o := range objects {
				for key, value := range o.(map[string]any) {
					if col := g.Index(key); col >= 0 && value != nil {
						if got, want := g.Cell(row, col), strings.TrimSpace(fmt.Sprint(value)); got != want {
							t.Errorf("row %d, %q is %q, want %q", row, key, got, want)
						}
					}
				}
				row++
			}
		}
		if row != g.Rows() {
			t.Errorf("%d objects, %d rows", row, g.Rows())
		}
	})
}
