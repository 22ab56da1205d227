package cli

import (
	"strings"
	"testing"
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

// TestLaterSourcesWin checks the order defaults, file, --set, flags.
func TestLaterSourcesWin(t *testing.T) {
	path := write(t, "run.yaml", "epochs: 3\nseed: 5\noptimizer: {name: rmsprop, rho: 0.8}\nlearning_rate: 0.5\nmodel: mlp:4\n")
	printed := command(t, "train", "--config", path, "--set", "optimizer.rho=0.7", "--set", "learning_rate=0.25", "--lr", "0.125", "--print-config").want(t, exitDone).stdout
	contains(t, printed, "epochs: 3", "seed: 5", "name: rmsprop", "rho: 0.7", "learning_rate: 0.125", `model: "mlp:4"`)
}
