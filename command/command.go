// Package command is the descent command as a function, for binaries that add to
// it: register layers, metrics, initializers and formats of your own, and every
// subcommand knows them by name.
//
//	func main() {
//		nn.Register(MyLayer{})
//		data.Register(myFormat)
//		command.Main()
//	}
package command

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"descent/dist"
	"descent/internal/cli"
)

// collect is how much the heap grows until it is collected, in percent of what is
// in use. That is a few long arrays of data and weights, which take the collector
// no time, and twice which would be much memory.
const collect = 25

// Main runs the command with the arguments of the process and ends the process
// with its exit status. SIGINT and SIGTERM finish the update, save and leave; a
// second one ends the process at once.
func Main() {
	ctx := Begin()
	os.Exit(Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Begin sets up the process, before it does anything else, and returns what ends by the
// first SIGINT or SIGTERM, or one of end, by which launchers tell that the time of a job is
// over. A second one ends the process at once.
func Begin(end ...os.Signal) context.Context {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collect)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, append(end, os.Interrupt, syscall.SIGTERM)...)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(cli.Signal{Signal: s})
	}()
	return ctx
}

// Join runs the command as [Main] does, as a member of a group of processes that
// train together, and returns what all are to exit with. Rank 0 reads the arguments, prints and writes files.
// A signal to any of them ends ctx, that of [Begin], and has all leave together, with the
// status 75, or 130 by SIGINT.
func Join(ctx context.Context, group dist.Group) (status int) {
	return cli.RunIn(ctx, group, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// Fail says why there is no group to join, which may be the end of ctx, that of [Begin], and
// returns what to exit with.
func Fail(ctx context.Context, err error) (status int) { return cli.Fail(ctx, err, os.Stderr) }

// Run runs the command with the given arguments, as in "train", "--epochs", "3",
// and returns its exit status: 0 when it has done what it should, 1 for an error,
// 2 for a call that it does not understand. When ctx ends, it finishes the update,
// saves and returns.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	return cli.Run(ctx, args, stdin, stdout, stderr)
}
