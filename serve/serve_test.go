package serve_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"descent/model"
	"descent/serve"
)

// serving serves models by names.
func serving(t testing.TB, o serve.Options, models map[string]*model.Model) (*serve.Server, *httptest.Server) {
	t.Helper()
	s := serve.New(o)
	for name, m := range models {
		if err := s.Set(name, m); err != nil {
			t.Fatal(err)
		}
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h
}

// ask sends a request and returns status and body of the answer.
func ask(t testing.TB, method, url, contentType, body string) (int, string) {
	t.Helper()
	return askWith(t, method, url, body, "Content-Type", contentType)
}

// askWith is ask with another header.
func askWith(t testing.TB, method, url, body, header, value string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(header, value)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// row is an answer about a row.
type row struct {
	Prediction    any
	Probabilities map[string]float32
	Lower, Upper  float64
	File          string
}

func read[T any](t testing.TB, code int, text string) (v T) {
	t.Helper()
	if code != http.StatusOK {
		t.Fatalf("status %d: %s", code, text)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// is compares an answer with a prediction, to the bit of float32.
func (r row) is(t testing.TB, what string, p model.Prediction) {
	t.Helper()
	class, _ := p.Class()
	if r.Prediction != class || len(r.Probabilities) != len(p.Names) {
		t.Errorf("%s: %v; want %s", what, r, class)
	}
	for i, name := range p.Names {
		if got, ok := r.Probabilities[name]; !ok || got != float32(p.Values[i]) {
			t.Errorf("%s: %q is %v; want %v", what, name, got, p.Values[i])
		}
	}
}

// TestPredict: rows in every form are predicted as the library does it, to the bit.
func TestPredict(t *testing.T) {
	m := sold(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"houses": m})
	var objects []string
	var want []model.Prediction
	lines := strings.Split(strings.TrimSpace(housesText(40, "sold")), "\n")
	for i := range lines[1:] {
		object := fmt.Sprintf(`{"rooms": %d, "city": %q, "built": "%d-%02d-11", "other": [1]}`, 1+i%5, []string{"Bonn", "Köln", `Ulm, "Donau"`}[i%3], 1990+i%20, 1+i%12)
		p, err := m.PredictRow(context.Background(), []byte(object))
		if err != nil {
			t.Fatal(err)
		}
		objects, want = append(objects, object), append(want, p)
		code, text := ask(t, "POST", h.URL+"/predict", "application/json", object)
		read[row](t, code, text).is(t, object, p)
	}
	for form, body := range map[string]string{"application/json": "[" + strings.Join(objects, ",\n") + "]", "text/csv": strings.Join(lines, "\n"), "": strings.Join(lines, "\n")} {
		code, text := ask(t, "POST", h.URL+"/predict/houses", form, body)
		got := read[[]row](t, code, text)
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows", form, len(got))
		}
		for i := range got {
			got[i].is(t, fmt.Sprint(form, " row ", i), want[i])
		}
	}
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	for name, value := range map[string]string{"rooms": "1", "city": "Bonn", "built": "1990-01-11"} {
		if err := f.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	code, text := ask(t, "POST", h.URL+"/predict", f.FormDataContentType(), form.String())
	read[row](t, code, text).is(t, "form", want[0])
}

// TestManyRows: more rows than are predicted at once.
func TestManyRows(t *testing.T) {
	m := numbers(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": m})
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf("[%d.5,%g]", i%7, float64(i)/500))
	}
	code, text := ask(t, "POST", h.URL+"/predict", "", "["+strings.Join(rows, ",")+"]")
	for i, got := range read[[]row](t, code, text) {
		p, err := m.PredictRow(context.Background(), []float32{float32(i%7) + 0.5, float32(float64(i) / 500)})
		if err != nil {
			t.Fatal(err)
		}
		got.is(t, rows[i], p)
	}
	code, text = ask(t, "POST", h.URL+"/predict", "", "[1.5, 2]")
	read[row](t, code, text)
}

// TestIntervals: numbers have the ends that the library gives.
func TestIntervals(t *testing.T) {
	m := price(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": m})
	const object = `{"rooms": 3, "city": "Bonn", "built": "1999-01-11"}`
	x, err := m.AppendSample(nil, []byte(object))
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.SampleIntervals(x, 0.8)
	if err != nil {
		t.Fatal(err)
	}
	near := func(a, b float64) bool { return a-b < 1e-4*b && b-a < 1e-4*b } // it is written in the digits that float32 has
	for _, body := range []string{object, "rooms,city,built\n3,Bonn,1999-01-11\n"} {
		code, text := ask(t, "POST", h.URL+"/predict?interval=0.8", "", body)
		if body != object {
			text = strings.Trim(strings.TrimSpace(text), "[]")
		}
		got := read[row](t, code, text)
		if p, _ := got.Prediction.(float64); !near(p, want[0].Values[0]) || !near(got.Lower, want[0].Lower[0]) || !near(got.Upper, want[0].Upper[0]) {
			t.Errorf("%s; want %v", text, want)
		}
	}
	for level, says := range map[string]string{"x": "no number", "1.5": "between 0 and 1", "0.9999": "takes"} {
		if code, text := ask(t, "POST", h.URL+"/predict?interval="+level, "", object); code != http.StatusBadRequest || !strings.Contains(text, says) {
			t.Errorf("interval %s: %d %s", level, code, text)
		}
	}
}

// pngOf is an image of a size, with some pixels set.
func pngOf(t testing.TB, size, seed int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, size, size))
	for i := range img.Pix {
		img.SetGray(i%size, i/size, color.Gray{Y: uint8(i * seed * 37)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImages: an image as the body, in a form and in JSON.
func TestImages(t *testing.T) {
	m := digits(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"digits": m})
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	var want []model.Prediction
	for i := range 3 {
		file := pngOf(t, 8+i, i+1)
		p, err := m.PredictRow(context.Background(), file)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, p)
		code, text := ask(t, "POST", h.URL+"/predict", "image/png", string(file))
		read[row](t, code, text).is(t, "body", p)
		code, text = ask(t, "POST", h.URL+"/predict", "application/json", `{"image": "`+base64.StdEncoding.EncodeToString(file)+`"}`)
		read[row](t, code, text).is(t, "JSON", p)
		part, err := f.CreateFormFile("file", fmt.Sprint(i, `".png`))
		if err != nil {
			t.Fatal(err)
		}
		part.Write(file)
	}
	f.Close()
	code, text := ask(t, "POST", h.URL+"/predict", f.FormDataContentType(), form.String())
	for i, got := range read[[]row](t, code, text) {
		got.is(t, "form", want[i])
		if got.File != fmt.Sprint(i, `".png`) {
			t.Errorf("file %q", got.File)
		}
	}
}

// TestGenerate: a text in each form is that of the library.
func TestGenerate(t *testing.T) {
	m := text(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"verses": m})
	var want strings.Builder
	err := m.Speak(context.Background(), "the", 40, model.Sampling{Temperature: 0.5, Seed: 3}, func(piece string) error {
		want.WriteString(piece)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"prompt": "the", "tokens": 40, "temperature": 0.5, "seed": 3}`
	for accept, read := range map[string]func(text string) string{
		"": func(text string) string { return text },
		"application/json": func(text string) string {
			var v struct{ Text string }
			_ = json.Unmarshal([]byte(text), &v)
			return v.Text
		},
		"text/event-stream": func(text string) (all string) {
			for line := range strings.Lines(text) {
				var v struct{ Text string }
				if data, ok := strings.CutPrefix(line, "data: "); ok {
					_ = json.Unmarshal([]byte(data), &v)
					all += v.Text
				}
			}
			if !strings.HasSuffix(text, "event: end\ndata: {}\n\n") {
				t.Errorf("events end with %q", text)
			}
			return all
		},
	} {
		_, text := askWith(t, "POST", h.URL+"/generate", body, "Accept", accept)
		if got := read(text); got != want.String() {
			t.Errorf("%q: %q; want %q", accept, got, want.String())
		}
	}
	for body, says := range map[string]string{
		`{"prompt": "QQ"}`: "the prompt", `{"tokens": 0}`: "want 1 to", `{"temperature": -1}`: "temperature", `{"seeds": 1}`: `did you mean \"seed\"`, `{"prompt": "a", "prompt": "b"}`: `\"prompt\" stands there twice`, `{"Prompt": "a"}`: `did you mean \"prompt\"`, "[1]": "want an object", `{} {}`: "follows", `{"prompt"`: "ends too early", `{"tokens": 1e3}`: "a number 1e3 is no tokens", "hello": "no prompt in JSON",
	} {
		if code, text := ask(t, "POST", h.URL+"/generate", "", body); code != http.StatusBadRequest || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s; want %s", body, code, text, says)
		}
	}
	if code, text := ask(t, "POST", h.URL+"/predict", "", "{}"); code != http.StatusBadRequest || !strings.Contains(text, "/generate") {
		t.Errorf("predict: %d %s", code, text)
	}
}

// TestTogether: requests that come at the same time each have what they have alone. That
// they share batches is seen in TestGather.
func TestTogether(t *testing.T) {
	m := sold(t)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": m})
	objects, wants := make([]string, 32), make([]model.Prediction, 32)
	for i := range objects {
		objects[i] = fmt.Sprintf(`{"rooms": %d, "city": "Köln", "built": "%d-01-11"}`, i, 1990+i)
		var err error
		if wants[i], err = m.PredictRow(context.Background(), []byte(objects[i])); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range objects {
		all.Go(func() {
			for range 50 {
				code, text := ask(t, "POST", h.URL+"/predict", "", objects[i])
				read[row](t, code, text).is(t, objects[i], wants[i])
			}
		})
	}
	all.Wait()
	_, text := ask(t, "GET", h.URL+"/metrics", "", "")
	if !strings.Contains(text, `descent_rows_total{model="m"} 1600`) {
		t.Error(text)
	}
}

// TestRefuses: what is wrong is named, with its status.
func TestRefuses(t *testing.T) {
	_, h := serving(t, serve.Options{Body: 2000}, map[string]*model.Model{"houses": sold(t), "digits": digits(t)})
	whole := string(pngOf(t, 8, 1))
	for _, tt := range []struct {
		method, path, form, body string
		code                     int
		says                     string
	}{
		{"POST", "/predict", "", "{}", 404, "2 models are served"},
		{"POST", "/predict/house", "", "{}", 404, `did you mean \"houses\"`},
		{"GET", "/predict/houses", "", "", 405, "takes POST, not GET"},
		{"POST", "/models", "", "", 405, "takes GET"},
		{"GET", "/nothing", "", "", 404, "/openapi.json"},
		{"POST", "/predict/houses", "", "", 400, "empty"},
		{"POST", "/predict/houses", "", "{}", 400, `lacks the columns \"rooms\"`},
		{"POST", "/predict/houses", "", `{"rooms": 1`, 400, "no JSON object"},
		{"POST", "/predict/houses", "", `{"rooms": 1, "city": "Bonn", "built": "1999-01-11"} x`, 400, "not one JSON object"},
		{"POST", "/predict/houses", "", `{"rooms": "many", "city": "Bonn", "built": "1999-01-11"}`, 400, `column \"rooms\"`},
		{"POST", "/predict/houses", "", `{"rooms": 1e999, "city": "Bonn", "built": "1999-01-11"}`, 400, `column \"rooms\"`},
		{"POST", "/predict/houses", "", `[{"rooms": 1, "city": "Bonn", "built": "1999-01-11"}, {}]`, 400, "row 1: "},
		{"POST", "/predict/houses", "", `[{"rooms": 1, "city": "Bonn", "built": "1999-01-11"}`, 400, "does not end"},
		{"POST", "/predict/houses", "", `[1, 2]`, 400, "by name"},
		{"POST", "/predict/houses", "", `["a"]`, 400, "numbers and nothing else"},
		{"POST", "/predict/houses", "", "rooms,city\n1,Bonn\n", 400, `\"built\"`},
		{"POST", "/predict/houses", "", "\x1f\x8b\x08\x00", 400, "neither JSON"},
		{"POST", "/predict/houses", "", whole, 400, "takes no images"},
		{"POST", "/predict/digits", "image/png", whole[:40], 400, "truncated"},
		{"POST", "/predict/digits", "", `{"image": "!"}`, 400, "base64"},
		{"POST", "/predict/digits", "", `{"picture": "!"}`, 400, "takes images"},
		{"POST", "/predict/digits", "multipart/form-data", "x", 400, "the form"},
		{"POST", "/predict/digits", "", "[1, 2]", 400, "takes images, not a list"},
		{"POST", "/predict/houses", "", strings.Repeat(" ", 2001), 413, "more than 2000 bytes"},
		{"POST", "/predict/houses", "", `{"rooms": 1, "city": "Bonn", "built": "1999-01-11", "rooms": 2}`, 400, `\"rooms\" twice`},
		{"POST", "/predict/houses", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"rooms\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"rooms\"\r\n\r\n2\r\n--b--\r\n", 400, `\"rooms\" twice`},
		{"POST", "/predict/digits", "multipart/form-data; boundary=b", "--b--\r\n", 400, "form is empty"},
		{"POST", "/predict/houses", "application/x-www-form-urlencoded", "rooms=3&area=5", 400, "one line of text"},
		{"POST", "/predict/houses", "", "null", 400, "one line of text"},
		{"POST", "/predict/houses?intervall=0.9", "", "{}", 400, `did you mean \"interval\"`},
		{"POST", "/generate/houses?tokens=3", "", "{}", 400, `\"tokens\" stands there`},
		{"POST", "/v2/models/houses/infer?interval=0.9", "", "{}", 400, `\"interval\" stands there`},
		{"POST", "/predict/houses", "", `{"rooms": "` + strings.Repeat("ü", 900) + `", "city": "Bonn", "built": "1999-01-11"}`, 400, "leave the cell empty"},
		{"POST", "/predict/houses", "", "{}\n{}", 400, "list of them"},
		{"POST", "/generate/houses", "", "{}", 400, "not trained on a text"},
		{"POST", "/generate", "", "{}", 404, "none of the 2 models that are served goes on with a text: POST /predict"},
		{"POST", "/generate/house", "", "{}", 404, "none of the 2 models"},
	} {
		code, text := ask(t, tt.method, h.URL+tt.path, tt.form, tt.body)
		var e struct{ Error string }
		if err := json.Unmarshal([]byte(text), &e); err != nil || e.Error == "" {
			t.Errorf("%s %s %q: %q is no error: %v", tt.method, tt.path, tt.body, text, err)
		}
		if !strings.HasSuffix(text, "}\n") {
			t.Errorf("%s %s %q: %q ends without a line's end", tt.method, tt.path, tt.body, text)
		}
		if len(text) > 2100 {
			t.Errorf("%s %s: %d bytes of error", tt.method, tt.path, len(text))
		}
		if code != tt.code || !strings.Contains(text, tt.says) || strings.Contains(text, "model: ") {
			t.Errorf("%s %s %q: %d %s; want %d %s", tt.method, tt.path, tt.body, code, text, tt.code, tt.says)
		}
	}
}

// TestMarksAndEncodings: a body may begin with the mark of its encoding, and is not compressed.
func TestMarksAndEncodings(t *testing.T) {
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"houses": sold(t), "verse": text(t)})
	const object, table, mark = `{"rooms": 1, "city": "Bonn", "built": "1999-01-11"}`, "rooms,city,built\n1,Köln,1999-01-11\n2,Ulm,1999-02-11\n", "\ufeff"
	wide := func(order binary.AppendByteOrder, text string) string {
		var b []byte
		for _, unit := range utf16.Encode([]rune(mark + text)) {
			b = order.AppendUint16(b, unit)
		}
		return string(b)
	}
	for _, row := range []struct{ path, plain, marked string }{
		{"/predict/houses", object, mark + object},
		{"/predict/houses", "[" + object + "]", mark + " [" + object + "]"},
		{"/predict/houses", table, mark + table},
		{"/predict/houses", table, wide(binary.LittleEndian, table)},
		{"/predict/houses", table, wide(binary.BigEndian, table)},
		{"/generate/verse", `{"tokens": 5}`, mark + `{"tokens": 5}`},
		{"/v2/models/houses/infer", `{"inputs": [{"name": "rooms", "shape": [1], "datatype": "FP64", "data": [1]}, {"name": "city", "shape": [1], "datatype": "BYTES", "data": ["Bonn"]}, {"name": "built", "shape": [1], "datatype": "BYTES", "data": ["1999-01-11"]}]}`, ""},
	} {
		if row.marked == "" {
			row.marked = mark + row.plain
		}
		code, want := ask(t, "POST", h.URL+row.path, "", row.plain)
		if got, text := ask(t, "POST", h.URL+row.path, "", row.marked); code != 200 || got != 200 || text != want {
			t.Errorf("%s %q: %d %s; want %d %s", row.path, row.marked, got, text, code, want)
		}
	}
	for _, encoding := range []string{"gzip", "br", "identity"} {
		code, text := askWith(t, "POST", h.URL+"/predict/houses", object, "Content-Encoding", encoding)
		if whole := encoding == "identity"; whole != (code == 200) || !whole && (code != 415 || !strings.Contains(text, encoding)) {
			t.Errorf("%s: %d %s", encoding, code, text)
		}
	}
}

// TestToken: without the token nothing is said of models.
func TestToken(t *testing.T) {
	_, h := serving(t, serve.Options{Token: "a long secret"}, map[string]*model.Model{"m": numbers(t)})
	for path, open := range map[string]bool{"/": true, "/v2/health/live": true, "/v2/health/ready": true, "/models": false, "/metrics": false, "/openapi.json": false, "/v2": false, "/v2/models/m": false, "/nothing": false} {
		if code, text := ask(t, "GET", h.URL+path, "", ""); open != (code == 200) || !open && code != 401 {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	for header, want := range map[string]int{"Bearer a long secret": 200, "bearer a long secret": 200, "Bearer a long secre": 401, "Bearer a long secret ": 401, "Basic a long secret": 401, "a long secret": 401} {
		r := httptest.NewRequest("GET", "/models", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		h.Config.Handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
}

// TestSlowBody: a body that does not come is 408, and the rest of the server goes on.
func TestSlowBody(t *testing.T) {
	_, h := serving(t, serve.Options{Time: time.Second}, map[string]*model.Model{"m": numbers(t)})
	c, err := net.Dial("tcp", h.Listener.Addr().String()) // a client of net/http waits for the end of its own body
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n[1,")
	answer, err := io.ReadAll(c)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 408") || !strings.Contains(string(answer), "Connection: close") {
		t.Errorf("%v %s", err, answer)
	}
	code, text := ask(t, "POST", h.URL+"/predict", "", "[1,2]")
	read[row](t, code, text)
}

// TestBodyNobodyReads: a request that is refused, or whose body says nothing, holds its
// connection no longer than another.
func TestBodyNobodyReads(t *testing.T) {
	_, h := serving(t, serve.Options{Time: time.Second, Token: "a long secret"}, map[string]*model.Model{"m": numbers(t)})
	for request, status := range map[string]string{"POST /predict": "401", "POST /v2/health/live": "405", "GET /v2/health/live": "200", "POST /nothing": "401"} {
		t.Run(request, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", h.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[1", request)
			if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 "+status) {
				t.Errorf("%v %s", err, answer)
			}
		})
	}
}

// TestPaths: each path has one series of metrics.
func TestPaths(t *testing.T) {
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": numbers(t)})
	for _, path := range []string{"/", "/nothing", "/models", "/models/m", "/metrics"} {
		ask(t, "GET", h.URL+path, "", "")
	}
	_, text := ask(t, "GET", h.URL+"/metrics", "", "")
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		series, _, _ := strings.Cut(line, " ")
		if seen[series] && line[0] != '#' {
			t.Errorf("%s comes twice", series)
		}
		seen[series] = true
	}
	for _, series := range []string{`descent_requests_total{path="/",code="200"}`, `descent_requests_total{path="other",code="404"}`} {
		if !seen[series] {
			t.Errorf("no %s in %s", series, text)
		}
	}
}
