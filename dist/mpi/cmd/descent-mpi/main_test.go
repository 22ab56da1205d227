//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"descent/command"
)

// The test's program is the command, too, where launchers start it.
const isCommand = "DESCENT_MPI_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(isCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// launchers are those that start processes here, and the most that are worth it on two
// cores.
var launchers = []struct {
	name  string
	line  []string
	sizes []int
}{
	{"Open MPI", []string{"mpirun.openmpi", "--oversubscribe", "--bind-to", "none", "--allow-run-as-root"}, []int{1, 2, 4}},
	{"MPICH", []string{"mpirun.mpich"}, []int{1, 2}},
}

// outcome is what a job left.
type outcome struct {
	status         int
	stdout, stderr string
}

// hang is after how many seconds a job is ended: so many that a busy machine does not need them.
const hang = "1800"

// job starts descent-mpi in n processes; while it runs, during is called with the launcher.
func job(t *testing.T, line []string, n int, during func(launcher *os.Process), args ...string) outcome {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	full := append(append(append([]string{"-k", "5", hang}, line...), "-np", strconv.Itoa(n), self), args...)
	cmd := exec.Command("timeout", full...)
	cmd.Env = append(os.Environ(), isCommand+"=1")
	cmd.WaitDelay = 5 * time.Second
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if during != nil {
		during(cmd.Process)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), messages.String()}
}

// sum is the hash of the weights that --json prints, which is all that is printed.
func sum(t *testing.T, status int, stdout, stderr string) string {
	t.Helper()
	var of struct {
		SHA256 string `json:"weights_sha256"`
	}
	if err := json.Unmarshal([]byte(stdout), &of); err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s%s", status, err, stdout, stderr)
	}
	return of.SHA256
}

// alone runs a command in one process, without MPI.
func alone(t *testing.T, args ...string) string {
	t.Helper()
	var out, messages bytes.Buffer
	status := command.Run(context.Background(), args, strings.NewReader(""), &out, &messages)
	return sum(t, status, out.String(), messages.String())
}

// each runs a test with every launcher that is here.
func each(t *testing.T, test func(t *testing.T, line []string, sizes []int)) {
	for _, l := range launchers {
		t.Run(l.name, func(t *testing.T) {
			if _, err := exec.LookPath(l.line[0]); err != nil {
				t.Skipf("no %s here", l.line[0])
			}
			test(t, l.line, l.sizes)
		})
	}
}

// small are the flags of a run that takes no time.
func small(t *testing.T, args ...string) []string {
	return append([]string{"train", "--model", "mlp:16", "--epochs", "2", "--json", "--out", filepath.Join(t.TempDir(), "run")}, args...)
}

// TestTrain: any number of processes trains to the bits of one without MPI, and one of them
// speaks.
func TestTrain(t *testing.T) {
	want := alone(t, small(t, "--micro-batch", "shared")...)
	each(t, func(t *testing.T, line []string, sizes []int) {
		for _, n := range sizes {
			r := job(t, line, n, nil, small(t)...)
			if got := sum(t, r.status, r.stdout, r.stderr); got != want {
				t.Errorf("%d processes: weights %s, alone %s", n, got, want)
			}
			if strings.Count(r.stderr, "epoch 2/2") != 1 {
				t.Errorf("%d processes say\n%s", n, r.stderr)
			}
		}
	})
}

// TestLeaves: a signal to one process has all save and leave with 75; started again, in any
// number, they end in the bits of a run that was not stopped.
func TestLeaves(t *testing.T) {
	long := []string{"--epochs", "60", "--ui", "none", "--checkpoint-every", "100"}
	want := alone(t, small(t, append(long, "--micro-batch", "8")...)...)
	each(t, func(t *testing.T, line []string, sizes []int) {
		args := small(t, append(long, "--resume", "auto")...)
		folder := args[7]
		r := job(t, line, 2, func(launcher *os.Process) {
			process := waitFor(t, launcher, filepath.Join(folder, "checkpoints", "epoch-*"))
			process.Signal(syscall.SIGTERM)
		}, args...)
		if r.status != 75 || !strings.Contains(r.stderr, "descent-mpi: interrupted") || r.stdout != "" && !strings.Contains(r.stdout, `"interrupted"`) {
			t.Errorf("status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
		r = job(t, line, sizes[len(sizes)-1], nil, args...)
		if got := sum(t, r.status, r.stdout, r.stderr); got != want {
			t.Errorf("weights %s, alone %s", got, want)
		}
	})
}

// TestLeavesAtStart: a signal to a process that waits for others to join ends the job with 75,
// too, and leaves nothing.
func TestLeavesAtStart(t *testing.T) {
	each(t, func(t *testing.T, line []string, _ []int) {
		args := small(t)
		folder := args[len(args)-1]
		r := job(t, slices.Concat(line, []string{"-np", "1", "sleep", "60", ":"}), 1, func(launcher *os.Process) {
			process := waitFor(t, launcher, "/")
			time.Sleep(time.Second) // into MPI_Init
			process.Signal(syscall.SIGTERM)
		}, args...)
		if r.status != 75 || !strings.Contains(r.stderr, "descent-mpi: interrupted before there was anything to save") || r.stdout != "" {
			t.Errorf("status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
		if _, err := os.Stat(folder); err == nil {
			t.Error("it leaves a folder")
		}
	})
}

// waitFor waits for a file, and returns the youngest process below the launcher, a rank.
func waitFor(t *testing.T, launcher *os.Process, pattern string) *os.Process {
	t.Helper()
	self, _ := os.Executable()
	for begun := time.Now(); time.Since(begun) < 10*time.Minute; time.Sleep(20 * time.Millisecond) {
		if found, _ := filepath.Glob(pattern); len(found) == 0 {
			continue
		}
		time.Sleep(200 * time.Millisecond) // into the training
		pid := launcher.Pid
		for {
			text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "task", strconv.Itoa(pid), "children"))
			children := strings.Fields(string(text))
			if err != nil || len(children) == 0 {
				break
			}
			pid, _ = strconv.Atoi(children[len(children)-1])
		}
		if program, _ := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe")); program != self {
			continue // not begun yet
		}
		p, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatalf("no %s comes, or no process", pattern)
	return nil
}

// TestFails: what goes wrong on one process ends the job, which says where and why.
func TestFails(t *testing.T) {
	each(t, func(t *testing.T, line []string, _ []int) {
		r := job(t, line, 2, nil, "train", "--epoch", "3")
		if r.status != 2 || strings.Count(r.stderr, `did you mean "--epochs"`) != 1 {
			t.Errorf("status %d\n%s", r.status, r.stderr)
		}
		// The second process has another folder, without the data, which of a series each
		// reads itself.
		here, there := t.TempDir(), t.TempDir()
		series := "day,sold\n"
		for i := range 120 {
			series += time.Date(2025, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("2006-01-02") + "," + strconv.Itoa(i%7) + "\n"
		}
		if err := os.WriteFile(filepath.Join(here, "t.csv"), []byte(series), 0o666); err != nil {
			t.Fatal(err)
		}
		r = apart(t, line, here, there, "train", "--data", "t.csv", "--task", "forecast", "--window", "14", "--horizon", "2", "--model", "linear")
		host, _ := os.Hostname()
		if r.status == 0 || !strings.Contains(r.stderr, "rank 1 of 2 on "+host+": ") || !strings.Contains(r.stderr, "t.csv") {
			t.Errorf("status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	})
}

// apart is a job of two processes, of which the second has another working folder.
func apart(t *testing.T, line []string, here, there string, args ...string) outcome {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return job(t, slices.Concat(line, []string{"-wdir", here}), 1, nil,
		slices.Concat(args, []string{":", "-np", "1", "-wdir", there, self}, args)...)
}

// seconds are those of a trial in a line of a leaderboard.
var seconds = regexp.MustCompile(`(false|true),[0-9.]+,(.*)`)

// TestSweep: processes share out trials.
func TestSweep(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sweep.yaml")
	text := "search: grid\nepochs: 2\nsettings:\n  data: digits\n  model: mlp:8\nspace:\n  learning_rate: [0.1, 0.01, 0.001]\n  optimizer: [sgd, adam]\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	board := func(folder string) string {
		text, err := os.ReadFile(filepath.Join(folder, "leaderboard.csv"))
		if err != nil {
			t.Error(err)
		}
		return seconds.ReplaceAllString(string(text), "$1,,$2")
	}
	folder := filepath.Join(t.TempDir(), "alone")
	if status := command.Run(context.Background(), []string{"sweep", file, "--out", folder}, strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer)); status != 0 {
		t.Fatal(status)
	}
	want := board(folder)
	each(t, func(t *testing.T, line []string, _ []int) {
		folder := filepath.Join(t.TempDir(), "swept")
		r := job(t, line, 2, nil, "sweep", file, "--out", folder)
		if got := board(folder); r.status != 0 || got != want {
			t.Errorf("status %d\n%s\n%s\nalone\n%s", r.status, r.stderr, got, want)
		}
	})
}

// TestTrialsShare: the processes of a machine make trials on one copy of the data, which the
// first opens.
func TestTrialsShare(t *testing.T) {
	each(t, func(t *testing.T, line []string, _ []int) {
		here, there := t.TempDir(), t.TempDir()
		table := "a,b,y\n"
		for i := range 200 {
			table += fmt.Sprintf("%d,%d,%d\n", i*i%31, i%7, i%31+3*(i%7))
		}
		if err := os.WriteFile(filepath.Join(here, "t.csv"), []byte(table), 0o666); err != nil {
			t.Fatal(err)
		}
		r := apart(t, line, here, there, "compare", "--data", "t.csv", "--target", "y", "--model", "mlp:8", "--optimizers", "adam,sgd", "--lr", "0.01", "--seeds", "3", "--epochs", "3", "--out", "compared")
		if left, _ := os.ReadDir(there); r.status != 0 || len(left) > 0 || !strings.Contains(r.stdout, "mpirun -np 2 ") {
			t.Errorf("status %d, %v is left\n%s%s", r.status, left, r.stdout, r.stderr)
		}
	})
}

// TestShare: processes of a machine share its cores, but for those that launchers bind.
func TestShare(t *testing.T) {
	for _, row := range [][5]int{{16, 16, 16, 4, 4}, {16, 16, 16, 3, 5}, {2, 2, 2, 4, 1}, {1, 1, 2, 2, 1}, {16, 16, 32, 8, 4}, {8, 8, 32, 4, 8}, {4, 32, 32, 4, 1}} {
		if got := share(row[0], row[1], row[2], row[3]); got != row[4] {
			t.Errorf("%v: %d cores", row, got)
		}
	}
	for text, want := range map[string]int{"0\n": 1, "0-3\n": 4, "0-3,8-11\n": 8, "0,2,4-5\n": 4} {
		if got := count(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}
