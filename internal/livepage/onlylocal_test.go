package livepage

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestOnlyLocal: a page elsewhere has a browser ask for nothing.
func TestOnlyLocal(t *testing.T) {
	h := OnlyLocal(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, tt := range []struct {
		method, host, header, value string
		code                        int
	}{
		{"POST", "127.0.0.1:8080", "", "", 200},
		{"POST", "localhost:8080", "Sec-Fetch-Site", "same-origin", 200},
		{"POST", "[::1]:8080", "Origin", "http://[::1]:8080", 200},
		{"GET", "localhost", "Sec-Fetch-Site", "none", 200},
		{"GET", "example.org", "", "", 403},
		{"POST", "127.0.0.1:8080", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", "127.0.0.1:8080", "Origin", "https://example.org", 403},
		{"POST", "127.0.0.1:8080", "Origin", "null", 403},
	} {
		r := httptest.NewRequest(tt.method, "http://"+tt.host+"/predict", strings.NewReader("[1]"))
		if tt.header != "" {
			r.Header.Set(tt.header, tt.value)
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != tt.code || tt.code == 403 && (!strings.HasPrefix(w.Body.String(), `{"error":`) || w.Header().Get("Content-Type") != "application/json") {
			t.Errorf("%v: %d %s", tt, w.Code, w.Body)
		}
	}
}
