package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/dist"
)

// inGroup runs a command line as a group of n, and returns what rank 0 left.
func inGroup(t testing.TB, n int, ctx func(rank int) context.Context, args ...string) result {
	t.Helper()
	results := make([]result, n)
	var all sync.WaitGroup
	for rank, g := range dist.Local(n) {
		all.Go(func() {
			c := context.Background()
			if ctx != nil {
				c = ctx(rank)
			}
			var out, messages bytes.Buffer
			code := RunIn(c, g, args, strings.NewReader(""), &out, &messages)
			results[rank] = result{code, out.String(), messages.String()}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(5 * time.Minute):
		t.Fatal("a member hangs")
	}
	for rank, r := range results[1:] {
		if r.code != results[0].code || r.stdout != "" || r.code == exitDone && r.stderr != "" {
			t.Errorf("rank %d exits with %d, rank 0 with %d; it prints %q and says %q", rank+1, r.code, results[0].code, r.stdout, r.stderr)
		}
	}
	return results[0]
}

// groupRun is what "train --json" prints in a group, and the run folder.
func groupRun(t testing.TB, n int, args ...string) (map[string]any, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "run")
	r := inGroup(t, n, nil, append(append(append([]string{}, small...), "--json", "--out", out), args...)...).want(t, exitDone)
	var sum map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatalf("stdout is no JSON object: %v\n%s", err, r.stdout)
	}
	return sum, out
}

// TestGroup: ranks train to the bits of one process with the same micro-batch.
func TestGroup(t *testing.T) {
	table := write(t, "flowers.csv", flowers(150))
	for _, args := range [][]string{
		{},
		{"--data", table, "--target", "kind", "--patience", "2", "--schedule", "plateau"},
		{"--data", table, "--target", "kind", "--bag", "2"},
	} {
		want := sha(t, append(args, "--micro-batch", "shared")...)
		for n := 1; n <= 4; n++ {
			sum, _ := groupRun(t, n, args...)
			if got := sum["weights_sha256"]; got != want {
				t.Errorf("%q in a group of %d: weights %v, alone %s", args, n, got, want)
			}
		}
	}
}
