package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"descent/internal/kernel"
	"descent/train"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Name the build and the instruction set in use",
		Args:  positional(),
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.stdout, "descent %s\n", train.Version())
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						fmt.Fprintf(a.stdout, "commit  %s\n", s.Value)
					}
				}
			}
			fmt.Fprintf(a.stdout, "go      %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
			fmt.Fprintf(a.stdout, "cpu     %d cores\n", runtime.GOMAXPROCS(0))
			fmt.Fprintf(a.stdout, "kernels %s (this machine can run %s; DESCENT_CPU=plain, avx2 or avx512 asks for less, interpret for no machine code, avx2,interpret for both)\n",
				kernel.Engine(), kernel.BestTier())
			a.next(a.stdout, a.call("train"))
			return nil
		},
	}
}
