package serve_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"descent/model"
	"descent/serve"
)

// TestSoak: under good requests and bad ones, slow clients and files that change, all
// faults are the client's and memory stays flat. DESCENT_SOAK says how long, as in 10m.
func TestSoak(t *testing.T) {
	long := 10 * time.Second
	if testing.Short() {
		long = time.Second
	}
	if text := os.Getenv("DESCENT_SOAK"); text != "" {
		var err error
		if long, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	first, verses := sold(t), text(t)
	second := first.Copy()
	for _, values := range second.Weights() {
		values[0]++
	}
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	s, h := serving(t, serve.Options{Body: 1 << 16, Time: time.Second}, map[string]*model.Model{"verses": verses})
	if err := s.Open("houses", path, nil); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	var all sync.WaitGroup
	var count atomic.Int64
	repeat := func(do func(i int)) {
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				do(i)
				count.Add(1)
			}
		})
	}
	object := func(i int) string { return fmt.Sprintf(`{"rooms": %d, "city": "Bonn", "built": "1999-01-11"}`, i%9) }
	want := func(code int, path, body string) {
		got, text := ask(t, "POST", h.URL+path, "", body)
		if got != code && got != http.StatusServiceUnavailable && got != http.StatusRequestTimeout { // on a machine that does much else
			t.Errorf("%s %.60s: %d %s; want %d", path, body, got, text, code)
		}
	}
	for range 4 {
		repeat(func(i int) { want(200, "/predict/houses", object(i)) })
	}
	repeat(func(i int) {
		want(200, "/predict/houses", "["+strings.TrimSuffix(strings.Repeat(object(i)+",", 1+i%300), ",")+"]")
	})
	repeat(func(i int) { want(200, "/predict/houses", housesText(1+i%300, "sold")) })
	repeat(func(i int) { want(200, "/generate/verses", `{"tokens": 20}`) })
	repeat(func(i int) {
		bad := []string{"", "{", "[", `{"rooms": 1}`, `[{}]`, "a,b\n1", "\xff", `{"rooms": {}, "city": 1, "built": ""}`, strings.Repeat("[", 5000)}
		want(400, "/predict/houses", bad[i%len(bad)])
		want(413, "/predict/houses", strings.Repeat(" ", 1<<16+1))
		want(404, "/predict/none", "{}")
	})
	repeat(func(i int) { // slow ones, and those that go away
		c, err := net.Dial("tcp", h.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /predict/houses HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n{\"rooms\":", []int{100, 60000, 1 << 40}[i%3])
		if i%2 == 0 {
			return
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		answer, err := io.ReadAll(c)
		if text := string(answer); err != nil || !strings.HasPrefix(text, "HTTP/1.1 408") && !strings.HasPrefix(text, "HTTP/1.1 413") {
			t.Errorf("a slow client: %v, %.100s", err, answer)
		}
	})
	repeat(func(i int) {
		m := first
		if i%2 == 0 {
			m = second
		}
		if err := m.Save(path); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond)
	})
	all.Go(func() { s.Watch(ctx, 10*time.Millisecond) })
	heap := func() float64 { // beside what requests under way and a model that is being read take
		least := math.Inf(1)
		for range 20 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			least = min(least, float64(m.HeapAlloc)/1e6)
			time.Sleep(long / 200)
		}
		return least
	}
	time.Sleep(long / 4)
	early := heap()
	time.Sleep(long / 2)
	late := heap()
	all.Wait()
	_, text := ask(t, "GET", h.URL+"/metrics", "", "")
	if strings.Contains(text, `code="500"`) {
		t.Error(text)
	}
	if late > 1.5*early+8 {
		t.Errorf("the heap grew from %.1f to %.1f MB", early, late)
	}
	http.DefaultClient.CloseIdleConnections()
	t.Logf("%d requests in %v; heap %.1f MB, later %.1f MB; %d goroutines", count.Load(), time.Since(began).Round(time.Millisecond), early, late, runtime.NumGoroutine())
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "descent_reloads") || strings.HasPrefix(line, "descent_requests") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
