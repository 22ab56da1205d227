// Package cli is the command descent: one file per command, what people read
// while they wait, and what the process exits with.
//
// Results go to stdout, progress and messages to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/data"
	"descent/internal/crew"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/internal/suggest"
	"descent/internal/terminal"
	"descent/internal/usage"
)

// What the process exits with.
const (
	exitDone        = 0
	exitFailed      = 1   // the command is right, but its data, files or training are not
	exitUsage       = 2   // the command line or the settings are wrong by themselves
	exitInterrupted = 130 // by Ctrl-C, after saving; by another signal see interruptedCode
)

// app is one run of the command.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer // for people
	data           io.Writer // stdout for programs
	screen         io.Writer // stderr as it is, for what moves on a terminal
	began          bool      // the command line was read and a command has begun
	work           work
	crew           *crew.Leader // of the other ranks; nil: there is no group
	cut            []data.Parts // that the ranks have
	cuts           int          // how often they were given others
	away           func()       // ends the context of the command, as a signal does on this rank
}

// Run executes the command line args and returns what to exit with. The end of
// ctx interrupts training, which then saves what it has, and leaves whatever has
// nothing to save.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return new(app).run(ctx, args, stdin, stdout, stderr)
}

func (a *app) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out, data, messages := terminal.Text(stdout), terminal.Data(stdout), terminal.Text(stderr)
	a.stdin, a.stdout, a.data, a.stderr, a.screen = stdin, out, data, messages, stderr
	root := a.command()
	root.SetArgs(append([]string{}, args...)) // nil would mean those of the process
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(messages)
	err := a.work.untilLeft(ctx, func() error { return root.ExecuteContext(ctx) })
	written := errors.Join(out.End(), data.End())
	if err == nil && written != nil {
		err = fmt.Errorf("standard output: %w", written)
	}
	defer messages.End()
	return a.exit(ctx, err, helpOf(root, args))
}

// exit says what went wrong and returns what to exit with.
func (a *app) exit(ctx context.Context, err error, help []string) int {
	var usage *usage.Error
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errInterrupted):
		return interruptedCode(ctx, a.crew != nil)
	case errors.Is(err, errLeft):
		a.say("%v", err)
		return interruptedCode(ctx, a.crew != nil)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		a.say("interrupted")
		return interruptedCode(ctx, a.crew != nil)
	case !a.began || errors.As(err, &usage):
		a.say("%v", err)
		if !a.began {
			fmt.Fprintf(a.stderr, "%s shows what there is\n", a.call(help...))
		}
		return exitUsage
	}
	a.say("%v", err)
	io.WriteString(a.stderr, imageHint(err))
	if ctx.Err() != nil {
		return interruptedCode(ctx, a.crew != nil)
	}
	return exitFailed
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   a.program(),
		Short: "Train neural networks, measure them and predict with them",
		Long: `Descent trains neural networks: from a data file to a measured model.

Without any options, "descent train" learns to read handwritten digits.`,
		Example: `  descent train
  descent train --data houses.csv --target price
  descent predict runs/NAME houses-to-sell.csv`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(*cobra.Command, []string) {
			a.began = true
		},
	}
	var version bool
	root.Flags().BoolVar(&version, "version", false, "name the build, as the command version does")
	root.RunE = func(*cobra.Command, []string) error {
		if version {
			return a.version()
		}
		return root.Help()
	}
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = true
	if a.crew != nil {
		root.Short = "Train neural networks by the processes of one job of MPI"
		root.Long = `Descent-mpi trains as descent does, with the same flags, by all processes that mpirun or
srun starts: train and lr-find share out the rows of each update, compare and sweep
their trials. The models are those of descent train with the same --micro-batch.
Whatever else is done with them is done by descent.`
		root.Example = `  mpirun -np 4 descent-mpi train --data houses.csv --target price --out runs/houses --resume auto
  srun descent-mpi sweep search.yaml`
		root.AddCommand(a.trainCommand(), a.compareCommand(), a.sweepCommand(), a.lrFindCommand(), a.versionCommand())
		for _, cmd := range root.Commands() {
			cmd.Example = strings.ReplaceAll(cmd.Example, "  descent ", "  mpirun -np 4 descent-mpi ")
		}
		return root
	}
	root.AddCommand(
		a.trainCommand(),
		a.dataCommand(),
		a.evalCommand(),
		a.predictCommand(),
		a.generateCommand(),
		a.serveCommand(),
		a.explainCommand(),
		a.inspectCommand(),
		a.exportCommand(),
		a.onnxCommand(),
		a.reportCommand(),
		a.runsCommand(),
		a.benchCommand(),
		a.scheduleCommand(),
		a.versionCommand(),
	)
	root.AddCommand(a.compareCommand(), a.sweepCommand(), a.lrFindCommand())
	return root
}

// helpOf returns the arguments that show the help for a command line.
func helpOf(root *cobra.Command, args []string) []string {
	if cmd, _, err := root.Find(args); err == nil && cmd != root {
		return append([]string{"help"}, strings.Fields(cmd.CommandPath())[1:]...)
	}
	return []string{"help"}
}

// flagError adds the nearest flag to the error about an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && !errors.Is(err, pflag.ErrHelp) {
		want := map[string]string{"uint64": "a whole number of at least 0", "int": "a whole number", "float64": "a number", "bool": "true or false"}
		if w := want[invalid.GetFlag().Value.Type()]; w != "" {
			return fmt.Errorf("--%s %q; want %s", invalid.GetFlag().Name, invalid.GetValue(), w)
		}
		return err
	}
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return err
	}
	name := missing.GetSpecifiedName()
	if err := settings.OtherName(cmd.Flags(), name); err != nil {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return suggest.Unknown("flag", "--"+name, names)
}

// positional takes exactly the named arguments.
func positional(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := "no arguments"
		if len(names) > 0 {
			want = strings.Join(names, " and ")
		}
		return fmt.Errorf("%s takes %s; given were %q%s", cmd.Name(), want, args, unquoted(args, len(names)))
	}
}

// unquoted says how several files are named, where a shell seems to have put them in
// place of a pattern.
func unquoted(args []string, want int) string {
	if len(args) <= want {
		return ""
	}
	for _, arg := range args[want:] {
		if info, err := os.Stat(arg); err != nil || !info.Mode().IsRegular() {
			return ""
		}
	}
	return "; several files are named by a pattern in quotes, such as 'part-*.csv'"
}

// program is what the command calls itself.
func (a *app) program() string { return choose(a.crew != nil, ofGroups, "descent") }

// say tells people something in a line of its own.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, "%s: %s\n", a.program(), fmt.Sprintf(format, args...))
}

// calledBy returns how the user may call a program again, or one that lies beside.
func calledBy(arg0, program string) string {
	switch base := strings.TrimSuffix(filepath.Base(arg0), ".exe"); {
	case base != program:
		return program
	case strings.Contains(filepath.ToSlash(arg0), "/go-build"):
		return "go run ./cmd/" + program
	}
	return shell.Quote(arg0)
}

// call returns a command line to try, quoted for a shell. A group trains as it does now,
// and leaves the rest to descent.
func (a *app) call(args ...string) string {
	switch own := calledBy(os.Args[0], a.program()) + " " + shell.Line(args...); {
	case a.crew == nil || args[0] == "help":
		return own
	case slices.Contains([]string{"train", "compare", "sweep", "lr-find"}, args[0]):
		return fmt.Sprintf("mpirun -np %d %s", a.crew.Size(), own)
	}
	return a.alone(args...)
}

// alone returns a command line to try in one process.
func (a *app) alone(args ...string) string {
	return calledBy(os.Args[0], "descent") + " " + shell.Line(args...)
}

// next prints commands to try after this one.
func (a *app) next(w io.Writer, lines ...string) {
	fmt.Fprintln(w, "next")
	for _, line := range lines {
		fmt.Fprintf(w, "  %s\n", line)
	}
}

// setGroupedUsage makes the help of cmd show its flags in groups: under the
// headings of the table, and those that are no settings under others.
// The short help leaves rare ones out, which --help-all shows.
func setGroupedUsage(cmd *cobra.Command, others string, first bool) {
	var all helpAll
	cmd.Flags().VarPF(&all, "help-all", "", "help for "+cmd.Name()+" with every flag").NoOptDefVal = "true"
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		flags := cmd.LocalFlags()
		fmt.Fprintf(cmd.OutOrStderr(), "Usage:\n  %s\n\nExamples:\n%s\n%s", cmd.UseLine(), cmd.Example, settings.GroupedUsage(flags, others, first, bool(all)))
		if all {
			return nil
		}
		rare := 0
		flags.VisitAll(func(f *pflag.Flag) {
			if settings.Marked(f, settings.Rare) {
				rare++
			}
		})
		fmt.Fprintf(cmd.OutOrStderr(), "\n%s has %d flags more, which %s --help-all shows.\n", cmd.Name(), rare, cmd.CommandPath())
		return nil
	})
}

// helpAll is the flag that asks for the help of every flag. It ends the reading
// of the command line, as --help does.
type helpAll bool

func (h *helpAll) Set(string) error {
	*h = true
	return pflag.ErrHelp
}

func (h *helpAll) String() string { return "false" }
func (h *helpAll) Type() string   { return "bool" }
