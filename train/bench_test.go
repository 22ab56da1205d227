package train_test

import (
	"context"
	"fmt"
	"testing"

	"descent/data"
	"descent/internal/rng"
	"descent/nn"
	"descent/train"
)

// noise is a set of random samples, to time steps on.
func noise(b testing.TB, rows, features, classes int) data.Source {
	x, labels := make([][]float32, rows), make([]int, rows)
	for i := range x {
		x[i] = make([]float32, features)
		rng.Key{Seed: 1, Stream: uint64(i)}.Uniform(x[i], 0)
		labels[i] = i % classes
	}
	names := make([]string, classes)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	s, err := data.FromClasses(x, labels, names)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// timeSteps makes b.N updates after a few to warm up.
func timeSteps(b *testing.B, t *train.Trainer, source data.Source) {
	left := b.N + 3
	for _, err := range t.Steps(context.Background(), source) {
		if err != nil {
			b.Fatal(err)
		}
		if left--; left == b.N {
			b.ResetTimer()
		}
		if left <= 0 {
			break
		}
	}
}

// One step of the reference networks with Adam, batches included.
func BenchmarkStep(b *testing.B) {
	for _, net := range []struct {
		name   string
		hidden []int
		rows   []int
	}{
		{"mlp", []int{512, 256}, []int{1, 32, 128, 512, 2048}},
		{"wide", []int{2048, 2048}, []int{1, 32, 128, 512}},
	} {
		for _, rows := range net.rows {
			b.Run(fmt.Sprintf("%s/%d", net.name, rows), func(b *testing.B) {
				source := noise(b, max(4*rows, 64), 784, 10)
				t, err := train.New(nn.MLP(net.hidden, 10, nn.ReLU, 0, nil), source.Spec(),
					train.Config{BatchSize: rows, MicroBatch: 4096, Epochs: 1 << 30})
				if err != nil {
					b.Fatal(err)
				}
				defer t.Close()
				timeSteps(b, t, source)
			})
		}
	}
}

// One row at a time, as a service would.
func BenchmarkPredict(b *testing.B) {
	source := noise(b, 8, 784, 10)
	t, err := train.New(nn.MLP([]int{512, 256}, 10, nn.ReLU, 0, nil), source.Spec(), train.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close()
	m := t.Model()
	x := rows(b, source, 1)
	var y []float64
	b.ReportAllocs()
	for b.Loop() {
		if y, err = m.AppendPredict(y[:0], x); err != nil {
			b.Fatal(err)
		}
	}
}
