package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"descent/dist"
	"descent/internal/runs"
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

// leaves is the context of a rank that is asked to leave after a while, on that of a group.
func leaves(t testing.TB, asked int, after time.Duration) func(rank int) context.Context {
	return func(rank int) context.Context {
		if rank != asked {
			return context.Background()
		}
		ctx, stop := context.WithDeadlineCause(context.Background(), time.Now().Add(after), Signal{syscall.SIGTERM})
		t.Cleanup(stop)
		return ctx
	}
}

// TestGroupLeaves: a signal to any rank has all save and leave, and the run goes on with
// any number of ranks, or none, to the same bits.
func TestGroupLeaves(t *testing.T) {
	long := []string{"--epochs", "300"}
	want := sha(t, append(long, "--micro-batch", "8")...)
	for asked := range 3 {
		out := filepath.Join(t.TempDir(), "run")
		args := append(append(append([]string{}, small...), long...), "--json", "--out", out, "--resume", "auto")
		r := inGroup(t, 3, leaves(t, asked, time.Second), args...).want(t, exitAgain)
		contains(t, r.stderr, "interrupted", "mpirun -np 3 descent-mpi train --resume "+out)
		if asked == 0 {
			r = command(t, args...)
		} else {
			r = inGroup(t, asked, nil, args...)
		}
		r.want(t, exitDone)
		contains(t, r.stdout, want)
	}
}

// TestGroupDeals: trials of a sweep and of a comparison have the same results, whichever
// rank makes them.
func TestGroupDeals(t *testing.T) {
	file := write(t, "sweep.yaml", smallSweep)
	for _, args := range [][]string{
		{"sweep", file},
		{"compare", "--optimizers", "adam,momentum", "--seeds", "2", "--epochs", "2", "--model", "mlp:8"},
	} {
		out := filepath.Join(t.TempDir(), "alone")
		line := func(out string) []string {
			return append(append([]string{}, args...), "--ui", "none", "--json", "--out", out)
		}
		want := plainTrials(t, parsed(t, command(t, line(out)...)), out)
		for n := 1; n <= 3; n++ {
			out := filepath.Join(t.TempDir(), "group")
			r := inGroup(t, n, nil, line(out)...)
			if got := plainTrials(t, parsed(t, r), out); !slices.Equal(got, want) {
				t.Errorf("%s on %d ranks: %v, alone %v", args[0], n, got, want)
			}
		}
	}
}

// plainTrials is what trials showed, and each of them, but for times and places.
func plainTrials(t testing.TB, sum map[string]any, out string) (list []string) {
	t.Helper()
	plain := func(v map[string]any) {
		timeless(v)
		delete(v, "config")
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	plain(sum)
	for line := range strings.Lines(read(t, filepath.Join(out, runs.TrialsFile))) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		plain(v)
	}
	slices.Sort(list)
	return list
}
