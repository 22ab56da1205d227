// Package serve answers by trained models over HTTP: rows, tables and images become
// predictions, and prompts become texts.
//
//	s := serve.New(serve.Options{})
//	err := s.Set("houses", m)
//	err = http.ListenAndServe("127.0.0.1:8080", s)
//
//	$ curl -d '{"rooms":3,"area":520,"city":"Bonn"}' http://127.0.0.1:8080/predict
//
// A [Server] is an [http.Handler] with these paths, which it describes at /openapi.json:
//
//	POST /predict, /predict/NAME      a row or rows in JSON, a table as CSV, images; see [Server]
//	POST /generate, /generate/NAME    a prompt, gone on with token by token
//	GET  /models, /models/NAME        what is served: columns, classes, layers
//	GET  /v2, POST /v2/models/NAME/infer and its kin   the Open Inference Protocol, version 2
//	GET  /metrics                     for Prometheus
//	GET  /                            a page to try a model
//
// NAME may be left out where there is a single model.
package serve

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"descent/internal/suggest"
	"descent/model"
)

// Options say how a [Server] answers. The zero value is ready to use.
type Options struct {
	Token string        // that a request has to bear, as in "Authorization: Bearer TOKEN"; empty: none is asked for
	Body  int64         // bytes of a request at most; 0: 32 MiB
	Queue int           // requests that are answered or wait for it at most; 0: 1024
	Time  time.Duration // for the body to come, for a prediction to begin, and for the answer to be read; 0: 30 s
	Log   *slog.Logger  // each request at level debug, models as info, faults as error; nil: nothing
}

// Server is an [http.Handler] that answers by models. It is safe for concurrent use.
//
// A body of /predict is recognized by its Content-Type and by how it begins:
//
//	{"age": 39, ...}             a row with values by the names of columns
//	[{...}, {...}]               rows; of numbers as [[1, 2], [3, 4]] for samples without an encoder
//	age,city,...                 a table as CSV, with a header
//	the bytes of an image        PNG, JPEG or GIF
//	multipart/form-data          images, each a file; or the columns of a row, by the names of fields
//
// A row is answered by an object, rows by a list of objects: "prediction", and
// "probabilities" of classes and labels; with ?interval=0.9 "lower" and "upper" of numbers,
// as [model.Model.Intervals] gives them. A series is continued, an object a step.
//
// Predictions are those of [model.Model.PredictRows] to the bit, whatever else is asked at
// the same time. Requests that come together share a batch; one that comes alone waits for
// nothing.
//
// A fault is {"error": "..."}. Its status is 400 for what the model cannot take, 401 without
// the token, 404, 405, 408 where the body was too slow, 413 where it was too large, 415 where it is compressed; 429 where
// the queue is full, or bodies and answers are held of 32 times the bytes of one, and 503 where a prediction did not begin in time, both with Retry-After.
type Server struct {
	options Options
	mux     *http.ServeMux
	metrics metrics
	writers chan struct{} // slots of texts that are generated
	readers chan struct{} // of images that are decoded: a few bytes may become hundreds of MiB
	held    atomic.Int64  // bytes of bodies and of answers
	ending  atomic.Bool

	mu     sync.Mutex // held by who changes models
	models atomic.Pointer[[]*served]
}

// served is a model under its name.
type served struct {
	name    string
	now     atomic.Pointer[version]
	batches *histogram // rows of each
	rows    atomic.Int64
	file    atomic.Pointer[file] // nil: it comes from memory

	reloads, refused atomic.Int64 // of the file
}

// New returns a server without models.
func New(o Options) *Server {
	o.Body = cmp.Or(o.Body, 32<<20)
	o.Queue = cmp.Or(o.Queue, 1024)
	o.Time = cmp.Or(o.Time, 30*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o, mux: http.NewServeMux(), writers: make(chan struct{}, runtime.GOMAXPROCS(0)), readers: make(chan struct{}, runtime.GOMAXPROCS(0))}
	s.models.Store(new([]*served))
	s.metrics.began = time.Now()
	for _, name := range []string{"/predict", "/predict/{model}"} {
		s.handle(http.MethodPost, name, s.predict)
	}
	for _, name := range []string{"/generate", "/generate/{model}"} {
		s.handle(http.MethodPost, name, s.generate)
	}
	s.handle(http.MethodGet, "/models", s.list)
	s.handle(http.MethodGet, "/models/{model}", s.describe)
	s.handleProtocol()
	s.handle(http.MethodGet, "/openapi.json", s.openAPI)
	s.handle(http.MethodGet, "/metrics", s.showMetrics)
	s.handle(http.MethodGet, "/{$}", page)
	s.handle("", "/", func(_ http.ResponseWriter, r *http.Request) error {
		return refused(http.StatusNotFound, "there is nothing at %s; /openapi.json says what there is", r.URL.Path)
	})
	return s
}

// Set serves a model under a name, in place of the one that had it. What it takes to
// predict is compiled before; requests that are being answered end with the model that
// they began with. A file that had the name is watched no longer.
func (s *Server) Set(name string, m *model.Model) error { return s.set(name, m, nil, false) }

// set serves a model of a file, nil for one from memory. One that was read again takes its
// place only where the name is still that file's.
func (s *Server) set(name string, m *model.Model, f *file, again bool) error {
	if name == "" || strings.Contains(name, "/") {
		return fmt.Errorf("serve: %q is no name of a model; want one without /", name)
	}
	v, err := newVersion(m)
	if err != nil {
		return fmt.Errorf("serve: model %s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := *s.models.Load()
	i := slices.IndexFunc(list, func(e *served) bool { return e.name == name })
	if again && (i < 0 || list[i].file.Load() != f) {
		return nil
	}
	if i < 0 {
		e := &served{name: name, batches: newHistogram(1, 2, 4, 8, 16, 32, 64, 256)}
		list = append(slices.Clone(list), e)
		i = len(list) - 1
	}
	v.queue.of = list[i]
	list[i].file.Store(f)
	before := list[i].now.Swap(v)
	s.models.Store(&list)
	s.options.Log.Info("model", "name", name, "version", v.id, "task", v.task(), "parameters", m.Parameters())
	if before != nil && (before.about.Kind != v.about.Kind || before.task() != v.task()) {
		s.options.Log.Warn("the model is of another kind than the one before", "name", name, "kind", v.about.Kind, "task", v.task(), "before", before.about.Kind+", "+before.task())
	}
	return nil
}

// End says that the server is about to end: from now on it is not ready, so that new
// requests go elsewhere, and goes on to answer those that come.
func (s *Server) End() { s.ending.Store(true) }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// open are the paths that take no token: probes of health, and the page, which asks for it.
var open = []string{"/{$}", "/v2/health/live", "/v2/health/ready"}

// handle has a path answered. Other methods are refused; "" takes all.
func (s *Server) handle(method, path string, answer func(http.ResponseWriter, *http.Request) error) {
	e := s.metrics.endpoint(path)
	guarded := s.options.Token != "" && !slices.Contains(open, path)
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(began.Add(s.options.Time)) // net/http waits for a body even where nobody reads it; not every writer has one
		_ = control.SetWriteDeadline(began.Add(2 * s.options.Time))
		err := error(nil)
		switch {
		case guarded && !s.bears(r):
			w.Header().Set("WWW-Authenticate", "Bearer")
			err = refused(http.StatusUnauthorized, "the request does not bear the token of this server, as in Authorization: Bearer TOKEN")
		case method != "" && r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead):
			w.Header().Set("Allow", method)
			err = refused(http.StatusMethodNotAllowed, "%s takes %s, not %s", r.URL.Path, method, r.Method)
		default:
			err = answer(w, r)
		}
		code := http.StatusOK
		if err != nil {
			code = s.refuse(w, r, err)
		}
		if errors.Is(err, http.ErrAbortHandler) {
			defer panic(http.ErrAbortHandler) // so that what was sent does not look whole
		}
		took := time.Since(began)
		e.note(code, took)
		if s.options.Log.Enabled(r.Context(), slog.LevelDebug) {
			s.options.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", code, "seconds", took.Seconds(), "from", r.RemoteAddr)
		}
	})
}

// bears reports whether a request has the token.
func (s *Server) bears(r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(kind, "Bearer") && subtle.ConstantTimeCompare([]byte(token), []byte(s.options.Token)) == 1
}

// fault is an error with its status.
type fault struct {
	status int
	error
}

func (f *fault) Unwrap() error { return f.error }

func refused(status int, format string, args ...any) error {
	return &fault{status, fmt.Errorf(format, args...)}
}

// bad is a fault of who asks.
func bad(err error) error { return &fault{http.StatusBadRequest, errors.New(plain(err))} }

// within says where a fault of who asks is.
func within(err error, format string, args ...any) error {
	if f := (*fault)(nil); errors.As(err, &f) && f.status == http.StatusBadRequest {
		return refused(f.status, "%s: %w", fmt.Sprintf(format, args...), f.error)
	}
	return err
}

// refuse answers with an error, and returns its status. What has no status is a fault of
// the server.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) int {
	f := &fault{http.StatusInternalServerError, err}
	errors.As(err, &f)
	switch f.status {
	case statusGone:
		return f.status
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		w.Header().Set("Connection", "close") // the rest of the body is not read
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	case http.StatusInternalServerError:
		s.options.Log.Error("request", "method", r.Method, "path", r.URL.Path, "error", err)
		if errors.Is(err, http.ErrAbortHandler) {
			return f.status
		}
	}
	out := append([]byte(`{"error":`), quoted(shortened(plain(err)))...)
	s.send(w, f.status, append(out, '}', '\n'))
	return f.status
}

// plain is the text of an error for who asks, without the packages that it begins with.
func plain(err error) string {
	text := err.Error()
	for {
		rest := strings.TrimPrefix(strings.TrimPrefix(text, "model: "), "data: ")
		if rest == text {
			return text
		}
		text = rest
	}
}

// mostSaid is how many bytes of an error are said.
const mostSaid = 2000

// shortened is a text without its middle where it is long, as one that quotes a value.
func shortened(text string) string {
	if len(text) <= mostSaid {
		return text
	}
	return strings.ToValidUTF8(text[:mostSaid/2], "") + " ... " + strings.ToValidUTF8(text[len(text)-mostSaid/2:], "")
}

// onlyParameters refuses parameters of a query that nothing reads.
func onlyParameters(r *http.Request, known ...string) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return bad(err)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case len(known) == 0:
			return refused(http.StatusBadRequest, "%s takes no parameters behind ?, and %q stands there", r.URL.Path, name)
		case !slices.Contains(known, name):
			return bad(suggest.Unknown("parameter", name, known))
		case len(query[name]) > 1:
			return refused(http.StatusBadRequest, "the parameter %q is given twice", name)
		}
	}
	return nil
}

// send sends JSON. What took long to answer has as long to be written as what did not.
func (s *Server) send(w http.ResponseWriter, status int, body []byte) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(2 * s.options.Time)) // net/http reads what is left of the body first
	h := w.Header()
	h["Content-Type"] = jsonType
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails where nobody is left to read it
}

var jsonType = []string{"application/json"}

// find returns the model that a request names, one of those that do what it asks for, if
// that is said.
func (s *Server) find(r *http.Request, does *deed) (*served, error) {
	list := *s.models.Load()
	name := r.PathValue("model")
	if name == "" && len(list) == 1 {
		return list[0], nil
	}
	var names []string
	for _, e := range list {
		if e.name == name {
			return e, nil
		}
		if does == nil || does.by(e.now.Load()) {
			names = append(names, e.name)
		}
	}
	switch {
	case len(list) == 0:
		return nil, refused(http.StatusNotFound, "no model is served")
	case len(names) == 0:
		return nil, refused(http.StatusNotFound, "none of the %d models that are served %s: POST %s", len(list), does.says, does.other)
	case name == "" && len(names) < len(list):
		return nil, refused(http.StatusNotFound, "name a model that %s, behind %s/: %s", does.says, r.URL.Path, strings.Join(names, ", "))
	case name == "":
		return nil, refused(http.StatusNotFound, "%d models are served, by their names behind %s/: %s", len(list), r.URL.Path, strings.Join(names, ", "))
	}
	return nil, &fault{http.StatusNotFound, suggest.Unknown("model", name, names)}
}

// deed is what some models do and others do not.
type deed struct {
	by          func(v *version) bool
	says, other string // and where the others are asked
}

var (
	predicts  = &deed{func(v *version) bool { return !v.spec.Encoder.OfText() }, "predicts rows", "/generate"}
	generates = &deed{func(v *version) bool { return v.spec.Encoder.OfText() }, "goes on with a text", "/predict"}
)

// enter lets a request in, unless too many are being answered.
func (s *Server) enter() error {
	if s.metrics.inside.Add(1) > int64(s.options.Queue) {
		s.metrics.inside.Add(-1)
		return refused(http.StatusTooManyRequests, "%d requests are being answered or wait for it; come back later", s.options.Queue)
	}
	return nil
}

// wait takes a slot, which the caller gives back, while the client waits and until then.
func wait(slots chan struct{}, ctx context.Context, until time.Time) error {
	select {
	case slots <- struct{}{}:
		return nil
	default:
	}
	late := time.NewTimer(time.Until(until))
	defer late.Stop()
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
	case <-late.C:
	}
	return gone(ctx, time.Time{})
}

// gone reports whether nobody waits for an answer any more.
func gone(ctx context.Context, until time.Time) error {
	switch {
	case ctx.Err() != nil:
		return refused(statusGone, "the client has gone")
	case time.Now().After(until):
		return refused(http.StatusServiceUnavailable, "the prediction did not begin in time; come back later")
	}
	return nil
}

// statusGone stands in logs and metrics for requests whose client did not wait for the
// answer, as some proxies write it.
const statusGone = 499
