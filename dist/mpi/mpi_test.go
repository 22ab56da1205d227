//go:build linux && (amd64 || arm64)

package mpi

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test's program is what launchers start, too: it is then told what to do.
const toDo = "DESCENT_MPI_TEST"

// hang is after how many seconds a job is ended: so many that a busy machine does not need them.
const hang = "1800"

func TestMain(m *testing.M) {
	if name := os.Getenv(toDo); name != "" {
		if os.Getenv("GOMAXPROCS") == "" && name == "busy" {
			runtime.GOMAXPROCS(1)
		}
		if err := programs[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	os.RemoveAll(builtIn)
	os.Exit(code)
}

// implementation is an MPI with its launcher.
type implementation struct {
	name      string
	says      string   // a word of mpirun --version
	launchers []string // the first there is
	flags     []string
	library   string
	most      int // processes on a machine of two cores: more of MPICH's do nothing but wait
}

var implementations = []implementation{
	{"Open MPI", "Open MPI", []string{"mpirun.openmpi", "mpirun"}, []string{"--oversubscribe", "--bind-to", "none", "--allow-run-as-root"}, "libmpi.so.40", 4},
	{"MPICH", "HYDRA", []string{"mpirun.mpich", "mpirun"}, nil, "libmpich.so.12", 2},
}

// launcher is the program that starts processes of an implementation.
func (i implementation) launcher(t *testing.T) string {
	for _, name := range i.launchers {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, _ := exec.Command(path, "--version").CombinedOutput()
		if strings.Contains(string(out), i.says) {
			return path
		}
	}
	t.Skipf("no mpirun of %s here", i.name)
	return ""
}

// command is the test's program in n processes.
func (i implementation) command(t *testing.T, n int, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-k", "5", hang, i.launcher(t), "-np", strconv.Itoa(n)}, i.flags...)
	cmd := exec.Command("timeout", append(args, self)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// launch runs one of programs in n processes, and returns what they write.
func (i implementation) launch(t *testing.T, n int, program string, env ...string) (string, error) {
	t.Helper()
	out, err := i.command(t, n, append(env, toDo+"="+program)...).CombinedOutput()
	return string(out), err
}

// each runs a test with every implementation that is here.
func each(t *testing.T, test func(t *testing.T, i implementation)) {
	for _, i := range implementations {
		t.Run(i.name, func(t *testing.T) {
			i.launcher(t)
			test(t, i)
		})
	}
}

// What goes well: every process writes that it is through.
func TestWorld(t *testing.T) {
	each(t, func(t *testing.T, i implementation) {
		for _, n := range []int{1, 2, 4} {
			if n > i.most {
				continue
			}
			out, err := i.launch(t, n, "well")
			t.Logf("%d processes\n%s", n, out)
			if err != nil || strings.Count(out, "through\n") != n {
				t.Errorf("%d processes: %v", n, err)
			}
		}
	})
}

// A process that computes for longer than it may be silent is waited for.
func TestBusy(t *testing.T) {
	each(t, func(t *testing.T, i implementation) {
		out, err := i.launch(t, 2, "busy", brief)
		if err != nil || strings.Count(out, "through\n") != 2 {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// What goes wrong: the job ends, with an error, and says why.
func TestFaults(t *testing.T) {
	for _, row := range []struct {
		program string
		want    []string
	}{
		{"killed", nil},
		{"errs", []string{"mpi: rank 1 of 2 on ", ": the disk is full"}},
		{"leaves", nil},
		{"late", []string{"mpi: rank 0 of 2 on ", ": Barrier has lasted longer than 1s"}},
		{"differ", []string{"mpi: rank 0 of 2 on ", ": AllReduce has lasted longer than 1s"}},
		{"lengths", []string{"AllToAll"}},
	} {
		t.Run(row.program, func(t *testing.T) {
			each(t, func(t *testing.T, i implementation) {
				out, err := i.launch(t, 2, row.program)
				if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() == 124 || e.ExitCode() == 137 && row.program != "killed" {
					t.Errorf("it ends with %v", err)
				}
				for _, want := range append(row.want, "begun") {
					if !strings.Contains(out, want) {
						t.Errorf("it does not say %q:\n%s", want, out)
					}
				}
				if strings.Contains(out, "through\n") {
					t.Errorf("a process goes on:\n%s", out)
				}
			})
		})
	}
}

// A launcher of another implementation than the library's would make a world of each process.
func TestMismatch(t *testing.T) {
	each(t, func(t *testing.T, i implementation) {
		for _, other := range implementations {
			if other.name == i.name {
				continue
			}
			other.launcher(t)
			out, err := i.launch(t, 2, "well", "DESCENT_MPI="+other.library)
			if err == nil || !strings.Contains(out, "says 2 processes") || !strings.Contains(out, "says 1: start") || strings.Contains(out, "through") {
				t.Errorf("%v\n%s", err, out)
			}
		}
	})
}

func TestLibrary(t *testing.T) {
	for _, row := range []struct{ library, want string }{
		{"/nowhere/libmpi.so", "mpi: /nowhere/libmpi.so: cannot open"},
		{"libc.so.6", "mpi: libc.so.6 is no MPI library of version 3 or later: it lacks MPI_Init_thread, "},
	} {
		_, err := open(row.library, os.LookupEnv)
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%v, want %s", err, row.want)
		}
	}
	if _, err := Init(t.Context(), Options{Timeout: -1}); err == nil {
		t.Error("a timeout of -1")
	}
}

// environment is a set of variables.
type environment map[string]string

func (e environment) lookup(name string) (string, bool) { v, ok := e[name]; return v, ok }

func TestNames(t *testing.T) {
	for _, row := range []struct {
		library string
		env     environment
		want    string
	}{
		{"", nil, "libmpi.so.40"},
		{"", environment{"PMI_RANK": "0"}, "libmpich.so.12"},
		{"", environment{"PMI_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"}, "libmpi.so.40"},
		{"", environment{"PMI_RANK": "0", "DESCENT_MPI": "/opt/libmpi.so"}, "/opt/libmpi.so"},
		{"/here.so", environment{"DESCENT_MPI": "/opt/libmpi.so"}, "/here.so"},
	} {
		if got := names(row.library, row.env.lookup); got[0] != row.want {
			t.Errorf("%q, %v: %v first, want %s", row.library, row.env, got, row.want)
		}
	}
}

func TestSameSize(t *testing.T) {
	for _, row := range []struct {
		size int
		env  environment
		want string // of the error
	}{
		{1, nil, ""},
		{2, environment{"OMPI_COMM_WORLD_SIZE": "2", "SLURM_NTASKS": "8"}, ""},
		{2, environment{"PMI_SIZE": "2"}, ""},
		{8, environment{"SLURM_NTASKS": "8"}, ""},
		{1, environment{"OMPI_COMM_WORLD_SIZE": "2"}, "Open MPI's mpirun says 2 processes (OMPI_COMM_WORLD_SIZE), libx (X 1) says 1"},
		{1, environment{"PMI_SIZE": "4"}, "MPICH's kind says 4 processes (PMI_SIZE)"},
		{1, environment{"SLURM_NTASKS": "4"}, "Slurm says 4 processes (SLURM_NTASKS)"},
		{1, environment{"PMI_SIZE": "many"}, `PMI_SIZE is "many"`},
	} {
		err := sameSize(row.size, "libx", "X 1", row.env.lookup)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%d, %v: %v, want %q", row.size, row.env, err, row.want)
		}
	}
}

func TestHeartbeatTimeout(t *testing.T) {
	for _, row := range []struct {
		given time.Duration
		env   environment
		want  string
	}{
		{0, nil, "1m0s <nil>"},
		{0, environment{"DESCENT_MPI_HEARTBEAT_TIMEOUT": ""}, "1m0s <nil>"},
		{0, environment{"DESCENT_MPI_HEARTBEAT_TIMEOUT": "90s"}, "1m30s <nil>"},
		{5 * time.Second, environment{"DESCENT_MPI_HEARTBEAT_TIMEOUT": "90s"}, "5s <nil>"},
		{0, environment{"DESCENT_MPI_HEARTBEAT_TIMEOUT": "90"}, `0s mpi: DESCENT_MPI_HEARTBEAT_TIMEOUT is "90", and no time such as 30s or 5m`},
		{0, environment{"DESCENT_MPI_HEARTBEAT_TIMEOUT": "-1m"}, "0s mpi: DESCENT_MPI_HEARTBEAT_TIMEOUT is -1m0s; it is at least 1s"},
		{time.Millisecond, nil, "0s mpi: the heartbeat timeout is 1ms; it is at least 1s"},
	} {
		timeout, err := heartbeatTimeout(row.given, row.env.lookup)
		if got := fmt.Sprint(timeout, err); got != row.want {
			t.Errorf("%v, %v: %s, want %s", row.given, row.env, got, row.want)
		}
	}
}

func TestParts(t *testing.T) {
	p := parts{make([]int32, 3), make([]int32, 3)}
	if err := p.set("x", []int{2, 0, 3}, 5); err != nil || fmt.Sprint(p) != "{[2 0 3] [0 2 2]}" {
		t.Errorf("%v, %v", p, err)
	}
	for _, row := range []struct {
		counts []int
		n      int
		want   string
	}{
		{[]int{2, 3}, 5, "mpi: x: 2 counts for 3 processes"},
		{[]int{2, -1, 4}, 5, "mpi: x: counts[1] is -1, and 3 of 5 numbers are left"},
		{[]int{2, 2, 2}, 5, "mpi: x: counts[2] is 2, and 1 of 5 numbers are left"},
		{[]int{1, 1, 1}, 5, "mpi: x: the counts are 3 together, and the slice has 5 numbers"},
		{[]int{1, 1, 1}, 1 << 31, "mpi: x: a slice of 2147483648, and MPI counts to 2147483647: hand over pieces"},
	} {
		if err := p.set("x", row.counts, row.n); err == nil || err.Error() != row.want {
			t.Errorf("%v of %d: %v, want %s", row.counts, row.n, err, row.want)
		}
	}
}
