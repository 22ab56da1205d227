//go:build linux && (amd64 || arm64)

package mpi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What befalls the processes of a job that exchange numbers all the time.
var befalls = []struct {
	name string
	rank int
	do   func(process int) // to the process of that rank
	cut  bool              // its link, instead
	want []string          // patterns of what is said
}{
	{name: "stopped", rank: 1, do: stop, want: []string{`mpi: rank 0 of \d on .*: no word of rank 1 of \d on \S+ \(process \d+\) for 2s`, `rank 0 has written`}},
	{name: "rank 0 is stopped", rank: 0, do: stop, want: []string{`mpi: rank 1 of \d on .*: no word of rank 0 of \d on \S+ \(process \d+\) for 2s`}},
	{name: "killed", rank: 1, do: func(p int) { syscall.Kill(p, syscall.SIGKILL) }, want: []string{`(?i)signal:? 9|cannot be reached|no word of`}},
	{name: "cut off", rank: 1, cut: true, want: []string{`rank 0 of \d on .*: no word of rank 1 of \d on \S+ \(process \d+\) for 2s`, `rank 0 has written`}},
}

func stop(p int) { syscall.Kill(p, syscall.SIGSTOP) }

const brief = "DESCENT_MPI_HEARTBEAT_TIMEOUT=2s"

// A process that is stopped, killed or cut off ends the job, with a message that names it.
func TestGone(t *testing.T) {
	for _, b := range befalls {
		t.Run(b.name, func(t *testing.T) {
			each(t, func(t *testing.T, i implementation) {
				if b.cut {
					t.Skip("there is no link between processes of one machine")
				}
				job := begin(t, i.command(t, 2, brief, toDo+"=exchanges"), 2)
				b.do(job.processes[b.rank])
				job.ends(t, time.Minute, b.want)
			})
			t.Run("hosts", func(t *testing.T) {
				h := newHosts(t, 3)
				job := begin(t, h.command(t, brief, toDo+"=exchanges"), 3)
				if b.cut {
					h.cut(t, b.rank)
				} else {
					b.do(job.processes[b.rank])
				}
				job.ends(t, time.Minute, b.want)
			})
		})
	}
}

// A job that is stopped as a whole, for longer than a process may be silent, goes on.
func TestPause(t *testing.T) {
	each(t, func(t *testing.T, i implementation) {
		job := begin(t, i.command(t, 2, "DESCENT_MPI_HEARTBEAT_TIMEOUT=5s", toDo+"=exchanges"), 2) // longer than a busy machine lets one wait
		for _, p := range job.processes {
			syscall.Kill(p, syscall.SIGSTOP)
		}
		time.Sleep(8 * time.Second)
		for _, p := range job.processes {
			syscall.Kill(p, syscall.SIGCONT)
		}
		time.Sleep(time.Second)
		syscall.Kill(job.processes[0], syscall.SIGUSR1) // enough
		if err := job.cmd.Wait(); err != nil || strings.Count(job.out.String(), "through\n") != 2 {
			t.Errorf("%v\n%s", err, job.out)
		}
	})
}

// job is processes that run.
type job struct {
	cmd       *exec.Cmd
	out       *output
	processes map[int]int // by rank
}

// output is what processes write, read while they do.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

var exchanging = regexp.MustCompile(`process (\d+) of rank (\d+) exchanges`)

// begin starts a job of n processes and waits until they exchange numbers.
func begin(t *testing.T, cmd *exec.Cmd, n int) *job {
	t.Helper()
	j := &job{cmd: cmd, out: new(output), processes: map[int]int{}}
	cmd.Stdout, cmd.Stderr = j.out, j.out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		for _, p := range j.processes {
			if _, err := os.Stat(fmt.Sprintf("/proc/%d", p)); err == nil {
				syscall.Kill(p, syscall.SIGKILL)
			}
		}
	})
	for looks := 0; ; looks++ {
		time.Sleep(20 * time.Millisecond)
		for _, m := range exchanging.FindAllStringSubmatch(j.out.String(), -1) {
			rank, _ := strconv.Atoi(m[2])
			j.processes[rank], _ = strconv.Atoi(m[1])
		}
		if len(j.processes) == n {
			time.Sleep(200 * time.Millisecond)
			return j
		}
		if looks > 30_000 {
			t.Fatalf("%d of %d processes begin\n%s", len(j.processes), n, j.out)
		}
	}
}

// ends checks that all processes end in time, and what was said. Where mpirun knows nothing
// of a host any more it may hang: it is not waited for.
func (j *job) ends(t *testing.T, in time.Duration, want []string) {
	t.Helper()
	const pause = 50 * time.Millisecond
	waited := time.Duration(0) // by pauses, as this process may be stopped, too
	for left := 1; left > 0; waited += pause {
		time.Sleep(pause)
		left = 0
		for rank, p := range j.processes {
			state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
			if err == nil && !strings.Contains(string(state), ") Z ") {
				left++
				if waited > in {
					t.Fatalf("rank %d is there after %v\n%s", rank, waited, j.out)
				}
			}
		}
	}
	t.Logf("all have ended after %v", waited)
	for _, pattern := range want {
		for waited = 0; !regexp.MustCompile(pattern).MatchString(j.out.String()); waited += pause {
			time.Sleep(pause)
			if waited > time.Minute {
				t.Errorf("nobody says %s\n%s", pattern, j.out)
				break
			}
		}
	}
	t.Logf("%s", j.out)
}

// exchanges is what each process does: it exchanges numbers until rank 0 has had enough, by a signal.
func exchanges(w *World) error {
	enough := notified(syscall.SIGUSR1)
	n := w.Size()
	send, receive := make([][]byte, n), make([][]byte, n)
	for r := range n {
		send[r], receive[r] = make([]byte, 1000), make([]byte, 1000)
	}
	for round := 0; ; round++ {
		select {
		case <-enough:
			send[0][0] = 1
			for r := range n {
				send[r] = send[0]
			}
		default:
		}
		if err := w.AllToAll(send, receive); err != nil {
			if w.Rank() == 0 { // its checkpoint
				time.Sleep(300 * time.Millisecond)
				fmt.Println("rank 0 has written")
			}
			return err
		}
		if round == 10 {
			fmt.Printf("process %d of rank %d exchanges\n", os.Getpid(), w.Rank())
		}
		if send[0][0] == 1 || receive[0][0] == 1 {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// busyness has rank 1 compute for longer than it may be silent, on one core, in a loop that calls nothing.
func busyness(w *World) error {
	if w.Rank() == 1 {
		var sum uint32
		for began := time.Now(); time.Since(began) < 5*time.Second; {
			for i := range uint32(1 << 30) {
				sum = sum*1664525 + i
			}
		}
		if sum == 1 {
			return errors.New("it is 1")
		}
	}
	return w.Barrier()
}
