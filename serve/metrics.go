package serve

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"descent/model"
)

// metrics are what /metrics shows beside what models count.
type metrics struct {
	began     time.Time
	inside    atomic.Int64 // requests that were let in
	endpoints []*endpoint
}

// endpoint counts the requests of a path.
type endpoint struct {
	path    string
	codes   [600]atomic.Int64
	seconds *histogram
}

func (m *metrics) endpoint(path string) *endpoint {
	switch path {
	case "/{$}":
		path = "/"
	case "/":
		path = "other" // whatever nothing else answers
	}
	e := &endpoint{path: path, seconds: newHistogram(25e-6, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)}
	m.endpoints = append(m.endpoints, e)
	return e
}

func (e *endpoint) note(code int, took time.Duration) {
	e.codes[code].Add(1)
	e.seconds.observe(took.Seconds())
}

// histogram counts values up to each of some bounds. It is safe for concurrent use.
type histogram struct {
	bounds []float64
	counts []atomic.Int64 // the last is of what is above all bounds
	sum    atomic.Uint64  // bits of a float64
}

func newHistogram(bounds ...float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]atomic.Int64, len(bounds)+1)}
}

func (h *histogram) observe(v float64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	for {
		old := h.sum.Load()
		if h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

// metricsPage is a page of metrics in the text format of Prometheus, version 0.0.4.
type metricsPage struct{ bytes.Buffer }

// head begins the samples of a metric.
func (p *metricsPage) head(name, kind, help string) {
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// put writes a sample; labels are names and values.
func (p *metricsPage) put(name string, v float64, labels ...string) {
	p.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		p.WriteByte("{,"[min(i, 1)])
		p.WriteString(labels[i] + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		p.WriteByte('}')
	}
	p.WriteString(" " + strconv.FormatFloat(v, 'g', -1, 64) + "\n")
}

func (p *metricsPage) histogram(name string, h *histogram, label, value string) {
	n := int64(0)
	for i := range h.counts {
		n += h.counts[i].Load()
		bound := "+Inf"
		if i < len(h.bounds) {
			bound = strconv.FormatFloat(h.bounds[i], 'g', -1, 64)
		}
		p.put(name+"_bucket", float64(n), label, value, "le", bound)
	}
	p.put(name+"_sum", math.Float64frombits(h.sum.Load()), label, value)
	p.put(name+"_count", float64(n), label, value)
}

// showMetrics answers GET /metrics.
func (s *Server) showMetrics(w http.ResponseWriter, _ *http.Request) error {
	p, m := &metricsPage{}, &s.metrics
	p.head("descent_requests_total", "counter", "Requests by path and status.")
	for _, e := range m.endpoints {
		for code := range e.codes {
			if n := e.codes[code].Load(); n > 0 {
				p.put("descent_requests_total", float64(n), "path", e.path, "code", strconv.Itoa(code))
			}
		}
	}
	p.head("descent_request_seconds", "histogram", "Seconds from the head of a request to the end of its answer.")
	for _, e := range m.endpoints {
		if e.seconds.sum.Load() != 0 {
			p.histogram("descent_request_seconds", e.seconds, "path", e.path)
		}
	}
	p.head("descent_queue_requests", "gauge", "Requests that are answered or wait for it.")
	p.put("descent_queue_requests", float64(m.inside.Load()))
	models := *s.models.Load()
	p.head("descent_batch_rows", "histogram", "Rows of requests that were predicted at once.")
	for _, e := range models {
		p.histogram("descent_batch_rows", e.batches, "model", e.name)
	}
	p.head("descent_rows_total", "counter", "Rows that were predicted.")
	for _, e := range models {
		p.put("descent_rows_total", float64(e.rows.Load()), "model", e.name)
	}
	p.head("descent_reloads_total", "counter", "Changes of the file of a model, by whether it was taken.")
	for _, e := range models {
		p.put("descent_reloads_total", float64(e.reloads.Load()), "model", e.name, "result", "taken")
		p.put("descent_reloads_total", float64(e.refused.Load()), "model", e.name, "result", "refused")
	}
	p.head("descent_model_info", "gauge", "What is served; always 1.")
	for _, e := range models {
		v := e.now.Load()
		p.put("descent_model_info", 1, "model", e.name, "version", v.id, "task", v.task(), "descent", model.Version())
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	p.head("go_goroutines", "gauge", "Goroutines.")
	p.put("go_goroutines", float64(runtime.NumGoroutine()))
	p.head("go_memstats_heap_alloc_bytes", "gauge", "Bytes in use on the heap.")
	p.put("go_memstats_heap_alloc_bytes", float64(memory.HeapAlloc))
	p.head("process_start_time_seconds", "gauge", "When the server began, in seconds since 1970.")
	p.put("process_start_time_seconds", float64(m.began.UnixMilli())/1000)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(p.Bytes())
	return nil
}
