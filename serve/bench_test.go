package serve_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"descent/serve"
)

// nowhere is a writer that keeps nothing.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkPredict is a row of JSON, without net/http.
func BenchmarkPredict(b *testing.B) {
	s := serve.New(serve.Options{})
	if err := s.Set("m", sold(b)); err != nil {
		b.Fatal(err)
	}
	body := strings.NewReader("")
	r, err := http.NewRequest("POST", "/predict", io.NopCloser(body))
	if err != nil {
		b.Fatal(err)
	}
	w := nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(`{"rooms": 3, "city": "Bonn", "built": "1999-01-11"}`)
		s.ServeHTTP(w, r)
	}
}
