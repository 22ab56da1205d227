package serve_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"descent/model"
	"descent/serve"
)

// TestWatch: a file that changes is taken without losing a request, and one that cannot
// be read leaves the model before in its place.
func TestWatch(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "m.safetensors")
	first := numbers(t)
	second := first.Copy()
	for _, values := range second.Weights() {
		values[0]++
	}
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	s, h := serving(t, serve.Options{}, nil)
	if err := s.Open("m", path, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { s.Watch(ctx, time.Millisecond) })
	var asked atomic.Int64
	for range 4 {
		all.Go(func() {
			for ctx.Err() == nil {
				if code, text := ask(t, "POST", h.URL+"/predict", "", "[1,2]"); code != 200 {
					t.Errorf("%d %s", code, text)
				}
				asked.Add(1)
			}
		})
	}
	until := func(what string) {
		t.Helper()
		for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
			if _, text := ask(t, "GET", h.URL+"/metrics", "", ""); strings.Contains(text, what) {
				return
			}
		}
		t.Fatalf("never %s", what)
	}
	if err := second.Save(path); err != nil {
		t.Fatal(err)
	}
	until(`version="` + second.SHA256()[:12] + `"`)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".part", whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		t.Fatal(err)
	}
	until(`result="refused"} 1`)
	until(`version="` + second.SHA256()[:12] + `"`)
	os.Remove(path)
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	until(`version="` + first.SHA256()[:12] + `"`)
	if asked.Load() == 0 {
		t.Error("nothing was asked")
	}
}

// TestOpenRefuses a file that is not there, and a name that no path can have.
func TestOpenRefuses(t *testing.T) {
	s := serve.New(serve.Options{})
	if err := s.Open("m", filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a file that is not there is served")
	}
	if err := s.Set("a/b", numbers(t)); err == nil || !strings.Contains(err.Error(), "without /") {
		t.Error(err)
	}
}

// TestSetEndsWatch: a model from memory stays where its name had a file, whatever becomes of that.
func TestSetEndsWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	first := numbers(t)
	second := first.Copy()
	for _, values := range second.Weights() {
		values[0]++
	}
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	s, h := serving(t, serve.Options{}, nil)
	var reading atomic.Bool
	begun, end := make(chan bool), make(chan bool)
	load := func(path string) (*model.Model, error) {
		if reading.Load() {
			begun <- true
			<-end
		}
		return model.Load(path)
	}
	if err := s.Open("m", path, load); err != nil {
		t.Fatal(err)
	}
	reading.Store(true)
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { s.Watch(ctx, time.Millisecond) })
	<-begun // the file is read again while the name gets another model
	if err := s.Set("m", second); err != nil {
		t.Fatal(err)
	}
	end <- true
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	if _, text := ask(t, "GET", h.URL+"/v2/models/m", "", ""); !strings.Contains(text, second.SHA256()[:12]) {
		t.Error(text)
	}
}
