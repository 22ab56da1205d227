package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/data"
)

// content is a file of 200,000 bytes that do not repeat.
func content() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < 200_000; i++ {
		fmt.Fprintf(&b, "%d,", i)
	}
	return b.Bytes()[:200_000]
}

func pinned(name string, content []byte, urls ...string) File {
	sum := sha256.Sum256(content)
	return File{Name: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), URLs: urls}
}

// mirror serves content at any path as behave says, and keeps the ranges that
// were asked for.
type mirror struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string
}

func (m *mirror) asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.ranges...)
}

func newMirror(t *testing.T, behave func(w http.ResponseWriter, r *http.Request, n int)) *mirror {
	t.Helper()
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		n := len(m.ranges)
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		m.mu.Unlock()
		behave(w, r, n)
	}))
	t.Cleanup(m.Close)
	return m
}

func serve(file []byte) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
	}
}

// breakOff sends some bytes of what was asked for and closes the connection.
func breakOff(file []byte, most int) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		start := 0
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start)
		w.Header().Set("Content-Length", fmt.Sprint(len(file)-start))
		if start > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(file)-1, len(file)))
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(file[start:min(len(file), start+most)])
	}
}

func TestGet(t *testing.T) {
	file := content()
	wrong := bytes.ToUpper(append([]byte("x"), file[1:]...))
	for _, test := range []struct {
		name    string
		before  []byte // already downloaded
		mirrors []func(http.ResponseWriter, *http.Request, int)
		ranges  [][]string // of each mirror
		want    string     // of the error
		is      error
	}{
		{"plain", nil, list(serve(file)), [][]string{{""}}, "", nil},
		{"resumed", file[:70_000], list(serve(file)), [][]string{{"bytes=70000-"}}, "", nil},
		{"whole already", file, list(serve(file)), [][]string{nil}, "", nil},
		{"more than whole", append(bytes.Clone(file), 'x'), list(serve(file)), [][]string{{""}}, "", nil},
		{"resumed from other bytes", wrong[:100], list(serve(file)), [][]string{{"bytes=100-", ""}}, "", nil},
		{"broken off and resumed", nil, list(breakOff(file, 90_000)), [][]string{{"", "bytes=90000-", "bytes=180000-"}}, "", nil},
		{"broken off, next mirror goes on", nil, list(func(w http.ResponseWriter, r *http.Request, n int) {
			if n > 0 {
				http.Error(w, "gone", http.StatusGone)
				return
			}
			breakOff(file, 50_000)(w, r, n)
		}, serve(file)), [][]string{{"", "bytes=50000-"}, {"bytes=50000-"}}, "", nil},
		{"no ranges", file[:70_000], list(func(w http.ResponseWriter, _ *http.Request, _ int) { w.Write(file) }), [][]string{{"bytes=70000-"}}, "", nil},
		{"other range", file[:70_000], list(func(w http.ResponseWriter, r *http.Request, n int) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(file)-1, len(file)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(file)
		}, serve(file)), [][]string{{"bytes=70000-"}, {""}}, "", nil},
		{"not found, next mirror", nil, list(http404, serve(file)), [][]string{{""}, {""}}, "", nil},
		{"wrong file, next mirror", nil, list(serve(wrong), serve(file)), [][]string{{""}, {""}}, "", nil},
		{"wrong file", nil, list(serve(wrong)), [][]string{{""}}, "the checksum differs: SHA-256 is", ErrChecksum},
		{"longer file", nil, list(serve(append(bytes.Clone(file), 'x'))), [][]string{{""}}, "more than the 200000 bytes", ErrChecksum},
		{"short page", nil, list(serve([]byte("sorry"))), nil, "no mirror gave the file", nil},
		{"not found", nil, list(http404, http404), [][]string{{""}, {""}}, "the mirror answers 404 Not Found", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "sets", "name")
			var servers []*mirror
			f := pinned("file.gz", file)
			for _, behave := range test.mirrors {
				m := newMirror(t, behave)
				servers = append(servers, m)
				f.URLs = append(f.URLs, m.URL+"/file.gz")
			}
			if test.before != nil {
				put(t, filepath.Join(dir+".part", "file.gz.part"), test.before)
			}
			last := Progress{}
			set := Set{Name: "name", Files: []File{f}}
			err := Get(context.Background(), set, dir, Options{Progress: func(p Progress) { last = p }})
			for i, want := range test.ranges {
				if got := servers[i].asked(); !reflect.DeepEqual(got, want) {
					t.Errorf("mirror %d was asked for %q, want %q", i, got, want)
				}
			}
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), f.URLs[0]) || test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				if _, err := os.Stat(dir); err == nil || set.Present(dir) {
					t.Error("the folder is there after an error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "file.gz")); err != nil || !bytes.Equal(got, file) {
				t.Errorf("the file differs: %v", err)
			}
			if names := listing(t, filepath.Dir(dir)); !reflect.DeepEqual(names, []string{"name", "name/file.gz"}) {
				t.Errorf("there is %q", names)
			}
			if test.name == "plain" && last != (Progress{"file.gz", 200_000, 200_000}) {
				t.Errorf("progress ends at %+v", last)
			}
			if err := Get(context.Background(), set, dir, Options{Offline: true}); err != nil {
				t.Errorf("again, offline: %v", err)
			}
		})
	}
}

func list(behave ...func(http.ResponseWriter, *http.Request, int)) []func(http.ResponseWriter, *http.Request, int) {
	return behave
}

func http404(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		if name, _ := filepath.Rel(dir, path); name != "." {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNoServer(t *testing.T) {
	m := newMirror(t, serve(nil))
	m.Close()
	err := Get(context.Background(), Set{Name: "name", Files: []File{pinned("f", content(), m.URL)}}, filepath.Join(t.TempDir(), "d"), Options{})
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v", err)
	}
}

func TestOffline(t *testing.T) {
	m := newMirror(t, serve(content()))
	dir := filepath.Join(t.TempDir(), "d")
	err := Get(context.Background(), Set{Name: "name", Files: []File{pinned("f", content(), m.URL)}}, dir, Options{Offline: true})
	if !errors.Is(err, ErrOffline) || len(m.asked()) > 0 || len(listing(t, filepath.Dir(dir))) > 0 {
		t.Errorf("error %v, requests %q", err, m.asked())
	}
}

func TestDiskErrors(t *testing.T) {
	m := newMirror(t, serve(content()))
	set := Set{Name: "name", Files: []File{pinned("f", content(), m.URL, m.URL)}}
	root := t.TempDir()
	put(t, filepath.Join(root, "plain"), []byte("a file"))
	put(t, filepath.Join(root, "other", "something"), nil)
	put(t, filepath.Join(root, "blocked.part", "f.part", "x"), nil)
	for _, test := range []struct{ name, dir, want string }{
		{"below a file", "plain/d", "not a directory"},
		{"a file", "plain", "does not hold the set; remove it"},
		{"another folder", "other", "does not hold the set; remove it"},
		{"no file can be written", "blocked", "is a directory"},
	} {
		err := Get(context.Background(), set, filepath.Join(root, test.dir), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if n := len(m.asked()); n > 1 {
		t.Errorf("%d requests; a disk that fails is no reason to try the next mirror", n)
	}
}

func TestCancelAndStall(t *testing.T) {
	file := content()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	hang := func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		w.Write(file[:60_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	silent := newMirror(t, hang)
	dir := filepath.Join(t.TempDir(), "d")
	set := Set{Name: "name", Files: []File{pinned("f", file, silent.URL)}}
	err := Get(ctx, set, dir, Options{Progress: func(p Progress) {
		if p.Done == 60_000 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if n := sizeOf(filepath.Join(dir+".part", "f.part")); n != 60_000 {
		t.Errorf("%d bytes are kept", n)
	}
	var notes []string
	good := newMirror(t, serve(file))
	set.Files[0].URLs = append([]string{newMirror(t, func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() }).URL}, good.URL)
	opt := Options{Stall: time.Second, Note: func(m string) { notes = append(notes, m) }}
	if err := Get(context.Background(), set, dir, opt); err != nil {
		t.Error(err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], errStalled.Error()) || !reflect.DeepEqual(good.asked(), []string{"bytes=60000-"}) {
		t.Errorf("notes %q, requests %q", notes, good.asked())
	}
}

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range []string{"set/README", "set/a.bin", "../../b.bin", "again/a.bin"} {
		text, ok := files[name]
		if !ok {
			continue
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	members := []Member{{"a.bin", 3}, {"b.bin", 2}}
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"whole", map[string]string{"set/README": "me", "set/a.bin": "aaa", "../../b.bin": "bb"}, ""},
		{"missing", map[string]string{"set/a.bin": "aaa"}, "the archive has no b.bin"},
		{"other size", map[string]string{"set/a.bin": "aaaa", "../../b.bin": "bb"}, "has 4 bytes in the archive; want one of 3"},
		{"twice", map[string]string{"set/a.bin": "aaa", "again/a.bin": "aaa", "../../b.bin": "bb"}, "want one of 3"},
	} {
		file := archive(t, test.files)
		m := newMirror(t, serve(file))
		root := t.TempDir()
		set := Set{Name: "name", Files: []File{pinned("set.tar.gz", file, m.URL)}, Archive: true, Members: members}
		err := Get(context.Background(), set, filepath.Join(root, "d"), Options{})
		if test.want != "" {
			if err == nil || !strings.Contains(err.Error(), test.want) || set.Present(filepath.Join(root, "d")) {
				t.Errorf("%s: %v, want %q", test.name, err, test.want)
			}
			continue
		}
		if got := listing(t, root); err != nil || !reflect.DeepEqual(got, []string{"d", "d/a.bin", "d/b.bin"}) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

func TestSets(t *testing.T) {
	if got, want := Names(), data.FetchedNames(); !reflect.DeepEqual(got, want) {
		t.Errorf("names %q; package data knows %q", got, want)
	}
	if _, err := Lookup("mnits"); err == nil || !strings.Contains(err.Error(), `did you mean "mnist"?`) {
		t.Errorf("error %v", err)
	}
	for _, name := range Names() {
		s, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Archive != (len(s.Members) > 0) || len(s.Files) == 0 || s.About == "" || s.Archive && len(s.Files) != 1 {
			t.Errorf("%+v", s)
		}
		for _, f := range s.Files {
			if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != sha256.Size || f.Size <= 0 || len(f.URLs) == 0 {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// The pinned sums are those of the public files, where these are there.
func TestSumsOfPublicFiles(t *testing.T) {
	root := os.Getenv("DESCENT_TESTDATA")
	for _, name := range []string{"mnist", "fashion-mnist"} {
		s, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		if root == "" || !s.Present(filepath.Join(root, name)) {
			t.Skip("DESCENT_TESTDATA names no folder that holds", name)
		}
		for _, f := range s.Files {
			if sum, err := sumOf(filepath.Join(root, name, f.Name)); err != nil || sum != f.SHA256 {
				t.Errorf("%s: %s, %v", f.Name, sum, err)
			}
		}
	}
}
