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
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collect)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(cli.Signal{Signal: s})
	}()
	os.Exit(Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Run runs the command with the given arguments, as in "train", "--epochs", "3",
// and returns its exit status: 0 when it has done what it should, 1 for an error,
// 2 for a call that it does not understand. When ctx ends, it finishes the update,
// saves and returns.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	return cli.Run(ctx, args, stdin, stdout, stderr)
}
