package model

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// FuzzPlainObject: what is read is what encoding/json reads, and what that refuses is not
// read.
func FuzzPlainObject(f *testing.F) {
	for _, text := range []string{
		`{}`, ` { "a" : 1 , "b":"x", "a": null, "é": "ü" } `, `{"a":-0.5e+10,"b":true,"c":false}`, `{"a":01}`, `{"a":1.}`, `{"a":-}`, `{"a":+1}`, `{"a":1e}`, `{"a":.5}`,
		`{"a":"\n"}`, `{"a":"\u0041"}`, "{\"a\":\"\xff\"}", "{\"a\":\"\x01\"}", `{"a":1,}`, `{"a":1}}`, `{"a":[1]}`, `{"a":{"b":1}}`, `{"a":tru}`, `{"a":truely}`, `{"a"}`, `{`, ``, `[]`, `null`, `{"a":"b`, `{"a":0x1}`, `{"a":1 2}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := map[string]any{}
		if !plainObject(text, got) {
			return
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var want map[string]any
		if err := d.Decode(&want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q: %v follows", text, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v; want %v", text, got, want)
		}
	})
}

// TestPlainObject: plain rows are read here, and not by encoding/json.
func TestPlainObject(t *testing.T) {
	for _, text := range []string{`{}`, `{"a": 39, "b": -1.5e-3, "c": "d e", "f": true, "g": false, "h": null}`, "{\n\t\"a\":\r 1}"} {
		if !plainObject(text, map[string]any{}) {
			t.Errorf("%s is not plain", text)
		}
	}
}
