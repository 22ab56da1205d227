package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
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

// TestGroup: whatever is trained, ranks do it to the bits of one process with the same
// micro-batch.
func TestGroup(t *testing.T) {
	if sum, _ := groupRun(t, 1); sum["weights_sha256"] != sha(t, "--micro-batch", "8") {
		t.Error("a group of one trains something else")
	}
	table, numbers, text := write(t, "flowers.csv", flowers(150)), write(t, "houses.csv", houses(120)), verses(t)
	_, before := trained(t, "--data", table, "--target", "kind")
	gpt := []string{"--data", text, "--model", "gpt:layers=1,heads=2,width=16,context=8", "--steps", "12"}
	for _, row := range []struct {
		name string
		args []string
		most int // ranks, from 2 on
	}{
		{"digits", nil, 4},
		{"table", []string{"--data", table, "--target", "kind", "--patience", "2", "--schedule", "plateau", "--clip-norm", "1"}, 4},
		{"network to be chosen", []string{"--data", table, "--target", "kind", "--model", "auto"}, 2},
		{"network of tables", []string{"--data", numbers, "--target", "price,rent", "--model", "table", "--loss", "mae"}, 2},
		{"images", append(onAll(pictures(t)), "--epochs", "2"), 2},
		{"text", gpt, 2},
		{"lines by length", append(gpt, "--lines", "--order", "length"), 3},
		{"forecast", []string{"--data", write(t, "days.csv", days(200)), "--task", "forecast", "--window", "28", "--horizon", "7", "--model", "mixer"}, 2},
		{"bag", []string{"--data", table, "--target", "kind", "--bag", "2"}, 3},
		{"best", []string{"--data", table, "--target", "kind", "--best", "--bag", "2", "--tries", "3", "--budget", "off"}, 2},
		{"from another", []string{"--data", table, "--target", "kind", "--init-from", before, "--freeze", "1.*"}, 2},
		{"recipe", []string{"--recipe", "mnist-fast", "--data", "digits", "--model", "mlp:16", "--augment", "none", "--split", "80/20/0"}, 2},
		{"all rows at once", []string{"--optimizer", "lbfgs", "--micro-batch", "200"}, 3},
		{"micro-batches that do not divide", []string{"--batch", "37", "--micro-batch", "5", "--sam", "0.05", "--average", "ema:0.9"}, 3},
		{"what is not finite", []string{"--optimizer", "sgd", "--lr", "20", "--on-nonfinite", "rewind", "--data", numbers, "--target", "price"}, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			alone := row.args
			if !slices.Contains(row.args, "--micro-batch") {
				alone = append(slices.Clone(row.args), "--micro-batch", "shared")
			}
			want := sha(t, alone...)
			for n := 2; n <= row.most; n++ {
				sum, _ := groupRun(t, n, row.args...)
				if got := sum["weights_sha256"]; got != want {
					t.Errorf("in a group of %d: weights %v, alone %s", n, got, want)
				}
			}
		})
	}
}

// TestGroupFindsRates: a range test of ranks is that of one process.
func TestGroupFindsRates(t *testing.T) {
	line := func() []string {
		return []string{"lr-find", "--model", "mlp:16", "--json", "--out", filepath.Join(t.TempDir(), "found")}
	}
	want := parsed(t, command(t, append(line(), "--micro-batch", "shared")...))
	for n := 1; n <= 3; n++ {
		got := parsed(t, inGroup(t, n, nil, line()...))
		if !reflect.DeepEqual(got["points"], want["points"]) {
			t.Errorf("%d ranks: %v, want %v", n, got["points"], want["points"])
		}
		if next, _ := got["command"].(string); !strings.HasPrefix(next, fmt.Sprintf("mpirun -np %d descent-mpi train ", n)) {
			t.Errorf("%d ranks: next is %s", n, next)
		}
	}
}

// TestGroupFails: what ends a command of one process ends it alike on all ranks, and rank 0
// says why.
func TestGroupFails(t *testing.T) {
	table := write(t, "flowers.csv", flowers(60))
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, `did you mean "--epochs"`, []string{"train", "--epoch", "3"}},
		{exitUsage, "learning_rate", []string{"train", "--lr", "-1"}},
		{exitUsage, `unknown command "predict" for "descent-mpi"`, []string{"predict", "run", "digits"}},
		{exitFailed, "nothing.csv", []string{"train", "--data", "nothing.csv", "--target", "kind"}},
		{exitFailed, "training diverged", []string{"train", "--optimizer", "sgd", "--lr", "90000", "--model", "mlp:8", "--ui", "none"}},
		{exitDone, "", []string{"version"}},
		{exitDone, "", []string{"train", "--data", table, "--target", "kind", "--print-config", "--model", "linear"}},
		{exitDone, "", []string{"train", "--help"}},
	} {
		for n := 1; n <= 3; n += 2 {
			r := inGroup(t, n, nil, row.args...).want(t, row.code)
			contains(t, r.stderr, row.want)
			if r.code != exitDone {
				contains(t, r.stderr, "descent-mpi: ")
			}
		}
	}
}

// TestGroupBudget: rank 0 decides when the time for the best is over, and what was tried can
// be repeated.
func TestGroupBudget(t *testing.T) {
	table := write(t, "flowers.csv", flowers(150))
	sum, out := groupRun(t, 2, "--data", table, "--target", "kind", "--best", "--bag", "2", "--budget", "1s", "--batch", "32")
	again := sha(t, "--config", filepath.Join(out, runs.ConfigFile), "--epochs", "2", "--model", "mlp:16")
	if again != sum["weights_sha256"] {
		t.Errorf("repeated alone: weights %s, of the group %v", again, sum["weights_sha256"])
	}
}

// leaves is the context of a rank that is asked to leave once a file has grown, on that of a
// group.
func leaves(t testing.TB, asked int, pattern string) func(rank int) context.Context {
	return func(rank int) context.Context {
		if rank != asked {
			return context.Background()
		}
		ctx, stop := context.WithCancelCause(context.Background())
		t.Cleanup(func() { stop(nil) })
		go func() {
			for ctx.Err() == nil {
				time.Sleep(5 * time.Millisecond)
				found, _ := filepath.Glob(pattern)
				for _, path := range found {
					if info, err := os.Stat(path); err == nil && info.Size() > 100 {
						stop(Signal{syscall.SIGTERM})
					}
				}
			}
		}()
		return ctx
	}
}

// TestGroupLeaves: a signal to any rank has all save and leave, and the run goes on with
// any number of ranks, or none, to the same bits.
func TestGroupLeaves(t *testing.T) {
	long := []string{"--epochs", "60"}
	want := sha(t, append(long, "--micro-batch", "8")...)
	for asked := range 3 {
		out := filepath.Join(t.TempDir(), "run")
		args := append(append(append([]string{}, small...), long...), "--json", "--out", out, "--resume", "auto")
		r := inGroup(t, 3, leaves(t, asked, filepath.Join(out, runs.MetricsFile)), args...).want(t, exitAgain)
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

// TestGroupLeavesTrials: so with a bag, and a sweep.
func TestGroupLeavesTrials(t *testing.T) {
	t.Run("bag", func(t *testing.T) {
		args := []string{"--bag", "2", "--epochs", "40"}
		want := sha(t, append(args, "--micro-batch", "8")...)
		out := filepath.Join(t.TempDir(), "run")
		args = append(append(append([]string{}, small...), args...), "--json", "--out", out, "--resume", "auto")
		inGroup(t, 2, leaves(t, 1, filepath.Join(out, "member-*", runs.MetricsFile)), args...).want(t, exitAgain)
		contains(t, inGroup(t, 2, nil, args...).want(t, exitDone).stdout, want)
	})
	t.Run("sweep", func(t *testing.T) {
		line := func(out string, args ...string) []string {
			return append([]string{"sweep", "--ui", "none", "--json", "--epochs", "30", "--resume", "auto", "--out", out}, args...)
		}
		file := write(t, "sweep.yaml", smallSweep)
		alone, out := filepath.Join(t.TempDir(), "alone"), filepath.Join(t.TempDir(), "group")
		want := plainTrials(t, parsed(t, command(t, line(alone, file)...)), alone)
		r := inGroup(t, 2, leaves(t, 1, filepath.Join(out, runs.TrialsFile)), line(out, file)...).want(t, exitAgain)
		contains(t, r.stderr, "mpirun -np 2 descent-mpi sweep --resume "+out)
		r = inGroup(t, 2, nil, line(out, file)...)
		if got := plainTrials(t, parsed(t, r), out); !slices.Equal(got, want) {
			t.Errorf("resumed: %v, alone %v", got, want)
		}
	})
}

// TestGroupDeals: trials of a sweep and of a comparison have the same results, whichever
// rank makes them.
func TestGroupDeals(t *testing.T) {
	file, table := write(t, "sweep.yaml", smallSweep), write(t, "flowers.csv", flowers(150))
	for _, args := range [][]string{
		{"sweep", file},
		{"compare", "--optimizers", "adam,momentum", "--seeds", "2", "--epochs", "2", "--model", "mlp:8"},
		{"compare", "--optimizers", "adam,momentum", "--seeds", "2", "--epochs", "2", "--data", table, "--target", "kind", "--model", "mlp:8"},
	} {
		out := filepath.Join(t.TempDir(), "alone")
		line := func(out string) []string {
			return append(append([]string{}, args...), "--ui", "none", "--json", "--out", out)
		}
		want := plainTrials(t, parsed(t, command(t, line(out)...)), out)
		for n := 2; n <= 3; n++ {
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
