//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/nn"
	"descent/train"
)

// What the model says of traffic is what ranks exchange.
func TestExchanged(t *testing.T) {
	for _, row := range []struct {
		name       string
		net        nn.Layer
		statistics int
	}{
		{"mlp", nn.MLP([]int{32}, 10, nn.ReLU, 0, nil), 0},
		{"normalized", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 16}, nn.BatchNorm{}, nn.Dense{Units: 10}}, 2 * 16},
	} {
		for _, ranks := range []int{1, 2, 3, 4, 5, 8} {
			for _, micro := range []int{8, 11, 16} {
				t.Run(fmt.Sprintf("%s/%d/%d", row.name, ranks, micro), func(t *testing.T) {
					counted, parameters := count(t, row.net, ranks, micro)
					want := load{Parameters: parameters, Statistics: row.statistics}.exchanged(ranks, micro)
					if ranks == 1 {
						return
					}
					bytes := 0
					for call := range want.Calls {
						most := 0
						for _, c := range counted {
							if len(c.calls) != want.Calls {
								t.Fatalf("%d calls, want %d", len(c.calls), want.Calls)
							}
							most = max(most, c.calls[call])
						}
						bytes += most
					}
					// Parts of the parameters differ by one.
					if slack := float64(4 * 5 * ranks * micro); math.Abs(float64(bytes)-want.Bytes) > slack {
						t.Errorf("%d bytes, want %.0f", bytes, want.Bytes)
					}
				})
			}
		}
	}
}

// count trains for two updates and returns what ranks exchange in the second.
func count(t *testing.T, net nn.Layer, ranks, micro int) ([]*counter, int) {
	const rows = 4
	parameters := 0
	counted := make([]*counter, ranks)
	var wait sync.WaitGroup
	for rank, g := range dist.Local(ranks) {
		counted[rank] = &counter{Group: g}
		wait.Add(1)
		go func() {
			defer wait.Done()
			trainer, err := train.New(net, data.Digits().Spec(), train.Config{Group: counted[rank], BatchSize: rows * micro, MicroBatch: rows, Workers: 1, Epochs: 1, MaxUpdates: 2})
			if err != nil {
				t.Error(err)
				return
			}
			defer trainer.Close()
			if rank == 0 {
				parameters = trainer.Parameters()
			}
			for step, err := range trainer.Steps(context.Background(), data.Digits()) {
				if err != nil {
					t.Error(err)
					return
				}
				if step.Update == 1 {
					counted[rank].calls = nil
				}
			}
		}()
	}
	wait.Wait()
	return counted, parameters
}

// Two ranks exchange as many bytes as the parameters have, whatever they add up.
func TestModel(t *testing.T) {
	l := load{Parameters: 1e6, Micro: 0.1, Rest: 0.01}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-3*want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("bytes", l.exchanged(2, 2).Bytes, 4e6)
	near("bytes of many", l.exchanged(1024, 1024).Bytes, 8e6)
	near("bytes of three", l.exchanged(3, 16).Bytes, 4e6*(2./3*3+2./3)) // the second has 5 micro-batches from the sixth on, three blocks
	w := network{Latency: 1e-3, Overhead: 1e-4, Bandwidth: 1e8}
	near("step", l.step(w, 2, 4, 1), 0.21+0.04+4*(2e-3+1e-4))
	near("efficiency", l.growing(w, 2, 1, 1), 0.11/(0.11+0.04+4*(2e-3+1e-4)))
	near("times", l.dividing(network{Bandwidth: math.Inf(1)}, 4, 16, 1), 1.61/0.41)
}

// The guide's table is the model's.
func TestGuide(t *testing.T) {
	const guide = "../../../../docs/scale.md"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, w := range []struct {
		name                   string
		parameters, statistics int
	}{{"mlp", 535818, 0}, {"convbn", 242474, 704}, {"gpt-baby", 10745088, 0}} {
		l := load{Parameters: w.parameters, Statistics: w.statistics}
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
