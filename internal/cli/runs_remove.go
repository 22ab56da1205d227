package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/runs"
)

func (a *app) runsRemoveCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "rm RUN...",
		Short: "Remove run folders, after asking",
		Long: `Remove run folders, after asking.

RUN is a run folder, or the name of one in ` + runsFolder + `. What is no run folder stays, and
so does one that holds anything that a run does not write.`,
		Example: `  descent runs rm NAME
  descent runs rm runs/NAME1 runs/NAME2 --yes`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("rm takes run folders, one or more; given was none")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.removeRuns(mapped(args, runPath), yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "remove without asking")
	return cmd
}

// removeRuns removes all of the folders or, if one must stay or the answer is
// not yes, none.
func (a *app) removeRuns(folders []string, yes bool) error {
	for _, folder := range folders {
		if err := errors.Join(runs.Removable(folder), runs.Idle(folder)); err != nil {
			return err
		}
	}
	if !yes {
		fmt.Fprintf(a.stderr, "Remove %s with all that is in them: %s? [y/N] ", human.Plural(len(folders), "run"), strings.Join(folders, ", "))
		answer, _ := bufio.NewReader(a.stdin).ReadString('\n') // no answer is no
		fmt.Fprintln(a.stderr)
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
			return fmt.Errorf("nothing was removed; answer y, or give --yes")
		}
	}
	if err := a.work.begin(); err != nil {
		return err
	}
	for _, folder := range folders {
		if err := runs.Remove(folder); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "removed %s\n", folder)
	}
	return nil
}
