package serve_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"descent/model"
	"descent/serve"
)

// TestProtocol: the Open Inference Protocol, as its specification has it.
func TestProtocol(t *testing.T) {
	houses, prices, images, samples := sold(t), price(t), digits(t), numbers(t)
	s, h := serving(t, serve.Options{}, map[string]*model.Model{"houses": houses, "prices": prices, "digits": images, "numbers": samples})
	id := houses.SHA256()[:12]
	for path, want := range map[string]string{
		"/v2":                              `"name":"descent"`,
		"/v2/health/live":                  `{"live":true}`,
		"/v2/health/ready":                 `{"ready":true}`,
		"/v2/models/houses/ready":          `{"name":"houses","ready":true}`,
		"/v2/models/houses/versions/" + id: `{"name":"houses","versions":["` + id + `"],"platform":"descent","inputs":[{"name":"rooms","datatype":"FP64","shape":[-1]},{"name":"city","datatype":"BYTES","shape":[-1]},{"name":"built","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"prediction","datatype":"BYTES","shape":[-1]},{"name":"probabilities","datatype":"FP64","shape":[-1,2]}]}`,
		"/v2/models/numbers":               `"inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}]`,
		"/v2/models/digits":                `"inputs":[{"name":"image","datatype":"BYTES","shape":[-1]}]`,
		"/v2/models/prices":                `"outputs":[{"name":"prediction","datatype":"FP64","shape":[-1,1]}]`,
		"/v2/models/houses/versions/" + id + "/ready": `"ready":true`,
	} {
		if code, text := ask(t, "GET", h.URL+path, "", ""); code != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s; want %s", path, code, text, want)
		}
	}
	if code, text := ask(t, "GET", h.URL+"/v2/models/houses/versions/1", "", ""); code != 404 || !strings.Contains(text, id) {
		t.Errorf("a version that is not there: %d %s", code, text)
	}
	type answer struct {
		Model   string `json:"model_name"`
		Version string `json:"model_version"`
		ID      string
		Outputs []struct {
			Name, Datatype string
			Shape          []int
			Data           []any
		}
	}
	const two = `{"id": "42", "inputs": [{"name": "city", "shape": [2, 1], "datatype": "BYTES", "data": [["Bonn"], ["Köln"]]},
		{"name": "rooms", "shape": [2], "datatype": "INT64", "data": [1, 2]}, {"name": "built", "shape": [2], "datatype": "BYTES", "data": ["1990-01-11", "1991-02-11"]}]`
	code, text := ask(t, "POST", h.URL+"/v2/models/houses/infer", "", two+"}")
	got := read[answer](t, code, text)
	if got.Model != "houses" || got.Version != id || got.ID != "42" || len(got.Outputs) != 2 {
		t.Fatal(text)
	}
	for i, object := range []string{`{"rooms": 1, "city": "Bonn", "built": "1990-01-11"}`, `{"rooms": 2, "city": "Köln", "built": "1991-02-11"}`} {
		p, err := houses.PredictRow(context.Background(), []byte(object))
		if err != nil {
			t.Fatal(err)
		}
		class, _ := p.Class()
		if got.Outputs[0].Data[i] != class || float32(got.Outputs[1].Data[2*i+1].(float64)) != float32(p.Values[1]) {
			t.Errorf("row %d: %s; want %v", i, text, p)
		}
	}
	code, text = ask(t, "POST", h.URL+"/v2/models/houses/infer", "", two+`, "outputs": [{"name": "probabilities"}]}`)
	if got := read[answer](t, code, text); len(got.Outputs) != 1 || fmt.Sprint(got.Outputs[0].Shape) != "[2 2]" {
		t.Error(text)
	}
	code, text = ask(t, "POST", h.URL+"/v2/models/prices/infer", "", two+`, "parameters": {"interval": 0.8}}`)
	if got := read[answer](t, code, text); len(got.Outputs) != 3 || got.Outputs[1].Name != "lower" || got.Outputs[1].Data[0].(float64) >= got.Outputs[0].Data[0].(float64) {
		t.Error(text)
	}
	code, text = ask(t, "POST", h.URL+"/v2/models/numbers/infer", "", `{"inputs": [{"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 3, 4]}]}`)
	read[answer](t, code, text)
	pixels, encoded := []string{}, pngOf(t, 8, 3)
	img, _ := png.Decode(bytes.NewReader(encoded))
	for _, p := range img.(*image.Gray).Pix {
		pixels = append(pixels, fmt.Sprint(p))
	}
	_, first := ask(t, "POST", h.URL+"/v2/models/digits/infer", "", `{"inputs": [{"name": "image", "shape": [1, 8, 8], "datatype": "UINT8", "data": [`+strings.Join(pixels, ",")+`]}]}`)
	code, text = ask(t, "POST", h.URL+"/v2/models/digits/infer", "", `{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["`+base64.StdEncoding.EncodeToString(encoded)+`"]}]}`)
	if read[answer](t, code, text); text != first {
		t.Errorf("%s of pixels, %s of the file", first, text)
	}
	for body, says := range map[string]string{
		`{}`: "no inputs", `[`: "no inference request", ``: "it ends too early", `{"inputs": [`: "it ends too early", two[:len(two)-1] + `, {"name": "x", "shape": [3], "datatype": "INT8", "data": [1, 2, 3]}]}`: "3 rows",
		`{"inputs": [{"name": "city", "shape": [2], "datatype": "BYTES", "data": ["a"]}]}`:                         "shape is [2]",
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "BYTES", "data": ["a", "b"]}]}`:                    "its data has 2 values",
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "BYTES", "data": [{}]}]}`:                          "an object is no",
		`{"inputs": [{"name": "city", "shape": [-1], "datatype": "BYTES", "data": ["a"]}]}`:                        "shape is [-1]",
		`{"inputs": [{"name": "city", "shape": [4611686018427387904, 4], "datatype": "BYTES", "data": []}]}`:       "shape is",
		`{"inputs": [{"name": "city", "shape": [0], "datatype": "BYTES", "data": []}]}`:                            "no rows",
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "TEXT", "data": ["a"]}]}`:                          "unknown datatype",
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "FP32", "data": ["a"]}]}`:                          "is no FP32",
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}`:                         "lacks the columns",
		two + `, "outputs": [{"name": "probability"}]}`:                                                            "did you mean",
		strings.Replace(two, `[1, 2]}`, `[1, 200]}`, 1) + `, "input": []}`:                                         `unknown name \"input\"; did you mean \"inputs\"?`,
		strings.Replace(two, "INT64", "UINT8", 1)[:len(two)-1] + `], "inputs": []}`:                                `\"inputs\" stands there twice`,
		strings.Replace(strings.Replace(two, "INT64", "UINT8", 1), "[1, 2]", "[1, -300]", 1) + `}`:                 `input \"rooms\": -300 is no UINT8`,
		strings.Replace(strings.Replace(two, "INT64", "INT8", 1), "[1, 2]", "[1, 128]", 1) + `}`:                   `input \"rooms\": 128 is no INT8`,
		strings.Replace(strings.Replace(two, "INT64", "INT8", 1), "[1, 2]", "[1, 3.7]", 1) + `}`:                   `input \"rooms\": 3.7 is no INT8`,
		strings.Replace(strings.Replace(two, "INT64", "FP16", 1), "[1, 2]", "[1, 1e5]", 1) + `}`:                   `input \"rooms\": 1e5 is no FP16`,
		strings.Replace(strings.Replace(two, "INT64", "FP32", 1), "[1, 2]", "[1, -1e39]", 1) + `}`:                 `input \"rooms\": -1e39 is no FP32`,
		strings.Replace(strings.Replace(two, "INT64", "FP64", 1), "[1, 2]", "[1, 1e999]", 1) + `}`:                 `input \"rooms\": 1e999 is no FP64`,
		strings.Replace(strings.Replace(two, "INT64", "BYTES", 1), "[1, 2]", `["1", "2"]`, 1) + `}`:                `input \"rooms\": it is BYTES; want numbers, such as FP64`,
		strings.Replace(strings.Replace(two, "INT64", "BOOL", 1), "[1, 2]", `[true, false]`, 1) + `}`:              `input \"rooms\": it is BOOL; want numbers`,
		`{"inputs": [{"name": "city", "shape": [1], "datatype": "INT8", "data": [1]}]}`:                            `input \"city\": it is INT8; want BYTES`,
		strings.Replace(two, `"rooms"`, `"city"`, 1) + `}`:                                                         `input \"city\" stands there twice`,
		strings.Replace(two, `"rooms"`, `"romos"`, 1) + `}`:                                                        `unknown input \"romos\"; did you mean \"rooms\"?`,
		strings.Replace(two, `[["Bonn"], ["Köln"]]`, `[["Bonn", "Köln"], []]`, 1) + `}`:                            `its data has a list of 2`,
		strings.Replace(two, `[["Bonn"], ["Köln"]]`, `["Bonn", ["Köln"]]`, 1) + `}`:                                `its data has values beside lists`,
		strings.Replace(two, `"name": "city",`, `"name": "city", "parameters": {"binary_data_size": 9},`, 1) + `}`: `unknown name \"binary_data_size\"`,
		two + `, "parameters": {"binary_data_output": true}}`:                                                      "the extension for bytes is not spoken",
		two + `, "parameters": {"intervall": 0.9}}`:                                                                "did you mean",
		two + `, "parameters": {"interval": "0.9"}}`:                                                               "a string is no interval",
		two + `} {}`: "something follows",
		`[]`:         "want an object",
	} {
		if code, text := ask(t, "POST", h.URL+"/v2/models/houses/infer", "", body); code != 400 || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s; want %s", body, code, text, says)
		}
	}
	code, text = ask(t, "POST", h.URL+"/v2/models/houses/infer", "", strings.Replace(two, `"shape": [2, 1],`, `"shape": [2, 1], "parameters": {"binary_data": false},`, 1)+`, "parameters": null, "outputs": null}`)
	read[answer](t, code, text)
	s.End()
	if code, text := ask(t, "GET", h.URL+"/v2/health/ready", "", ""); code != 503 || !strings.Contains(text, "false") {
		t.Errorf("at the end: %d %s", code, text)
	}
}

// changing is a body that changes the model before it is read.
type changing struct {
	io.Reader
	change func()
}

func (c changing) Read(p []byte) (int, error) {
	c.change()
	return c.Reader.Read(p)
}

// TestVersionStays: a request of a version is answered by it, though another has come since.
func TestVersionStays(t *testing.T) {
	first := numbers(t)
	second := first.Copy()
	for _, values := range second.Weights() {
		values[0]++
	}
	s, _ := serving(t, serve.Options{}, map[string]*model.Model{"m": first})
	id := first.SHA256()[:12]
	body := strings.NewReader(`{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}`)
	r := httptest.NewRequest("POST", "/v2/models/m/versions/"+id+"/infer", changing{body, func() {
		if err := s.Set("m", second); err != nil {
			t.Error(err)
		}
	}})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"model_version":"`+id+`"`) {
		t.Errorf("%d %s; want version %s", w.Code, w.Body, id)
	}
}
