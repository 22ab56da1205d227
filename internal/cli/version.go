package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/model"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Name the build and the instruction set in use",
		Args:  positional(),
		RunE:  func(*cobra.Command, []string) error { return a.version() },
	}
}

func (a *app) version() error {
	build := built()
	fmt.Fprintf(a.stdout, "descent %s\n", model.Version())
	if commit, ok := build["vcs.revision"]; ok {
		fmt.Fprintf(a.stdout, "commit  %s\n", commit)
	}
	fmt.Fprintf(a.stdout, "go      %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if build["CGO_ENABLED"] == "1" && runtime.GOOS == "linux" {
		fmt.Fprintf(a.stdout, "linked  to the C library of this system; CGO_ENABLED=0 go build makes a binary that needs none\n")
	}
	fmt.Fprintf(a.stdout, "cpu     %d cores\n", runtime.GOMAXPROCS(0))
	fmt.Fprintf(a.stdout, "kernels %s (%s)\n", kernel.Engine(), choices(isa.Tiers()))
	a.next(a.stdout, a.call("train"))
	return nil
}

// built is what is known of how this binary was built, by the names of the go
// command.
func built() map[string]string {
	settings := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
	}
	return settings
}

// choices says what else a machine with the given tiers can be asked to run.
func choices(tiers []isa.Tier) string {
	best := len(tiers) - 1
	if best == 0 {
		return "this machine or build runs no other"
	}
	less := tiers[0].String()
	for _, t := range tiers[1:best] {
		less += " or " + t.String()
	}
	text := fmt.Sprintf("this machine can run %v; %s=%s asks for less, %s for no machine code", tiers[best], isa.Environment, less, isa.Interpreted)
	if best > 1 {
		text += fmt.Sprintf(", %v,%s for both", tiers[best-1], isa.Interpreted)
	}
	return text
}
