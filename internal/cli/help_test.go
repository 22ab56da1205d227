package cli

import (
	"strings"
	"testing"

	"descent/internal/settings"
	"descent/internal/trials"
	"descent/optim"
)

// TestHelp: the help shows the flags that matter, and says where the others are;
// --help-all shows them all, wherever it stands.
func TestHelp(t *testing.T) {
	for name, flags := range map[string][]string{
		"train":   {"--data ", "--target ", "--model ", "--optimizer ", "--lr ", "--batch ", "--epochs ", "--seed ", "--recipe ", "--config ", "--out ", "--resume ", "--print-config "},
		"compare": {"--data ", "--optimizers ", "--vary ", "--seeds ", "--budget ", "--resume "},
		"sweep":   {"--data ", "--out ", "--resume "},
		"lr-find": {"--data ", "--from ", "--to "},
	} {
		short := command(t, name, "--help").want(t, exitDone).stdout
		contains(t, short, append(flags, "Usage:", "Examples:", "--help-all")...)
		if again := command(t, "help", name).want(t, exitDone).stdout; again != short {
			t.Errorf("help %s is not what %s --help says", name, name)
		}
		if n := strings.Count(short, "\n"); n > 118 {
			t.Errorf("the short help of %s has %d lines", name, n)
		}
		all := command(t, name, "--help-all").want(t, exitDone).stdout
		contains(t, all, append(flags, "--split-seed ", "--beta1 ", "--memory ", "--order ", "--set ", "--stall-timeout ", "λ of decay of weights")...)
		for _, rare := range []string{"--split-seed", "--beta1", "--order", "--stall-timeout"} {
			if strings.Contains(short, rare+" ") {
				t.Errorf("the short help of %s shows %s", name, rare)
			}
		}
		if beside := command(t, name, "--epochs", "3", "--help-all").want(t, exitDone).stdout; beside != all {
			t.Errorf("%s --help-all says something else beside another flag", name)
		}
	}
}

// TestHyperparametersEverywhere: what optim lists has a flag in every command with
// settings, can be varied by compare and searched by sweep, and stands in files.
func TestHyperparametersEverywhere(t *testing.T) {
	root := (&app{}).command()
	for _, h := range optim.Hyperparameters() {
		if strings.HasPrefix(h.Key, "eps_inside") || strings.HasPrefix(h.Key, "eps_outside") {
			continue // --eps-placement
		}
		key := "optimizer." + h.Key
		if h.Key == "weight_decay" { // which any rule can have around it
			key = h.Key
		}
		for _, name := range []string{"train", "compare", "sweep", "lr-find"} {
			cmd, _, err := root.Find([]string{name})
			if err != nil || cmd.Flags().Lookup(strings.ReplaceAll(h.Key, "_", "-")) == nil {
				t.Errorf("%s has no flag for %s: %v", name, h.Key, err)
			}
		}
		value := "0.5"
		if h.Switch {
			value = "true"
		}
		if _, err := trials.ParseVaried(key + "=" + value); err != nil {
			t.Errorf("%s cannot be varied: %v", key, err)
		}
		s, path := settings.Default(), write(t, "space.yaml", "space: {"+key+": ["+value+"]}\n")
		if _, err := trials.ReadSweep(path, &s); err != nil {
			t.Errorf("%s cannot be searched: %v", key, err)
		}
	}
}
