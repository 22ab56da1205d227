package cli

import (
	"strings"
	"testing"

	"descent/optim"
)

// TestPrintedSettingsGiveTheSameBits feeds --print-config back.
func TestPrintedSettingsGiveTheSameBits(t *testing.T) {
	table := write(t, "a, b.csv", strings.Replace(flowers(200), "kind", `"kind, of ""flower"": yes"`, 1))
	for _, args := range [][]string{
		nil,
		{"--optimizer", "rmsprop", "--eps", "1e-2", "--eps-placement", "outside", "--schedule", "exp:every=1e,factor=0.9,stairs", "--warmup", "1e"},
		{"--optimizer", "adamw", "--l1", "1e-5", "--clip-norm", "1", "--batch", "all", "--init", "normal:0.02", "--activation", "tanh"},
		{"--momentum", "0.85", "--dropout", "0.1", "--patience", "3", "--monitor", "accuracy", "--schedule", "plateau"},
		{"--data", table, "--target", `"kind, of ""flower"": yes"`, "--split", "60/20/20", "--class-weights", "balanced"},
	} {
		line := append(append([]string{}, small...), args...)
		printed := command(t, append(line, "--print-config")...).want(t, exitDone).stdout
		path := write(t, "run.yaml", printed)
		again := command(t, "train", "--config", path, "--print-config").want(t, exitDone).stdout
		if again != printed {
			t.Errorf("%v: printed again, the settings are\n%s\nand were\n%s", args, again, printed)
		}
		sum, out := trained(t, args...)
		if got := sha(t, "--config", path); got != sum["weights_sha256"] {
			t.Errorf("%v: the printed settings give other bits", args)
		}
		if kept := readFile(t, out+"/config.yaml"); kept != printed {
			t.Errorf("%v: config.yaml is\n%s\nprinted was\n%s", args, kept, printed)
		}
	}
}

func TestPrintedSettingsAreDecided(t *testing.T) {
	printed := command(t, "train", "--print-config").want(t, exitDone).stdout
	for _, row := range table {
		key := row.key[strings.LastIndex(row.key, ".")+1:]
		if _, of := optim.Value(optim.NewAdam(), key); strings.HasPrefix(row.key, "optimizer.") && key != "name" && key != "eps_placement" && !of {
			continue
		}
		if !strings.Contains(printed, key+": ") {
			t.Errorf("%s is not printed", row.key)
		}
	}
	contains(t, printed, "epochs: 40", `batch: 32`, "learning_rate: 0.001", `model: "mlp:256,128"`, "eps_placement: outside", "beta2: 0.999")
	contains(t, command(t, "train", "--print-config", "--optimizer", "rmsprop").stdout, "eps_placement: inside", "rho: 0.9", "eps: 1e-08")
	contains(t, command(t, "train", "--print-config", "--optimizer", "adamw").stdout, "weight_decay: 0.01")
}

// TestLaterSourcesWin checks the order defaults, file, --set, flags.
func TestLaterSourcesWin(t *testing.T) {
	path := write(t, "run.yaml", "epochs: 3\nseed: 5\noptimizer: {name: rmsprop, rho: 0.8}\nlearning_rate: 0.5\nmodel: mlp:4\n")
	printed := command(t, "train", "--config", path, "--set", "optimizer.rho=0.7", "--set", "learning_rate=0.25", "--lr", "0.125", "--print-config").want(t, exitDone).stdout
	contains(t, printed, "epochs: 3", "seed: 5", "name: rmsprop", "rho: 0.7", "learning_rate: 0.125", `model: "mlp:4"`)
}

func TestYAMLForms(t *testing.T) {
	for _, row := range []struct{ yaml, key, want string }{
		{"", "epochs", "auto"},
		{"# nothing\n", "epochs", "auto"},
		{"epochs: auto", "epochs", "auto"},
		{"optimizer: sgd", "optimizer.name", "sgd"},
		{"optimizer:\n  name: sgd\n", "optimizer.name", "sgd"},
		{"optimizer: {momentum: 0.5}", "optimizer.momentum", "0.5"},
		{"target: price", "target", "price"},
		{"target: [price, rent]", "target", "price,rent"},
		{"target:\n- price\n- rent\n", "target", "price,rent"},
		{`target: "a, b"`, "target", `"a, b"`},
		{"batch: 12", "batch", "12"},
		{"batch: all", "batch", "all"},
		{"learning_rate: 1e-3", "learning_rate", "0.001"},
		{"seed: 18446744073709551615", "seed", "18446744073709551615"},
		{"data: 2024.csv", "data", "2024.csv"},
	} {
		s := defaultSettings()
		if err := readSettings(write(t, "run.yaml", row.yaml), &s); err != nil {
			t.Errorf("%q: %v", row.yaml, err)
			continue
		}
		setting, err := find(row.key)
		if err != nil {
			t.Fatal(err)
		}
		if got := setting.text(&s); got != row.want {
			t.Errorf("%q: %s is %q, want %q", row.yaml, row.key, got, row.want)
		}
	}
}

// TestScalarText checks that any text comes back from YAML.
func TestScalarText(t *testing.T) {
	for _, text := range []string{"", "a", "null", "Null", "~", "yes", "1e-8", "-1", "a: b", "# x", "a\nb", `"`, "'", "é", "@", "- x", "1.5.2", "mlp:3", " x ", "0x10", ".5", "[a]", strings.Repeat("long words ", 40)} {
		s := defaultSettings()
		if err := readSettings(write(t, "run.yaml", "data: "+scalarText(text)+"\n"), &s); err != nil || s.Data != text {
			t.Errorf("%q became %q as %s: %v", text, s.Data, scalarText(text), err)
		}
	}
}

// TestEveryFlag checks that each setting has a flag or stands with --set, a
// field of its own and words in the help.
func TestEveryFlag(t *testing.T) {
	help := command(t, "train", "--help").want(t, exitDone).stdout
	fields := map[any]string{}
	var s Settings
	for _, row := range table {
		if row.flag == "" {
			contains(t, strings.Join(strings.Fields(help), " "), " "+row.key)
		} else {
			contains(t, help, "--"+row.flag+" ")
		}
		if row.usage == "" {
			t.Errorf("%s says nothing", row.key)
		}
		if other, taken := fields[row.at(&s)]; taken {
			t.Errorf("%s and %s are one field", row.key, other)
		}
		fields[row.at(&s)] = row.key
	}
	for _, flag := range []string{"recipe", "config", "set", "out", "ui", "json", "print-config"} {
		contains(t, help, "--"+flag+" ")
	}
}
