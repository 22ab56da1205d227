package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/suggest"
	"descent/internal/terminal"
	"descent/internal/usage"
)

// runsFolder is where train makes run folders.
const runsFolder = "runs"

// listOptions say which runs to show, and what of them.
type listOptions struct {
	where []string
	sort  string
	show  []string
	json  bool
}

func (a *app) runsCommand() *cobra.Command {
	var opt listOptions
	cmd := &cobra.Command{
		Use:   "runs [FOLDER]",
		Short: "List runs; compare and remove them",
		Long: `List the runs in a folder, ` + runsFolder + ` if none is named.

Settings have the names that config.yaml gives them, with a dot for a section, as
in optimizer.name; results those of summary.json, as in test.accuracy. There are
also name and status: done, interrupted, diverged, or unfinished.`,
		Example: `  descent runs
  descent runs --where optimizer.name=adam --where 'test.accuracy>=0.97' --sort -test.accuracy
  descent runs experiments --show learning_rate,seed,test.loss
  descent runs compare NAME1 NAME2
  descent runs rm NAME`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("runs takes one folder; given were %q", args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			folder := runsFolder
			if len(args) == 1 {
				folder = args[0]
			}
			return a.runs(folder, opt)
		},
	}
	cmd.Flags().StringArrayVar(&opt.where, "where", nil, "only runs for which this holds, as in seed=1 or 'test.loss<0.1'; repeat it for several")
	cmd.Flags().StringVar(&opt.sort, "sort", "name", "setting or result to sort by; with a minus in front the largest comes first")
	cmd.Flags().StringSliceVar(&opt.show, "show", nil, "settings and results to show (default data, model, rule, rate, epochs, status and scores)")
	cmd.Flags().BoolVar(&opt.json, "json", false, "print all settings and results as JSON")
	cmd.AddCommand(a.runsCompareCommand(), a.runsRemoveCommand())
	return cmd
}

func (a *app) runs(folder string, opt listOptions) error {
	list, unread := runs.List(folder)
	if unread != nil && list == nil {
		return unread
	}
	if len(list) == 0 && runs.IsRun(folder) {
		return usage.Errorf("%s is itself a run; name the folder that it is in", folder)
	}
	keys := runs.Keys(list)
	var err error
	if list, err = filtered(list, keys, opt); err != nil {
		return err
	}
	if err := knownKey(strings.TrimPrefix(opt.sort, "-"), keys); err != nil {
		return usage.Mark(fmt.Errorf("--sort: %w", err))
	}
	runs.Sort(list, opt.sort)
	if opt.json {
		return errors.Join(runs.WriteJSON(a.data, runsJSON(list)), unread)
	}
	show := opt.show
	if show == nil {
		show = append(settings.Listed(), "status", "validation.loss", "test.accuracy", "test.r2")
	}
	t := report.Table{Columns: append([]string{"run"}, show...)}
	for _, r := range list {
		row := report.Row{r.Name()}
		for _, key := range show {
			row = append(row, shownValue(r, key))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, key := range opt.show {
		if err := knownKey(key, keys); err != nil && len(list) > 0 {
			return usage.Mark(fmt.Errorf("--show: %w", err))
		}
	}
	terminal.Table(a.stdout, t, opt.show == nil)
	fmt.Fprintf(a.stdout, "%s in %s\n", human.Plural(len(list), "run"), folder)
	return unread
}

// filtered returns the runs for which all conditions hold.
func filtered(list []*runs.Run, keys []string, opt listOptions) ([]*runs.Run, error) {
	var conditions []runs.Condition
	for _, text := range opt.where {
		c, err := runs.ParseCondition(text)
		if err == nil && len(list) > 0 {
			err = knownKey(c.Key, keys)
		}
		if err != nil {
			return nil, usage.Mark(fmt.Errorf("--where: %w", err))
		}
		conditions = append(conditions, c)
	}
	var kept []*runs.Run
	for _, r := range list {
		holds := true
		for _, c := range conditions {
			holds = holds && c.Holds(r)
		}
		if holds {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// knownKey returns an error if no run has a setting or result of that name.
func knownKey(key string, keys []string) error {
	for _, k := range keys {
		if k == key {
			return nil
		}
	}
	if len(keys) <= 2 { // there are no runs
		return nil
	}
	return suggest.Unknown("setting or result", key, keys)
}

// shownValue is a value for people, empty if there is none: settings as they
// were given, results in the digits that matter.
func shownValue(r *runs.Run, key string) any {
	if v, ok := r.Number(key); ok {
		if _, score, ok := strings.Cut(key, "."); ok {
			return report.Quantity{Value: v, Text: human.Bare(score, v, 5)}
		}
		return v
	}
	text, ok := r.Value(key)
	if !ok {
		return nil
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return report.Quantity{Value: v, Text: text}
	}
	return text
}

func runsJSON(list []*runs.Run) []map[string]any {
	out := []map[string]any{}
	for _, r := range list {
		out = append(out, map[string]any{"name": r.Name(), "path": r.Path, "status": r.Status(), "settings": r.Settings, "results": r.Summary})
	}
	return out
}
