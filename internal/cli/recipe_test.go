package cli

import (
	"testing"

	"descent/data"
)

// TestRecipeRun trains by a recipe on a set of the same kind, and checks that
// other settings go over it.
func TestRecipeRun(t *testing.T) {
	dir := idx(t)
	line := []string{"train", "--recipe", "mnist-fast", "--data", dir}
	printed := command(t, append(line, "--batch", "16", "--print-config")...).want(t, exitDone).stdout
	contains(t, printed, `model: "cnn:16"`, "batch: 16", "epochs: 1", "learning_rate: 0.15", "adam_rate: 0.05", "warmup: 0.2e", "label_smoothing: 0.05", "split: 100/0/0")
	config := write(t, "run.yaml", "batch: 16\nseed: 4\nlearning_rate: 0.5\n")
	printed = command(t, append(line, "--config", config, "--set", "learning_rate=0.25", "--epochs", "2", "--print-config")...).want(t, exitDone).stdout
	contains(t, printed, "batch: 16", "seed: 4", "learning_rate: 0.25", "epochs: 2", `model: "cnn:16"`, "label_smoothing: 0.05")

	printed = command(t, append(line, "--batch", "16", "--optimizer", "momentum", "--set", "optimizer.momentum=0.8", "--print-config")...).want(t, exitDone).stdout
	contains(t, printed, "name: momentum", "momentum: 0.8", "learning_rate: 0.01", "warmup: 0.2e")

	config = write(t, "rule.yaml", "optimizer: nesterov\nbatch: 16\n")
	printed = command(t, append(line, "--config", config, "--print-config")...).want(t, exitDone).stdout
	contains(t, printed, "name: nesterov", "learning_rate: 0.01", "warmup: 0.2e")

	// The recipe is its settings: printed and read again, they give the same bits.
	over := []string{"--data", dir, "--model", "cnn:16", "--batch", "16"}
	path := write(t, "printed.yaml", command(t, append([]string{"train", "--recipe", "mnist-fast", "--epochs", "2", "--print-config"}, over...)...).want(t, exitDone).stdout)
	sum, _ := trained(t, append([]string{"--recipe", "mnist-fast"}, over...)...)
	if got := sha(t, "--config", path, "--model", "cnn:16"); got != sum["weights_sha256"] {
		t.Error("the printed settings of a recipe end in other weights")
	}
	if rows := sum["rows"].(map[string]any); rows["train"] != 60.0 || rows["validation"] != 0.0 || rows["test"] != 20.0 {
		t.Errorf("parts %v", rows)
	}
	t.Setenv(data.CacheVariable, t.TempDir())
	contains(t, command(t, "train", "--recipe", "mnist").want(t, exitFailed).stderr, "descent data get mnist")
}
