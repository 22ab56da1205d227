// Command descent trains neural networks and uses them; "descent help" says
// how.
package main

import (
	"context"
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

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collect)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals) // a second signal ends the process at once
		cancel(cli.Signal{Signal: s})
	}()
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
