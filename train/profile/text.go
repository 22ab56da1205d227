package profile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// String lists the plans, one instruction a line in the order they run. Times
// are those of one run, of all workers together; rates are those of a worker.
func (p Profile) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d workers, %s", p.Workers, p.Instructions)
	if p.PeakFLOPS > 0 {
		fmt.Fprintf(&b, "; at most %.0f GFLOP/s and, from memory, %.1f GB/s (caches give more)", p.PeakFLOPS/1e9, p.PeakBytes/1e9)
	}
	b.WriteString("\n")
	for i := range p.Plans {
		b.WriteString("\n")
		p.Plans[i].write(&b, p.Workers)
	}
	return b.String()
}

const nameWidth = 56

func (p *Plan) write(b *strings.Builder, workers int) {
	runs := float64(max(p.Runs, 1))
	fmt.Fprintf(b, "%s: %d runs", p.Name, p.Runs)
	if p.Seconds > 0 {
		wall, busy := p.Seconds/runs, p.Busy()/runs
		fmt.Fprintf(b, " of %s; workers were busy for %.0f %% of it; %.0f GFLOP/s", duration(wall),
			100*busy/wall/float64(workers), float64(p.Operations())/wall/1e9)
	}
	fmt.Fprintf(b, "\nworking memory %s; without reuse %s\n", bytesText(p.ArenaBytes), bytesText(p.TensorBytes))
	fmt.Fprintf(b, "%-8s %4s  %-*s %5s %10s %6s %8s %7s %7s\n", "stage", "wave", nameWidth, "instruction", "tasks", "time", "share", "GFLOP/s", "GB/s", "limit")
	stage, busy := "", p.Busy()
	for i := range p.Instructions {
		in := &p.Instructions[i]
		name := ""
		if in.Stage != stage {
			stage, name = in.Stage, in.Stage
		}
		fmt.Fprintf(b, "%-8s %4d  %s %5d", name, in.Wave, pad(in.Name, nameWidth), in.Tasks)
		if in.Seconds > 0 {
			fmt.Fprintf(b, " %10s %4.1f %% %8.1f %7.1f %5.0f %%", duration(in.perRun()), 100*in.Seconds/busy,
				float64(in.Operations)/in.perRun()/1e9, float64(in.Bytes)/in.perRun()/1e9, 100*in.OfLimit)
		}
		b.WriteString("\n")
	}
}

// perRun is what one run took, in seconds of all workers together.
func (in *Instruction) perRun() float64 { return in.Seconds / float64(max(in.Runs, 1)) }

// pad makes text exactly n characters long, by spaces or by an ellipsis before
// its last part, which holds the shape.
func pad(text string, n int) string {
	have := utf8.RuneCountInString(text)
	if have <= n {
		return text + strings.Repeat(" ", n-have)
	}
	r := []rune(text)
	tail := min(n/3, 24)
	return string(r[:n-tail-1]) + "…" + string(r[have-tail:])
}

// duration writes seconds in the unit that suits.
func duration(s float64) string {
	switch {
	case s < 1e-3:
		return fmt.Sprintf("%.1f µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.2f ms", s*1e3)
	}
	return fmt.Sprintf("%.2f s", s)
}

// bytesText writes a number of bytes in the unit that suits.
func bytesText(n int) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}
