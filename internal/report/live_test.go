package report_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"descent/internal/report"
)

func TestLive(t *testing.T) {
	var state atomic.Int32
	live := report.NewLive(func() (report.Page, error) {
		return report.Page{Title: fmt.Sprintf("state %d", state.Load())}, nil
	})
	server := httptest.NewServer(live)
	defer server.Close()
	get := func(path string) *http.Response {
		t.Helper()
		r, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Body.Close() })
		return r
	}
	if r := get("/other"); r.StatusCode != http.StatusNotFound {
		t.Errorf("/other is answered with %s", r.Status)
	}
	page := bufio.NewReader(get("/").Body)
	var html strings.Builder
	if _, err := page.WriteTo(&html); err != nil {
		t.Fatal(err)
	}
	if document(t, html.String())["title"] != "state 0" || !strings.Contains(html.String(), `data-events="events"`) || !strings.Contains(html.String(), "connect-src 'self'") {
		t.Error("the page does not ask for events")
	}
	events := bufio.NewScanner(get("/events").Body)
	next := func() string {
		t.Helper()
		for events.Scan() {
			if events.Text() != "" {
				return events.Text()
			}
		}
		t.Fatalf("the events end: %v", events.Err())
		return ""
	}
	if line := next(); !strings.Contains(line, "state 0") {
		t.Errorf("the first event is %s", line)
	}
	state.Store(1)
	live.Changed()
	if line := next(); !strings.Contains(line, "state 1") {
		t.Errorf("the second event is %s", line)
	}
	state.Store(2)
	live.End()
	if line := next(); !strings.Contains(line, "state 2") {
		t.Errorf("the last event is %s", line)
	}
	if line := next(); line != "event: end" {
		t.Errorf("the end is %s", line)
	}
}

func TestLivePageThatCannotBeBuilt(t *testing.T) {
	live := report.NewLive(func() (report.Page, error) { return report.Page{}, errors.New("no such run") })
	w := httptest.NewRecorder()
	live.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "no such run") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestLiveIsBounded: the browsers that watch are limited, and one that goes makes
// room.
func TestLiveIsBounded(t *testing.T) {
	live := report.NewLive(func() (report.Page, error) { return report.Page{Title: "run"}, nil })
	server := httptest.NewServer(live)
	defer server.Close()
	watch := func() *http.Response {
		t.Helper()
		r, err := http.Get(server.URL + "/events")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var watching []*http.Response
	for {
		r := watch()
		if r.StatusCode != http.StatusOK {
			r.Body.Close()
			break
		}
		if watching = append(watching, r); len(watching) > 100 {
			t.Fatal("more than 100 browsers are served")
		}
	}
	if r, err := http.Get(server.URL + "/"); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the page itself is not served: %v", err)
	}
	watching[0].Body.Close()
	live.Changed() // it is noticed at the next event, if not before
	for room := false; !room; {
		r := watch()
		room = r.StatusCode == http.StatusOK
		defer r.Body.Close()
	}
	for _, r := range watching[1:] {
		r.Body.Close()
	}
	live.End()
}
