package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestTensorboard(t *testing.T) {
	_, out := trained(t, "--tensorboard")
	files, err := filepath.Glob(filepath.Join(out, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("event files are %q: %v", files, err)
	}
	contains(t, readFile(t, files[0]), "brain.Event:2", "update/loss", "epoch/val_accuracy", "weights/1.dense.weight", "activations/1.dense")
}

// TestServe follows a run from its first page to its end.
func TestServe(t *testing.T) {
	reader, writer := io.Pipe()
	out := filepath.Join(t.TempDir(), "run")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan int, 1)
	go func() {
		line := []string{"train", "--model", "mlp:64", "--epochs", "5000", "--out", out, "--live", "--ui", "plain"}
		done <- Run(ctx, line, strings.NewReader(""), io.Discard, writer)
		writer.Close()
	}()
	url := ""
	lines := bufio.NewScanner(reader)
	for url == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "page      "); ok {
			url, _, _ = strings.Cut(rest, " ")
		}
	}
	go io.Copy(io.Discard, reader)
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("the page is at %q", url)
	}
	get := func(path, host string) (int, *bufio.Scanner) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Body.Close() })
		body := bufio.NewScanner(r.Body)
		body.Buffer(nil, 1<<26)
		return r.StatusCode, body
	}
	if code, _ := get("", "rebound.example"); code != http.StatusForbidden {
		t.Errorf("a request under another name is answered with %d", code)
	}
	_, events := get("events", "")
	said, n := "", 0
	for events.Scan() {
		line := events.Text()
		if strings.HasPrefix(line, "data: {") {
			said = line
			if n++; n == 2 {
				stop()
			}
		}
		if line == "event: end" {
			break
		}
	}
	if n < 3 || !strings.Contains(said, `"value":"interrupted"`) || !strings.Contains(said, `"Loss of each update"`) {
		t.Errorf("%d events; the last is %.300s", n, said)
	}
	if code := <-done; code != exitInterrupted {
		t.Errorf("exit %d", code)
	}
}

// TestServedAddresses: one that cannot be meant is refused at once.
func TestServedAddresses(t *testing.T) {
	for addr, want := range map[string]string{":8080": "every network", "here": "no address", "99999": "no address"} {
		line := append(append([]string{}, small...), "--serve="+addr, "--out", filepath.Join(t.TempDir(), "run"))
		contains(t, command(t, line...).want(t, exitUsage).stderr, want)
	}
}
