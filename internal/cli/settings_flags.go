package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// sources are where the settings of a run come from: defaults, then a recipe,
// then a file, then --set, then flags; the later wins.
type sources struct {
	recipe string   // its name
	config string   // path of a YAML file
	sets   []string // key=value
	flags  []*flagValue
}

// flagValue is the flag of one setting. It keeps what was written until the
// sources before it are read.
type flagValue struct {
	setting
	written []string
}

func (f *flagValue) Set(text string) error {
	var scratch Settings
	if err := f.set(&scratch, text); err != nil {
		return err
	}
	f.written = append(f.written, text)
	return nil
}

func (f *flagValue) String() string {
	if len(f.written) > 0 {
		return strings.Join(f.written, ",")
	}
	if f.at == nil { // the zero value, which pflag compares with
		return ""
	}
	s := defaultSettings()
	return f.text(&s)
}

// Type is what the help shows for the value.
func (f *flagValue) Type() string {
	switch f.at(&Settings{}).(type) {
	case *float64, *auto[float64]:
		return "number"
	case *int, *uint64, *auto[int]:
		return "count"
	case *[]string:
		return "names"
	case *bool:
		return "bool" // for which the help shows no value
	}
	return "value"
}

// register adds the flags of all settings to cmd.
func (src *sources) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	var others []string
	for _, row := range table {
		if row.flag == "" {
			others = append(others, row.key)
			continue
		}
		f := &flagValue{setting: row}
		src.flags = append(src.flags, f)
		usage := row.usage
		if f.String() == "0" { // which pflag does not show
			usage += " (default 0)"
		}
		flag := flags.VarPF(f, row.flag, "", usage)
		if f.Type() == "bool" {
			flag.NoOptDefVal = "true"
		}
	}
	flags.StringVar(&src.recipe, "recipe", "", "settings that are known to do well at a task: "+strings.Join(recipeNames(), ", ")+"; other settings go over it")
	flags.StringVar(&src.config, "config", "", "file of settings in YAML, as --print-config prints them; flags go over it")
	flags.StringArrayVar(&src.sets, "set", nil, "one setting by its name in the file, as in optimizer.beta1=0.8; may be repeated; without a flag of their own are "+and(others))
}

// settings merges the sources.
func (src *sources) settings() (Settings, error) { return src.settingsOver(defaultSettings()) }

// settingsOver merges the sources over other defaults.
func (src *sources) settingsOver(s Settings) (Settings, error) {
	if src.recipe != "" {
		if err := readRecipe(src.recipe, &s); err != nil {
			return s, usage(fmt.Errorf("--recipe: %w", err))
		}
	}
	if src.config != "" {
		if err := readSettings(src.config, &s); err != nil {
			return s, err
		}
	}
	return s, src.over(&s)
}

// over gives s what --set and flags say, and checks the result.
func (src *sources) over(s *Settings) error {
	for _, text := range src.sets {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return usagef("--set %s: want key=value, such as optimizer.beta1=0.8", text)
		}
		row, err := find(strings.TrimSpace(key))
		if err == nil {
			err = row.set(s, strings.TrimSpace(value))
		}
		if err != nil {
			return usage(fmt.Errorf("--set %s: %w", text, err))
		}
	}
	for _, f := range src.flags {
		if len(f.written) == 0 {
			continue
		}
		text := f.written[len(f.written)-1]
		if _, list := f.at(s).(*[]string); list {
			text = strings.Join(f.written, ",")
		}
		if err := f.set(s, text); err != nil {
			return usage(fmt.Errorf("--%s: %w", f.flag, err))
		}
	}
	return s.check()
}

// setGroupedUsage makes the help of cmd show its flags in groups: under the
// headings of the table, and those that are no settings under others.
func setGroupedUsage(cmd *cobra.Command, others string, first bool) {
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		fmt.Fprintf(cmd.OutOrStderr(), "Usage:\n  %s\n\nExamples:\n%s\n%s", cmd.UseLine(), cmd.Example, groupedUsage(cmd, others, first))
		return nil
	})
}

// groupedUsage is the flags of cmd in groups.
func groupedUsage(cmd *cobra.Command, others string, first bool) string {
	group := ""
	of := map[string]string{}
	var groups []string
	for _, row := range table {
		if row.group != "" {
			group = row.group
			groups = append(groups, group)
		}
		of[row.flag] = group
	}
	if first {
		groups = slices.Insert(groups, 0, others)
	} else {
		groups = append(groups, others)
	}
	sets := map[string]*pflag.FlagSet{}
	for _, g := range groups {
		sets[g] = pflag.NewFlagSet(g, pflag.ContinueOnError)
		sets[g].SortFlags = false
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		g, ok := of[f.Name]
		if !ok {
			g = others
		}
		sets[g].AddFlag(f)
	})
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s:\n%s", g, sets[g].FlagUsagesWrapped(100))
	}
	return b.String()
}

// args returns the sources as they were written, but for the flags named.
func (src *sources) args(without ...string) []string {
	var args []string
	if src.recipe != "" {
		args = append(args, "--recipe", src.recipe)
	}
	if src.config != "" {
		args = append(args, "--config", src.config)
	}
	for _, text := range src.sets {
		args = append(args, "--set", text)
	}
	for _, f := range src.flags {
		if slices.Contains(without, f.flag) {
			continue
		}
		for _, text := range f.written {
			if f.Type() == "bool" {
				args = append(args, "--"+f.flag+"="+text)
			} else {
				args = append(args, "--"+f.flag, text)
			}
		}
	}
	return args
}
