package cli

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"descent/internal/bench"
	"descent/internal/human"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/model"
)

// benchBlock writes what is worth sending of rows, in Markdown: the machine, its
// peak and its steps. It writes nothing unless both were measured.
func benchBlock(w io.Writer, rows []bench.Row) {
	var peaks, steps []string
	for _, r := range rows {
		switch {
		case r.Work == "multiply-add/"+isa.Current().String():
			peaks = append(peaks, fmt.Sprintf("%s on %d", rateText(r.GFLOPS, "%.1f"), r.Workers))
		case r.Group == "steps":
			samples := "-"
			if r.SamplesPerS > 0 {
				samples = human.Thousands(r.SamplesPerS)
			}
			steps = append(steps, fmt.Sprintf("| %s | %d | %s | %s | %s |", r.Work, r.Workers, milliseconds(r.Ms), rateText(r.GFLOPS, "%.1f"), samples))
		}
	}
	if len(peaks) == 0 || len(steps) == 0 {
		return
	}
	commit := ""
	if c := built()["vcs.revision"]; c != "" {
		commit = ", commit " + c[:min(12, len(c))]
	}
	fmt.Fprintf(w, `
To send this, paste what follows into an issue:

### %s/%s, %s, %d cores, %s

kernels %s; descent %s%s; %s

peak of multiply-adds in GFLOP/s, by cores: %s

| step | cores | time | GFLOP/s | samples/s |
|---|---|---|---|---|
%s
`, runtime.GOOS, runtime.GOARCH, bench.Processor(), runtime.NumCPU(), time.Now().Format(time.DateOnly),
		kernel.Engine(), model.Version(), commit, runtime.Version(), strings.Join(peaks, ", "), strings.Join(steps, "\n"))
}
