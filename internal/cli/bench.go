package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/internal/bench"
	"descent/internal/human"
	"descent/internal/kernel"
	"descent/internal/usage"
)

// benchOptions are the flags of descent bench.
type benchOptions struct {
	only    []string
	secs    float64
	workers int
	json    bool
	check   bool
	weights bool
}

func (a *app) benchCommand() *cobra.Command {
	var opt benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine, the kernels and whole training steps",
		Long: `Measure what this machine can do at most, and then products of matrices,
convolutions, updates, whole training steps and the compiling of them beside it.
All of it takes about a minute.

Each row is a workload: the cores it may use, the median time of a run, and the
rate of operations and of memory traffic, each value of an operand counted once.
The limit is the peak of multiply-adds or the speed of memory, whichever is
nearer; work that stays in a cache can go beyond that of memory. A hand-over is
a line of cache that goes to another core and back: small steps on all cores
take several times as long where the cores share no cache.

Steps are one update by Adam on cross-entropy, as NAME/ROWS, the assembly of the
batch included; bench/peers in the sources runs the same in PyTorch. Compiling
is what such a step takes once, before the first: from layers to instructions
that are bound to memory, as compile/NAME/ROWS. Networks of 200 layers are among
them. Machine code is not; it is made as instructions first run.

Where limits and steps were measured, the machine and its steps come last once
more, as Markdown to paste into an issue.

With --check nothing is measured: short runs of networks and of every rule are
trained with what this machine uses, with the interpreter in place of machine
code made at run time, and in plain Go, each in a process of its own, and their
weights compared to the bit. Where they differ it exits with 1.`,
		Example: `  descent bench
  descent bench --only limits,steps
  descent bench --only updates --secs 1 --json
  descent bench --only mlp/128,decode-baby/1
  descent bench --check`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.valid(cmd.Flags()); err != nil {
				return err
			}
			switch ctx := cmd.Context(); {
			case opt.weights:
				return a.benchWeights(ctx, opt)
			case opt.check:
				return a.benchCheck(ctx, opt, a.another(ctx, opt))
			default:
				return a.bench(ctx, opt)
			}
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&opt.only, "only", nil, "what to measure: "+strings.Join(bench.Groups(), ", ")+", or workloads by name, as mlp or mlp/128 (default all but scaling)")
	flags.Float64Var(&opt.secs, "secs", 0.4, "seconds for each workload")
	flags.IntVar(&opt.workers, "workers", 0, "cores to use; 0: all")
	flags.BoolVar(&opt.json, "json", false, "print one JSON object a line, with work and ms, instead of text")
	flags.BoolVar(&opt.check, "check", false, "compare the weights of short runs with those of the interpreter and of plain Go")
	flags.BoolVar(&opt.weights, "weights", false, "print the weights that --check compares, as JSON")
	flags.Lookup("weights").Hidden = true // for a process that --check starts
	return cmd
}

// valid refuses what the flags say, unless it makes sense.
func (opt benchOptions) valid(flags *pflag.FlagSet) error {
	if !(opt.secs > 0 && opt.secs <= 60) {
		return usage.Errorf("--secs %v: want more than 0 and at most 60", opt.secs)
	}
	if opt.workers < 0 || opt.workers > 1024 {
		return usage.Errorf("--workers %d: want 0, all cores, to 1024", opt.workers)
	}
	if (opt.check || opt.weights) && (opt.json || flags.Changed("only") || flags.Changed("secs")) {
		return usage.Errorf("--check measures nothing: of the other flags it takes --workers alone")
	}
	for _, name := range opt.only {
		if err := bench.Check(name); err != nil {
			return usage.Mark(fmt.Errorf("--only: %w", err))
		}
	}
	return nil
}

// bench prints a row as soon as it is known.
func (a *app) bench(ctx context.Context, opt benchOptions) error {
	var failed error
	var emit func(bench.Row)
	var rows []bench.Row
	if opt.json {
		lines := json.NewEncoder(a.data)
		emit = func(r bench.Row) {
			if err := lines.Encode(r); err != nil {
				failed = err
			}
		}
	} else {
		text := a.benchText()
		emit = func(r bench.Row) {
			rows = append(rows, r)
			text(r)
		}
	}
	err := bench.Run(ctx, bench.Options{
		Only: opt.only, Workers: opt.workers, Each: time.Duration(opt.secs * float64(time.Second)),
		Note: func(text string) { a.say("%s", text) },
	}, emit)
	if err = errors.Join(err, failed); err == nil {
		benchBlock(a.stdout, rows)
	}
	return err
}

// benchText returns what prints rows as a table, group by group.
func (a *app) benchText() func(bench.Row) {
	fmt.Fprintf(a.stdout, "%s/%s, %d cores, %s\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), kernel.Engine())
	group := ""
	return func(r bench.Row) {
		if r.Group != group {
			group = r.Group
			fmt.Fprintf(a.stdout, "\n%-28s %5s %11s %9s %8s %7s\n", group, "cores", "time", "GFLOP/s", "GB/s", "limit")
		}
		more := ""
		switch {
		case r.NsPerParam > 0:
			more = fmt.Sprintf("  %.3f ns, %.0f bytes a parameter", r.NsPerParam, r.BytesPerParam)
		case r.Instructions > 0:
			more = fmt.Sprintf("  %d instructions", r.Instructions)
		case r.SamplesPerS > 0:
			more = fmt.Sprintf("  %s samples/s", human.Thousands(r.SamplesPerS))
		}
		took := milliseconds(r.Ms)
		if r.OfLimit == 0 && r.GFLOPS+r.GBs > 0 {
			took = "-" // a rate
		}
		fmt.Fprintf(a.stdout, "%-28s %5d %11s %9s %8s %7s%s\n", r.Work, r.Workers, took,
			rateText(r.GFLOPS, "%.1f"), rateText(r.GBs, "%.1f"), rateText(100*r.OfLimit, "%.0f %%"), more)
	}
}

// rateText writes a rate, or that there is none.
func rateText(v float64, format string) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// milliseconds writes a time that is given in them.
func milliseconds(ms float64) string {
	if ms < 1 {
		return fmt.Sprintf("%.3g µs", 1e3*ms)
	}
	return fmt.Sprintf("%.2f ms", ms)
}
