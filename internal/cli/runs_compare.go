package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/internal/terminal"
)

func (a *app) runsCompareCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "compare RUN RUN...",
		Short:   "Show the results of runs side by side, and the settings in which they differ",
		Example: `  descent runs compare NAME1 runs/NAME2`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return fmt.Errorf("compare takes two runs or more; given were %q", args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			var list []*runs.Run
			var names []string
			for _, arg := range args {
				r, err := runs.ReadHead(runPath(arg))
				if err != nil {
					return err
				}
				list, names = append(list, r), append(names, r.Name())
			}
			results, settings := runpage.Compare(list, names)
			terminal.Table(a.stdout, transposed(results), false)
			fmt.Fprintln(a.stdout)
			if len(settings.Rows) == 0 {
				fmt.Fprintln(a.stdout, "All settings are equal.")
				return nil
			}
			terminal.Table(a.stdout, settings, false)
			fmt.Fprintln(a.stdout)
			a.next(a.stdout, a.call(append([]string{"report"}, mapped(args, runPath)...)...))
			return nil
		},
	}
}

func mapped(list []string, f func(string) string) (out []string) {
	for _, s := range list {
		out = append(out, f(s))
	}
	return out
}

// runPath is the folder of a run that is named by its path or its name in runs.
func runPath(name string) string {
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) && filepath.Base(name) == name {
		return filepath.Join(runsFolder, name)
	}
	return name
}

// transposed makes a row of each column.
func transposed(t report.Table) report.Table {
	out := report.Table{Columns: []string{t.Columns[0]}}
	for _, row := range t.Rows {
		out.Columns = append(out.Columns, fmt.Sprint(row[0]))
	}
	for i, name := range t.Columns[1:] {
		row := report.Row{name}
		for _, r := range t.Rows {
			row = append(row, r[i+1])
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
