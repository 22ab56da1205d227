//go:build linux && (amd64 || arm64)

package mpi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hosts are network namespaces joined by a bridge, which Open MPI's mpirun takes for machines: it runs in the first,
// and has its processes on the others started by a shell of ours.
type hosts struct {
	names []string
	agent string // the shell
}

// newHosts makes n hosts, or skips the test without the right to.
func newHosts(t *testing.T, n int) hosts {
	t.Helper()
	for _, tool := range []string{"ip", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no program %s: network namespaces are not made", tool)
		}
	}
	h := hosts{agent: filepath.Join(t.TempDir(), "agent")}
	for i := range n {
		name := fmt.Sprintf("dn%d-%d", os.Getpid(), i)
		if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			if i == 0 {
				t.Skipf("network namespaces cannot be made here: %s", out)
			}
			t.Fatalf("%s: %s", name, out)
		}
		t.Cleanup(func() {
			for _, pid := range h.processes(name) {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			exec.Command("ip", "netns", "del", name).Run()
		})
		h.names = append(h.names, name)
	}
	run := func(line string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Skipf("network namespaces cannot be joined here: ip %s: %s", line, out)
		}
	}
	in := "-n " + h.names[0] + " "
	run(in + "link add name bridge type bridge")
	run(in + "addr add 10.99.0.1/24 dev bridge")
	run(in + "link set bridge up")
	for i, name := range h.names {
		run("-n " + name + " link set lo up")
		if i == 0 {
			continue
		}
		run(fmt.Sprintf("link add h%d netns %s type veth peer name eth netns %s", i, h.names[0], name))
		run(fmt.Sprintf("%slink set h%d master bridge up", in, i))
		run(fmt.Sprintf("-n %s addr add 10.99.0.%d/24 dev eth", name, i+1))
		run("-n " + name + " link set eth up")
	}
	shell := "#!/bin/sh\nhost=$1\nshift\nexec ip netns exec \"$host\" unshare -u sh -c \"hostname $host; $*\"\n"
	if err := os.WriteFile(h.agent, []byte(shell), 0o700); err != nil {
		t.Fatal(err)
	}
	return h
}

// processes are those that run on a host.
func (hosts) processes(name string) (pids []int) {
	out, _ := exec.Command("ip", "netns", "pids", name).Output()
	for _, field := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(field); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// cut takes the link to a host down.
func (h hosts) cut(t *testing.T, host int) {
	if out, err := exec.Command("ip", "-n", h.names[0], "link", "set", fmt.Sprintf("h%d", host), "down").CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}

// command is Open MPI's mpirun with one process on each host.
func (h hosts) command(t *testing.T, env ...string) *exec.Cmd {
	open := implementations[0]
	args := []string{"-k", "5", hang, "ip", "netns", "exec", h.names[0], "unshare", "-u", "sh", "-c", `hostname "$0"; exec "$@"`, h.names[0],
		open.launcher(t), "-np", strconv.Itoa(len(h.names)), "--host", strings.Join(h.names, ","), "--mca", "plm_rsh_agent", h.agent}
	args = append(args, open.flags...)
	for _, v := range env {
		args = append(args, "-x", v)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("timeout", append(args, self)...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Training on three machines gives the bits of one process.
func TestHosts(t *testing.T) {
	h := newHosts(t, 3)
	want, err := digits(nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.command(t, toDo+"=train").CombinedOutput()
	if err != nil || strings.Count(string(out), "weights "+want+"\n") != 3 {
		t.Errorf("%v, want %s\n%s", err, want, out)
	}
}
