package serve_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/model"
	"descent/nn"
	"descent/serve"
)

// writing begins texts that are gone on with until the test ends, each as soon as the
// machine lets it.
func writing(t *testing.T, url string, n int) {
	t.Helper()
	for n > 0 {
		answer, err := http.Post(url+"/generate/verses", "", strings.NewReader(`{"tokens": 100000}`))
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == http.StatusServiceUnavailable {
			answer.Body.Close()
			continue
		}
		n--
		if answer.StatusCode != http.StatusOK {
			t.Fatal(answer.Status)
		}
		go func() { _, _ = io.Copy(io.Discard, answer.Body) }()
		t.Cleanup(func() { answer.Body.Close() })
	}
}

// TestFull: where the queue is full a request is told to come back.
func TestFull(t *testing.T) {
	_, h := serving(t, serve.Options{Queue: 1}, map[string]*model.Model{"verses": text(t), "m": numbers(t)})
	writing(t, h.URL, 1)
	answer, err := http.Post(h.URL+"/predict/m", "", strings.NewReader("[1,2]"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Error(answer.Status, answer.Header)
	}
}

// TestLate: a text that cannot begin in time is refused, and those before go on.
func TestLate(t *testing.T) {
	_, h := serving(t, serve.Options{Time: 300 * time.Millisecond}, map[string]*model.Model{"verses": text(t)})
	writing(t, h.URL, runtime.GOMAXPROCS(0))
	answer, err := http.Post(h.URL+"/generate", "", strings.NewReader(`{"tokens": 1}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Error(answer.Status, answer.Header)
	}
}

// FuzzBody: whatever a body is, it is answered, or refused as the client's fault.
func FuzzBody(f *testing.F) {
	s := serve.New(serve.Options{})
	for name, m := range map[string]*model.Model{"houses": sold(f), "digits": digits(f), "numbers": numbers(f), "verses": text(f)} {
		if err := s.Set(name, m); err != nil {
			f.Fatal(err)
		}
	}
	paths := []string{"/predict/houses", "/predict/digits", "/predict/numbers", "/generate/verses", "/v2/models/houses/infer", "/v2/models/digits/infer", "/v2/models/numbers/infer"}
	for i, body := range []string{
		`{"rooms": 1, "city": "Bonn", "built": "1999-01-11"}`, "rooms,city,built\n1,Bonn,1999-01-11\n", `[{"rooms": 1}, 1]`, string(pngOf(f, 8, 1)), "[[1,2],[3,4]]", "[1,2]", `{"prompt": "the", "tokens": 3}`,
		`{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}`, `{"inputs": [{"name": "image", "shape": [1, 1, 1], "datatype": "UINT8", "data": [[[1]]]}]}`,
		"--b\r\nContent-Disposition: form-data; name=\"rooms\"\r\n\r\n1\r\n--b--\r\n",
	} {
		f.Add(uint8(i), []string{"", "multipart/form-data; boundary=b", "text/csv"}[i%3], body)
	}
	f.Fuzz(func(t *testing.T, path uint8, form, body string) {
		r := httptest.NewRequest("POST", paths[int(path)%len(paths)], strings.NewReader(body))
		r.Header.Set("Content-Type", form)
		if strings.Contains(body, "tokens") && len(body) > 60 {
			return // texts that take long
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 {
			t.Fatalf("%s %q: %d %s", r.URL.Path, body, w.Code, w.Body)
		}
	})
}

// waiting is a body of spaces that ends when its channel is closed.
type waiting struct {
	left  int
	begun *sync.WaitGroup
	end   chan bool
}

func (w *waiting) Read(p []byte) (int, error) {
	n := min(len(p), w.left)
	for i := range p[:n] {
		p[i] = ' '
	}
	if w.left -= n; n > 0 {
		return n, nil
	}
	w.begun.Done()
	<-w.end
	return 0, io.EOF
}

// TestBodies: bodies that are held at once are bounded in all, and given back.
func TestBodies(t *testing.T) {
	s, _ := serving(t, serve.Options{Body: 1000}, map[string]*model.Model{"m": numbers(t)})
	post := func(body io.Reader) int {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("POST", "/predict", body))
		return w.Code
	}
	var begun, all sync.WaitGroup
	end := make(chan bool)
	begun.Add(32)
	for range 32 {
		all.Go(func() { post(&waiting{1000, &begun, end}) })
	}
	begun.Wait()
	if code := post(strings.NewReader("[1,2]")); code != http.StatusTooManyRequests {
		t.Errorf("beyond what is held: %d", code)
	}
	close(end)
	all.Wait()
	if code := post(strings.NewReader("[1,2]")); code != http.StatusOK {
		t.Errorf("afterwards: %d", code)
	}
}

// TestAnswers: what a table is answered with is bounded as bodies are, and given back.
func TestAnswers(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,kind\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,%c\n", i%10, 'a'+i%5)
	}
	m := trained(t, nn.Dense{Units: 5}, table(t, b.String(), "kind"), 1)
	_, h := serving(t, serve.Options{Body: 2000}, map[string]*model.Model{"m": m})
	for range 50 {
		if code, text := ask(t, "POST", h.URL+"/predict", "", "x\n"+strings.Repeat("1\n", 900)); code != http.StatusRequestEntityTooLarge || !strings.Contains(text, "send fewer rows") {
			t.Fatalf("900 rows: %d %s", code, text)
		}
		if code, text := ask(t, "POST", h.URL+"/predict", "", "x\n"+strings.Repeat("1\n", 200)); code != http.StatusOK {
			t.Fatalf("200 rows: %d %s", code, text)
		}
		if code, text := ask(t, "POST", h.URL+"/predict", "", `[{"x": 1}, {"x": 2}]`); code != http.StatusOK {
			t.Fatalf("two rows: %d %s", code, text)
		}
	}
}
