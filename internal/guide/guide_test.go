package guide

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

var update = flag.Bool("update", false, "write the page anew")

func TestFresh(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the pictures were drawn on amd64; elsewhere a compiler may round otherwise, and a walk that overshoots goes another way")
	}
	files, err := Files("../../optim")
	if err != nil {
		t.Fatal(err)
	}
	fresh(t, files)
}

func TestMetricsFresh(t *testing.T) {
	page, err := Metrics("../../metric")
	if err != nil {
		t.Fatal(err)
	}
	fresh(t, map[string][]byte{MetricsFile: page})
}

// fresh asks that the files in docs are those, or with -update writes them.
func fresh(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, want := range files {
		path := filepath.Join("../../docs", name)
		if *update {
			if err := os.WriteFile(path, want, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, want) {
			t.Errorf("docs/%s is not what the packages say now; go test ./internal/guide -update writes it anew", name)
		}
	}
}
