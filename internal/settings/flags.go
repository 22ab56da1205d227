package settings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"descent/internal/usage"
)

// Sources are where the settings of a run come from: defaults, then a recipe,
// then a file, then --set, then flags; the later wins, and a rule that it
// names brings its own hyperparameters and rate.
type Sources struct {
	recipe string   // its name
	config string   // path of a YAML file
	sets   []string // key=value
	flags  []*flagValue
}

// flagValue is the flag of one setting. It keeps what was written until the
// sources before it are read.
type flagValue struct {
	Setting
	written []string
}

func (f *flagValue) Set(text string) error {
	var scratch Settings
	if err := f.Setting.Set(&scratch, text); err != nil {
		return err
	}
	f.written = append(f.written, text)
	return nil
}

func (f *flagValue) String() string {
	if len(f.written) > 0 {
		return strings.Join(f.written, ",")
	}
	if f.key == "" { // the zero value, which pflag compares with
		return ""
	}
	s := Default()
	return f.Text(&s)
}

// Type is what the help shows for the value.
func (f *flagValue) Type() string {
	switch v := f.field(&Settings{}).(type) {
	case hyper:
		return choose(v.onOrOff, "value", "number")
	case *float64, *Auto[float64]:
		return "number"
	case *int, *uint64, *Auto[int]:
		return "count"
	case *[]string, *Columns:
		return "names"
	case *bool:
		return "bool" // for which the help shows no value
	}
	return "value"
}

// What is known of a flag beside its usage, as an annotation.
const (
	Harmless = "harmless" // it does not change the result, and may stand beside --resume
	Rare     = "rare"     // it is not in the short help
)

// Mark annotates flags, which there must be.
func Mark(flags *pflag.FlagSet, mark string, names ...string) {
	for _, name := range names {
		if err := flags.SetAnnotation(name, mark, nil); err != nil {
			panic(err)
		}
	}
}

// Marked reports whether a flag has the mark.
func Marked(f *pflag.Flag, mark string) bool {
	_, ok := f.Annotations[mark]
	return ok
}

// Register adds the flags of all settings.
func (src *Sources) Register(flags *pflag.FlagSet) {
	flags.SortFlags = false
	for _, row := range table {
		if flags.Lookup(row.Flag()) != nil { // the command has one of its own, which means something else
			continue
		}
		f := &flagValue{Setting: row}
		src.flags = append(src.flags, f)
		usage := row.usage
		if f.String() == "0" { // which pflag does not show
			usage += " (default 0)"
		}
		flag := flags.VarPF(f, row.Flag(), "", usage)
		if f.Type() == "bool" {
			flag.NoOptDefVal = "true"
		}
		if row.resume == free {
			Mark(flags, Harmless, flag.Name)
		}
		if !row.basic {
			Mark(flags, Rare, flag.Name)
		}
	}
	flags.StringVar(&src.recipe, "recipe", "", "settings that are known to do well at a task: "+strings.Join(recipeNames(), ", ")+"; other settings go over it, and another optimizer brings its own rate")
	flags.StringVar(&src.config, "config", "", "file of settings in YAML, as --print-config prints them; flags go over it")
	flags.StringArrayVar(&src.sets, "set", nil, "one setting by its name in the file, as in optimizer.beta1=0.8; may be repeated")
	Mark(flags, Rare, "set")
}

// Settings merges the sources.
func (src *Sources) Settings() (Settings, error) { return src.SettingsOver(Default()) }

// SettingsOver merges the sources over other defaults.
func (src *Sources) SettingsOver(s Settings) (Settings, error) {
	if src.recipe != "" {
		if err := readRecipe(src.recipe, &s); err != nil {
			return s, usage.Mark(fmt.Errorf("--recipe: %w", err))
		}
	}
	if src.config != "" {
		if err := Read(src.config, &s); err != nil {
			return s, err
		}
	}
	return s, src.ApplyTo(&s)
}

// over reads a later source over s. A rule that it names in place of another
// comes with hyperparameters and a rate of its own.
func (s *Settings) over(read func(*Settings) error) error {
	var alone Settings
	if err := read(&alone); err != nil {
		return err
	}
	if was, is := s.Optimizer.Name, alone.Optimizer.Name; was.Given && is.Given && was.Value != is.Value {
		s.Optimizer, s.LearningRate = Optimizer{}, Auto[float64]{}
	}
	return read(s)
}

// ApplyTo gives s what --set and flags say, and checks the result.
func (src *Sources) ApplyTo(s *Settings) error {
	if err := s.over(src.written); err != nil {
		return err
	}
	return s.Check()
}

// written gives s what --set and flags say.
func (src *Sources) written(s *Settings) error {
	for _, text := range src.sets {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return usage.Errorf("--set %s: want key=value, such as optimizer.beta1=0.8", text)
		}
		row, err := Find(strings.TrimSpace(key))
		if err == nil {
			err = row.Set(s, strings.TrimSpace(value))
		}
		if err != nil {
			return usage.Mark(fmt.Errorf("--set %s: %w", text, err))
		}
	}
	for _, f := range src.flags {
		if len(f.written) == 0 {
			continue
		}
		var all []string
		for _, text := range f.written {
			if err := f.Setting.Set(s, text); err != nil {
				return usage.Mark(fmt.Errorf("--%s: %w", f.Flag(), err))
			}
			if names, list := f.names(s); list {
				all = append(all, *names...)
				*names = all
			}
		}
	}
	return nil
}

// Args returns the sources as they were written, but for the flags named.
func (src *Sources) Args(without ...string) []string {
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
		if slices.Contains(without, f.Flag()) {
			continue
		}
		for _, text := range f.written {
			if f.Type() == "bool" {
				args = append(args, "--"+f.Flag()+"="+text)
			} else {
				args = append(args, "--"+f.Flag(), text)
			}
		}
	}
	return args
}

// GroupedUsage is the help of flags in groups: under the headings of the table,
// and those that are no settings under others, which come first or last. Rare
// flags are left out unless all are asked for.
func GroupedUsage(flags *pflag.FlagSet, others string, first, all bool) string {
	of := map[string]string{}
	var groups []string
	for _, row := range table {
		if !slices.Contains(groups, row.group) {
			groups = append(groups, row.group)
		}
		of[row.Flag()] = row.group
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
	flags.VisitAll(func(f *pflag.Flag) {
		if all || !Marked(f, Rare) {
			sets[cmp.Or(of[f.Name], others)].AddFlag(f)
		}
	})
	var b strings.Builder
	for _, g := range groups {
		if sets[g].HasFlags() {
			fmt.Fprintf(&b, "\n%s:\n%s", g, sets[g].FlagUsagesWrapped(100))
		}
	}
	return b.String()
}

// OtherName returns an error that tells how flags set what --name, which is
// none of them, names; nil if that is no setting of theirs.
func OtherName(flags *pflag.FlagSet, name string) error {
	key := strings.ReplaceAll(name, "-", "_")
	for _, row := range table {
		if row.key == key && flags.Lookup(row.Flag()) != nil {
			return fmt.Errorf("unknown flag \"--%s\"; did you mean \"--%s\"?", name, row.Flag())
		}
	}
	return nil
}

// Forget leaves the rule's settings that a file or recipe gave to each rule's
// defaults; those of flags stay.
func (src *Sources) Forget(s *Settings, changed map[string]bool) {
	if src.config == "" && src.recipe == "" {
		return
	}
	for _, row := range table {
		if !row.ofRule || changed[row.Flag()] || src.setsKey(row.key) {
			continue
		}
		_ = row.Set(s, "auto") // which all of them take
	}
}

// setsKey reports whether --set names the setting.
func (src *Sources) setsKey(key string) bool {
	for _, text := range src.sets {
		if k, _, _ := strings.Cut(text, "="); strings.TrimSpace(k) == key {
			return true
		}
	}
	return false
}
