package settings

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"descent/optim"
)

func TestPrintedSettingsAreDecided(t *testing.T) {
	open := printed(t)
	for _, row := range table {
		key := row.key[strings.LastIndex(row.key, ".")+1:]
		if _, of := optim.Value(optim.NewAdam(), key); strings.HasPrefix(row.key, section) && key != "name" && key != "eps_placement" && !of {
			continue
		}
		if !strings.Contains(open, key+": ") {
			t.Errorf("%s is not printed", row.key)
		}
	}
	has(t, open, "epochs: 40", `batch: 32`, "learning_rate: 0.001", `model: "mlp:256,128"`, "eps_placement: outside", "beta2: 0.999")
	has(t, printed(t, "--optimizer", "rmsprop"), "eps_placement: inside", "rho: 0.9", "eps: 1e-08")
	has(t, printed(t, "--optimizer", "adamw"), "weight_decay: 0.01")
}

// TestEveryFlag checks that each setting has a flag, a field of its own and
// words in the help.
func TestEveryFlag(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(Sources).Register(flags)
	help := GroupedUsage(flags, "Others", true, true)
	fields := map[any]string{}
	var s Settings
	for _, row := range table {
		has(t, help, "--"+row.Flag()+" ")
		if row.usage == "" {
			t.Errorf("%s says nothing", row.key)
		}
		if other, taken := fields[row.field(&s)]; taken {
			t.Errorf("%s and %s are one field", row.key, other)
		}
		fields[row.field(&s)] = row.key
	}
	for _, flag := range []string{"recipe", "config", "set"} {
		has(t, help, "--"+flag+" ")
	}
}

// printed returns what --print-config prints beside these flags.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var src Sources
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	src.Register(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	s, err := src.Settings()
	if err != nil {
		t.Fatal(err)
	}
	j, err := Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := j.Settings.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// has fails the test unless text holds each part.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}
