package serve

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"descent/model"
)

// call is what answering a request takes. Calls are used again.
type call struct {
	server  *Server
	version *version
	room    int64   // bytes that the answer may take
	level   float64 // of intervals; 0: none

	body         []byte
	samples      []float32
	pending      int // rows in samples
	rows         int // that were predicted
	names        []string
	job          job
	lower, upper []float64
	out          []byte
}

var calls = sync.Pool{New: func() any { return &call{job: job{woken: make(chan bool, 1)}} }}

// mostKept is how many bytes of a buffer are kept for other requests.
const mostKept = 1 << 20

// bodies is how many of the largest bodies are held at once; smaller ones may be more.
const bodies = 32

// begin prepares the answer to a request: its model, its body and its place. [Server.end]
// gives them back.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, does *deed) (c *call, err error) {
	_, v, err := s.findVersion(r, does)
	if err != nil {
		return nil, err
	}
	c = calls.Get().(*call)
	c.samples, c.pending, c.rows, c.names, c.level = c.samples[:0], 0, 0, nil, 0
	c.lower, c.upper, c.out = nil, nil, c.out[:0]
	c.job.values, c.job.err = c.job.values[:0], nil
	if c.body, err = s.read(w, r, c.body[:0]); err == nil {
		if err = s.enter(); err == nil {
			c.server, c.version = s, v
			c.job.ctx, c.job.until = r.Context(), time.Now().Add(s.options.Time)
			return c, nil
		}
	}
	s.keep(c)
	return nil, err
}

// end ends the answer to a request.
func (s *Server) end(c *call) {
	s.metrics.inside.Add(-1)
	s.keep(c)
}

// keep keeps the call for other requests.
func (s *Server) keep(c *call) {
	s.held.Add(-int64(len(c.body)) - c.room)
	c.room, c.server, c.version, c.job.ctx, c.job.alone = 0, nil, nil, nil, nil
	if cap(c.body)+4*cap(c.samples)+8*cap(c.job.values)+cap(c.out) <= mostKept {
		calls.Put(c)
	}
}

// read reads the body of a request in time. What it claims of its length takes no memory.
func (s *Server) read(w http.ResponseWriter, r *http.Request, body []byte) ([]byte, error) {
	if how := r.Header.Get("Content-Encoding"); how != "" && !strings.EqualFold(how, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return body, refused(http.StatusUnsupportedMediaType, "the body has Content-Encoding %q; send it as it is", how)
	}
	tooLarge := refused(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", s.options.Body)
	if r.ContentLength > s.options.Body {
		return body, tooLarge
	}
	for {
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		held := s.held.Add(int64(n))
		switch {
		case int64(len(body)) > s.options.Body:
			return body, tooLarge
		case held > bodies*s.options.Body:
			return body, refused(http.StatusTooManyRequests, "the bodies of requests that are answered have more than %d bytes in all; come back later", bodies*s.options.Body)
		case errors.Is(err, io.EOF):
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
			return body, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return body, refused(http.StatusRequestTimeout, "the body did not come within %v", s.options.Time)
		case err != nil:
			return body, refused(http.StatusBadRequest, "the body: %w", err)
		}
	}
}

// interval reads the level that a request asks intervals for.
func (c *call) interval(text string) (err error) {
	if text == "" {
		return nil
	}
	if c.level, err = strconv.ParseFloat(text, 64); err != nil {
		return refused(http.StatusBadRequest, "interval=%s is no number; want a share between 0 and 1, such as 0.9", text)
	}
	m := c.version.model
	if m.Residuals() == nil {
		return refused(http.StatusBadRequest, "interval: the model has no intervals; it predicts no numbers, or was saved without how far off it is")
	}
	if _, err := m.Residuals().Margin(0, c.level); err != nil {
		return bad(err)
	}
	return nil
}

// add adds a row, and predicts when there are enough of them.
func (c *call) add(row any, name string) error {
	if err := c.encode(row); err != nil {
		return err
	}
	c.pending++
	if name != "" || c.names != nil {
		c.names = append(c.names, name)
	}
	if c.pending == c.version.part {
		return c.predict()
	}
	return nil
}

// encode appends the sample of a row.
func (c *call) encode(row any) (err error) {
	if c.version.about.Image != nil {
		if err := wait(c.server.readers, c.job.ctx, c.job.until); err != nil {
			return err
		}
		defer func() { <-c.server.readers }()
	}
	if c.samples, err = c.version.model.AppendSample(c.samples, row); err != nil {
		return bad(err)
	}
	return nil
}

// answers makes room for what is said of so many rows, which may be hundreds of times what
// they take themselves.
func (c *call) answers(rows int) error {
	more := int64(rows) * c.version.said
	if c.level > 0 {
		more *= 3
	}
	c.room += more
	held, most := c.server.held.Add(more), bodies*c.server.options.Body
	switch {
	case c.room > most:
		return refused(http.StatusRequestEntityTooLarge, "the answer would have more than %d bytes; send fewer rows at once", most)
	case held > most:
		return refused(http.StatusTooManyRequests, "requests that are answered hold more than %d bytes in all; come back later", most)
	}
	return nil
}

// predict predicts the rows that were added.
func (c *call) predict() error {
	if c.pending == 0 {
		return nil
	}
	if err := c.answers(c.pending); err != nil {
		return err
	}
	if c.level > 0 {
		c.job.alone = func() error {
			intervals, err := c.version.model.SampleIntervals(c.samples, c.level)
			for _, i := range intervals {
				c.note(i)
			}
			return err
		}
	}
	c.job.samples, c.job.rows = c.samples, c.pending
	if c.version.queue.predict(&c.job); c.job.err != nil {
		return c.job.err
	}
	c.rows += c.pending
	c.samples, c.pending = c.samples[:0], 0
	return nil
}

// note takes the prediction of a row.
func (c *call) note(i model.Interval) {
	c.job.values = append(c.job.values, i.Values...)
	c.lower, c.upper = append(c.lower, i.Lower...), append(c.upper, i.Upper...)
}

// row returns what was predicted for a row.
func (c *call) row(i int) model.Interval {
	wide := len(c.job.values) / c.rows
	cut := func(values []float64) []float64 {
		if len(values) == 0 {
			return nil
		}
		return values[i*wide : (i+1)*wide]
	}
	return model.Interval{Values: cut(c.job.values), Lower: cut(c.lower), Upper: cut(c.upper)}
}
