//go:build linux && (amd64 || arm64)

package mpi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A run of descent-mpi that loses a process while it trains, or while it writes a checkpoint, goes on with another number of processes,
// to the bits of a run that nothing happened to.
func TestCommandGoesOn(t *testing.T) {
	open := implementations[0]
	open.launcher(t)
	program := build(t)
	often := append(short[:len(short):len(short)], "--checkpoint-every", "1")
	want := undisturbed(t, program)

	for _, row := range []struct {
		name  string
		hosts bool
		then  int // processes that go on
		do    func(t *testing.T, j *job, run string, h hosts)
		code  int // of mpirun, where that ends
	}{
		{name: "killed in a checkpoint", then: 3, do: func(t *testing.T, j *job, run string, _ hosts) { inCheckpoint(t, j, run) }},
		{name: "stopped", then: 1, code: 75, do: func(t *testing.T, j *job, _ string, _ hosts) {
			stop(j.processes[1])
			j.ends(t, time.Minute, []string{`no word of rank 1 of 2 on \S+ \(process \d+\) for 2s`})
		}},
		{name: "cut off", hosts: true, then: 2, do: func(t *testing.T, j *job, _ string, h hosts) {
			h.cut(t, 2)
			j.ends(t, time.Minute, []string{`no word of rank 2 of 3 on \S+-2 \(process \d+\) for 2s`})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			run := filepath.Join(t.TempDir(), "run")
			args := append(often[:len(often):len(often)], "--out", run)
			var h hosts
			var cmd *exec.Cmd
			n := 2
			if row.hosts {
				n = 3
				h = newHosts(t, n)
				cmd = h.command(t, brief)
				cmd.Args = append(cmd.Args[:len(cmd.Args)-1], program)
			} else {
				cmd = open.command(t, n, brief)
				cmd.Args[len(cmd.Args)-1] = program
			}
			cmd.Args = append(cmd.Args, args...)
			j := &job{cmd: cmd, out: new(output)}
			cmd.Stdout, cmd.Stderr = j.out, j.out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { cmd.Process.Signal(syscall.SIGTERM) }) // timeout passes it on
			j.trains(t, program, run, n)
			row.do(t, j, run, h)
			if !row.hosts {
				if err := cmd.Wait(); row.code != 0 && cmd.ProcessState.ExitCode() != row.code {
					t.Errorf("mpirun ends with %v, want %d", err, row.code)
				}
			}
			if _, err := os.Stat(filepath.Join(run, "result.txt")); err == nil {
				t.Fatal("the run was done before")
			}
			if got := weights(t, program, "-np", strconv.Itoa(row.then), []string{"train", "--resume", run, "--checkpoint-every", "auto", "--ui", "none", "--json"}); got != want {
				t.Errorf("it ends with the weights %s, want %s", got, want)
			}
		})
	}
}

// A script for Slurm of which one line was changed: its job is told to leave, and loses a process, and is started again until it is done.
func TestSlurm(t *testing.T) {
	implementations[0].launcher(t)
	program := build(t)
	want := undisturbed(t, program)
	text, err := os.ReadFile("../../examples/cluster/train.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(t.TempDir(), "run")
	line := regexp.MustCompile(`(?m)^train=\(.*$`)
	if len(line.FindAll(text, -1)) != 1 {
		t.Fatal("there is no one line to change")
	}
	text = line.ReplaceAll(text, []byte("train=("+strings.Join(short[1:], " ")+" --checkpoint-every 1 --out "+run+")"))
	script := filepath.Join(t.TempDir(), "train.sbatch")
	if err := os.WriteFile(script, text, 0o700); err != nil {
		t.Fatal(err)
	}
	shims, err := filepath.Abs("testdata/slurm")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("timeout", "-k", "5", hang, filepath.Join(shims, "sbatch"), script)
	cmd.Env = append(os.Environ(), "PATH="+shims+":"+filepath.Dir(program)+":"+os.Getenv("PATH"))
	j := &job{cmd: cmd, out: new(output)}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = j.out, j.out, 5*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const ranks = 4
	j.trains(t, program, run, ranks)
	for _, p := range j.processes {
		syscall.Kill(p, syscall.SIGTERM)
	}
	j.says(t, "run 0 ended with 75")
	j.trains(t, program, run, ranks)
	syscall.Kill(j.processes[1], syscall.SIGKILL)
	j.says(t, "run 1 ended with 137")
	if err := cmd.Wait(); err != nil || !strings.Contains(j.out.String(), "run 2 ended with 0") {
		t.Errorf("%v\n%s", err, j.out)
	}
	if got := weights(t, program, "-np", "1", []string{"train", "--resume", run, "--ui", "none", "--json"}); got != want {
		t.Errorf("it ends with the weights %s, want %s\n%s", got, want, j.out)
	}
}

// What docs/scale.md shows of mpirun is what is printed.
func TestGuide(t *testing.T) {
	launcher := implementations[0].launcher(t)
	program := build(t)
	bin := t.TempDir()
	if err := errors.Join(os.Symlink(launcher, filepath.Join(bin, "mpirun")), os.Symlink(program, filepath.Join(bin, "descent-mpi"))); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(text), "\n```shell\n")
	block, _, _ = strings.Cut(block, "```")
	dir := t.TempDir()
	commands := strings.Split(block, "$ ")[1:]
	if !found || len(commands) == 0 {
		t.Fatal("no commands")
	}
	for _, c := range commands {
		line, want, _ := strings.Cut(c, "\n")
		cmd := exec.Command("timeout", "-k", "5", hang, "bash", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"),
			"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "OMPI_MCA_rmaps_base_oversubscribe=1")
		if got, err := cmd.CombinedOutput(); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%swant\n%s", line, err, got, want)
		}
	}
}

// short is a training that takes a second.
var short = []string{"train", "--epochs", "20", "--workers", "1", "--ui", "none", "--json"}

// build makes the command, once.
func build(t *testing.T) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

var (
	builtIn string // a folder for TestMain to remove
	built   = sync.OnceValues(func() (program string, err error) {
		if builtIn, err = os.MkdirTemp("", "descent-mpi"); err != nil {
			return "", err
		}
		program = filepath.Join(builtIn, "descent-mpi")
		out, err := exec.Command("go", "build", "-o", program, "./cmd/descent-mpi").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		return program, err
	})
)

// undisturbed is the hash of the weights of a short training by one process.
func undisturbed(t *testing.T, program string) string {
	t.Helper()
	return weights(t, program, "-np", "1", append(short[:len(short):len(short)], "--out", filepath.Join(t.TempDir(), "whole")))
}

// trains waits until n processes have made a checkpoint that is new.
func (j *job) trains(t *testing.T, program, run string, n int) {
	t.Helper()
	before := strings.Join(checkpoints(run), " ")
	for looks := 0; ; looks++ {
		time.Sleep(20 * time.Millisecond)
		j.processes = ranksOf(program)
		if now := strings.Join(checkpoints(run), " "); len(j.processes) == n && now != "" && now != before {
			break
		}
		if looks > 30_000 {
			t.Fatalf("it does not begin\n%s", j.out)
		}
	}
	time.Sleep(100 * time.Millisecond)
}

// says waits until something is written.
func (j *job) says(t *testing.T, what string) {
	t.Helper()
	for looks := 0; !strings.Contains(j.out.String(), what); looks++ {
		time.Sleep(20 * time.Millisecond)
		if looks > 6000 {
			t.Fatalf("nobody says %s\n%s", what, j.out)
		}
	}
}

// weights runs the command to its end, and returns the hash of the weights.
func weights(t *testing.T, program, np, n string, args []string) string {
	t.Helper()
	open := implementations[0]
	cmd := exec.Command("timeout", append(append(append([]string{"-k", "5", hang, open.launcher(t), np, n}, open.flags...), program), args...)...)
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	err := cmd.Run()
	m := regexp.MustCompile(`"weights_sha256": "([0-9a-f]{64})"`).FindStringSubmatch(out.String())
	if err != nil || m == nil {
		t.Fatalf("%v: %v\n%s%s", args, err, out.String(), faults.String())
	}
	return m[1]
}

// ranksOf finds the processes of a program by rank.
func ranksOf(program string) map[int]int {
	found := map[int]int{}
	entries, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, e := range entries {
		if to, err := os.Readlink(e); err != nil || to != program {
			continue
		}
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(e), "environ"))
		for _, v := range strings.Split(string(env), "\x00") {
			if text, ok := strings.CutPrefix(v, "OMPI_COMM_WORLD_RANK="); ok {
				rank, _ := strconv.Atoi(text)
				found[rank], _ = strconv.Atoi(filepath.Base(filepath.Dir(e)))
			}
		}
	}
	return found
}

func checkpoints(run string) []string {
	files, _ := filepath.Glob(filepath.Join(run, "checkpoints", "*.safetensors"))
	return files
}

// inCheckpoint kills rank 0 while it writes a checkpoint: it is stopped when a file is there that has not its
// name yet, to see that it still has not.
func inCheckpoint(t *testing.T, j *job, run string) {
	p := j.processes[0]
	unfinished := func() bool {
		files, _ := filepath.Glob(filepath.Join(run, "checkpoints", "*.tmp"))
		return len(files) > 0
	}
	for looks := 0; ; looks++ {
		if !unfinished() {
			continue
		}
		stop(p)
		time.Sleep(5 * time.Millisecond)
		if unfinished() {
			syscall.Kill(p, syscall.SIGKILL)
			break
		}
		syscall.Kill(p, syscall.SIGCONT)
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", p)); err != nil {
			t.Fatal("the run was done before")
		}
	}
	j.ends(t, time.Minute, []string{`(?i)signal:? 9|no word of rank 0`})
	if !unfinished() {
		t.Error("the checkpoint was complete")
	}
}
