package cli

import (
	"slices"
	"strings"
	"testing"

	"descent/internal/settings"
)

// aroundAll turns on all that can be around a rule.
var aroundAll = []string{
	"--optimizer", "momentum", "--momentum", "0.95", "--weight-decay", "0.01", "--weight-decay-kind", "cautious", "--max-norm", "3",
	"--clip-adaptive", "0.5", "--clip-param", "2", "--gradient-noise", "0.001:0.55", "--sam", "0.05", "--lookahead", "5:0.8",
	"--groups", "*.bias:optimizer=adam,beta1=0.8,lr_factor=0.1,weight_decay=0; 1.*: freeze;*:clip_adaptive=0.1",
	"--schedules", "momentum=dip:low=0.9;beta1=cosine:floor=0.5", "--schedule", "onecycle",
}

// TestAroundBits trains with all of it, and again with what was printed.
func TestAroundBits(t *testing.T) {
	args := aroundAll
	printed := command(t, slices.Concat(small, args, []string{"--print-config"})...).want(t, exitDone).stdout
	contains(t, printed, "\ngroups:\n  - {pattern: \"*.bias\", optimizer: adam, beta1: 0.8, lr_factor: 0.1, weight_decay: 0}\n",
		"\n  - {pattern: \"1.*\", freeze: true}\n", "\nschedules:\n  momentum: \"dip:low=0.9\"\n", "lookahead: \"5:0.8\"")
	path := write(t, "run.yaml", printed)
	if again := command(t, "train", "--config", path, "--print-config").want(t, exitDone).stdout; again != printed {
		t.Errorf("printed again, the settings are\n%s\nand were\n%s", again, printed)
	}
	sum, _ := trained(t, args...)
	if got := sha(t, "--config", path); got != sum["weights_sha256"] {
		t.Error("the printed settings give other bits")
	}
	for _, off := range []string{"--sam=0", "--lookahead=none", "--gradient-noise=none", "--weight-decay-kind=decoupled", "--groups=*.bias:optimizer=adam", "--schedules="} {
		if got := sha(t, "--config", path, off); got == sum["weights_sha256"] {
			t.Errorf("%s changes nothing", off)
		}
	}
}

func TestAroundRefusals(t *testing.T) {
	for _, row := range []struct {
		line string
		want []string
	}{
		{"--clip-adaptive -1", []string{"clip_adaptive", "-1"}},
		{"--sam -1", []string{"sam", "-1"}},
		{"--max-norm -1", []string{"max_norm"}},
		{"--weight-decay-kind decouled", []string{`did you mean "decoupled"`}},
		{"--optimizer lamb --weight-decay-kind l2", []string{"lamb", "inside"}},
		{"--gradient-noise loud", []string{"gradient_noise", "0.01:0.55"}},
		{"--gradient-noise 0", []string{"gradient_noise", "none"}},
		{"--lookahead 0", []string{"lookahead", "6:0.5"}},
		{"--lookahead 6:2", []string{"lookahead", "6:0.5"}},
		{"--schedules momentum", []string{"schedules", "momentum=dip"}},
		{"--schedules beta1=dpi", []string{"beta1", "dip"}},
		{"--schedules beta1=dip;beta1=dip", []string{"beta1 stands twice"}},
		{"--schedules momentum=dip", []string{`"momentum"`}},
		{"--schedules lr=dip", []string{"learning rate"}},
		{"--groups *.bias", []string{"groups", "*.bias:weight_decay=0.01"}},
		{"--groups *.bias:beta9=1", []string{"beta9", "lr_factor"}},
		{"--groups *.bias:lr_factor=0", []string{"lr_factor", "freeze"}},
		{"--groups *.bias:optimizer=adm", []string{`did you mean "adam"`}},
		{"--groups *.bias:freeze,freeze", []string{"freeze stands twice"}},
		{"--groups *.bias:freeze,lr_factor=2", []string{"frozen"}},
		{"--groups zz*:freeze", []string{`"zz*"`, "1.dense.weight"}},
	} {
		r := command(t, append([]string{"train", "--out", t.TempDir() + "/run"}, strings.Fields(row.line)...)...)
		if r.code == exitDone {
			t.Errorf("%s is accepted", row.line)
		}
		contains(t, r.stderr, row.want...)
	}
	for yaml, want := range map[string]string{
		"groups: {pattern: x}":              "a.yaml:1: groups are a list",
		"groups:\n- {freeze: true}":         "a.yaml:2: the group has no pattern",
		"groups:\n- x":                      "a.yaml:2: want names and values",
		"schedules: [dip]":                  "a.yaml:1: want names and values of schedules",
		"schedules: {beta1: [dip]}":         "a.yaml:1: beta1 takes one value",
		"schedules: {beta1: 'dip;eps=dip'}": "without a semicolon",
	} {
		s := settings.Default()
		if err := settings.Parse("a.yaml", []byte(yaml), &s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", yaml, err, want)
		}
	}
}
