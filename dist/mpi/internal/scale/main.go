//go:build linux && (amd64 || arm64)

// Command scale measures how training scales over processes of MPI, and predicts it for more of them. bench/scale
// runs it: as processes under mpirun it measures, and prints a line of JSON for each workload; with -report it reads such lines.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"descent/dist"
	"descent/dist/mpi"
	"descent/internal/bench"
	"descent/train"
)

// row is a line of what was measured: a link, or a workload on it.
type row struct {
	Link       string
	Ranks      int
	CallUs     float64 `json:",omitempty"` // of an AllToAll of a byte
	MBs        float64 `json:",omitempty"` // each way, of one of 4 MB
	Work       string  `json:",omitempty"`
	Rows       int     `json:",omitempty"` // of a micro-batch
	Each       int     `json:",omitempty"` // micro-batches a rank
	Parameters int     `json:",omitempty"`
	StepMs     float64 `json:",omitempty"` // median
	ExchangeMs float64 `json:",omitempty"` // in AllToAll, a step, waiting for the other rank included: median
	Bytes      int     `json:",omitempty"` // sent or received by rank 0, a step
	Calls      int     `json:",omitempty"`
}

// workloads have names of descent bench, rows of a micro-batch, and numbers that running averages follow.
var workloads = []struct {
	name             string
	rows, statistics int
}{{"mlp", 512, 0}, {"convbn", 64, 2 * (32 + 64 + 128 + 128)}, {"gpt-baby", 4, 0}}

func main() {
	log.SetFlags(0)
	link := flag.String("link", "", "name of the link between the processes")
	each := flag.Int("each", 1, "micro-batches a rank")
	divide := flag.Int("divide", 1, "parts of the usual micro-batch that are one, where it has the rows")
	span := flag.Duration("span", 2*time.Second, "about how long a workload is measured")
	report := flag.String("report", "", "file of what was measured, of which to write a report")
	flag.Parse()
	if *report != "" {
		if err := writeReport(os.Stdout, *report); err != nil {
			log.Fatal(err)
		}
		return
	}
	world, err := mpi.Init(context.Background(), mpi.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := measure(world, *link, *each, *divide, *span, flag.Args()); err != nil {
		world.Abort(err)
	}
	if err := world.Finalize(); err != nil {
		log.Fatal(err)
	}
}

// measure measures the link, if ranks have a micro-batch each, and the named workloads, all if none are.
func measure(g dist.Group, link string, each, divide int, span time.Duration, names []string) error {
	emit := func(r row) {
		if r.Link, r.Ranks = link, g.Size(); g.Rank() == 0 {
			json.NewEncoder(os.Stdout).Encode(r)
		}
	}
	if g.Size() > 1 && each == 1 {
		call, err := timed(g, 1, 200)
		if err != nil {
			return err
		}
		const large = 4 << 20
		long, err := timed(g, large, 3)
		if err != nil {
			return err
		}
		emit(row{CallUs: 1e6 * call.Seconds(), MBs: 1e-6 * large * float64(g.Size()-1) / long.Seconds()})
	}
	for _, w := range workloads {
		if len(names) > 0 && !slices.Contains(names, w.name) {
			continue
		}
		r, err := steps(g, w.name, max(1, w.rows/divide), each, span)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		emit(r)
	}
	return nil
}

// timed is the median time of an AllToAll of so many bytes to each rank.
func timed(g dist.Group, bytes, times int) (time.Duration, error) {
	send, receive := make([][]byte, g.Size()), make([][]byte, g.Size())
	for r := range send {
		send[r], receive[r] = make([]byte, bytes), make([]byte, bytes)
	}
	var took []time.Duration
	for range times + 1 {
		began := time.Now()
		if err := g.AllToAll(send, receive); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return median(took[1:]), nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// counter is a group that says what is exchanged.
type counter struct {
	dist.Group
	took  time.Duration
	calls []int // bytes of each: those sent or those received, whichever are more
}

func (c *counter) AllToAll(send, receive [][]byte) error {
	sent, received := 0, 0
	for r := range send {
		if r != c.Rank() {
			sent += len(send[r])
			received += len(receive[r])
		}
	}
	c.calls = append(c.calls, max(sent, received))
	began := time.Now()
	err := c.Group.AllToAll(send, receive)
	c.took += time.Since(began)
	return err
}

// steps measures updates of a workload, each micro-batches a rank, on one core a rank.
func steps(g dist.Group, name string, rows, each int, span time.Duration) (r row, err error) {
	c := &counter{Group: g}
	trainer, source, err := bench.Trainer(name, train.Config{Group: c, BatchSize: rows * each * g.Size(), MicroBatch: rows, Workers: 1})
	if err != nil {
		return r, err
	}
	defer trainer.Close()
	const warm, least, most = 2, 3, 500
	var took, exchanged []time.Duration
	count := -1
	begin := time.Now()
	for step, err := range trainer.Steps(context.Background(), source) {
		now := time.Now()
		if err != nil {
			return r, err
		}
		switch {
		case step.Update < warm:
		case count < 0:
			// Rank 0 says how many steps there are to be.
			n := int(span / max(1, now.Sub(begin)))
			if n, err = agreed(g, min(max(n, least), most)); err != nil {
				return r, err
			}
			count = n
		default:
			took = append(took, now.Sub(begin))
			exchanged = append(exchanged, c.took)
			r.Bytes, r.Calls = 0, len(c.calls)
			for _, bytes := range c.calls {
				r.Bytes += bytes
			}
			if len(took) == count {
				r.Work, r.Rows, r.Each, r.Parameters = name, rows, each, trainer.Parameters()
				r.StepMs, r.ExchangeMs = 1e3*median(took).Seconds(), 1e3*median(exchanged).Seconds()
				return r, nil
			}
		}
		c.took, c.calls = 0, c.calls[:0]
		begin = time.Now()
	}
	return r, fmt.Errorf("training ends by itself")
}

// agreed is rank 0's number.
func agreed(g dist.Group, n int) (int, error) {
	own := binary.LittleEndian.AppendUint64(nil, uint64(n))
	send, receive := make([][]byte, g.Size()), make([][]byte, g.Size())
	for r := range send {
		send[r], receive[r] = own, make([]byte, len(own))
	}
	if err := g.AllToAll(send, receive); err != nil || g.Rank() == 0 {
		return n, err
	}
	return int(binary.LittleEndian.Uint64(receive[0])), nil
}

// read reads what was measured.
func read(name string) (rows []row, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), "{") {
			continue
		}
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, lines.Text(), err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 0, 64) + " %" }
