package report

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Live serves a page that still changes: the page itself at /, and at /events
// newer data for it as server-sent events.
type Live struct {
	build func() (Page, error)
	mux   http.ServeMux
	done  chan struct{}
	slots chan struct{} // of browsers that wait for newer data

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
}

// mostBrowsers bounds what building pages takes from training.
const mostBrowsers = 16

// writeTime is how long a browser may take to read what it is sent.
const writeTime = 30 * time.Second

// NewLive returns a page that build makes, whenever a browser waits for it. A
// build takes at most a twentieth of the time, and is made at most once a
// second for each browser.
func NewLive(build func() (Page, error)) *Live {
	l := &Live{build: build, done: make(chan struct{}), slots: make(chan struct{}, mostBrowsers), changed: make(chan struct{})}
	l.mux.HandleFunc("GET /{$}", l.page)
	l.mux.HandleFunc("GET /events", l.events)
	return l
}

// ServeHTTP implements [http.Handler].
func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limitTime(w, r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	l.mux.ServeHTTP(w, r)
}

// limitTime bounds how long a browser may take to read the answer, and to send
// what nobody waits for.
func limitTime(w http.ResponseWriter, r *http.Request) {
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(writeTime)) // not every writer has one
	if r.ContentLength != 0 {
		_ = c.SetReadDeadline(time.Now().Add(writeTime))
	}
}

// Changed says that there is something newer to show.
func (l *Live) Changed() {
	l.mu.Lock()
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
}

// End sends every browser the last state, and ends its connection. It is called
// once.
func (l *Live) End() { close(l.done) }

func (l *Live) wait() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

func (l *Live) page(w http.ResponseWriter, _ *http.Request) {
	page, err := l.build()
	if err == nil {
		var data []byte
		if data, err = page.data(); err == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = writeFrame(w, page.Title, data, "events") // fails if the browser has gone
			return
		}
	}
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

func (l *Live) events(w http.ResponseWriter, r *http.Request) {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	default:
		http.Error(w, "too many browsers watch this run", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for last := false; ; {
		changed := l.wait()
		began := time.Now()
		page, err := l.build()
		limitTime(w, r)
		if err == nil {
			err = writeEvent(w, page)
		}
		if last {
			fmt.Fprint(w, "event: end\ndata:\n\n")
		}
		if err != nil || out.Flush() != nil || last {
			return
		}
		l.until(r, changed)
		l.until(r, after(max(time.Second, 20*time.Since(began))))
		select {
		case <-r.Context().Done():
			return
		case <-l.done:
			last = true
		default:
		}
	}
}

// until waits for a change, the end, or the browser to go.
func (l *Live) until(r *http.Request, change <-chan struct{}) {
	select {
	case <-change:
	case <-l.done:
	case <-r.Context().Done():
	}
}

// after is closed when a time has passed.
func after(d time.Duration) <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(d, func() { close(c) })
	return c
}

// writeEvent sends a page; its JSON is one line.
func writeEvent(w http.ResponseWriter, page Page) error {
	data, err := page.data()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "data: %s\n\n", data)
	return err
}
