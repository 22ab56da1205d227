package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/network"
	"descent/nn"
)

// linesOf are the parts of a text of n lines.
func linesOf(t *testing.T, n int, line func(i int) string) data.Parts {
	t.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintln(&text, line(i))
	}
	path := filepath.Join(t.TempDir(), "lines.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	source, err := data.OpenText(path, data.TextConfig{Lines: true})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// lineParts are lines of 1 to 24 letters.
func lineParts(t *testing.T) data.Parts {
	return linesOf(t, 150, func(i int) string { return strings.Repeat("abcdefgh", 3)[:1+(i*i*7+i)%24] })
}

// sequenceNetworks are networks that go on with sequences.
func sequenceNetworks(spec data.Spec) map[string]nn.Layer {
	size := spec.Encoder.Text.Tokens.Size()
	return map[string]nn.Layer{
		"gpt":    nn.GPT(nn.GPTConfig{Vocabulary: size, Context: spec.Size(), Layers: 2, Heads: 2, Width: 16}),
		"rotary": nn.GPT(nn.GPTConfig{Vocabulary: size, Context: spec.Size(), Layers: 1, Heads: 4, Groups: 2, Width: 16, Rotary: 100, QKNorm: true, RMSNorm: true, SwiGLU: true}),
		"lstm":   nn.Sequential{nn.Embedding{Size: size, Dim: 6}, nn.LSTM{Units: 9}, nn.Dense{Units: size}},
	}
}

// TestLengthChangesNoSample: the loss of a sample has the same bits in a batch of any
// length, alone and beside others.
func TestLengthChangesNoSample(t *testing.T) {
	parts := lineParts(t)
	lengths := data.Lengths(parts.Train)
	var short []int
	for row, n := range lengths {
		if n <= 8 && len(short) < 5 {
			short = append(short, row)
		}
	}
	for name, net := range sequenceNetworks(parts.Train.Spec()) {
		tr := trainer(t, net, parts.Train.Spec(), Config{Seed: 3})
		lossesOf := func(positions int, rows []int) (losses []float32) {
			cfg := data.BatchConfig{Size: len(rows), Order: rows, Positions: []int{positions}}
			for b, err := range data.Batches(context.Background(), parts.Train, cfg) {
				if err != nil {
					t.Fatal(err)
				}
				f, err := tr.net.Within(positions).Trace(len(rows), true)
				if err != nil {
					t.Fatal(err)
				}
				plan, err := engine.Compile(f.Graph, []graph.Tensor{f.Losses})
				if err != nil {
					t.Fatal(err)
				}
				p, err := plan.Bind(tr.engine, tr.store)
				if err != nil {
					t.Fatal(err)
				}
				if err := tr.net.Feed(p, &b, true); err != nil {
					t.Fatal(err)
				}
				p.Run()
				losses = slices.Clone(p.Output(0))
			}
			return losses
		}
		want := lossesOf(parts.Train.Spec().Size(), short)
		for _, positions := range []int{8, 12, 16} {
			if got := lossesOf(positions, short); !slices.Equal(got, want) {
				t.Errorf("%s: losses %v with %d positions, want %v", name, got, positions, want)
			}
		}
		for i, row := range short {
			if got := lossesOf(8, []int{row}); got[0] != want[i] {
				t.Errorf("%s: the loss of row %d is %v alone, want %v", name, row, got[0], want[i])
			}
		}
	}
}

// TestByLength: a run in order of lengths has few plans, and the same bits with any
// number of workers, stopped in the middle of an epoch or not; cut into micro-batches it
// reaches the same but for rounding.
func TestByLength(t *testing.T) {
	parts := lineParts(t)
	spec := parts.Train.Spec()
	net := sequenceNetworks(spec)["gpt"]
	run := func(cfg Config, from string, stop int) (*Trainer, string) {
		cfg.Order, cfg.Seed, cfg.BatchSize, cfg.Epochs = ByLength, 2, 8, 2
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		cfg.Callback = func(_ *Trainer, p Progress) error {
			if p.Step.Update == stop {
				cancel()
			}
			return nil
		}
		tr := trainer(t, net, spec, cfg)
		if from != "" {
			if err := tr.Resume(from); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := tr.Fit(ctx, parts.Train, parts.Validation); err != nil && stop == 0 {
			t.Fatal(err)
		}
		return tr, tr.Model().SHA256()
	}
	tr, want := run(Config{Workers: 1}, "", 0)
	if most := 2 * len(network.Lengths(spec.Size())); len(tr.programs) > most || len(tr.programs) < 4 {
		t.Errorf("%d plans, want at most %d", len(tr.programs), most)
	}
	folder := t.TempDir()
	run(Config{Workers: 3, Checkpoints: Checkpoints{Folder: folder}}, "", 7)
	if _, got := run(Config{Workers: 2}, folder, 0); got != want {
		t.Errorf("weights %s after it was stopped, want %s", got, want)
	}
	_, want = run(Config{Workers: 1, MicroBatch: 3}, "", 0)
	if _, got := run(Config{Workers: 2, MicroBatch: 3}, "", 0); got != want {
		t.Errorf("weights %s in parts, want %s", got, want)
	}
}

// TestByLengthIsOfSequences: what has no lengths is refused, and so is a network in which
// a position sees what is behind it.
func TestByLengthIsOfSequences(t *testing.T) {
	parts := lineParts(t)
	spec := parts.Train.Spec()
	size := spec.Encoder.Text.Tokens.Size()
	both := nn.Sequential{nn.Embedding{Size: size, Dim: 6}, nn.MultiHeadAttention{Heads: 2}, nn.Dense{Units: size}}
	digits := data.Digits()
	for _, tt := range []struct {
		net    nn.Layer
		source data.Source
		want   string
	}{
		{both, parts.Train, "looks at a sequence as a whole"},
		{nn.Sequential{nn.Flatten{}, nn.Dense{Units: 10}}, digits, "are all of one length"},
	} {
		tr := trainer(t, tt.net, tt.source.Spec(), Config{Order: ByLength, Epochs: 1})
		if _, err := tr.Fit(context.Background(), tt.source, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
}
