//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"io"
	"strings"
)

// The numbers of ranks that are predicted.
var predicted = []int{2, 4, 8, 16, 64, 256, 1024}

// overhead is taken of a message over TCP, as two ranks do not tell it from latency.
const overhead = 4e-6

// writeReport writes what was measured, beside what the model says of it, and what it says of other networks.
func writeReport(out io.Writer, name string) error {
	rows, err := read(name)
	if err != nil {
		return err
	}
	find := func(link, work string, ranks, each int) (row, bool) {
		for _, r := range rows {
			if r.Link == link && r.Work == work && r.Ranks == ranks && r.Each == each {
				return r, true
			}
		}
		return row{}, false
	}
	var links []network
	fmt.Fprint(out, "| link | AllToAll of a byte, µs | bandwidth each way, MB/s |\n|---|---|---|\n")
	for _, r := range rows {
		if r.Work == "" && r.Ranks == 2 {
			fmt.Fprintf(out, "| %s | %.0f | %.0f |\n", r.Link, r.CallUs, r.MBs)
			links = append(links, network{r.Link, (1e-6*r.CallUs - overhead) / 2, overhead, 1e6 * r.MBs})
		}
	}
	if len(links) == 0 {
		return fmt.Errorf("%s: no link was measured", name)
	}
	first := links[0].Name // between processes of this machine
	fmt.Fprint(out, "\n| network | parameters | rows a rank | link | MB exchanged | one rank, ms | two, ms | of it exchange | predicted, ms | efficiency |\n|---|---|---|---|---|---|---|---|---|---|\n")
	loads := map[string]load{}
	for _, w := range workloads {
		one, ok := find(first, w.name, 1, 1)
		two, ok2 := find(first, w.name, 2, 1)
		double, ok3 := find(first, w.name, 2, 2)
		if !ok || !ok2 || !ok3 {
			continue // it was not asked for
		}
		own := func(r row) float64 { return 1e-3 * (r.StepMs - r.ExchangeMs) }
		l := load{Parameters: two.Parameters, Statistics: w.statistics}
		l.Micro = min(max(own(double)-own(two), 0), own(two))
		l.Rest = own(two) - l.Micro
		loads[w.name] = l
		for _, link := range links {
			r, ok := find(link.Name, w.name, 2, 1)
			if !ok {
				continue
			}
			fmt.Fprintf(out, "| %s | %d | %d | %s | %.2f | %.1f | %.1f | %.1f | %.1f | %s |\n", w.name, r.Parameters, r.Rows, link.Name, 1e-6*float64(r.Bytes),
				one.StepMs, r.StepMs, r.ExchangeMs, 1e3*l.step(link, 2, 2, 1), percent(one.StepMs/r.StepMs))
		}
	}
	heads := func(first string) {
		fmt.Fprintf(out, "\n| %s | link |", first)
		for _, n := range predicted {
			fmt.Fprintf(out, " %d |", n)
		}
		fmt.Fprintf(out, "\n|%s\n", strings.Repeat("---|", 2+len(predicted)))
	}
	for _, cores := range []float64{1, 16} {
		fmt.Fprintf(out, "\nEfficiency by ranks of %.0f core(s), each with the same rows:\n", cores)
		heads("network")
		for _, w := range workloads {
			if _, ok := loads[w.name]; !ok {
				continue
			}
			for _, link := range networks {
				fmt.Fprintf(out, "| %s | %s |", w.name, link.Name)
				for _, n := range predicted {
					fmt.Fprintf(out, " %s |", percent(loads[w.name].growing(link, n, 1, cores)))
				}
				fmt.Fprintln(out)
			}
		}
	}
	fmt.Fprint(out, "\nTimes as fast as one rank, by ranks of 1 core, for a batch of 16 micro-batches that ranks divide:\n")
	heads("network")
	for _, w := range workloads {
		if _, ok := loads[w.name]; !ok {
			continue
		}
		for _, link := range networks {
			fmt.Fprintf(out, "| %s | %s |", w.name, link.Name)
			for _, n := range predicted {
				if n > 16 {
					fmt.Fprint(out, " |")
					continue
				}
				fmt.Fprintf(out, " %.1f |", loads[w.name].dividing(link, n, 16, 1))
			}
			fmt.Fprintln(out)
		}
	}
	return nil
}
