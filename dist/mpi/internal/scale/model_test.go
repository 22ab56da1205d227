//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/internal/bench"
	"descent/nn"
	"descent/train"
)

// What the model says of traffic is what ranks exchange.
func TestExchanged(t *testing.T) {
	for _, row := range []struct {
		name                string
		net                 nn.Layer
		statistics, buckets int
	}{
		{"mlp", nn.MLP([]int{1024, 1024}, 10, nn.ReLU, 0, nil), 0, 2},
		{"normalized", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 1024}, nn.BatchNorm{}, nn.Dense{Units: 512}, nn.ReLU, nn.Dense{Units: 10}}, 2 * 1024, 2},
	} {
		for _, ranks := range []int{2, 3, 8} {
			for _, micro := range []int{11} {
				t.Run(fmt.Sprintf("%s/%d/%d", row.name, ranks, micro), func(t *testing.T) {
					list, parameters := count(t, row.net, ranks, micro)
					want := load{Parameters: parameters, Statistics: row.statistics, Buckets: row.buckets}.exchanged(ranks, micro)
					bytes := 0
					for call := range want.Calls {
						most := 0
						for _, c := range list {
							if len(c.calls) != want.Calls {
								t.Fatalf("%d calls, want %d: %v", len(c.calls), want.Calls, c.calls)
							}
							most = max(most, c.calls[call])
						}
						bytes += most
					}
					// Parts are not quite even, nor are buckets of a size.
					if off := float64(bytes)/want.Bytes - 1; math.Abs(off) > 0.25 {
						t.Errorf("%d bytes, want %.0f", bytes, want.Bytes)
					} else {
						t.Logf("%+.0f %%", 100*off)
					}
				})
			}
		}
	}
}

// count trains and returns what ranks exchange in the second update.
func count(t *testing.T, net nn.Layer, ranks, micro int) ([]*counter, int) {
	const rows = 4
	return counted(t, ranks, func(g dist.Group) (*train.Trainer, data.Source, error) {
		trainer, err := train.New(net, data.Digits().Spec(), train.Config{Group: g, BatchSize: rows * micro, MicroBatch: rows, Workers: 1, Epochs: 1, MaxUpdates: 3})
		return trainer, data.Digits(), err
	})
}

// counted returns what ranks exchange in the second update of a training, and the parameters.
func counted(t *testing.T, ranks int, begin func(dist.Group) (*train.Trainer, data.Source, error)) ([]*counter, int) {
	parameters := 0
	counters := make([]*counter, ranks)
	var wait sync.WaitGroup
	for rank, g := range dist.Local(ranks) {
		c := &counter{Group: g}
		counters[rank] = c
		wait.Go(func() {
			trainer, source, err := begin(c)
			if err != nil {
				t.Error(err)
				g.Abort(err)
				return
			}
			defer trainer.Close()
			if rank == 0 {
				parameters = trainer.Parameters()
			}
			for step, err := range trainer.Steps(context.Background(), source) {
				if err != nil {
					t.Error(err)
					return
				}
				switch step.Update {
				case 1:
					c.calls = nil
				case 2:
					defer func(calls []int) { c.calls = calls }(slices.Clone(c.calls))
				}
			}
		})
	}
	wait.Wait()
	return counters, parameters
}

// works are the workloads with the buckets of their gradients.
var works = []struct {
	name                            string
	parameters, statistics, buckets int
}{{"mlp", 535818, 0, 2}, {"convbn", 242474, 704, 3}, {"gpt-baby", 10745088, 0, 7}}

// The guide's workloads have as many parameters and buckets.
func TestWorks(t *testing.T) {
	for _, w := range works {
		list, parameters := counted(t, 2, func(g dist.Group) (*train.Trainer, data.Source, error) {
			return bench.Trainer(w.name, train.Config{Group: g, BatchSize: 2, MicroBatch: 1, Workers: 1, MaxUpdates: 3})
		})
		if want := 4 + min(w.statistics, 1) + w.buckets; parameters != w.parameters || len(list[0].calls) != want {
			t.Errorf("%s: %d parameters, want %d; %d calls, want %d", w.name, parameters, w.parameters, len(list[0].calls), want)
		}
	}
}

// Two ranks exchange as many bytes as the parameters have, whatever they add up.
func TestModel(t *testing.T) {
	l := load{Parameters: 1e8, Buckets: 4, Micro: 0.1, Rest: 0.01}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-3*want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("bytes", l.exchanged(2, 2).Bytes, 4e8)
	near("bytes of many", l.exchanged(1000, 1024).Bytes, 8e8)
	near("bytes of three", l.exchanged(3, 16).Bytes, 4e8*(2./3*3+2./3)) // the second has 5 micro-batches from the sixth on, three blocks
	w := network{Latency: 1e-3, Overhead: 1e-4, Bandwidth: 1e10}
	near("step", l.step(w, 2, 4, 1), 0.21+0.04+8*(2e-3+1e-4))
	near("efficiency", l.growing(w, 2, 1, 1), 0.11/(0.11+0.04+8*(2e-3+1e-4)))
	near("times", l.dividing(network{Bandwidth: math.Inf(1)}, 4, 16, 1), 1.61/0.41)
	l.Parameters = 16384 * 4
	near("bytes of parts too few", l.exchanged(1024, 1024).Bytes, 5*4*16384*1023+8*1023)
}

// The guide's table is the model's.
func TestGuide(t *testing.T) {
	const guide = "../../../../docs/scale.md"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, w := range works {
		l := load{Parameters: w.parameters, Statistics: w.statistics, Buckets: w.buckets}
		for _, ranks := range []int{2, 16, 256, 1024} {
			fmt.Fprintf(&table, "| %s | %.2f million | %d |", w.name, 1e-6*float64(w.parameters), ranks)
			for _, n := range networks {
				ms := 1e3 * n.exchange(ranks, l.exchanged(ranks, ranks))
				digits := 2
				if ms >= 10 {
					digits = 0
				}
				fmt.Fprintf(&table, " %.*f |", digits, ms)
			}
			table.WriteString("\n")
		}
	}
	if !strings.Contains(string(text), table.String()) {
		if os.Getenv("DESCENT_UPDATE") != "" {
			rows := regexp.MustCompile(`(?m)^(\| (mlp|convbn|gpt-baby) \|.*\n)+`)
			if err := os.WriteFile(guide, rows.ReplaceAllLiteral(text, []byte(table.String())), 0o666); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("%s has another table than\n%s", guide, table.String())
	}
}
