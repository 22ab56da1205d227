//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"io"
	"strings"
)

// The numbers of ranks that are predicted.
var predicted = []int{2, 4, 8, 16, 64, 256, 1024}

// parts are the micro-batches of a batch that is divided (-divide, -each).
const parts = 16

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
	fmt.Fprint(out, head)
	var links []network
	fmt.Fprint(out, "\n| link | AllToAll of a byte, µs | bandwidth each way, MB/s |\n|---|---|---|\n")
	for _, r := range rows {
		if r.Work == "" && r.Ranks == 2 {
			fmt.Fprintf(out, "| %s | %.0f | %.0f |\n", r.Link, r.CallUs, r.MBs)
			links = append(links, network{r.Link, max(0, 1e-6*r.CallUs-overTCP) / 2, overTCP, 1e6 * r.MBs})
		}
	}
	if len(links) == 0 {
		return fmt.Errorf("%s: no link was measured", name)
	}
	first := links[0].Name // between processes of this machine
	fmt.Fprint(out, updates+"\n| network | parameters | rows a rank | link | MB exchanged | one rank, ms | two, ms | of it exchange | by the model: exchange | two, ms | efficiency |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	loads := map[string]load{}
	for _, w := range workloads {
		one, ok := find(first, w.name, 1, 1)
		double, ok2 := find(first, w.name, 1, 2)
		two, ok3 := find(first, w.name, 2, 1)
		if !ok || !ok2 || !ok3 {
			continue // it was not asked for
		}
		l := load{Parameters: two.Parameters, Statistics: w.statistics, Buckets: two.Calls - 4 - min(w.statistics, 1)}
		l.Micro = 1e-3 * min(max(double.StepMs-one.StepMs, 0), one.StepMs)
		l.Rest = 1e-3*one.StepMs - l.Micro
		loads[w.name] = l
		exchange := func(link network) float64 { return 1e3 * link.exchange(2, l.exchanged(2, 2)) }
		for _, link := range links {
			r, ok := find(link.Name, w.name, 2, 1)
			if !ok {
				continue
			}
			fmt.Fprintf(out, "| %s | %d | %d | %s | %.2f | %.1f | %.1f | %.1f | %.1f | %.1f | %s |\n", w.name, r.Parameters, r.Rows, link.Name, 1e-6*float64(r.Bytes),
				one.StepMs, r.StepMs, r.ExchangeMs, exchange(link), two.StepMs-exchange(links[0])+exchange(link), percent(one.StepMs/r.StepMs))
		}
	}
	fmt.Fprintf(out, divided+"\n| network | rows | whole, ms | rows of %d micro-batches | ms | time a row, of that whole |\n|---|---|---|---|---|---|\n", parts)
	for _, w := range workloads {
		whole, ok := find(first, w.name, 1, 1)
		cut, ok2 := find(first, w.name, 1, parts)
		if !ok || !ok2 {
			continue
		}
		rows := cut.Rows * cut.Each
		fmt.Fprintf(out, "| %s | %d | %.1f | %d × %d | %.1f | %.2f |\n", w.name, whole.Rows, whole.StepMs, cut.Each, cut.Rows, cut.StepMs,
			cut.StepMs/float64(rows)/(whole.StepMs/float64(whole.Rows)))
	}
	byRanks := func(cell func(l load, link network, ranks int) string) {
		fmt.Fprint(out, "\n| network | link |")
		for _, n := range predicted {
			fmt.Fprintf(out, " %d |", n)
		}
		fmt.Fprintf(out, "\n|%s\n", strings.Repeat("---|", 2+len(predicted)))
		for _, w := range workloads {
			l, ok := loads[w.name]
			if !ok {
				continue
			}
			for _, link := range networks {
				fmt.Fprintf(out, "| %s | %s |", w.name, link.Name)
				for _, n := range predicted {
					fmt.Fprintf(out, "%s |", cell(l, link, n))
				}
				fmt.Fprintln(out)
			}
		}
	}
	fmt.Fprint(out, others)
	for _, cores := range []float64{1, 16} {
		fmt.Fprintf(out, "\nEfficiency, by the number of ranks of %s, each with the rows above:\n", cardinal(cores))
		byRanks(func(l load, link network, n int) string { return " " + percent(l.growing(link, n, 1, cores)) })
	}
	fmt.Fprint(out, "\nHow many times as fast as one rank, by the number of ranks of one core, which divide a batch of 16 micro-batches:\n")
	byRanks(func(l load, link network, n int) string {
		if n > 16 {
			return ""
		}
		return fmt.Sprintf(" %.1f", l.dividing(link, n, 16, 1))
	})
	return nil
}

func cardinal(cores float64) string {
	if cores == 1 {
		return "one core"
	}
	return fmt.Sprintf("%.0f cores", cores)
}

// What stands between the tables.
const (
	head = `# Training on several machines

Written by bench/scale, which takes a few minutes: it measures training by two processes of one core each on one machine, over shared
memory and over TCP between two network namespaces, through links that are shaped (tc, token bucket); and says what its model makes of
that. The model is dist/mpi/internal/scale/model.go: an update takes

    micro-batches of a rank × time of one + rest + calls × ((⌈log₂ ranks⌉ + 1) × latency + (ranks - 1) × overhead) + bytes / bandwidth

Time of a micro-batch and rest are measured with one rank. Calls are four, one more for each bucket of the gradient, and one for running statistics.
Bytes are those that the busiest rank sends, or receives: sums of its gradients by blocks of the tree over all micro-batches, and the
parameters that come of them, 8 a parameter for many ranks; more where there are so many that the parts of 16,384 parameters, of which each has one owner, do
not suffice. A test counts them in training by one to eight ranks. What is exchanged while the last backward pass goes on counts in full.
`
	updates = `
Updates: the medians, one micro-batch a rank. Efficiency is the time of one rank, with its rows alone, by that of two with twice the rows.
Of the exchange, which has what ranks wait for each other in it, some is hidden behind the backward pass. The model takes the link as the
table above has it, and the rest of the time as over shared memory, where two ranks are slower than on machines of their own.
`
	divided = `
One rank that divides its batch, as it does so that others could share in it:
`
	others = `
## More ranks, other networks

Predicted, not measured. A rank is a machine, with nothing else on its link. Ethernet is taken at half of what it has each way, as Open MPI's
TCP has above where both ends send, with latencies of 50, 25, 20 and 15 µs and 4 µs of a process a message; InfiniBand at nine
tenths, 2 µs and 0.5 µs. Ranks of 16 cores compute 16 times as fast: with rows of their own for each core, the table of one core is theirs.
`
)
