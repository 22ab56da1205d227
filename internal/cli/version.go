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
	build := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			build[s.Key] = s.Value
		}
	}
	fmt.Fprintf(a.stdout, "descent %s\n", model.Version())
	if commit, ok := build["vcs.revision"]; ok {
		fmt.Fprintf(a.stdout, "commit  %s\n", commit)
	}
	fmt.Fprintf(a.stdout, "go      %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if build["CGO_ENABLED"] == "1" && runtime.GOOS == "linux" {
		fmt.Fprintf(a.stdout, "linked  to the C library of this system; CGO_ENABLED=0 go build makes a binary that needs none\n")
	}
	fmt.Fprintf(a.stdout, "cpu     %d cores\n", runtime.GOMAXPROCS(0))
	fmt.Fprintf(a.stdout, "kernels %s (this machine can run %s; DESCENT_CPU=plain, avx2 or avx512 asks for less, interpret for no machine code, avx2,interpret for both)\n",
		kernel.Engine(), isa.Best())
	a.next(a.stdout, a.call("train"))
	return nil
}
