package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"descent/model"
	"descent/nn"
	"descent/serve"
)

// TestDescriptions: the pages about models are whole JSON, and the page is there.
func TestDescriptions(t *testing.T) {
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"houses": sold(t), "prices": price(t), "digits": digits(t), "verses": text(t), "numbers": numbers(t)})
	code, text := ask(t, "GET", h.URL+"/openapi.json", "", "")
	doc := read[struct {
		OpenAPI    string
		Paths      map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}](t, code, text)
	for _, path := range []string{"/predict/houses", "/predict/digits", "/generate/verses", "/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer", "/metrics"} {
		if doc.Paths[path] == nil {
			t.Errorf("no path %s", path)
		}
	}
	for _, part := range strings.Split(text, `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if doc.Components.Schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	code, text = ask(t, "GET", h.URL+"/models/houses", "", "")
	if d := read[map[string]any](t, code, text); d["kind"] != "table" || d["task"] != "classification" || !strings.Contains(text, `"levels":["Bonn","Köln"`) {
		t.Error(text)
	}
	if code, text := ask(t, "GET", h.URL+"/", "", ""); code != 200 || !strings.Contains(text, "</html>") {
		t.Errorf("the page: %d", code)
	}
}

// TestNames: names of models that stand in no key or path as they are, and numbers as examples.
func TestNames(t *testing.T) {
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"a b~{é}": sold(t)})
	_, text := ask(t, "GET", h.URL+"/openapi.json", "", "")
	for _, says := range []string{`"/predict/a%20b~%7B%C3%A9%7D"`, `"row-a.20b.7E.7B.C3.A9.7D":`, `"#/components/schemas/row-a.20b.7E.7B.C3.A9.7D"`, `"example":3,`} {
		if !strings.Contains(text, says) {
			t.Errorf("no %s in %s", says, text)
		}
	}
}

// TestColumnNames: an error names a column as it is called.
func TestColumnNames(t *testing.T) {
	var b strings.Builder
	b.WriteString("model: data: rooms,sold\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%s\n", i%7, []string{"soon", "late"}[i%7/4])
	}
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": trained(t, nn.Dense{Units: 2}, table(t, b.String(), "sold"), 1)})
	const says = `{"error":"column \"model: data: rooms\": \"x\" is not a number`
	if code, text := ask(t, "POST", h.URL+"/predict", "", `{"model: data: rooms": "x"}`); code != 400 || !strings.HasPrefix(text, says) {
		t.Errorf("%d %s; want %s", code, text, says)
	}
}
